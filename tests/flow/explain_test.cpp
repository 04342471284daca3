// `x-proxy-explain: 1`: what would be sent to Google, instead of sending it. And the header that
// names what was changed or left out of a request.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

using Json = nlohmann::json;

Ask explained(const std::string& more = {}) {
  return post(chat_body(more)).with("x-proxy-explain", "1");
}

Json explanation(Story& story, const Ask& ask) {
  const Received& got = story.ask(ask);
  CHECK(got.status == 200);
  CHECK(got.header("content-type") == "application/json");
  return Json::parse(got.body, nullptr, false);
}

}  // namespace

TEST_CASE("an explanation shows the request that Google would get, and sends nothing") {
  Story story;
  const Json told = explanation(
      story, explained(R"(,"stream":true,"n":2,"temperature":0.20,"logit_bias":{},"nope":1)"));
  CHECK(told["object"] == "proxy.explanation");
  CHECK(told["upstream"] == "gemini_api");
  CHECK(told["model"] == "gemini-2.5-flash");
  CHECK(told["stream"] == true);
  CHECK(told["choices"] == 2);
  CHECK(told["repairs"] == Json::array());
  CHECK(told["warnings"] == Json::array({"logit_bias: ignored", "nope: unknown, ignored"}));
  CHECK(told["account"] == 0);
  CHECK(told.size() == 9);
  CHECK(story.host.fetches.empty());
  CHECK(story.host.count("kv_") == 0);
  CHECK(story.isolate->body_bytes == 0);
  // It is what is sent then, byte for byte.
  const std::string body = story.host.received(1).body;
  story.ask(post(chat_body(R"(,"stream":false,"temperature":0.20)")));
  CHECK(body.find(R"("request":)" + story.google_requests().front().body + ",") !=
        std::string::npos);
}

TEST_CASE("an explanation names the model that an alias leads to") {
  Story story;
  story.set("MODEL_ALIASES", R"({"gpt-*":"gemini-3.5-flash"})");
  const std::string body =
      R"({"model":"gpt-4o","messages":[{"role":"user","content":"private-question"}]})";
  CHECK(explanation(story, post(body).with("x-proxy-explain", "1"))["model"] == "gemini-3.5-flash");
}

TEST_CASE("an explanation shows the repairs that are known to be needed") {
  Story story;
  story.on_google = [](const FetchRequest& request, int) {
    if (request.body.find("presencePenalty") == std::string::npos) return good_answer();
    return error_answer(400, error_json(400, "INVALID_ARGUMENT", "Penalty is not enabled"));
  };
  const std::string more = R"(,"presence_penalty":1,"stream":false)";
  Json told = explanation(story, explained(more));
  CHECK(told["repairs"] == Json::array());
  CHECK(told["request"]["generationConfig"].contains("presencePenalty"));
  story.ask(post(chat_body(more)));
  told = explanation(story, explained(more));
  CHECK(told["repairs"] == Json::array({"drop_penalties"}));
  CHECK_FALSE(told["request"]["generationConfig"].contains("presencePenalty"));
}

TEST_CASE("an explanation is for those who may call, and of requests that would be sent") {
  Story story;
  CHECK(story.tell(explained().without("authorization")) == "401 missing_api_key");
  CHECK(story.tell(explained().with("authorization", "Bearer wrong")) == "401 invalid_api_key");
  CHECK(story.tell(explained(R"(,"temperature":9)")) == "400 decimal_above_max_value");
  CHECK(story.tell(explained(R"(,"stream":)")) == "400 invalid_json");
  CHECK(story.host.fetches.empty());
  // It needs no account: an owner who sets up the Worker sees it, too.
  story.set("ACCOUNTS", "");
  CHECK(explanation(story, explained())["object"] == "proxy.explanation");
}

TEST_CASE("only the value 1 asks for an explanation") {
  for (const char* value : {"0", "true", "", "11", "yes"}) {
    INFO(value);
    Story story;
    const Ask ask = whole().with("x-proxy-explain", value);
    CHECK(story.tell(ask) == "200 private-answer one two");
  }
}

TEST_CASE("what was ignored or changed is named in a header of every kind of answer") {
  const std::string warning = "logit_bias: ignored; no_such_field: unknown, ignored";
  const std::string more = R"(,"logit_bias":{},"no_such_field":1)";
  for (const char* stream : {"true", "false"}) {
    Story story;
    const Ask ask = post(chat_body(more + R"(,"stream":)" + stream));
    CHECK(story.ask(ask).header("x-proxy-warnings") == warning);
    CHECK(story.ask(ask.with("x-proxy-explain", "1")).header("x-proxy-warnings") == warning);
    story.on_google = [](const FetchRequest&, int) { return error_answer(500); };
    const Received& failed = story.ask(ask);
    CHECK(failed.status == 502);
    CHECK(failed.header("x-proxy-warnings") == warning);
    CHECK(story.ask(whole()).header("x-proxy-warnings").empty());
  }
}

TEST_CASE("F-18 warnings are a header of bounded length and of plain characters") {
  std::string more;
  for (int i = 0; i < 100; ++i) {
    more += R"(,"field\r\n\u00e9)" + std::to_string(i) + std::string(100, 'x') + R"(":1)";
  }
  Story story;
  const std::string header = story.ask(post(chat_body(more))).header("x-proxy-warnings");
  CHECK(header.size() > 100);
  CHECK(header.size() <= 1'100);
  for (const char c : header) CHECK((c >= 0x20 && c < 0x7F));
}

TEST_CASE("a large request is explained if there is memory for its copies", "[P-08]") {
  constexpr std::size_t kMiB = 1'048'576;
  const auto of = [](std::size_t bytes) {
    return post(R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":")" +
                std::string(bytes, 'x') + "\"}]}")
        .with("x-proxy-explain", "1");
  };
  Story story;
  const Json told = explanation(story, of(7 * kMiB));
  CHECK(told["request"]["contents"][0]["parts"][0]["text"] == std::string(7 * kMiB, 'x'));
  CHECK(story.tell(of(9 * kMiB)) == "413 request_too_large");
  story.isolate->body_bytes = 30 * kMiB;
  CHECK(story.tell(of(5 * kMiB)) == "503 server_busy");
  CHECK(story.isolate->body_bytes == 30 * kMiB);
  story.isolate->body_bytes = 0;
}

}  // namespace proxy::flow
