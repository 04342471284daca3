#include "gateway/conversation.h"

#include <set>
#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::gateway::conversation_of;
using proxy::host::HeaderView;
using proxy::test::Reading;

namespace {

const std::string kSystem = R"({"role":"system","content":"Be brief."})";
const std::string kFirst = R"({"role":"user","content":"What is a monad?"})";

// Of a chat request with these messages, as a gateway would ask.
std::uint64_t of(const std::string& messages, const std::string& members = {},
                 const std::string& headers = "authorization\nBearer key-a") {
  const Reading reading(R"({"model":"gemini-2.5-flash",)" + members + R"("messages":[)" + messages +
                        "]}");
  REQUIRE(reading.ok());
  return conversation_of(HeaderView(headers), reading->cache_key.escaped, reading->upstream);
}

std::string image(const std::string& data) {
  return R"({"role":"user","content":[{"type":"text","text":"What is this?"},)"
         R"({"type":"image_url","image_url":{"url":"data:image/png;base64,)" +
         data + "\"}}]}";
}

}  // namespace

TEST_CASE("all turns of a conversation give one value") {
  const std::string answer = R"(,{"role":"assistant","content":"A burrito."})";
  const std::string call =
      R"(,{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":)"
      R"({"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"7"})";
  for (const std::string& begin :
       {kFirst, kSystem + "," + kFirst, image("AAAA"), kFirst + "," + kFirst}) {
    INFO(begin);
    const std::uint64_t first = of(begin);
    CHECK(of(begin) == first);
    CHECK(of(begin + answer + R"(,{"role":"user","content":"Why?"})") == first);
    CHECK(of(begin + call) == first);
    CHECK(of(begin + call + answer + "," + kFirst) == first);
    CHECK(of(begin, R"("temperature":0.5,"stream":false,)") == first);
  }
}

TEST_CASE("other conversations give other values, and none gives 0") {
  std::set<std::uint64_t> values;
  const auto is_new = [&values](std::uint64_t value) {
    CHECK(value != 0);
    return values.insert(value).second;
  };
  CHECK(is_new(of(kFirst)));
  CHECK(is_new(of(kSystem + "," + kFirst)));
  CHECK(is_new(of(R"({"role":"system","content":"Be brief!"},)" + kFirst)));
  CHECK(is_new(of(R"({"role":"user","content":"Be brief.What is a monad?"})")));
  CHECK(is_new(of(R"({"role":"user","content":"What is a monoid?"})")));
  CHECK(is_new(of(kFirst + "," + kFirst)));
  CHECK(is_new(of(image("AAAA"))));
  CHECK(is_new(of(image("AAAB"))));
  CHECK(is_new(of(image("AAAABBBB"))));
  // Beginnings that are the same for long, as those of screenshots may be.
  CHECK(is_new(of(image(std::string(8'192, 'A')))));
  CHECK(is_new(of(image(std::string(8'196, 'A')))));
  CHECK(is_new(of(image(std::string(4'092, 'A') + "BBBB"))));
  CHECK(is_new(of(image(std::string(4'092, 'A') + "CCCC"))));
}

TEST_CASE("each caller has conversations of its own, however it sends its key") {
  std::set<std::uint64_t> values;
  for (const std::string headers :
       {"authorization\nBearer key-a", "authorization\nBearer key-b", "x-api-key\nkey-c",
        "api-key\nkey-d", "x-goog-api-key\nkey-e", ""}) {
    INFO(headers);
    for (const std::string members : {"", R"("prompt_cache_key":"chat-1",)"}) {
      const std::uint64_t value = of(kFirst, members, headers);
      CHECK(value != 0);
      CHECK(values.insert(value).second);
      CHECK(of(kFirst, members, headers + (headers.empty() ? "" : "\n") + "x-other\n1") == value);
    }
  }
  for (const std::string headers :
       {"authorization\nbearer  key-a", "x-api-key\nkey-a", "api-key\nkey-a"}) {
    CHECK(of(kFirst, "", headers) == of(kFirst, "", "authorization\nBearer key-a"));
  }
}

TEST_CASE("the caller's own name for a conversation wins over what is said in it") {
  const std::string key = R"("prompt_cache_key":"chat-1",)";
  const std::uint64_t value = of(kFirst, key);
  CHECK(value != 0);
  CHECK(value != of(kFirst));
  CHECK(of(image("AAAA"), key) == value);
  CHECK(of(kSystem + "," + kFirst, key) == value);
  CHECK(of(kFirst, R"("prompt_cache_key":"chat-2",)") != value);
  CHECK(of(kFirst, R"("prompt_cache_key":"",)") == of(kFirst));
}

TEST_CASE("a request without contents or a caller is no reason to fail") {
  CHECK(conversation_of(HeaderView(), {}, {}) != 0);
}
