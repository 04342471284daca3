#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/limits.h"
#include "schema_tools.h"

using proxy::gemini::has_parameters;
using proxy::test::json_schema;
using proxy::test::SchemaText;

TEST_CASE("F-16: parameters are worth sending if they may name an argument") {
  const struct {
    const char* schema;
    bool expected;
  } rows[] = {
      {"null", false},
      {"true", false},
      {"false", false},
      {"[]", false},
      {"0", false},
      {R"("object")", false},
      {"{}", false},
      {R"({"type":"object"})", false},
      {R"({"type":"object","properties":{}})", false},
      {R"({"type":"object","properties":[]})", false},
      {R"({"type":"object","properties":null,"additionalProperties":false})", false},
      {R"({"type":"object","additionalProperties":{"type":"string"}})", false},
      {R"({"type":"string"})", false},
      {R"({"anyOf":[],"allOf":{},"oneOf":"x","$ref":1})", false},
      {R"({"properties":{"a":{}},"properties":{}})", false},
      {R"({"properties":{"a":{}}})", true},
      {R"({"\u0070roperties":{"":true}})", true},
      {R"({"$ref":"#/$defs/a","$defs":{"a":{}}})", true},
      {R"({"allOf":[{}]})", true},
      {R"({"anyOf":[{}]})", true},
      {R"({"oneOf":[{}]})", true},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    CHECK(has_parameters(SchemaText(row.schema).root()) == row.expected);
  }
  CHECK_FALSE(has_parameters({}));
}

TEST_CASE("a schema without anything to rewrite is copied byte by byte") {
  const char* const rows[] = {
      "{}",
      "{ }",
      "true",
      "null",
      "[ 1 ,\t2 ]",
      R"("text")",
      R"({"type" : "object",
          "properties" : { "a" : { "type" : [ "string" , "null" ] } },
          "required":["a"], "additionalProperties": false })",
      // Numbers keep every digit and their spelling.
      R"({"maximum":18446744073709551616,"minimum":-1.50e+0,"multipleOf":0.10,"x":1E400})",
      // Escapes and characters keep their form.
      R"({"description":"\u00e9 é \/ \ud83d\ude00 😀 \u0000","title":"\"\\"})",
      R"({"\u0074ype":"string","d\u00e9":1})",
      // Google ignores these keywords; they do no harm.
      R"({"pattern":"^a","not":{"type":"null"},"if":{},"then":{},"$schema":"x","default":[{}]})",
      R"({"allOf":[{"type":"string"},{"minLength":1}]})",
      R"({"allOf":[]})",
      R"({"allOf":[true]})",
      R"({"allOf":{"type":"string"}})",
      // Names of properties are no keywords.
      R"({"properties":{"const":{},"$ref":{"type":"string"},"definitions":{},"allOf":[{}]}})",
      R"({"$defs":{"definitions":{"type":"null"}},"$ref":"#/$defs/definitions"})",
      R"({"$ref":"#/properties/definitions"})",
      // Values are no schemas.
      R"({"enum":[{"const":1}],"default":{"const":1,"allOf":[{}]},"examples":[{"const":1}]})",
      R"({"x-own":{"const":1,"definitions":{}}})",
      // A reference alone, or beside keys that may stand there.
      R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#"}},"$id":"x","$comment":"y"})",
      R"({"$ref":"other.json#/definitionsX/a"})",
      R"({"$ref":1,"type":"string"})",
      R"({"$ref":"#definitions"})",
      // Within an element with an `$id` references count from there.
      R"({"allOf":[{"$id":"https://a.example/b","$ref":"#/c"}]})",
      // Merging would leave the reference without its target.
      R"({"anyOf":[{"allOf":[{"type":"string"}]},{"$ref":"#/anyOf/0/allOf/0"}]})",
      // Duplicates stay; the last one counts.
      R"({"type":"string","type":"number"})",
      R"({"$ref":"#/a","type":"number","$ref":null})",
  };
  for (const char* schema : rows) CHECK(json_schema(schema) == schema);
}

