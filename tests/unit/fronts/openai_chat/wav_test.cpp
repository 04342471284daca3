#include "fronts/openai_chat/wav.h"

#include <string>

#include "base/base64.h"
#include "support/catch.h"

using proxy::base64::decode;
using proxy::base64::encode;
using proxy::fronts::openai_chat::wav_file;

TEST_CASE("samples get the header of a WAV file: 24 kHz, mono, 16 bits") {
  using namespace std::string_literals;
  const std::string samples = "\x01\x00\xFF\x7F"s;
  const std::string file = decode(wav_file(encode(samples))).value_or("");
  CHECK(file ==
        "RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\xC0\x5D\0\0\x80\xBB\0\0\x02\0\x10\0"s
        "data\x04\0\0\0"s +
            samples);
  CHECK(file.size() == 44 + samples.size());
}

TEST_CASE("pieces that were padded each on their own follow one another") {
  const struct {
    const char* why;
    std::string given;
    std::string samples;
  } rows[] = {
      {"one byte each", "YQ==Yg==", "ab"},
      {"two and three", "YWI=Y2Rl", "abcde"},
      {"padding at the end only", "YWJjZA==", "abcd"},
      {"no padding at all", "YWJj", "abc"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const std::string file = decode(wav_file(row.given)).value_or("");
    REQUIRE(file.size() == 44 + row.samples.size());
    CHECK(file.substr(44) == row.samples);
    CHECK(static_cast<unsigned char>(file[4]) == 36 + row.samples.size());
    CHECK(static_cast<unsigned char>(file[40]) == row.samples.size());
  }
}

TEST_CASE("the sizes of a long file take four bytes") {
  const std::string file = decode(wav_file(encode(std::string(0x012345, 'x')))).value_or("");
  REQUIRE(file.size() == 44 + 0x012345);
  CHECK(file.substr(40, 4) == std::string("\x45\x23\x01\x00", 4));
  CHECK(file.substr(4, 4) == std::string("\x69\x23\x01\x00", 4));
}

TEST_CASE("what is no base64 is no file") {
  for (const char* text : {"", "=", "a", "ab*d", "YWJj\n"}) {
    INFO(text);
    CHECK(wav_file(text).empty());
  }
}
