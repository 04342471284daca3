#include <string>

#include "base/limits.h"
#include "schema_tools.h"

using proxy::test::openapi_parameters;
using proxy::test::openapi_schema;
using proxy::test::refusal_of_text;

namespace {

struct Row {
  const char* schema;
  const char* expected;
};

// Each row as the schema of a property, so that it is below the top.
template <std::size_t N>
void check_nested(const Row (&rows)[N]) {
  for (const Row& row : rows) {
    INFO(row.schema);
    const std::string out =
        openapi_schema(R"({"type":"object","properties":{"p":)" + std::string(row.schema) + "}}");
    CHECK(out == R"({"type":"OBJECT","properties":{"p":)" + std::string(row.expected) + "}}");
    CHECK(refusal_of_text(out) == "");
  }
}

}  // namespace

TEST_CASE("F-16: there is nothing to send where no type is known or an object has no properties") {
  for (const char* schema :
       {"null", "true", "false", "[]", "0", R"("object")", "{}", R"({"type":"object"})",
        R"({"type":"object","properties":{}})", R"({"type":["object","null"]})",
        R"({"additionalProperties":{"type":"string"}})", R"({"$ref":"#"})",
        R"({"$ref":"https://a.example/b"})", R"({"description":"d"})", R"({"type":"any"})",
        R"({"type":[]})", R"({"allOf":[{}]})", R"({"anyOf":[{"type":"null"}]})"}) {
    INFO(schema);
    CHECK(openapi_schema(schema) == "nothing");
    CHECK(openapi_parameters(schema) == "nothing");
  }
  for (const char* schema :
       {R"({"type":"string"})", R"({"type":"array","items":{}})", R"({"enum":["a"]})",
        R"({"anyOf":[{},{"type":"string"}]})", R"({"type":"array","properties":{"a":{}}})"}) {
    INFO(schema);
    CHECK(openapi_parameters(schema) == "nothing");
    CHECK(refusal_of_text(openapi_schema(schema)) == "");
  }
  std::string out = "before";
  CHECK_FALSE(proxy::gemini::write_openapi_schema({}, out));
  CHECK_FALSE(proxy::gemini::write_openapi_parameters({}, out));
  CHECK(out == "before");
}

TEST_CASE("types are upper case, of several one each, and null is no type") {
  check_nested({
      {R"({"type":"string"})", R"({"type":"STRING"})"},
      {R"({"type":"number"})", R"({"type":"NUMBER"})"},
      {R"({"type":"integer"})", R"({"type":"INTEGER"})"},
      {R"({"type":"boolean"})", R"({"type":"BOOLEAN"})"},
      {R"({"type":"null"})", R"({"type":"NULL"})"},
      {R"({"type":["null"]})", R"({"type":"NULL"})"},
      {R"({"\u0074ype":"\u0073tring"})", R"({"type":"STRING"})"},
      {R"({"type":"number","type":"string"})", R"({"type":"STRING"})"},
      {R"({"type":"STRING"})", R"({"type":"STRING"})"},
      {R"({"type":["string","null"]})", R"({"type":"STRING","nullable":true})"},
      {R"({"type":"string","nullable":true})", R"({"type":"STRING","nullable":true})"},
      {R"({"type":"string","nullable":false})", R"({"type":"STRING"})"},
      {R"({"type":["integer","number"]})", R"({"type":"NUMBER"})"},
      {R"({"type":["string","integer","x",1]})",
       R"({"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]})"},
      // Each alternative has what belongs to it.
      {R"({"type":["array","string","null"],"items":{"type":"number"},"minLength":1,"maxItems":2,)"
       R"("description":"d"})",
       R"({"anyOf":[{"type":"STRING","description":"d","nullable":true,"minLength":1},)"
       R"({"type":"ARRAY","description":"d","nullable":true,"items":{"type":"NUMBER"},"maxItems":2}]})"},
      // Nothing known: a string.
      {"true", R"({"type":"STRING"})"},
      {"false", R"({"type":"STRING"})"},
      {"{}", R"({"type":"STRING"})"},
      {"null", R"({"type":"STRING"})"},
      {"1", R"({"type":"STRING"})"},
      {R"([{"type":"number"}])", R"({"type":"STRING"})"},
      {R"({"type":"any"})", R"({"type":"STRING"})"},
      {R"({"type":{}})", R"({"type":"STRING"})"},
      // Not said, but meant.
      {R"({"properties":{"a":{}}})", R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}}})"},
      {R"({"items":{"type":"number"}})", R"({"type":"ARRAY","items":{"type":"NUMBER"}})"},
      {R"({"minimum":1})", R"({"type":"NUMBER","minimum":1})"},
      {R"({"maxItems":1})", R"({"type":"ARRAY","items":{"type":"STRING"},"maxItems":1})"},
      {R"({"pattern":"a"})", R"({"type":"STRING","pattern":"a"})"},
  });
}

