// All three writers on schemas that nobody wrote for them: a public test suite, random ones, and
// ones that are deep or large.
#include <chrono>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "schema_tools.h"
#include "support/corpora.h"

namespace fs = std::filesystem;
namespace limits = proxy::limits;
using proxy::test::json_schema;
using proxy::test::openapi_parameters;
using proxy::test::openapi_schema;
using proxy::test::parsed;
using proxy::test::refusal_of_text;
using proxy::test::Rewriter;
using proxy::test::Tree;

namespace {

// What is wrong with what the writers make of it; "" if nothing.
std::string complaint(const std::string& schema) {
  const Tree tree = parsed(schema);
  const std::string written = json_schema(schema);
  const Tree out = parsed(written);
  if (out.is_discarded()) return "no JSON: " + written;
  const Tree expected = Rewriter(schema).rewritten(tree);
  // By value and without regard to order, as JSON compares.
  if (nlohmann::json(out) != nlohmann::json(expected)) return "rewritten to " + written;
  if (out == tree && written != schema) return "not copied as it is: " + written;
  if (json_schema(written) != written) return "rewritten again: " + written;

  for (const std::string& message : {openapi_schema(schema), openapi_parameters(schema)}) {
    if (message == "nothing") continue;
    if (auto refused = refusal_of_text(message); !refused.empty()) {
      return refused + " in " + message;
    }
  }
  const std::string parameters = openapi_parameters(schema);
  if (parameters != "nothing" && parsed(parameters)["type"] != "OBJECT") return "no object";
  return "";
}

std::string in_property(const std::string& schema) {
  return R"({"type":"object","properties":{"p":)" + schema + R"(},"required":["p"]})";
}

std::size_t below(std::mt19937& random, std::size_t end) { return random() % end; }

template <std::size_t N>
std::string one_of(std::mt19937& random, const char* const (&choices)[N]) {
  return choices[below(random, N)];
}

std::string random_schema(std::mt19937& random, int depth);

std::string random_name(std::mt19937& random) {
  return one_of(random, {R"("a")", R"("b")", R"("c")", R"("\u0061b")", R"("é")", R"("")",
                         R"("const")", R"("$ref")", R"("definitions")", R"("x/y~z")"});
}

std::string random_scalar(std::mt19937& random) {
  return one_of(random, {R"("a")", R"("\ud83d\ude00")", R"("")", "1", "-0.5e1", "true", "null",
                         "18446744073709551616", "9007199254740993"});
}

std::string random_list(std::mt19937& random, int depth) {
  std::string list = "[";
  for (std::size_t i = below(random, 4); i != 0; --i) {
    list += (list.size() > 1 ? "," : "") + random_schema(random, depth - 1);
  }
  return list + "]";
}

// Names are not repeated: the reference rewriter takes trees, which have none twice.
std::string random_map(std::mt19937& random, int depth) {
  std::string map = "{";
  for (std::size_t i = below(random, 4); i != 0; --i) {
    const std::string name = random_name(random);
    if (map.find(name + ":") != map.npos) continue;
    map += (map.size() > 1 ? "," : "") + name + ":" + random_schema(random, depth - 1);
  }
  return map + "}";
}

std::string random_value(std::mt19937& random, const std::string& keyword, int depth) {
  if (keyword == "$defs" || keyword == "definitions") return random_map(random, depth);
  if (below(random, 20) == 0) return random_scalar(random);
  if (below(random, 20) == 0) return random_list(random, depth);
  if (keyword == "type") {
    return one_of(random, {R"("object")", R"("string")", R"("array")", R"("null")", R"("integer")",
                           R"(["string","null"])", R"(["object","array","number"])", "[]"});
  }
  if (keyword == "$ref") {
    return one_of(random,
                  {R"("#")", R"("#/$defs/a")", R"("#/definitions/b")", R"("#/properties/a")",
                   R"("#/$defs/c/items")", R"("#/definitions/x~1y~0z")", R"("#a")"});
  }
  if (keyword == "enum" || keyword == "required" || keyword == "propertyOrdering") {
    std::string list = "[" + random_scalar(random);
    for (std::size_t i = below(random, 3); i != 0; --i) list += "," + random_name(random);
    return list + "]";
  }
  if (keyword == "const" || keyword == "default") return random_scalar(random);
  if (keyword == "minItems" || keyword == "maximum") return random_scalar(random);
  if (keyword == "format") return one_of(random, {R"("date-time")", R"("int32")", R"("email")"});
  if (keyword == "description") return one_of(random, {R"("d")", R"("\/\u00e9")"});
  if (keyword == "allOf" && below(random, 2) == 0) {
    return "[" + random_schema(random, depth - 1) + "]";
  }
  if (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf") {
    return random_list(random, depth);
  }
  if (keyword == "properties") return random_map(random, depth);
  return random_schema(random, depth - 1);
}

std::string random_schema(std::mt19937& random, int depth) {
  if (depth <= 0 || below(random, 15) == 0) return one_of(random, {"{}", "true", "1", "null"});
  static constexpr const char* kKeywords[] = {"type",
                                              "type",
                                              "properties",
                                              "properties",
                                              "items",
                                              "required",
                                              "anyOf",
                                              "oneOf",
                                              "allOf",
                                              "$ref",
                                              "const",
                                              "enum",
                                              "$defs",
                                              "definitions",
                                              "not",
                                              "format",
                                              "description",
                                              "default",
                                              "minItems",
                                              "maximum",
                                              "additionalProperties",
                                              "propertyOrdering"};
  std::string schema = "{";
  std::string taken;
  for (std::size_t i = below(random, 6); i != 0; --i) {
    const std::string keyword = one_of(random, kKeywords);
    if (taken.find("," + keyword + ",") != taken.npos) continue;
    taken += "," + keyword + ",";
    schema += (schema.size() > 1 ? ", \"" : "\"") + keyword +
              "\":" + random_value(random, keyword, depth);
  }
  return schema + "}";
}

double seconds_for(const std::string& schema) {
  const auto start = std::chrono::steady_clock::now();
  const std::string out = openapi_schema(schema) + openapi_parameters(schema);
  CHECK(out.size() < 10 * (schema.size() + limits::kSchemaInlinedBytes));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// `"k0":value,"k1":value,...`, with `@` in the value for the number.
std::string numbered(int count, std::string_view value, bool has_names = true) {
  std::string text;
  for (int i = 0; i != count; ++i) {
    const std::string number = std::to_string(i);
    if (i != 0) text += ',';
    if (has_names) text += "\"k" + number + "\":";
    for (const char c : value) text += c == '@' ? number : std::string(1, c);
  }
  return text;
}

}  // namespace

TEST_CASE("F-16: every schema of JSON-Schema-Test-Suite is translated") {
  const auto corpora = proxy::test::corpora();
  if (!corpora) {
    std::cout << "skipped: no JSON-Schema-Test-Suite here\n";
    return;
  }
  int schemas = 0;
  for (const auto& file :
       fs::recursive_directory_iterator(*corpora / "JSON-Schema-Test-Suite" / "tests")) {
    if (file.path().extension() != ".json") continue;
    for (const Tree& group : parsed(proxy::test::read_file(file.path()))) {
      const std::string schema = group["schema"].dump();
      INFO(file.path().filename().string() << ": " << group["description"].get<std::string>());
      CHECK(complaint(schema) == "");
      CHECK(complaint(in_property(schema)) == "");
      // Below the top there is always something to send.
      CHECK(openapi_parameters(in_property(schema)) != "nothing");
      ++schemas;
    }
  }
  std::cout << schemas << " schemas of JSON-Schema-Test-Suite\n";
  CHECK(schemas == 782);
}

TEST_CASE("random schemas are translated") {
  const auto seed = proxy::test::test_seed();
  std::cout << "PROXY_TEST_SEED=" << seed << "\n";
  std::mt19937 random(seed);
  for (int round = 0; round != 1'000; ++round) {
    const std::string schema = random_schema(random, 6);
    if (const auto found = complaint(schema); !found.empty())
      FAIL_CHECK(found << " from " << schema);
  }
}

TEST_CASE("any JSON at all is taken for a schema without harm") {
  const auto seed = proxy::test::test_seed();
  std::cout << "PROXY_TEST_SEED=" << seed << "\n";
  std::mt19937 random(seed);
  for (int round = 0; round != 1'000; ++round) {
    const std::string document = proxy::test::random_document(random);
    for (const std::string& schema :
         {document, in_property(document), R"({"anyOf":)" + document + "}",
          R"({"allOf":[)" + document + R"(],"properties":)" + document + "}",
          R"({"items":)" + document + R"(,"enum":)" + document + "}"}) {
      INFO(schema);
      CHECK_FALSE(proxy::test::Scanned(json_schema(schema)).error.has_value());
      for (const std::string& out : {openapi_schema(schema), openapi_parameters(schema)}) {
        if (out != "nothing") CHECK(refusal_of_text(out) == "");
      }
    }
  }
}

TEST_CASE("J-16, F-16: what is too deep for Google is cut, in every kind of nesting") {
  const struct {
    const char* open;
    const char* close;
    std::size_t levels;
  } rows[] = {
      {R"({"type":"array","items":)", "}", 1},
      {R"({"properties":{"a":)", "}}", 2},
      {R"({"type":["object","array","null"],"properties":{"a":)", "}}", 2},
      {R"({"anyOf":[{"type":"string"},)", "]}", 2},
      {R"({"allOf":[)", "]}", 2},
      {R"({"oneOf":[{"properties":{"b":{"type":"number"},"c":)", "}},{}]}", 4},
      {R"({"type":["array","string"],"items":{"type":["object","array"],"properties":{"a":)", "}}}",
       3}};
  for (const auto& row : rows) {
    std::string schema = R"({"type":["object","array"],"enum":["a"]})";
    for (std::size_t levels = 3; levels + row.levels <= limits::kJsonDepth; levels += row.levels) {
      schema = row.open + schema + row.close;
      INFO(levels << " levels of " << row.open);
      for (const std::string& out : {openapi_schema(schema), openapi_parameters(schema)}) {
        if (out == "nothing") continue;
        CHECK(refusal_of_text(out) == "");
        CHECK(proxy::test::depth_of(parsed(out)) <= limits::kSchemaDepth + 4);
      }
    }
  }
}

TEST_CASE("F-16, J-19: large schemas take time that is linear in their size") {
  const std::string names = "[" + numbered(20'000, R"("k@")", false) + "]";
  const std::string wide = R"({"properties":{)" + numbered(1'000, "{}") + "}}";
  const std::string rows[] = {
      R"({"enum":[)" + numbered(10'000, R"("v@")", false) + "]}",
      R"({"enum":[)" + numbered(100'000, "@", false) + "]}",
      R"({"properties":{)" + numbered(30'000, "1") + "}}",
      R"({"properties":{)" + numbered(20'000, "{}") + R"(},"required":)" + names +
          R"(,"propertyOrdering":)" + names + "}",
      "{" + numbered(100'000, "1") + R"(,"type":"string"})",
      "{\"" + std::string(1'000'000, 'k') + R"(":1,"type":"string"})",
      R"({"properties":{")" + std::string(1'000'000, 'k') + R"(":{}}})",
      R"({"anyOf":[)" + numbered(20'000, R"({"const":"v@"})", false) + "]}",
      R"({"allOf":[)" + numbered(10'000, R"({"properties":{"p@":{}}})", false) + "]}",
      R"({"description":")" + std::string(100'000, 'd') + R"(","anyOf":[)" +
          numbered(20'000, R"({"const":"v@"})", false) + "]}",
      // References: many to many, many to something large, long ones, and ones by name.
      R"({"properties":{)" + numbered(10'000, R"({"$ref":"#/$defs/k@"})") + R"(},"$defs":{)" +
          numbered(10'000, R"({"type":"number"})") + "}}",
      R"({"properties":{)" + numbered(10'000, R"({"$ref":"#/$defs/w"})") + R"(},"$defs":{"w":)" +
          wide + "}}",
      R"({"properties":{)" +
          numbered(1'000, R"({"$ref":"#/$defs/)" + std::string(5'000, 'k') + R"(@"})") +
          R"(},"$defs":{)" + numbered(1'000, R"({})") + "}}",
      R"({"properties":{)" + numbered(10'000, R"({"$ref":"#a@"})") + R"(},"$defs":{)" +
          numbered(10'000, R"({"$anchor":"a@"})") + "}}",
      R"({"properties":{)" + numbered(10'000, R"({"$ref":"x@.json#/a"})") + R"(},"$defs":{)" +
          numbered(10'000, R"({"$id":"x@.json"})") + "}}",
      R"({"properties":{"a":{"$ref":"#)" +
          [] {
            std::string pointer;
            for (int i = 0; i != 200'000; ++i) pointer += "/properties/a";
            return pointer;
          }() +
          "\"}}}",
  };
  for (const std::string& schema : rows) {
    INFO(schema.substr(0, 60));
    CHECK(seconds_for(schema) < 10);  // with sanitizers; quadratic would be minutes
  }
}