TEST_CASE("what Google ignores or refuses is rewritten, and only that") {
  const struct {
    const char* schema;
    const char* expected;
  } rows[] = {
      // const
      {R"({"const":"a"})", R"({"enum":["a"]})"},
      {R"({"const": 18446744073709551616 })", R"({"enum":[18446744073709551616]})"},
      {R"({"const":{"const": 1 }})", R"({"enum":[{"const": 1 }]})"},
      {R"({"const":null})", R"({"enum":[null]})"},
      {R"({"enum":["a","b"],"type":"string","const":"b"})", R"({"type":"string","enum":["b"]})"},
      {R"({"const":1,"const":2})", R"({"enum":[2]})"},
      {R"({"\u0063onst":"\u00e9"})", R"({"enum":["\u00e9"]})"},
      {R"({ "properties" : { "k" : { "const" : "\/" , "type":"string" } , "z" : 1 } })",
       R"({ "properties" : { "k" : {"enum":["\/"],"type":"string"} , "z" : 1 } })"},
      // In every place where a schema may stand.
      {R"({"items":{"const":1},"anyOf":[{"const":2},0,true],"not":{"const":3}})",
       R"({"items":{"enum":[1]},"anyOf":[{"enum":[2]},0,true],"not":{"enum":[3]}})"},
      {R"({"items":[{"const":1}],"prefixItems":[{"const":2}],"additionalProperties":{"const":3}})",
       R"({"items":[{"enum":[1]}],"prefixItems":[{"enum":[2]}],"additionalProperties":{"enum":[3]}})"},
      {R"({"$defs":{"a":{"const":1}},"patternProperties":{"a":{"const":2}},"dependencies":{"a":["b"],"b":{"const":3}}})",
       R"({"$defs":{"a":{"enum":[1]}},"patternProperties":{"a":{"enum":[2]}},"dependencies":{"a":["b"],"b":{"enum":[3]}}})"},
      {R"({"if":{"const":1},"then":{"const":2},"else":{"const":3},"contains":{"const":4}})",
       R"({"if":{"enum":[1]},"then":{"enum":[2]},"else":{"enum":[3]},"contains":{"enum":[4]}})"},
      {R"({"allOf":[{"const":1},{"oneOf":[{"const":2}]}]})",
       R"({"allOf":[{"enum":[1]},{"oneOf":[{"enum":[2]}]}]})"},
      // allOf with one element
      {R"({"allOf":[{"type":"string"}]})", R"({"type":"string"})"},
      {R"({"allOf":[{}]})", "{}"},
      {R"({"title":"t","allOf":[{"title":"u","type":"string"}],"default":1})",
       R"({"title":"t","default":1,"type":"string"})"},
      {R"({"allOf":[{"allOf":[{"allOf":[{"const":1}]}]}]})", R"({"enum":[1]})"},
      {R"({"allOf":[{"type":"a","allOf":[{"x":1},{"const":2}]}]})",
       R"({"allOf":[{"x":1},{"enum":[2]}],"type":"a"})"},
      {R"({"properties":{"a":{"const":1}},"required":["a"],)"
       R"("allOf":[{"properties":{"b":{"const":2},"\u0061":{}},"required":["b","a"]}]})",
       R"({"properties":{"a":{"enum":[1]},"b":{"enum":[2]}},"required":["a","b"]})"},
      {R"({"allOf":[{"const":1}],"enum":[1,2]})", R"({"enum":[1]})"},
      // $ref beside other keys
      {R"({"$ref":"#/$defs/a","description":"d","default":null})", R"({"$ref":"#/$defs/a"})"},
      {R"({"description":"d","$ref":"#\/$defs\/a","$comment":"c"})",
       R"({"$ref":"#\/$defs\/a","$comment":"c"})"},
      {R"({"allOf":[{"$ref":"#/$defs/a"}],"description":"d"})", R"({"$ref":"#/$defs/a"})"},
      {R"({"$ref":"#/$defs/a","allOf":[{"type":"string"}],"const":1})", R"({"$ref":"#/$defs/a"})"},
      {R"({"type":"object","$r\u0065f":"#/$defs/a","$defs":{"a":{"const":1}}})",
       R"({"$r\u0065f":"#/$defs/a","$defs":{"a":{"enum":[1]}}})"},
      // definitions
      {R"({"definitions" : {"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#"}} })",
       R"({"$defs" : {"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#"}} })"},
      {R"({"$ref":"#/definitions/a","definitions":{"a":{}},"$schema":"s"})",
       R"({"$ref":"#/$defs/a","$defs":{"a":{}},"$schema":"s"})"},
      {R"({"$ref":"#/properties/definitions/definitions"})",
       R"({"$ref":"#/properties/definitions/$defs"})"},
      {R"({"$ref":"#/definitions/definitions/definitions/a~1b"})",
       R"({"$ref":"#/$defs/definitions/$defs/a~1b"})"},
      {R"({"$ref":"#/properties/definitions/items/definitions/é"})",
       R"({"$ref":"#/properties/definitions/items/$defs/é"})"},
      {R"({"$ref":"#\/d\u0065finitions/\"\\\n"})", R"({"$ref":"#/$defs/\"\\\n"})"},
      {R"({"$ref":"https://a.example/b#/definitions/c"})",
       R"({"$ref":"https://a.example/b#/$defs/c"})"},
      {R"({"$defs":{"a":{"const":1}},"definitions":{"a":{},"b":{"const":2}}})",
       R"({"$defs":{"a":{"enum":[1]},"b":{"enum":[2]}}})"},
      {R"({"definitions":{"b":true},"$defs":{"a":false}})", R"({"$defs":{"a":false,"b":true}})"},
      {R"({"properties":{"a":{"definitions":{"c":{}},"$ref":"#/definitions/c"}},"x":[ ]})",
       R"({"properties":{"a":{"$defs":{"c":{}},"$ref":"#/$defs/c"}},"x":[ ]})"},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    CHECK(json_schema(row.schema) == row.expected);
  }
}

TEST_CASE("a schema is appended to what is there, and an absent one is empty") {
  std::string out = "before";
  proxy::gemini::write_json_schema({}, out);
  proxy::gemini::write_json_schema(SchemaText(R"({"const":1})").root(), out);
  CHECK(out == R"(before{}{"enum":[1]})");
}

TEST_CASE("wrong types of every keyword do no harm") {
  for (const std::string keyword :
       {"const", "enum", "allOf", "anyOf", "oneOf", "$ref", "definitions", "$defs", "properties",
        "required", "items", "not", "patternProperties", "dependencies", "prefixItems"}) {
    for (const std::string value : {"null", "true", "1e999", R"("x")", "[]", "{}", "[{}]", "[[]]",
                                    R"({"const":1})", R"([{"const":[]}])"}) {
      const std::string member = "\"" + keyword + "\":" + value;
      for (const std::string more : {R"("type":"a")", R"("const":2)", R"("allOf":[{"$defs":1}])",
                                     R"("definitions":{})", R"("$ref":"#")"}) {
        for (const std::string& schema : {"{" + member + "}", "{" + member + "," + more + "}",
                                          "{\"allOf\":[{" + member + "}]," + more + "}"}) {
          INFO(schema);
          CHECK_FALSE(proxy::test::Scanned(json_schema(schema)).error.has_value());
        }
      }
    }
  }
}

TEST_CASE("J-16, F-16: the deepest schema that a body may hold is rewritten") {
  const std::size_t depth = proxy::limits::kJsonDepth;
  for (const auto& [open, close] : {std::pair<std::string, std::string>{R"({"items":)", "}"},
                                    {R"({"allOf":[)", "]}"},
                                    {R"({"properties":{"a":)", "}}"},
                                    {R"({"x":1,"allOf":[{"not":)", "}]}"}}) {
    std::string schema = R"({"const":1})";
    std::size_t levels = 1;
    const auto added = static_cast<std::size_t>(std::count(open.begin(), open.end(), '{') +
                                                std::count(open.begin(), open.end(), '['));
    for (; levels + added < depth; levels += added) schema = open + schema + close;
    INFO(open);
    CHECK(json_schema(schema).find(R"({"enum":[1]})") != std::string::npos);
  }
}

TEST_CASE("F-16, J-19: time is linear in the schema") {
  const auto seconds_for = [](const std::string& schema) {
    const auto start = std::chrono::steady_clock::now();
    json_schema(schema);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const auto members = [](int count, const char* value) {
    std::string text;
    for (int i = 0; i != count; ++i) {
      text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + value;
    }
    return text;
  };
  std::string required = "[\"\"";
  for (int i = 0; i != 20'000; ++i) required += ",\"k" + std::to_string(i) + "\"";
  required += ']';
  std::string pointer = "#";
  for (int i = 0; i != 100'000; ++i) pointer += "/definitions/a";
  const std::string rows[] = {
      R"({"properties":{)" + members(20'000, R"({"const":1})") + "}}",
      R"({"enum":)" + required + R"(,"const":1})",
      "{" + members(20'000, "1") + R"(,"allOf":[{)" + members(20'000, "2") + "}]}",
      R"({"properties":{)" + members(20'000, "{}") + R"(},"allOf":[{"properties":{)" +
          members(20'000, "{}") + R"(},"required":)" + required + R"(}],"required":)" + required +
          "}",
      R"({"$ref":"#",)" + members(100'000, "1") + "}",
      "{\"" + std::string(1'000'000, '$') + R"(":1,"$ref":"#","x":1})",
      R"({"$ref":")" + pointer + "\"}",
  };
  for (const std::string& schema : rows) {
    INFO(schema.substr(0, 60));
    CHECK(seconds_for(schema) < 5);  // seconds even with sanitizers; quadratic would be minutes
  }
}
