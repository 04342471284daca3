// What the scanner refuses, and where. Names such as J-05 are rows of the fault list.
#include <string>

#include "json/index.h"
#include "support/catch.h"
#include "support/json_tools.h"

using namespace std::string_literals;
using proxy::test::difference;
using proxy::test::Scanned;
using proxy::test::to_string;
using Kind = proxy::json::ScanError::Kind;

namespace {

// Holds every kind of value, escape and character; no surrogate is alone in it.
const std::string kRequest =
    "{\"model\": \"gemini-2.5-pro\", \"stream\":true,\"n\":1,\n\"temperature\":-0.5e+1, "
    "\"stop\":null,"
    "\"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9 \\\"q\\\" \\\\ \\/ \\ud83d\\ude00 "
    "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"}, {}, [], [[0, 10, false]]],\t\"user\":\"\"}";

struct Refused {
  std::string text;
  Kind kind;
  std::size_t offset;
  const char* why;
};

const Refused kRefused[] = {
    {"", Kind::empty, 0, "nothing"},
    {" \r\n\t", Kind::empty, 4, "only white space"},
    {"\xEF\xBB\xBF", Kind::empty, 3, "only a byte order mark"},
    {"{} {}", Kind::syntax, 3, "J-05 two documents"},
    {"1 2", Kind::syntax, 2, "J-05 two documents"},
    {"[1,]", Kind::syntax, 3, "J-05 trailing comma in an array"},
    {"{\"a\":1,}", Kind::syntax, 7, "J-05 trailing comma in an object"},
    {"[,1]", Kind::syntax, 1, "leading comma"},
    {"[1,,2]", Kind::syntax, 3, "two commas"},
    {"{,}", Kind::syntax, 1, "comma without members"},
    {"[1 2]", Kind::syntax, 3, "no comma"},
    {"[1:2]", Kind::syntax, 2, "colon in an array"},
    {"{\"a\" 1}", Kind::syntax, 5, "no colon"},
    {"{\"a\",1}", Kind::syntax, 4, "comma for colon"},
    {"{\"a\":}", Kind::syntax, 5, "no value"},
    {"{\"a\"}", Kind::syntax, 4, "key only"},
    {"{\"a\":1 \"b\":2}", Kind::syntax, 7, "no comma between members"},
    {"{1:2}", Kind::syntax, 1, "a number for a key"},
    {"[}", Kind::syntax, 1, "wrong bracket"},
    {"{]", Kind::syntax, 1, "wrong bracket"},
    {"[1}", Kind::syntax, 2, "wrong bracket after a value"},
    {"]", Kind::syntax, 0, "closed before it was opened"},
    {"[]]", Kind::syntax, 2, "closed twice"},
    {"// c\n1", Kind::syntax, 0, "J-05 comment"},
    {"[1/**/]", Kind::syntax, 2, "J-05 comment"},
    {"{'a':1}", Kind::syntax, 1, "J-05 single quotes"},
    {"{a:1}", Kind::syntax, 1, "J-05 key without quotes"},
    {"{}x", Kind::syntax, 2, "J-05 trailing bytes"},
    {"{}\0"s, Kind::syntax, 2, "J-06 NUL at the end"},
    {"{}\0garbage"s, Kind::syntax, 2, "J-06 NUL, then anything"},
    {"\0{}"s, Kind::syntax, 0, "J-06 NUL first"},
    {"\0abc"s, Kind::syntax, 0, "J-06 NUL first, not UTF-16"},
    {"[\0]"s, Kind::syntax, 1, "J-06 NUL between"},
    {"\"\0\""s, Kind::syntax, 1, "NUL in a string"},
    {"[1,NaN]", Kind::not_a_number, 3, "J-07"},
    {"Infinity", Kind::not_a_number, 0, "J-07"},
    {"{\"a\":-Infinity}", Kind::not_a_number, 6, "J-07: the minus could have been right"},
    {"nan", Kind::syntax, 1, "J-07 in the letters of other languages"},
    {"Nan", Kind::syntax, 0, "J-07"},
    {"-NaN", Kind::syntax, 1, "J-07"},
    {"+1", Kind::syntax, 0, "J-07"},
    {"01", Kind::syntax, 1, "J-07"},
    {"-01", Kind::syntax, 2, "J-07"},
    {".5", Kind::syntax, 0, "J-07"},
    {"1.", Kind::syntax, 2, "J-07, cut"},
    {"[1.]", Kind::syntax, 3, "J-07"},
    {"[1.e1]", Kind::syntax, 3, "no digit behind the point"},
    {"0x10", Kind::syntax, 1, "J-07"},
    {"[-]", Kind::syntax, 2, "minus alone"},
    {"[1e]", Kind::syntax, 3, "no exponent"},
    {"[1e+]", Kind::syntax, 4, "no exponent"},
    {"[1.5.5]", Kind::syntax, 4, "two points"},
    {"[1 000]", Kind::syntax, 3, "grouped digits"},
    {"tru", Kind::syntax, 3, "cut"},
    {"trux", Kind::syntax, 3, "misspelt"},
    {"truee", Kind::syntax, 4, "longer"},
    {"TRUE", Kind::syntax, 0, "upper case"},
    {"nul]", Kind::syntax, 3, "misspelt"},
    {"falsy", Kind::syntax, 4, "misspelt"},
    {"undefined", Kind::syntax, 0, "JavaScript"},
    {"\"a\nb\"", Kind::syntax, 2, "line break in a string"},
    {"\"a\x1F\"", Kind::syntax, 2, "highest control character"},
    {"\"12345678\x01\"", Kind::syntax, 9, "control character behind one word"},
    {"\"\\a\"", Kind::syntax, 2, "unknown escape"},
    {"\"\\\n\"", Kind::syntax, 2, "escaped line break"},
    {"\"\\'\"", Kind::syntax, 2, "escaped single quote"},
    {"\"\\U0041\"", Kind::syntax, 2, "upper case escape"},
    {"\"\\u12g4\"", Kind::syntax, 5, "no hexadecimal digit"},
    {"\"\\u 123\"", Kind::syntax, 3, "no hexadecimal digit"},
    {"\"\\u12\"", Kind::syntax, 5, "short escape"},
    {"\"\\ud83d\\u12", Kind::syntax, 11, "cut in a pair"},
    {"\"\\ud83d\\uzzzz\"", Kind::syntax, 9, "a surrogate, then a wrong escape"},
    {"\"abc", Kind::syntax, 4, "cut"},
    {"\"abc\\", Kind::syntax, 5, "cut in an escape"},
    {"\"abc\\\"", Kind::syntax, 6, "the quote is escaped"},
    {"\"\x80\"", Kind::invalid_utf8, 1, "J-11 continuation alone"},
    {"\"caf\xE9\"", Kind::invalid_utf8, 5, "J-11 Latin-1: the quote cannot follow"},
    {"\"\xC0\x80\"", Kind::invalid_utf8, 1, "J-11 overlong NUL"},
    {"\"\xC1\xBF\"", Kind::invalid_utf8, 1, "J-11 overlong"},
    {"\"\xE0\x9F\xBF\"", Kind::invalid_utf8, 2, "J-11 overlong in three bytes"},
    {"\"\xED\xA0\x80\"", Kind::invalid_utf8, 2, "J-11 a surrogate"},
    {"\"\xF0\x8F\xBF\xBF\"", Kind::invalid_utf8, 2, "J-11 overlong in four bytes"},
    {"\"\xF4\x90\x80\x80\"", Kind::invalid_utf8, 2, "J-11 past U+10FFFF"},
    {"\"\xF5\x80\x80\x80\"", Kind::invalid_utf8, 1, "J-11 no such lead"},
    {"\"\xFF\"", Kind::invalid_utf8, 1, "J-11 no such byte"},
    {"\"\xE2\x82\"", Kind::invalid_utf8, 3, "J-11 one byte short"},
    {"\"12345678\xE2\x28\xA1\"", Kind::invalid_utf8, 10, "J-11 in the middle"},
    {"\"\xE2\x82", Kind::syntax, 3, "cut in a character: what is there is right"},
    {"{\"\xC0\":1}", Kind::invalid_utf8, 2, "J-11 in a key"},
    {"[\xC0]", Kind::invalid_utf8, 1, "J-11 outside of strings"},
    {"[\xC3\xA9]", Kind::syntax, 1, "a real character outside of strings"},
    {"[1\xC2\xA0]", Kind::syntax, 2, "no-break space is no white space"},
    {"{}\xE2\x28", Kind::invalid_utf8, 3, "J-11 behind the document"},
    {"\xEF\xBB\xBF\xEF\xBB\xBF{}", Kind::syntax, 3, "two byte order marks"},
    {"{}\xEF\xBB\xBF", Kind::syntax, 2, "byte order mark at the end"},
    {"\xEF\xBB", Kind::syntax, 2, "cut in the byte order mark"},
    {"\xEF\xBB{}", Kind::invalid_utf8, 2, "a broken byte order mark"},
    {"\xFF\xFE{\0}\0"s, Kind::invalid_utf8, 0, "J-11 UTF-16LE with its mark"},
    {"\xFE\xFF\0{\0}"s, Kind::invalid_utf8, 0, "J-11 UTF-16BE with its mark"},
    {"{\0}\0"s, Kind::invalid_utf8, 1, "J-11 UTF-16LE"},
    {"\0{\0}"s, Kind::invalid_utf8, 0, "J-11 UTF-16BE"},
    {"{\0\0\0}\0\0\0"s, Kind::invalid_utf8, 1, "J-11 UTF-32LE"},
    {"\0\0\0{\0\0\0}"s, Kind::invalid_utf8, 0, "J-11 UTF-32BE"},
    {"\0\0\xFE\xFF\0\0\0{"s, Kind::invalid_utf8, 0, "J-11 UTF-32BE with its mark"},
    {"[\"\\u0041\\ud800\\x\"]", Kind::syntax, 15, "behind a repaired surrogate"},
};

}  // namespace