TEST_CASE("const and enum are lists of strings, where there are any") {
  check_nested({
      {R"({"const":"a"})", R"({"type":"STRING","enum":["a"]})"},
      {R"({"enum":["a","\u00e9\"",""]})", R"({"type":"STRING","enum":["a","\u00e9\""]})"},
      {R"({"type":"string","enum":["a",null]})",
       R"({"type":"STRING","nullable":true,"enum":["a"]})"},
      {R"({"type":"integer","enum":[1,-0,18446744073709551616,1.50e1]})",
       R"({"type":"STRING","format":"enum","enum":["1","-0","18446744073709551616","1.50e1"]})"},
      {R"({"enum":["a",1,true]})", R"({"type":"STRING","format":"enum","enum":["a","1","true"]})"},
      {R"({"enum":["a","b"],"const":"b"})", R"({"type":"STRING","enum":["b"]})"},
      {R"({"const":true})", R"({"type":"BOOLEAN"})"},
      {R"({"type":"boolean","enum":[true]})", R"({"type":"BOOLEAN"})"},
      {R"({"const":null})", R"({"type":"NULL"})"},
      {R"({"enum":[null]})", R"({"type":"NULL"})"},
      {R"({"enum":[true,null]})", R"({"type":"BOOLEAN","nullable":true})"},
      {R"({"const":{"a":1}})", R"({"type":"STRING"})"},
      {R"({"enum":[""]})", R"({"type":"STRING"})"},
      {R"({"enum":[]})", R"({"type":"STRING"})"},
      {R"({"enum":"a"})", R"({"type":"STRING"})"},
      {R"({"type":["string","number"],"enum":["a",1]})",
       R"({"type":"STRING","format":"enum","enum":["a","1"]})"},
      // A list that cannot be one of this type is a mistake of the caller.
      {R"({"type":"array","items":{"type":"string"},"enum":["a"]})",
       R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      {R"({"type":"array","enum":["a"]})", R"({"type":"ARRAY","items":{"type":"STRING"}})"},
  });
}

