#include "json/escape.h"

#include <iostream>
#include <string>

#include "support/catch.h"
#include "support/corpora.h"
#include "support/exact_bytes.h"
#include "support/json_tools.h"

using namespace std::string_literals;
using proxy::json::append_escaped;
using proxy::json::append_unescaped;
using proxy::json::equals;
using proxy::json::RawString;
using proxy::json::unescaped;
using proxy::test::Chunk;
using proxy::test::Scanned;

namespace {

std::string escaped(std::string_view plain) {
  const Chunk exact(plain);
  std::string out;
  append_escaped(out, {exact.bytes.get(), exact.size});
  return out;
}

std::string decoded(std::string_view raw) {
  const Chunk exact(raw);
  return unescaped(RawString{{exact.bytes.get(), exact.size}});
}

// There and back, with the scanner's word that what stands between is JSON.
void check_round_trip(const std::string& plain) {
  const std::string raw = escaped(plain);
  const Scanned scanned("\"" + raw + "\"");
  INFO(raw);
  if (scanned.error || scanned.root().text() != plain || !scanned.root().equals(plain)) FAIL(plain);
  if (decoded(raw) != plain || !equals(RawString{raw}, plain)) FAIL(plain);
}

}  // namespace

TEST_CASE("what must be escaped is escaped, in its short form if it has one") {
  const std::pair<std::string, std::string> rows[] = {
      {"", ""},
      {"plain", "plain"},
      {"\"", "\\\""},
      {"\\", "\\\\"},
      {"/", "/"},
      {"\b\f\n\r\t", "\\b\\f\\n\\r\\t"},
      {"\0\x01\x0B\x1F"s, "\\u0000\\u0001\\u000b\\u001f"},
      {"\x20\x7F", "\x20\x7F"},
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {"\xE2\x80\xA8", "\xE2\x80\xA8"},
      {"data: \n\ndata: x", "data: \\n\\ndata: x"},
      {"\\u0041", "\\\\u0041"},
  };
  for (const auto& [plain, raw] : rows) {
    CHECK(escaped(plain) == raw);
    check_round_trip(plain);
  }
  std::string out = "before ";
  append_escaped(out, "\"");
  CHECK(out == "before \\\"");
}

TEST_CASE("every escape is decoded") {
  const std::pair<std::string, std::string> rows[] = {
      {"", ""},
      {R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t"},
      {R"(a\u0041b)", "aAb"},
      {R"(\u0000)", "\0"s},
      {R"(\u007f\u0080)", "\x7F\xC2\x80"},
      {R"(\u07ff\u0800)", "\xDF\xBF\xE0\xA0\x80"},
      {R"(\uFFFF\uffff)", "\xEF\xBF\xBF\xEF\xBF\xBF"},
      {R"(\ud7ff\ue000)", "\xED\x9F\xBF\xEE\x80\x80"},
      {R"(\ud800\udc00)", "\xF0\x90\x80\x80"},
      {R"(\uD83D\uDE00)", "\xF0\x9F\x98\x80"},
      {R"(\udbff\udfff)", "\xF4\x8F\xBF\xBF"},
      {R"(\\u0041\\n)", "\\u0041\\n"},
      {R"(\ud83d)", "\xEF\xBF\xBD"},
      {R"(\ude00\ud83d)", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {R"(\ud83d\ud83d\ude00)", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
      {R"(\ud83d\n)", "\xEF\xBF\xBD\n"},
      {R"(\ud83dx)", "\xEF\xBF\xBDx"},
  };
  for (const auto& [raw, plain] : rows) {
    INFO(raw);
    CHECK(decoded(raw) == plain);
    CHECK(equals(RawString{raw}, plain));
    CHECK_FALSE(equals(RawString{raw}, plain + "x"));
    if (!plain.empty()) CHECK_FALSE(equals(RawString{raw}, plain.substr(0, plain.size() - 1)));
    if (!plain.empty()) CHECK_FALSE(equals(RawString{raw}, plain.substr(1)));
    proxy::test::ExactBytes in_place(raw);
    const std::size_t size = proxy::json::unescape(in_place.span());
    CHECK(in_place.view().substr(0, size) == plain);
  }
  std::string out = "before ";
  append_unescaped(out, RawString{"\\n"});
  CHECK(out == "before \n");
}

TEST_CASE("a backslash that begins no escape stands for itself, as no index lets it through") {
  const std::pair<std::string, std::string> rows[] = {
      {"\\", "\\"},
      {"a\\", "a\\"},
      {"\\x", "\\x"},
      {"\\u", "\\u"},
      {"\\u12", "\\u12"},
      {"\\u12g4\\n", "\\u12g4\n"},
      {"\\ud83d\\", "\xEF\xBF\xBD\\"},
      {"\\ud83d\\u", "\xEF\xBF\xBD\\u"},
      {"\\ud83d\\uzzzz", "\xEF\xBF\xBD\\uzzzz"},
  };
  for (const auto& [raw, plain] : rows) {
    INFO(raw);
    CHECK(decoded(raw) == plain);
    CHECK(equals(RawString{raw}, plain));
  }
}

TEST_CASE("text survives with any byte at any distance from a word's end") {
  for (const std::string piece :
       {"\"", "\\", "\n", "\x01", "\x7F", "\xC3\xA9", "\xF0\x9F\x98\x80", "\x1F\x20"}) {
    for (std::size_t before = 0; before != 18; ++before) {
      for (std::size_t behind = 0; behind != 18; ++behind) {
        check_round_trip(std::string(before, 'a') + piece + std::string(behind, 'b'));
      }
    }
  }
}

TEST_CASE("every character of the basic plane survives as itself and as an escape") {
  for (unsigned point = 0; point <= 0xFFFF; point += point < 0x900 ? 1 : 37) {
    if (point >= 0xD800 && point < 0xE000) continue;
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", point);
    check_round_trip(decoded(escape));
  }
}

TEST_CASE("naughty strings survive") {
  const auto corpora = proxy::test::corpora();
  if (!corpora) {
    std::cout << "skipped: no naughty strings here\n";
    return;
  }
  const std::string file = proxy::test::read_file(*corpora / "blns" / "blns.json");
  const Scanned scanned(file);
  REQUIRE_FALSE(scanned.error);
  CHECK(proxy::test::difference(file) == "");
  for (const auto item : scanned.root().items()) check_round_trip(item.text());
  CHECK(scanned.root().size() == 515);
}