TEST_CASE("what is not JSON is refused at the first byte that cannot be right",
          "[J-05][J-06][J-07][J-11]") {
  for (const Refused& row : kRefused) {
    INFO(row.why << ": " << row.text);
    const Scanned scanned(row.text);
    REQUIRE(scanned.error);
    CHECK(to_string(scanned.error) == to_string(row.kind) + " at " + std::to_string(row.offset));
    CHECK(scanned.index.nodes().empty());
    CHECK(scanned.index.text().empty());
    CHECK_FALSE(scanned.root().exists());
    CHECK(difference(row.text) == "");
  }
}

TEST_CASE("J-01: a cut request is refused at its end, wherever it was cut") {
  CHECK(difference(kRequest) == "");
  CHECK(to_string(Scanned("").error) == "empty at 0");
  for (std::size_t size = 1; size != kRequest.size(); ++size) {
    const Scanned scanned(kRequest.substr(0, size));
    CHECK(to_string(scanned.error) == "syntax at " + std::to_string(size));
  }
  const std::string with_mark = "\xEF\xBB\xBF{}";
  for (const std::size_t size : {1u, 2u, 4u}) {
    CHECK(to_string(Scanned(with_mark.substr(0, size)).error) ==
          "syntax at " + std::to_string(size));
  }
}

