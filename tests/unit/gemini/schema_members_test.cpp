#include "gemini/schema_members.h"

#include "support/catch.h"
#include "support/json_tools.h"

using proxy::gemini::SchemaMembers;
using proxy::test::Scanned;

TEST_CASE("of several objects the first counts, within one the last of duplicates") {
  const Scanned objects(
      R"([{"a":1,"b":2,"\u0061":3}, {"b":4,"c":5,"c":6}, null, [7], {"":8, "\u00e9":9}])");
  SchemaMembers members;
  CHECK(members.empty());
  for (const auto object : objects.root().items()) members.add(object);
  CHECK_FALSE(members.empty());
  REQUIRE(members.entries().size() == 5);
  const struct {
    const char* name;
    int value;
    std::size_t source;
  } rows[] = {{"a", 3, 0}, {"b", 2, 0}, {"c", 6, 1}, {"", 8, 4}, {"é", 9, 4}};
  for (std::size_t i = 0; i != 5; ++i) {
    const auto& entry = members.entries()[i];
    CHECK(entry.key.text() == rows[i].name);
    CHECK(entry.value.integer() == rows[i].value);
    CHECK(entry.source == rows[i].source);
    CHECK(members.find(rows[i].name) == i);
    CHECK(members[rows[i].name].integer() == rows[i].value);
  }
  CHECK(members.find("d") == 5);
  CHECK_FALSE(members["d"].exists());
}

TEST_CASE("names of a list are members, each once") {
  const Scanned lists(R"([["b","a",1,null,"\u0062"], ["c","a"], "d", {"e":"f"}])");
  SchemaMembers names;
  for (const auto list : lists.root().items()) names.add_names(list);
  std::string all;
  for (const auto& name : names.entries()) all += name.key.text();
  CHECK(all == "bac");
}
