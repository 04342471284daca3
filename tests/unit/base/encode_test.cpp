#include "base/encode.h"

#include <optional>
#include <string>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::encode::append_form_field;
using proxy::encode::from_percent;
using proxy::encode::percent;
using proxy::test::ExactBytes;

TEST_CASE("everything but unreserved characters is percent-encoded") {
  const struct {
    std::string text;
    const char* encoded;
    const char* why;
  } rows[] = {
      {"", "", "nothing"},
      {"AZaz09-._~", "AZaz09-._~", "unreserved (RFC 3986 2.3)"},
      {"a b+c", "a%20b%2Bc", "a form reads + as a space"},
      {"1//0a", "1%2F%2F0a", "a slash would end a path segment"},
      {"a=b&c", "a%3Db%26c", "separators of a form"},
      {"%41", "%2541", "an escape is not taken for one"},
      {"\xC3\xA9", "%C3%A9", "UTF-8 byte by byte"},
      {std::string("\0\n\r\x7F", 4), "%00%0A%0D%7F", "control characters"},
      {"!*'();:@,/?#[]", "%21%2A%27%28%29%3B%3A%40%2C%2F%3F%23%5B%5D", "reserved"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(percent(ExactBytes(row.text).view()) == row.encoded);
  }
}

TEST_CASE("percent-encoding can be undone for each of the 256 bytes") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const std::string encoded = percent(text);
    INFO(byte);
    CHECK(from_percent(ExactBytes(encoded).view()) == text);
    if (encoded.size() == 1) {
      CHECK(encoded == text);
    } else {
      REQUIRE(encoded.size() == 3);
      CHECK(encoded[0] == '%');
      CHECK(std::stoi(encoded.substr(1), nullptr, 16) == byte);
    }
  }
}

TEST_CASE("percent-encoding is undone, or refused where it is none") {
  const struct {
    std::string text;
    std::optional<std::string> bytes;
    const char* why;
  } rows[] = {
      {"", "", "nothing"},
      {"a+b c", "a+b c", "a plus is no space in a path"},
      {"%2F%2f", "//", "digits of either case"},
      {"a%00b", std::string("a\0b", 3), "NUL"},
      {"%C3%A9", "\xC3\xA9", "UTF-8"},
      {"%FF", "\xFF", "a byte that is none of UTF-8"},
      {"%2541", "%41", "undone once only"},
      {"%25", "%", "a percent sign"},
      {"models%2Fa%20b", "models/a b", "within a text"},
      {"%", std::nullopt, "alone"},
      {"a%", std::nullopt, "at the end"},
      {"a%4", std::nullopt, "one digit"},
      {"%4", std::nullopt, "one digit and nothing else"},
      {"%zz", std::nullopt, "no digits"},
      {"%4g", std::nullopt, "one of two"},
      {"%%41", std::nullopt, "a sign where a digit should stand"},
      {"%+1", std::nullopt, "a sign is no digit"},
      {"% 1", std::nullopt, "nor is a space"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(from_percent(ExactBytes(row.text).view()) == row.bytes);
  }
}

TEST_CASE("form fields are joined by ampersands, their values encoded") {
  std::string form;
  append_form_field(form, "grant_type", "refresh_token");
  append_form_field(form, "refresh_token", "1//a&b=c");
  append_form_field(form, "empty", "");
  CHECK(form == "grant_type=refresh_token&refresh_token=1%2F%2Fa%26b%3Dc&empty=");
}
