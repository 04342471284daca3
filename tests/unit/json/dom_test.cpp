#include "json/dom.h"

#include <string>

#include "support/catch.h"
#include "support/corpora.h"

using namespace std::string_literals;
using proxy::json::same;

TEST_CASE("two texts are the same if their values are") {
  struct Row {
    std::string a;
    std::string b;
    bool same;
    const char* why;
  };
  const Row rows[] = {
      {R"({"a":1,"b":[2]})", R"( { "b" : [ 2 ] , "a" : 1 } )", true, "order of keys and spaces"},
      {R"([1,2])", R"([2,1])", false, "order of elements"},
      {R"([1.0, 1e2])", R"([1, 100])", true, "numbers by value"},
      {R"([1])", R"([1.5])", false, "numbers by value"},
      {R"(["\u0041\/"])", R"(["A/"])", true, "strings by value"},
      {R"({"a":1,"a":2})", R"({"a":2})", true, "the last of duplicates"},
      {R"({"a":null})", R"({})", false, "null is a value"},
      {R"(0)", R"(false)", false, "types differ"},
      {R"("1")", R"(1)", false, "types differ"},
      {R"(["\ud83d"])", "[\"\xEF\xBF\xBD\"]", true, "a lone surrogate is U+FFFD"},
      {R"({)", R"({)", false, "no JSON"},
      {R"({})", R"({)", false, "no JSON on one side"},
      {R"()", R"()", false, "nothing"},
      {"1\0"s, "1", false, "a NUL ends nothing"},
      {"1e400", "1e400", false, "beyond double"},
  };
  for (const Row& row : rows) {
    INFO(row.why << ": " << row.a << " and " << row.b);
    CHECK(same(row.a, row.b) == row.same);
    CHECK(same(row.b, row.a) == row.same);
  }
}

TEST_CASE("a text too deep for a tree is not the same as anything") {
  const std::string fits = std::string(128, '[') + std::string(128, ']');
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(same(fits, fits));
  CHECK_FALSE(same(deep, deep));
}

TEST_CASE("the tree decides JSONTestSuite as it says", "[J-03]") {
  const auto corpora = proxy::test::corpora();
  if (!corpora) {
    WARN("skipped: no JSONTestSuite here");
    return;
  }
  int decided = 0;
  const auto folder = *corpora / "JSONTestSuite" / "test_parsing";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    const std::string text = proxy::test::read_file(file.path());
    INFO(name);
    const bool is_read = same(text, text);
    if (name[0] == 'i') continue;
    CHECK(is_read == (name[0] == 'y'));
    ++decided;
  }
  CHECK(decided == 283);
}
