// Vectors of RFC 4648 10, and what must not pass for base64.
#include "base/base64.h"

#include <string>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::base64::decode;
using proxy::base64::encode;
using proxy::base64::encode_for_url;
using proxy::base64::encoded_size;
using proxy::base64::expand;
using proxy::base64::is_standard;
using proxy::base64::standard;
using proxy::test::ExactBytes;

TEST_CASE("bytes are encoded and decoded as RFC 4648 shows") {
  const struct {
    std::string bytes;
    const char* text;
  } rows[] = {
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {std::string(1, '\0'), "AA=="},
      {std::string(3, '\0'), "AAAA"},
      {"\xFF\xFE\xFD", "//79"},
      {"\xFB\xEF\xBE", "++++"},
      {"\xFF", "/w=="},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK(encode(ExactBytes(row.bytes).view()) == row.text);
    CHECK(decode(ExactBytes(row.text).view()) == row.bytes);
    CHECK(is_standard(ExactBytes(row.text).view()));
    CHECK(standard(ExactBytes(row.text).view()) == row.text);
  }
  CHECK(encode("").empty());
}

TEST_CASE("for URLs there is another alphabet and no padding") {
  CHECK(encode_for_url("") == "");
  CHECK(encode_for_url(ExactBytes("f").view()) == "Zg");
  CHECK(encode_for_url(ExactBytes("fo").view()) == "Zm8");
  CHECK(encode_for_url(ExactBytes("foo").view()) == "Zm9v");
  CHECK(encode_for_url("\xFF\xFE\xFD\xFB\xEF\xBE") == "__79----");
  CHECK(encode_for_url(R"({"alg":"RS256","typ":"JWT"})") == "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9");
}

TEST_CASE("each byte at each place survives") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 5; ++place) {
      std::string bytes = "abcde";
      bytes[place] = static_cast<char>(byte);
      const std::string text = encode(bytes);
      CHECK(text.size() == 8);
      CHECK(decode(ExactBytes(text).view()) == bytes);
    }
  }
}

TEST_CASE("bytes are encoded in the room they are in") {
  const std::string bytes = "\xFF\x01 ab\x80\xFE";
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string_view begin = std::string_view(bytes).substr(0, size);
    const std::string text = encode(begin);
    CHECK(text.size() == encoded_size(size));
    ExactBytes room(std::string(begin) + std::string(text.size() - size, '?'));
    expand(room.span().data(), size);
    CHECK(room.view() == text);
  }
}

TEST_CASE("only padded base64 of the standard alphabet passes as it is") {
  const std::string texts[] = {"",
                               "A",
                               "AA",
                               "AAA",
                               "AAAAA",
                               "=",
                               "==",
                               "====",
                               "A===",
                               "AA=A",
                               "A=AA",
                               "=AAA",
                               "AAAA====",
                               "AA==AAAA",
                               "AAA=AAAA",
                               "AA-_",
                               "AA+ ",
                               "AA\nAA",
                               "AAAA\n",
                               "AAA\xFF",
                               "\xC3\xA9"
                               "AA",
                               "AA.A",
                               "AA%3D",
                               std::string("AA\0A", 4)};
  for (const std::string& text : texts) {
    INFO(text);
    CHECK_FALSE(is_standard(ExactBytes(text).view()));
    CHECK_FALSE(decode(ExactBytes(text).view()).has_value());
  }
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool in_alphabet = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                             (c >= '0' && c <= '9') || c == '+' || c == '/';
    CHECK(is_standard(std::string("AA") + c + "A") == in_alphabet);
    CHECK(is_standard(std::string("AAA") + c) == (in_alphabet || c == '='));
  }
}

TEST_CASE("other people's base64 is brought into the standard form") {
  const struct {
    std::string text;
    const char* standard;  // null: it is none
    const char* why;
  } rows[] = {
      {"AAAA", "AAAA", "nothing to do"},          {"", "", "nothing at all"},
      {"__79", "//79", "the URL alphabet"},       {"----", "++++", "its other character"},
      {"_-+/", "/++/", "both at once"},           {"_w", "/w==", "without padding"},
      {"Zm8", "Zm8=", "one is missing"},          {"Zm8=", "Zm8=", "none is missing"},
      {"Zm9v\r\nYmFy\r\n", "Zm9vYmFy", "lines"},  {" Z m\t9\vv\f ", "Zm9v", "every white space"},
      {"Zg = =", "Zg==", "between the padding"},  {"Zg=", "Zg==", "too little padding"},
      {"Zg====", "Zg==", "too much padding"},     {"A", nullptr, "six bits are no byte"},
      {"AAAAA", nullptr, "the same at the end"},  {"AA==AA==", nullptr, "two texts in a row"},
      {"AA=A", nullptr, "padding in the middle"}, {"AA*A", nullptr, "a stranger"},
      {"AA%3D%3D", nullptr, "percent-encoded"},   {"data:image/png;base64,AAAA", nullptr, "a URL"},
      {std::string("AA\0A", 4), nullptr, "NUL"},  {"\xC3\xA9", nullptr, "no ASCII"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const auto made = standard(ExactBytes(row.text).view());
    CHECK(made.has_value() == (row.standard != nullptr));
    if (made && row.standard != nullptr) CHECK(*made == row.standard);
    if (made && !made->empty()) CHECK(is_standard(*made));
    ExactBytes in_place(row.text);
    const auto size = proxy::base64::standardize(in_place.span());
    CHECK(size.has_value() == made.has_value());
    if (!size || !made) continue;
    const std::string padding(proxy::base64::padding(*size), '=');
    CHECK(std::string(in_place.view().substr(0, *size)) + padding == *made);
  }
}

TEST_CASE("a stranger is found wherever it stands in a long text") {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const std::size_t size : {std::size_t{16}, std::size_t{52}, std::size_t{64}}) {
    const std::string good(kAlphabet.substr(0, size));
    CHECK(is_standard(ExactBytes(good).view()));
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text = good;
        text[at] = static_cast<char>(byte);
        const bool is_padding = byte == '=' && at == size - 1;
        const bool expected = kAlphabet.find(text[at]) != std::string_view::npos || is_padding;
        if (is_standard(ExactBytes(text).view()) != expected)
          FAIL(size << ' ' << at << ' ' << byte);
      }
    }
  }
  CHECK_FALSE(is_standard(std::string(64, '=')));
}
