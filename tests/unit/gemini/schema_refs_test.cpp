#include "gemini/schema_refs.h"

#include <string>

#include "schema_tools.h"

using proxy::gemini::SchemaReferences;
using proxy::test::SchemaText;

namespace {

constexpr const char* kSchema = R"({
  "$id": "https://a.example/schemas/root.json#",
  "$defs": {
    "a": 1, "\u0062": 2, "": {"": 3}, "c/d": 4, "e~f": 5, "g%h": 6, "~1": 7, "é": 8, "%41": 9,
    "item": {"$id": "item.json", "$anchor": "top", "properties": {"x": 10}},
    "urn": {"$id": "urn:example:1", "x": 11},
    "old": {"$id": "#old", "x": 12},
    "dynamic": {"$dynamicAnchor": "node", "x": 13},
    "list": [14, {"x": 15}],
    "twice": 0, "twice": 16,
    "wrong": {"$id": 1, "$anchor": null}
  }
})";

std::string found(std::string_view reference, std::size_t budget = 1'000'000) {
  const SchemaText text(kSchema);
  SchemaReferences references(text.root(), budget);
  const auto target = references.find(reference);
  if (!target.exists()) return "none";
  if (target.raw().text == text.root().raw().text) return "root";
  const auto x = target["x"].exists() ? target["x"] : target["properties"]["x"];
  return std::string((x.exists() ? x : target).raw().text);
}

}  // namespace

TEST_CASE("references lead to what they name") {
  const struct {
    const char* reference;
    const char* expected;
  } rows[] = {
      {"", "root"},
      {"#", "root"},
      {"#/$defs/a", "1"},
      {"#/%24defs/a", "1"},
      {"#/$defs/b", "2"},
      {"#/$defs//", "3"},
      {"#/$defs/c~1d", "4"},
      {"#/$defs/e~0f", "5"},
      {"#/$defs/g%25h", "6"},
      {"#/$defs/g%h", "6"},  // no escape, so it stands for itself
      {"#/$defs/~01", "7"},
      {"#/$defs/%C3%A9", "8"},
      {"#/$defs/é", "8"},
      {"#/$defs/%2541", "9"},
      {"#/$defs/list/0", "14"},
      {"#/$defs/list/1", "15"},
      {"#/$defs/twice", "16"},
      {"#top", "10"},
      {"item.json", "10"},
      {"item.json#", "10"},
      {"item.json#/properties/x", "10"},
      {"https://a.example/schemas/item.json", "10"},
      {"/schemas/root.json", "root"},
      {"root.json#/$defs/a", "1"},
      {"https://a.example/schemas/root.json", "root"},
      {"urn:example:1", "11"},
      {"#old", "12"},
      {"#node", "13"},
  };
  for (const auto& row : rows) {
    INFO(row.reference);
    CHECK(found(row.reference) == row.expected);
  }
}

TEST_CASE("references that lead nowhere find nothing") {
  for (const char* reference : {"#/",
                                "#/$defs/",
                                "#/$defs/none",
                                "#/$defs/a/b",
                                "#/$defs/list/2",
                                "#/$defs/list/-1",
                                "#/$defs/list/x",
                                "#/$defs/list/",
                                "#/$defs/list/99999999999999999999",
                                "#/$defs/list/4294967296",
                                "#/$defs/a/0",
                                "#none",
                                "#/$defs/g%25h/%",
                                "other.json",
                                "xitem.json",
                                "json",
                                "tem.json",
                                "item.json#/x",
                                "other.json#top/x",
                                "%",
                                "/",
                                "#/$defs/item/properties/x/y",
                                "~",
                                "#~",
                                "#/~",
                                "##"}) {
    INFO(reference);
    const std::string expected = std::string(reference) == "#/$defs/" ? R"({"": 3})" : "none";
    CHECK(found(reference) == expected);
  }
}

TEST_CASE("looking takes from the budget, and without one nothing is found") {
  const SchemaText text(kSchema);
  std::size_t budget = 40;
  SchemaReferences references(text.root(), budget);
  CHECK(references.find("#/$defs/a").exists());  // past 2 and 17 members, and one each
  CHECK(budget == 19);
  CHECK_FALSE(references.find("#/$defs/" + std::string(64, 'x')).exists());
  CHECK(budget == 0);
  CHECK_FALSE(references.find("#/$defs/a").exists());
  CHECK_FALSE(references.find("#top").exists());
  CHECK(references.find("#").exists());
}
