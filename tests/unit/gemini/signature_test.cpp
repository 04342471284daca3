#include "gemini/signature.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::gemini::is_signature;
using proxy::gemini::kDummySignature;
using proxy::gemini::open_seal;
using proxy::gemini::seal;
using proxy::gemini::SealedId;
using proxy::test::ExactBytes;

namespace {

// What open_seal() says, as `id|signature`.
std::string opened(std::string_view sealed) {
  const ExactBytes bytes(sealed);
  const SealedId found = open_seal(bytes.view());
  return std::string(found.id) + "|" + found.signature;
}

// Characters that every client takes in an id.
bool is_plain(std::string_view id) {
  return id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
         std::string_view::npos;
}

}  // namespace

TEST_CASE("a signature comes back from its id as it was, whatever its alphabet and padding") {
  const std::vector<std::string> bodies = {"A",
                                           "AB",
                                           "ABC",
                                           "ABCD",
                                           "a+b/",
                                           "//++",
                                           "a-b_",
                                           "__--",
                                           "____",
                                           "__ts0AAx",
                                           "-",
                                           "0123",
                                           std::string(kDummySignature),
                                           "context_engineering_is_the_way_to_go",
                                           std::string(3'000, '/'),
                                           std::string(3'000, '_')};
  for (const std::string& body : bodies) {
    for (const char* padding : {"", "=", "=="}) {
      for (const char* id : {"call_1", "ab12", "a", "c.1:x-y", "call-_", ""}) {
        const std::string signature = body + padding;
        INFO(id << ' ' << signature.substr(0, 40));
        const std::string sealed = seal(ExactBytes(id).view(), ExactBytes(signature).view());
        CHECK(sealed.starts_with(id));
        CHECK(is_plain(sealed.substr(std::string_view(id).size())));
        CHECK(opened(sealed) == id + ("|" + signature));
        CHECK(seal(id, signature) == sealed);  // the same bytes from turn to turn
      }
    }
  }
}

TEST_CASE("what could not come back unaltered is not sealed") {
  const struct {
    std::string signature;
    const char* why;
  } rows[] = {
      {"", "none"},
      {"=", "padding alone"},
      {"==", "the same"},
      {"A===", "more padding than base64 has"},
      {"A=B", "padding in the middle"},
      {"A=B=", "padding in the middle and at the end"},
      {"a+b-", "two alphabets"},
      {"a/b_", "the same"},
      {"a b", "a space"},
      {"a\nb", "a line end"},
      {"a.b", "no base64"},
      {"\xC3\xA9", "no ASCII"},
      {std::string("a\0b", 3), "NUL"},
      {std::string(8 * 1024 + 1, 'A'), "longer than an id should be"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(seal("call_1", ExactBytes(row.signature).view()) == "call_1");
  }
  CHECK(seal("call_1", std::string(8 * 1024, 'A')).size() > 8 * 1024);
}

TEST_CASE("ids that nobody sealed are returned whole") {
  for (const char* id :
       {"", "call_1", "toolu_01A09q90qw90lq917835lq9", "call_abc__t", "a_ts0AB", "__ts", "a__ts",
        "a__tsx", "a__ts7ABCD", "a__ts3ABCD", "a__ts9ABCD", "a__ts/ABCD", "a__ts:ABCD",
        "a__ts0AB.CD", "a__ts0AB CD", "a__ts0AB=", "a__ts0\xC3\xA9", "x__TS0ABC"}) {
    INFO(id);
    CHECK(opened(id) == std::string(id) + "|");
  }
}

TEST_CASE("an id that a client has cut keeps its own part and loses the signature") {
  const std::string sealed = seal("call_1", "ABCDEFGHabcdefgh0123+/==");
  const std::size_t head = std::string_view("call_1__ts0").size();
  for (std::size_t size = head; size < sealed.size(); ++size) {
    INFO(size);
    CHECK(opened(sealed.substr(0, size)) == "call_1|");
  }
  CHECK(opened(sealed + "A") == "call_1|");
}

TEST_CASE("a signature that was altered on its way is not believed") {
  const std::string sealed = seal("call_1", "ABCDEFGHabcdefgh");
  for (std::size_t at = std::string_view("call_1__ts0").size(); at < sealed.size(); ++at) {
    for (const char c : {'A', 'z', '0', '-', '_'}) {
      if (sealed[at] == c) continue;
      std::string altered = sealed;
      altered[at] = c;
      INFO(altered);
      CHECK(opened(altered) == "call_1|");
    }
  }
}

TEST_CASE("a signature is base64 of either alphabet or a documented placeholder") {
  for (const char* text :
       {"U0lH", "a+/=", "a-_", "A", "==",  // Google judges the rest
        "skip_thought_signature_validator", "context_engineering_is_the_way_to_go"}) {
    CHECK(is_signature(ExactBytes(text).view()));
  }
  for (const char* text : {"", " ", "a b", "a.b", "a\n", "\xC3\xA9", "{}", "a\\u0041"}) {
    INFO(text);
    CHECK_FALSE(is_signature(ExactBytes(text).view()));
  }
}
