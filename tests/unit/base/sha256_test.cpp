// Vectors: FIPS 180-2 appendix B, NIST "SHA-256 Test Data" (hash samples); the lengths around the
// block size were computed with another implementation.
#include "base/sha256.h"

#include <cstddef>
#include <set>
#include <string>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::base::Digest;
using proxy::base::equal_in_constant_time;
using proxy::base::hex_prefix;
using proxy::base::sha256;
using proxy::test::ExactBytes;

namespace {

std::string all_hex(std::string_view text) { return hex_prefix(sha256(text), 64); }

}  // namespace

TEST_CASE("SHA-256 gives what NIST says") {
  const struct {
    std::string text;
    const char* digest;
    const char* why;
  } rows[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "nothing"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "24 bits"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", "448 bits"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
       "lmnopqrsmnopqrstnopqrstu",
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1", "896 bits"},
      {"\xBD", "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b", "a high byte"},
      {"\xC9\x8C\x8E\x55", "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504",
       "four bytes"},
      {std::string(55, '\0'), "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7",
       "55 zeros"},
      {std::string(56, '\0'), "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb",
       "56 zeros"},
      {std::string(57, '\0'), "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785",
       "57 zeros"},
      {std::string(64, '\0'), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b",
       "64 zeros"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(all_hex(ExactBytes(row.text).view()) == row.digest);
  }
}

TEST_CASE("SHA-256 pads right at every length near a block's end") {
  const struct {
    std::size_t length;
    const char* digest;
  } rows[] = {
      {1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
      {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
      {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
      {57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6"},
      {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
      {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
      {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
      {119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
      {120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
      {121, "e9615320128cc7a3d6078e9af05603188e5ccbf0d07d8b735d3df5e8e0c1281f"},
      {127, "c57e9278af78fa3cab38667bef4ce29d783787a2f731d4e12200270f0c32320a"},
      {128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e"},
      {129, "c12cb024a2e5551cca0e08fce8f1c5e314555cc3fef6329ee994a3db752166ae"},
      {1'000'000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& row : rows) {
    INFO(row.length << " times 'a'");
    CHECK(all_hex(ExactBytes(std::string(row.length, 'a')).view()) == row.digest);
  }
}

TEST_CASE("texts of every length to 300 bytes have digests of their own") {
  std::set<std::string> digests;
  for (std::size_t length = 0; length < 300; ++length) {
    digests.insert(all_hex(ExactBytes(std::string(length, '\0')).view()));
  }
  CHECK(digests.size() == 300);
}

TEST_CASE("digests are equal only if every bit is") {
  const Digest digest = sha256("abc");
  CHECK(equal_in_constant_time(digest, sha256("abc")));
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Digest other = digest;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (1u << (bit % 8)));
    INFO("bit " << bit);
    CHECK_FALSE(equal_in_constant_time(digest, other));
  }
}

TEST_CASE("a fingerprint is the beginning of the digest in hex") {
  const Digest digest = sha256("abc");
  CHECK(hex_prefix(digest, 0).empty());
  CHECK(hex_prefix(digest, 1) == "b");
  CHECK(hex_prefix(digest, 16) == "ba7816bf8f01cfea");
  CHECK(hex_prefix(digest, 64).size() == 64);
  CHECK(hex_prefix(digest, 65) == hex_prefix(digest, 64));
}
