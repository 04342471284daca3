#include "gemini/request.h"

#include <string>
#include <string_view>
#include <utility>

#include "support/catch.h"

using proxy::gemini::Arena;
using proxy::gemini::Fields;

TEST_CASE("fields keep one value for each name, in the order of their first setting") {
  Fields fields;
  CHECK(fields.empty());
  CHECK_FALSE(fields.has("a"));
  fields.set("a", {"1"});
  fields.set("b", {"2"});
  fields.set("a", {"3"});
  CHECK(fields.has("a"));
  CHECK(fields.has("b"));
  CHECK_FALSE(fields.has("c"));
  REQUIRE(fields.entries().size() == 2);
  CHECK(fields.entries()[0].name == "a");
  CHECK(fields.entries()[0].value.text == "3");
  fields.drop("c");
  fields.drop("a");
  CHECK_FALSE(fields.has("a"));
  fields.set("a", {"4"});
  REQUIRE(fields.entries().size() == 2);
  CHECK(fields.entries()[1].name == "a");
}

TEST_CASE("kept text stays where it is, also when more is kept and the arena moves") {
  Arena arena;
  const std::string_view first = arena.keep("short");
  for (int i = 0; i < 100; ++i) arena.keep(std::string(100, 'x'));
  const Arena moved = std::move(arena);
  CHECK(first == "short");
}