TEST_CASE("keywords are kept as they are written, for the type they belong to") {
  check_nested({
      {R"({"type":"string","title":"\u0074é","description":"\/","default":"d","example":"e",)"
       R"("minLength":1,"maxLength":2,"pattern":"^\\d","minimum":1,"maxItems":2})",
       R"({"type":"STRING","title":"\u0074é","description":"\/","default":"d","example":"e",)"
       R"("minLength":1,"maxLength":2,"pattern":"^\\d"})"},
      {R"({"type":"number","minimum":-1.50e+0,"maximum":18446744073709551616,"minLength":1})",
       R"({"type":"NUMBER","minimum":-1.50e+0,"maximum":18446744073709551616})"},
      {R"({"type":"number","minimum":1e999,"maximum":"1","default":-1e999})",
       R"({"type":"NUMBER"})"},
      {R"({"type":"array","items":{},"minItems":1.0,"maxItems":1e2})",
       R"({"type":"ARRAY","items":{"type":"STRING"},"minItems":1,"maxItems":100})"},
      {R"({"type":"string","minLength":-1,"maxLength":18446744073709551615})",
       R"({"type":"STRING"})"},
      {R"({"type":"string","minLength":9007199254740991,"maxLength":9007199254740992})",
       R"({"type":"STRING","minLength":9007199254740991})"},
      {R"({"type":"string","minLength":1.5,"maxLength":"2"})", R"({"type":"STRING"})"},
      // Of no use to Google, and it would have to be looked through.
      {R"({"type":"array","default":[],"example":{},"items":{"default":null}})",
       R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      // format
      {R"({"type":"string","format":"date-time"})", R"({"type":"STRING","format":"date-time"})"},
      {R"({"type":"string","format":"email"})", R"({"type":"STRING"})"},
      {R"({"type":"string","format":"enum"})", R"({"type":"STRING"})"},
      {R"({"type":"integer","format":"int64"})", R"({"type":"INTEGER","format":"int64"})"},
      {R"({"type":"integer","format":"uint64"})", R"({"type":"INTEGER"})"},
      {R"({"type":"number","format":"double"})", R"({"type":"NUMBER","format":"double"})"},
      {R"({"type":"number","format":"int32"})", R"({"type":"NUMBER"})"},
      {R"({"type":"boolean","format":"date-time"})", R"({"type":"BOOLEAN"})"},
      // What Google knows nothing of.
      {R"({"type":"string","additionalProperties":false,"$schema":"s","$id":"i","$anchor":"a",)"
       R"("not":{},"if":{},"then":{},"else":{},"contains":{},"examples":["e"],"deprecated":true,)"
       R"("readOnly":true,"writeOnly":true,"$comment":"c","x-own":1,"contentEncoding":"base64"})",
       R"({"type":"STRING"})"},
      {R"({"type":"number","multipleOf":2,"exclusiveMinimum":1,"exclusiveMaximum":9})",
       R"({"type":"NUMBER"})"},
      {R"({"type":"array","prefixItems":[{"type":"number"}],"uniqueItems":true})",
       R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      {R"({"type":"array","items":[{"type":"number"}]})",
       R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      {R"({"type":"array","items":false})", R"({"type":"ARRAY","items":{"type":"STRING"}})"},
  });
}

TEST_CASE("objects have properties, and only names of those are required") {
  check_nested({
      {R"({"type":"object"})", R"({"type":"OBJECT","properties":{"value":{"type":"STRING"}}})"},
      {R"({"type":"object","properties":{},"required":["a"],"minProperties":1})",
       R"({"type":"OBJECT","properties":{"value":{"type":"STRING"}}})"},
      {R"({"type":"object","patternProperties":{"a":{}},"propertyNames":{}})",
       R"({"type":"OBJECT","properties":{"value":{"type":"STRING"}}})"},
      {R"({"properties":{"a":{},"\u0062":{}},"required":["b","c","\u0061",1,"a"]})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"},"\u0062":{"type":"STRING"}},)"
       R"("required":["b","\u0061"]})"},
      {R"({"properties":{"a":{}},"required":["c"],"propertyOrdering":["c"]})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}}})"},
      {R"({"properties":{"b":{},"a":{}},"required":true,"propertyOrdering":["a","b","a"],)"
       R"("minProperties":1,"maxProperties":2})",
       R"({"type":"OBJECT","properties":{"b":{"type":"STRING"},"a":{"type":"STRING"}},)"
       R"("minProperties":1,"maxProperties":2,"propertyOrdering":["a","b"]})"},
      {R"({"properties":{"a":{"type":"string"},"b":{},"a":{"type":"number"}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"NUMBER"},"b":{"type":"STRING"}}})"},
      {R"({"properties":{"":{},"__proto__":{},"constructor":{},"日本語":{},"type":{}},)"
       R"("required":["__proto__",""]})",
       R"({"type":"OBJECT","properties":{"":{"type":"STRING"},"__proto__":{"type":"STRING"},)"
       R"("constructor":{"type":"STRING"},"日本語":{"type":"STRING"},"type":{"type":"STRING"}},)"
       R"("required":["__proto__",""]})"},
      // The type counts, whatever stands beside it.
      {R"({"type":"string","properties":{"a":{}},"required":["a"],"items":{}})",
       R"({"type":"STRING"})"},
      {R"({"type":"object","items":{},"enum":["a"]})",
       R"({"type":"OBJECT","properties":{"value":{"type":"STRING"}}})"},
  });
}

