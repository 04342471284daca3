#include "gemini/schema_facts.h"

#include <string>

#include "base/limits.h"
#include "schema_tools.h"

using proxy::gemini::is_alternative;
using proxy::gemini::Keyword;
using proxy::gemini::SchemaReader;
using proxy::test::openapi_parameters;
using proxy::test::openapi_schema;
using proxy::test::parsed;
using proxy::test::refusal_of_text;
using proxy::test::SchemaText;

namespace limits = proxy::limits;

TEST_CASE("null and false are no alternatives") {
  for (const char* schema : {"null", "false", "1", "[]", R"("x")", R"({"type":"null"})",
                             R"({"type":["null"]})", R"({"const":null})", R"({"enum":[null]})"}) {
    INFO(schema);
    CHECK_FALSE(is_alternative(SchemaText(schema).root()));
  }
  for (const char* schema :
       {"true", "{}", R"({"type":"string"})", R"({"type":["null","string"]})", R"({"const":0})",
        R"({"const":1,"type":"null"})", R"({"enum":[null,1]})", R"({"enum":[]})"}) {
    INFO(schema);
    CHECK(is_alternative(SchemaText(schema).root()));
  }
}

TEST_CASE("what stands nearer to the schema wins over its references and combinations") {
  const SchemaText text(
      R"({"title":"own","$ref":"#/$defs/a","allOf":[{"title":"all","minLength":1},{"maxLength":2}],)"
      R"("anyOf":[{"pattern":"p","maxLength":3}],)"
      R"("$defs":{"a":{"title":"ref","type":"string","minLength":4}}})");
  SchemaReader reader(text.root());
  const auto facts = reader.read(text.root(), false);
  CHECK((*facts)[Keyword::title].text() == "own");
  CHECK((*facts)[Keyword::type].text() == "string");
  CHECK((*facts)[Keyword::min_length].integer() == 4);
  CHECK((*facts)[Keyword::max_length].integer() == 2);
  CHECK((*facts)[Keyword::pattern].text() == "p");
  CHECK_FALSE((*facts)[Keyword::format].exists());
  CHECK_FALSE(facts->was_cut);
  CHECK(reader.followed() == 2);  // the root, and what was referred to
}

