#include "base/utf8.h"

#include <cstring>
#include <memory>
#include <string>

#include "support/catch.h"

using namespace std::string_literals;
using proxy::base::code_points;
using proxy::base::cut_utf8;
using proxy::base::invalid_utf8_at;
using proxy::base::repair_utf8;

namespace {

// The text on the heap in exactly its size.
struct Exact {
  explicit Exact(std::string_view text) : bytes(new char[text.size()]), size(text.size()) {
    text.copy(bytes.get(), size);
  }
  std::string_view view() const { return {bytes.get(), size}; }
  std::unique_ptr<char[]> bytes;
  std::size_t size;
};

std::string encode(unsigned point) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0 | point >> 6), byte(0x80 | (point & 0x3F))};
  if (point < 0x10000) {
    return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 0x3F)),
            byte(0x80 | (point & 0x3F))};
  }
  return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 0x3F)),
          byte(0x80 | (point >> 6 & 0x3F)), byte(0x80 | (point & 0x3F))};
}

const std::string kR = "\xEF\xBF\xBD";  // U+FFFD

struct Row {
  std::string text;
  std::size_t invalid_at;
  std::string repaired;
  const char* why;
};

const Row kIllFormed[] = {
    {"\x80", 0, kR, "continuation without lead"},
    {"a\xBF\xBF", 1, "a" + kR + kR, "each stray continuation is one"},
    {"\xC0\x80", 0, kR + kR, "overlong NUL: C0 is never a lead"},
    {"\xC1\xBF", 0, kR + kR, "overlong ASCII"},
    {"\xC2", 0, kR, "cut after the lead"},
    {"\xC2 x", 0, kR + " x", "lead, then ASCII, which stays"},
    {"\xE0\x80\x80", 0, kR + kR + kR, "overlong in three bytes"},
    {"\xE0\x9F\xBF", 0, kR + kR + kR, "highest overlong in three bytes"},
    {"\xE0\xA0", 0, kR, "cut in a character of three bytes: one subpart"},
    {"\xE2\x82"s + "A", 0, kR + "A", "subpart of two, then ASCII"},
    {"\xED\xA0\x80", 0, kR + kR + kR, "lowest surrogate"},
    {"\xED\xBF\xBF", 0, kR + kR + kR, "highest surrogate"},
    {"\xF0\x80\x80\x80", 0, kR + kR + kR + kR, "overlong in four bytes"},
    {"\xF0\x8F\xBF\xBF", 0, kR + kR + kR + kR, "highest overlong in four bytes"},
    {"\xF0\x9F\x98", 0, kR, "cut in a character of four bytes"},
    {"\xF0\x9F\x98\xF0\x9F\x98\x80", 0, kR + "\xF0\x9F\x98\x80", "a lead ends the subpart"},
    {"\xF4\x90\x80\x80", 0, kR + kR + kR + kR, "U+110000"},
    {"\xF5\x80", 0, kR + kR, "F5 is never a lead"},
    {"\xFE\xFF", 0, kR + kR, "UTF-16 mark"},
    {"12345678\xFF"s + "12345678", 8, "12345678" + kR + "12345678", "behind a whole word"},
    {"1234567\xFF", 7, "1234567" + kR, "last byte of a word"},
    {"\xC3\xA9\xFFz", 2, "\xC3\xA9" + kR + "z", "behind a valid character"},
    {"\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64", 1,
     "a" + kR + kR + kR + "b" + kR + "c" + kR + kR + "d", "Unicode 3.9, Table 3-8"},
};

}  // namespace

TEST_CASE("ill-formed UTF-8 is found where it begins and each maximal subpart is replaced") {
  for (const Row& row : kIllFormed) {
    INFO(row.why);
    const Exact text(row.text);
    REQUIRE(invalid_utf8_at(text.view()).has_value());
    CHECK(*invalid_utf8_at(text.view()) == row.invalid_at);
    CHECK(repair_utf8(text.view()) == row.repaired);
    CHECK_FALSE(invalid_utf8_at(row.repaired));
  }
}

TEST_CASE("every code point but the surrogates is valid, and no prefix of its bytes is") {
  unsigned wrong = 0;
  for (unsigned point = 0; point <= 0x110000; ++point) {
    const std::string bytes = encode(point);
    const bool is_character = point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
    wrong += invalid_utf8_at(bytes).has_value() == is_character ? 1u : 0u;
    for (std::size_t size = 1; is_character && size < bytes.size(); ++size) {
      wrong += repair_utf8(std::string_view(bytes).substr(0, size)) != kR ? 1u : 0u;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("a bad byte is found at every place of a text of every length") {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t bad = 0; bad < size; ++bad) {
      std::string text(size, 'x');
      CHECK_FALSE(invalid_utf8_at(Exact(text).view()));
      text[bad] = '\xFF';
      const auto found = invalid_utf8_at(Exact(text).view());
      REQUIRE(found.has_value());
      CHECK(*found == bad);
    }
  }
}

TEST_CASE("valid text is repaired to itself, byte order mark and NUL included") {
  for (const std::string& text :
       {""s, "abc"s, "a\0b"s, "\xEF\xBB\xBFx"s, "\xF0\x9F\x98\x80 \xE2\x82\xAC \xC3\xA9"s}) {
    CHECK(repair_utf8(Exact(text).view()) == text);
  }
}

TEST_CASE("code points are counted, not bytes") {
  const struct {
    std::string text;
    std::size_t count;
  } rows[] = {
      {"", 0},
      {"abc", 3},
      {"\xC3\xA9", 1},
      {"\xE2\x82\xAC\xE2\x82\xAC", 2},
      {"x\xF0\x9F\x98\x80y", 3},
      {"e\xCC\x81", 2},  // a combining accent is a code point
  };
  for (const auto& row : rows) CHECK(code_points(Exact(row.text).view()) == row.count);
}

TEST_CASE("a cut splits no character") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";  // 1 + 2 + 3 + 4 + 1 bytes
  const std::size_t sizes[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t max = 0; max != std::size(sizes); ++max) {
    const Exact exact(text);
    const auto cut = cut_utf8(exact.view(), max);
    INFO("at most " << max);
    CHECK(cut == text.substr(0, sizes[max]));
    CHECK_FALSE(invalid_utf8_at(cut));
  }
  CHECK(cut_utf8("", 0).empty());
}

TEST_CASE("a cut in text that is no UTF-8 still ends, near the bound") {
  const std::string text(100, '\x80');
  CHECK(cut_utf8(Exact(text).view(), 50).size() == 50);
  CHECK(cut_utf8(Exact(text).view(), 2).size() == 2);
  CHECK(cut_utf8(Exact("x" + text).view(), 50).size() == 50);
}
