#include "accounts/names.h"

#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/exact_bytes.h"

using namespace proxy::accounts;
using proxy::test::ExactBytes;

TEST_CASE("the upstreams' words, in any case and nothing around them") {
  const auto named = [](std::string_view word) {
    const auto upstream = upstream_named(ExactBytes(word).view());
    return upstream ? name_of(*upstream) : "none";
  };
  CHECK(named("gemini") == "gemini_api");
  CHECK(named("Vertex") == "vertex");
  CHECK(named("CODEASSIST") == "code_assist");
  for (const std::string_view other : {"", " gemini", "gemini_api", "vertexai", "code_assist"}) {
    CHECK(named(other) == "none");
  }
}

TEST_CASE("identifiers lead nowhere but to their place") {
  const auto is = [](std::string_view text, std::string_view others = {}) {
    return is_identifier(ExactBytes(text).view(), others);
  };
  for (const std::string_view good : {"p", "7", "my-project-1", "example.com:project", "a_b"}) {
    CHECK(is(good));
  }
  for (const std::string_view bad :
       {"", "-a", ".a", "../a", "a/b", "a b", "a\n", "a?b", "a#b", "a%2f", "\xC3\xA4", "a\"b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is(bad));
  }
  CHECK(is(std::string(128, 'p')));
  CHECK_FALSE(is(std::string(129, 'p')));
  CHECK(is("operations/a", "/"));
  CHECK_FALSE(is("/a", "/"));
}