TEST_CASE("alternatives stand alone, and null among them makes the rest nullable") {
  check_nested({
      {R"({"anyOf":[{"type":"string"},{"type":"number"}]})",
       R"({"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]})"},
      {R"({"oneOf":[{"type":"string"},{"type":"number"}]})",
       R"({"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]})"},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}],"title":"t","default":null})",
       R"({"type":"STRING","title":"t","nullable":true})"},
      {R"({"anyOf":[{"type":"string","description":"in"},{"const":null}],"description":"out"})",
       R"({"type":"STRING","description":"out","nullable":true})"},
      {R"({"anyOf":[{"type":"string"},{"enum":[null]},{"type":"integer"}]})",
       R"({"anyOf":[{"type":"STRING","nullable":true},{"type":"INTEGER","nullable":true}]})"},
      // Vertex AI takes nothing beside anyOf.
      {R"({"description":"d","title":"t","anyOf":[{"type":"string"},{"type":"number","description":"n"}]})",
       R"({"anyOf":[{"type":"STRING","description":"d"},{"type":"NUMBER","description":"n"}]})"},
      {R"({"type":"string","anyOf":[{"format":"date-time"},{"pattern":"a"},{}]})",
       R"({"anyOf":[{"type":"STRING","format":"date-time"},{"type":"STRING","pattern":"a"},)"
       R"({"type":"STRING"}]})"},
      {R"({"type":["integer","null"],"anyOf":[{"minimum":1},{"type":"string"}]})",
       R"({"anyOf":[{"type":"INTEGER","nullable":true,"minimum":1},)"
       R"({"type":"STRING","nullable":true}]})"},
      {R"({"anyOf":[{"anyOf":[{"type":"string"},true]},{"type":["number","boolean"]}]})",
       R"({"anyOf":[{"anyOf":[{"type":"STRING"},{"type":"STRING"}]},)"
       R"({"anyOf":[{"type":"BOOLEAN"},{"type":"NUMBER"}]}]})"},
      // Of two sets the first.
      {R"({"anyOf":[{"type":"string"},{"type":"number"}],"oneOf":[{"const":1},{"const":2}],)"
       R"("allOf":[{"anyOf":[{"type":"boolean"},{"type":"array"}]}]})",
       R"({"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]})"},
      // `false`, and what is no schema, is no alternative.
      {R"({"anyOf":[false,{"type":"number"},1,"x",null,[]]})", R"({"type":"NUMBER"})"},
      {R"({"anyOf":[false]})", R"({"type":"STRING"})"},
      {R"({"anyOf":{"type":"number"}})", R"({"type":"STRING"})"},
      // Conditions on properties: the properties of all, required where the object says so.
      {R"({"properties":{"a":{},"b":{}},"anyOf":[{"required":["a"]},{"required":["b"]}]})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"STRING"}}})"},
      {R"({"properties":{"k":{}},"required":["k"],"oneOf":[{"properties":{"k":{"const":1},"a":{}},)"
       R"("required":["a"]},{"properties":{"b":{"type":"number"}},"type":"object"}]})",
       R"({"type":"OBJECT","properties":{"k":{"type":"STRING"},"a":{"type":"STRING"},)"
       R"("b":{"type":"NUMBER"}},"required":["k"]})"},
      // What cannot be divided stays.
      {R"({"type":"array","items":{"type":"number"},"anyOf":[{"minItems":1},{"maxItems":2}]})",
       R"({"type":"ARRAY","items":{"type":"NUMBER"}})"},
      {R"({"enum":["a"],"anyOf":[{"minLength":1},{"maxLength":2}]})",
       R"({"type":"STRING","enum":["a"]})"},
  });
}

