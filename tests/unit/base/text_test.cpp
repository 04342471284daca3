#include "base/text.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "support/catch.h"
#include "support/exact_bytes.h"

using namespace proxy::text;
using proxy::test::ExactBytes;

TEST_CASE("white space at both ends is trimmed") {
  const struct {
    const char* text;
    const char* trimmed;
  } rows[] = {
      {"", ""},         {" ", ""},      {" \t\r\n\f\v", ""}, {"a", "a"},
      {" a b ", "a b"}, {"\na\n", "a"}, {"a\r\n", "a"},      {"\xC2\xA0x", "\xC2\xA0x"},
  };
  for (const auto& row : rows) CHECK(trim(ExactBytes(row.text).view()) == row.trimmed);
}

TEST_CASE("case is that of ASCII alone") {
  CHECK(lower("AZaz09_\xC3\x89") == "azaz09_\xC3\x89");
  CHECK(equals_ignoring_case("BeArEr", "bearer"));
  CHECK(equals_ignoring_case("", ""));
  CHECK_FALSE(equals_ignoring_case("bearer", "beare"));
  CHECK_FALSE(equals_ignoring_case("[", "{"));  // 0x20 apart, but no letters
  CHECK_FALSE(equals_ignoring_case("@", "`"));
  CHECK(contains_ignoring_case("The Model is OVERLOADED.", "overloaded"));
  CHECK(contains_ignoring_case("x", ""));
  CHECK(contains_ignoring_case("", ""));
  CHECK_FALSE(contains_ignoring_case("over", "overloaded"));
}

TEST_CASE("pieces between separators are trimmed, empty ones left out") {
  using Pieces = std::vector<std::string_view>;
  CHECK(split("a,b", ',') == Pieces{"a", "b"});
  CHECK(split(" a , ,b ,", ',') == Pieces{"a", "b"});
  CHECK(split("", ',').empty());
  CHECK(split(",,,", ',').empty());
  CHECK(split("one", ',') == Pieces{"one"});
}

TEST_CASE("integers are printed and parsed to the last one") {
  const std::int64_t values[] = {0,
                                 1,
                                 -1,
                                 42,
                                 std::numeric_limits<std::int64_t>::max(),
                                 std::numeric_limits<std::int64_t>::min()};
  for (const std::int64_t value : values) CHECK(parse_decimal(decimal(value)) == value);
  CHECK(decimal(-7) == "-7");
  for (const char* text : {"", " ", "1 ", " 1", "1.0", "1e2", "+1", "--1", "-", "0x1", "1a",
                           "9223372036854775808", "-9223372036854775809"}) {
    INFO(text);
    CHECK_FALSE(parse_decimal(ExactBytes(text).view()).has_value());
  }
  CHECK(parse_decimal("007") == 7);
}

TEST_CASE("bytes are shown as two hex digits each") {
  CHECK(hex("") == "");
  CHECK(hex(std::string("\x00\x1f\xa0\xff", 4)) == "001fa0ff");
}

TEST_CASE("a star stands for any run of characters") {
  const struct {
    const char* pattern;
    const char* text;
    bool fits;
  } rows[] = {
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*", "anything", true},
      {"gemini-2.5-*", "gemini-2.5-pro", true},
      {"gemini-2.5-*", "gemini-2.5-", true},
      {"gemini-2.5-*", "gemini-2.5", false},
      {"*embedding*", "text-embedding-004", true},
      {"*embedding*", "embed", false},
      {"a*b*c", "abc", true},
      {"a*b*c", "a-b-b-c", true},
      {"a*b*c", "acb", false},
      {"a**c", "ac", true},
      {"abc", "ab", false},
      {"ab", "abc", false},
      {"*ab", "aab", true},
      {"*ab", "aabb", false},
      {"A*", "a", false},
      {"a?c", "abc", false},
  };
  for (const auto& row : rows) {
    INFO(row.pattern << " and " << row.text);
    CHECK(matches(ExactBytes(row.pattern).view(), ExactBytes(row.text).view()) == row.fits);
  }
  // Backtracking over every star at once would never end here.
  CHECK_FALSE(matches("*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(2'000, 'a')));
}

TEST_CASE("text from outside becomes fit for a sentence", "[S-16]") {
  const struct {
    std::string text;
    std::size_t most;
    std::string printed;
    const char* why;
  } rows[] = {
      {"abc", 10, "abc", "short"},
      {"abc", 2, "ab", "cut"},
      {"", 0, "", "nothing"},
      {std::string("a\0b\n\r\t\x1B[31m\x7F", 12), 20, "a?b   ?[31m?", "control characters (S-16)"},
      {"\xC3\xA9\xC3\xA9", 3, "\xC3\xA9", "no character is split"},
      {"a\xFFz", 10, "a\xEF\xBF\xBDz", "invalid UTF-8 is replaced"},
      {"\xFF\xFF\xFF\xFF", 4, "\xEF\xBF\xBD", "also then the bound holds"},
      {"\xFF", 2, "", "no room for U+FFFD"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const std::string printed = printable(ExactBytes(row.text).view(), row.most);
    CHECK(printed == row.printed);
    CHECK(printed.size() <= row.most);
    CHECK_FALSE(proxy::base::invalid_utf8_at(printed).has_value());
  }
}