TEST_CASE("references are inlined, with what stands beside them") {
  const struct {
    const char* schema;
    const char* expected;
  } rows[] = {
      {R"({"properties":{"a":{"$ref":"#/$defs/t","description":"d"}},)"
       R"("$defs":{"t":{"type":"integer","description":"e","minimum":0}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"INTEGER","description":"d","minimum":0}}})"},
      {R"({"properties":{"a":{"$ref":"#/definitions/t"},"b":{"$ref":"#/definitions/t"}},)"
       R"("definitions":{"t":{"type":"array","items":{"$ref":"#/definitions/u"}},)"
       R"("u":{"enum":["\u00e9"]}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"ARRAY","items":{"type":"STRING","enum":["\u00e9"]}},)"
       R"("b":{"type":"ARRAY","items":{"type":"STRING","enum":["\u00e9"]}}}})"},
      {R"({"properties":{"a":{"type":"number"},"b":{"$ref":"#/properties/a"}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"NUMBER"},"b":{"type":"NUMBER"}}})"},
      {R"({"properties":{"a":{"$ref":"#t"},"b":{"$ref":"u.json"}},)"
       R"("$defs":{"t":{"$anchor":"t","type":"number"},"u":{"$id":"u.json","type":"boolean"}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"NUMBER"},"b":{"type":"BOOLEAN"}}})"},
      // To nowhere, or to what is no schema.
      {R"({"properties":{"a":{"$ref":"https://a.example/b"},"b":{"$ref":"#/$defs/x"},)"
       R"("c":{"$ref":1},"d":{"$ref":"#/$defs/s"},"e":{"$ref":"#/$defs/t"}},)"
       R"("$defs":{"s":"x","t":true}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"STRING"},)"
       R"("c":{"type":"STRING"},"d":{"type":"STRING"},"e":{"type":"STRING"}}})"},
      // Pydantic's optional model.
      {R"({"properties":{"a":{"anyOf":[{"$ref":"#/$defs/M"},{"type":"null"}],"default":null}},)"
       R"("$defs":{"M":{"type":"object","title":"M","properties":{"x":{"type":"number"}}}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"OBJECT","title":"M","nullable":true,)"
       R"("properties":{"x":{"type":"NUMBER"}}}}})"},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    CHECK(openapi_parameters(row.schema) == row.expected);
    CHECK(refusal_of_text(row.expected) == "");
  }
}

TEST_CASE("F-16: reference loops are cut, and the cut is an object") {
  const struct {
    const char* schema;
    const char* expected;
  } rows[] = {
      {R"({"properties":{"child":{"$ref":"#"}}})",
       R"({"type":"OBJECT","properties":{"child":)"
       R"({"type":"OBJECT","properties":{"value":{"type":"STRING"}}}}})"},
      {R"({"$ref":"#/$defs/n","$defs":{"n":{"properties":{"next":)"
       R"({"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}],"description":"d"}}}}})",
       R"({"type":"OBJECT","properties":{"next":{"type":"OBJECT","description":"d",)"
       R"("nullable":true,"properties":{"value":{"type":"STRING"}}}}})"},
      {R"({"properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"$ref":"#/$defs/b"},)"
       R"("b":{"$ref":"#/$defs/a"}}})",
       R"({"type":"OBJECT","properties":{"a":)"
       R"({"type":"OBJECT","properties":{"value":{"type":"STRING"}}}}})"},
      {R"({"properties":{"a":{"$ref":"#/properties/a","type":"string"}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}}})"},
      {R"({"properties":{"a":{"type":"array","items":{"$ref":"#/properties/a"}}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"ARRAY","items":)"
       R"({"type":"ARRAY","items":{"type":"OBJECT","properties":{"value":{"type":"STRING"}}}}}}})"},
      // The same twice side by side is no loop.
      {R"({"properties":{"a":{"allOf":[{"$ref":"#/$defs/t"},{"$ref":"#/$defs/t"}]},)"
       R"("b":{"$ref":"#/$defs/t"}},"$defs":{"t":{"type":"number"}}})",
       R"({"type":"OBJECT","properties":{"a":{"type":"NUMBER"},"b":{"type":"NUMBER"}}})"},
  };
  for (const auto& row : rows) {
    INFO(row.schema);
    CHECK(openapi_schema(row.schema) == row.expected);
    CHECK(openapi_parameters(row.schema) == row.expected);
    CHECK(refusal_of_text(row.expected) == "");
  }
}

TEST_CASE("chains of references end, with what is known by then") {
  for (const std::size_t length : {10UL, limits::kSchemaReferences - 1, 200UL, 5'000UL}) {
    std::string schema = R"({"properties":{"a":{"$ref":"#/$defs/0"}},"$defs":{)";
    for (std::size_t i = 0; i != length; ++i) {
      schema +=
          "\"" + std::to_string(i) + R"(":{"$ref":"#/$defs/)" + std::to_string(i + 1) + "\"},";
    }
    schema += "\"" + std::to_string(length) + R"(":{"type":"number"}}})";
    const bool is_whole = length < limits::kSchemaReferences;
    CHECK(parsed(openapi_schema(schema))["properties"]["a"]["type"] ==
          (is_whole ? "NUMBER" : "OBJECT"));
  }
}

TEST_CASE("inlining that doubles at every step is bounded") {
  std::string schema = R"({"properties":{"a":{"$ref":"#/$defs/0"}},"$defs":{)";
  for (int i = 0; i != 40; ++i) {
    const std::string next = R"({"$ref":"#/$defs/)" + std::to_string(i + 1) + "\"}";
    schema += "\"" + std::to_string(i) + R"(":{"properties":{"a":)" + next + ",\"b\":" + next +
              ",\"c\":{\"anyOf\":[" + next + "," + next + "]}}},";
  }
  schema += R"("40":{"type":"number"}}})";
  const std::string out = openapi_schema(schema);
  CHECK(refusal_of_text(out) == "");
  CHECK(out.size() < 2 * limits::kSchemaInlinedBytes);
}