TEST_CASE("J-02: one wrong byte never leads to a wrong verdict or an error before it") {
  const std::string wrong_bytes = "\x00\x0A\x22\x2C\x3A\x5B\x5C\x5D\x7B\x7D\x80\xC0\xED\xFF"s;
  for (std::size_t at = 0; at != kRequest.size(); ++at) {
    for (const char byte : wrong_bytes) {
      std::string text = kRequest;
      text[at] = byte;
      INFO("byte " << at << " is " << int{static_cast<unsigned char>(byte)});
      const Scanned scanned(text);
      if (scanned.error && scanned.error->offset < at) FAIL(to_string(scanned.error));
      if (const auto found = difference(text); !found.empty()) FAIL(found);
    }
  }
}

TEST_CASE("UTF-8 is judged as by nlohmann/json at every border of RFC 3629") {
  const std::string seconds = "\x22\x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xFF";
  const std::string lasts = "\x7F\x80\xBF\xC0";
  for (int lead = 0x80; lead <= 0xFF; ++lead) {
    for (const char second : seconds) {
      for (const char last : lasts) {
        const std::string start = {'"', static_cast<char>(lead), second};
        for (const auto& text : {start, start + last, start + "\x80" + last}) {
          if (const auto found = difference(text + "\""); !found.empty()) FAIL(found << text);
          if (const auto found = difference(text + "12345678\""); !found.empty())
            FAIL(found << text);
        }
      }
    }
  }
}