TEST_CASE("allOf is merged: properties and required of all, of the rest the first") {
  check_nested({
      {R"({"allOf":[{"type":"string"}],"description":"d"})",
       R"({"type":"STRING","description":"d"})"},
      {R"({"allOf":[{"properties":{"a":{"type":"number"}},"required":["a"],"title":"t"},)"
       R"({"properties":{"b":{},"a":{}},"required":["b","a"],"title":"u"},true,1]})",
       R"({"type":"OBJECT","title":"t","properties":{"a":{"type":"NUMBER"},"b":{"type":"STRING"}},)"
       R"("required":["a","b"]})"},
      {R"({"allOf":[{"minLength":1},{"allOf":[{"maxLength":2},{"type":"string"}]}]})",
       R"({"type":"STRING","minLength":1,"maxLength":2})"},
      {R"({"allOf":[{"type":1},{"type":"number"}]})", R"({"type":"NUMBER"})"},
      {R"({"allOf":[{"anyOf":[{"type":"string"},{"type":"null"}]}]})",
       R"({"type":"STRING","nullable":true})"},
  });
}

TEST_CASE("parameters are an object with the properties of all alternatives") {
  const Row rows[] = {
      {R"({"anyOf":[{"type":"object","properties":{"a":{},"b":{}},"required":["a"]},)"
       R"({"$ref":"#/$defs/c"},{"type":"null"}],"$defs":{"c":{"allOf":[{"properties":{"c":{}}}]}}})",
       R"({"type":"OBJECT","nullable":true,"properties":{"a":{"type":"STRING"},)"
       R"("b":{"type":"STRING"},"c":{"type":"STRING"}}})"},
      {R"({"type":["object","string"],"properties":{"a":{}},"required":["a"],"description":"d"})",
       R"({"type":"OBJECT","description":"d","properties":{"a":{"type":"STRING"}},"required":["a"]})"},
      {R"({"oneOf":[{"anyOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]},{"type":"string"}]})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"STRING"}}})"},
      {R"({"anyOf":[{"properties":{"a":{}},"required":["a"]}]})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}},"required":["a"]})"},
  };
  for (const Row& row : rows) {
    INFO(row.schema);
    CHECK(openapi_parameters(row.schema) == row.expected);
    CHECK(refusal_of_text(row.expected) == "");
  }
  CHECK(openapi_schema(rows[0].schema).starts_with(R"({"anyOf":[{"type":"OBJECT")"));
}

TEST_CASE("a response may be of any type") {
  const Row rows[] = {
      {R"({"type":"array","items":{"type":"string"}})",
       R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      {R"({"enum":["a","b"]})", R"({"type":"STRING","enum":["a","b"]})"},
      {R"({"type":["string","null"]})", R"({"type":"STRING","nullable":true})"},
      {R"({"$ref":"#/definitions/a","definitions":{"a":{"type":"integer"}}})",
       R"({"type":"INTEGER"})"},
      {R"({"type":["object","string"]})",
       R"({"anyOf":[{"type":"STRING"},)"
       R"({"type":"OBJECT","properties":{"value":{"type":"STRING"}}}]})"},
  };
  for (const Row& row : rows) {
    INFO(row.schema);
    CHECK(openapi_schema(row.schema) == row.expected);
    CHECK(refusal_of_text(row.expected) == "");
  }
}
