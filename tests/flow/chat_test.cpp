// A chat that goes well: what the caller gets, what Google is asked, what is kept in KV, and who
// gets a stream without having asked for one.
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kOpening =
    R"(data: {"id":"chatcmpl-abc-1","object":"chat.completion.chunk","created":1700000000,)"
    R"("model":"gemini-2.5-flash","system_fingerprint":"gemini-2.5-flash","choices":[)";

std::string chunk(const std::string& delta, const std::string& finish = "null") {
  return kOpening + R"({"index":0,"delta":)" + delta + R"(,"logprobs":null,"finish_reason":)" +
         finish + "}]}\n\n";
}

// What an operation of the transcript is about, without timers.
std::vector<std::string> steps_of(const FakeHost& host) {
  std::vector<std::string> steps;
  for (const std::string& line : host.transcript) {
    if (!line.starts_with("sleep ")) steps.push_back(line);
  }
  return steps;
}

}  // namespace

TEST_CASE("a first streamed chat goes through body, KV, refresh and Gemini, in this order") {
  Story story;
  story.ask(streamed());
  const std::string gemini =
      "fetch POST https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash"
      ":streamGenerateContent?alt=sse";
  CHECK(steps_of(story.host) ==
        std::vector<std::string>{"read caller",
                                 "read caller",  //
                                 "kv_get token_0",
                                 "kv_get cool_0",
                                 "wait token_0",
                                 "kv_get dead_0",
                                 "kv_get refresh_0",  //
                                 "fetch POST https://oauth2.googleapis.com/token",
                                 "read answer",
                                 "read answer",  //
                                 "notify token_0",
                                 "kv_put token_0 ttl=3599",  //
                                 gemini,
                                 "read answer",
                                 "respond 200 stream",
                                 "write 505",
                                 "read answer",  //
                                 "write 240",
                                 "read answer",
                                 "write 240",
                                 "read answer gather=16",
                                 "write 240",
                                 "end"});
}

TEST_CASE("a streamed answer is written event by event, byte for byte") {
  Story story;
  const Received& got = story.ask(streamed());
  CHECK(got.status == 200);
  CHECK(got.header("content-type") == "text/event-stream; charset=utf-8");
  CHECK(got.header("cache-control") == "no-cache, no-transform");
  CHECK(got.header("access-control-allow-origin") == "*");
  CHECK(got.writes == std::vector<std::string>{chunk(R"({"role":"assistant","content":""})") +
                                                   chunk(R"({"content":"private-answer"})"),
                                               chunk(R"({"content":" one"})"),
                                               chunk(R"({"content":" two"})"),
                                               chunk("{}", "\"stop\"") + "data: [DONE]\n\n"});
}

TEST_CASE("usage comes in a chunk of its own when it is asked for") {
  Story story;
  const Received& got =
      story.ask(post(chat_body(R"(,"stream":true,"stream_options":{"include_usage":true})")));
  const StreamView view = view_stream(got.body);
  CHECK(view.done);
  CHECK(view.events.back().find(R"("choices":[],"usage":{"prompt_tokens":5,)"
                                R"("completion_tokens":3,"total_tokens":8,)") != std::string::npos);
}

TEST_CASE("a whole answer is one JSON object") {
  Story story;
  const Received& got = story.ask(whole());
  CHECK(got.status == 200);
  CHECK_FALSE(got.streamed);
  CHECK(got.header("content-type") == "application/json");
  CHECK(got.body == R"({"id":"chatcmpl-abc-1","object":"chat.completion","created":1700000000,)"
                    R"("model":"gemini-2.5-flash","system_fingerprint":"gemini-2.5-flash",)"
                    R"("choices":[{"index":0,"message":{"role":"assistant",)"
                    R"("content":"private-answer one two","refusal":null},)"
                    R"("logprobs":null,"finish_reason":"stop"}],)"
                    R"("usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,)"
                    R"("prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},)"
                    R"("completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,)"
                    R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}})");
}

TEST_CASE("Gemini is asked with a fixed list of headers, whatever the caller sent", "[H-20]") {
  Story story;
  Ask ask = streamed();
  for (const char* name :
       {"host", "x-forwarded-for", "cf-connecting-ip", "cf-ray", "cookie", "x-goog-user-project",
        "x-goog-api-key", "openai-organization", "x-stainless-lang", "connection", "user-agent",
        "accept-language", "expect", "range", "if-none-match"}) {
    ask = ask.with(name, "from-the-caller");
  }
  CHECK(story.tell(ask) == "200 private-answer one two[DONE]");
  CHECK(story.google_requests().front().headers ==
        Fields{{"content-type", "application/json"},
               {"user-agent", "openai-compatible-proxy/0.1"},
               {"authorization", "Bearer marked-access-0-1"}});
  CHECK(story.token_requests().front().headers ==
        Fields{{"content-type", "application/x-www-form-urlencoded"},
               {"accept", "application/json"}});
  for (const FetchRequest& request : story.host.fetches) {
    CHECK(request.body.find("from-the-caller") == std::string::npos);
    CHECK(request.url.find("from-the-caller") == std::string::npos);
  }
}

TEST_CASE("the account's project pays, and the refresh names the owner's client") {
  Story story;
  story.set("ACCOUNTS", R"([{"refresh_token":"marked-refresh-0","projectId":"project-7"}])");
  story.ask(whole());
  CHECK(story.google_requests().front().header("x-goog-user-project") == "project-7");
  CHECK(story.token_requests().front().body ==
        "client_id=client-id&client_secret=marked-client-secret&refresh_token=marked-refresh-0"
        "&grant_type=refresh_token");
}

TEST_CASE("base URLs come from variables") {
  Story story;
  story.set("GEMINI_BASE_URL", "https://gemini.example/proxy/");
  story.set("OAUTH_BASE_URL", "http://localhost:9000");
  CHECK(story.tell(whole()) == "200 private-answer one two");
  CHECK(story.token_requests().front().url == "http://localhost:9000/token");
  CHECK(story.google_requests().front().url ==
        "https://gemini.example/proxy/v1beta/models/gemini-2.5-flash"
        ":streamGenerateContent?alt=sse");
}

TEST_CASE("an unsafe base URL refuses chats before anything is sent", "[S-13]") {
  for (const char* url :
       {"http://gemini.example", "https://user@gemini.example", "gemini.example",
        "https://gemini.example/?key=1", "https://gemini.example\\@evil.example"}) {
    INFO(url);
    Story story;
    story.set("GEMINI_BASE_URL", url);
    CHECK(story.tell(whole()) == "503 configuration_invalid");
    CHECK(story.tell(get("/health")) == "200");
    CHECK(story.host.fetches.empty());
    CHECK(story.host.log_count("base_url_invalid") == 1);
  }
}

TEST_CASE("a request that says stream gets what it says; else the client's kind decides") {
  struct Row {
    const char* stream;
    const char* header;
    const char* value;
    const char* stream_default;
    bool streams;
  };
  const Row rows[] = {
      {R"(,"stream":true)", "accept", "application/json", "false", true},
      {R"(,"stream":false)", "accept", "text/event-stream", "true", false},
      {"", "accept", "*/*", "true", true},  // curl, as the owner's guide shows it
      {R"(,"stream":null)", "accept", "*/*", "true", true},
      {"", "accept", "application/json", "true", false},
      {"", "accept", "application/json, text/event-stream", "true", true},
      {"", "user-agent", "ai/5.0.1 runtime/node.js", "true", false},
      {"", "user-agent", "ai-sdk/openai-compatible/1.0", "true", false},
      {"", "user-agent", "air/1", "true", true},
      {"", "accept", "text/event-stream", "false", false},
      {R"(,"stream":null)", "accept", "*/*", "false", false},
      {"", "accept", "*/*", "maybe", true},  // no such value: the default holds
  };
  for (const Row& row : rows) {
    INFO(row.stream << ' ' << row.header << ": " << row.value << ' ' << row.stream_default);
    Story story;
    story.set("STREAM_DEFAULT", row.stream_default);
    const Received& got = story.ask(post(chat_body(row.stream)).with(row.header, row.value));
    CHECK(got.status == 200);
    CHECK(got.streamed == row.streams);
  }
}

TEST_CASE("the model is echoed as the caller named it, and warnings travel in a header") {
  Story story;
  story.set("MODEL_ALIASES", R"({"gpt-*":"gemini-2.5-flash-lite"})");
  const Received& got = story.ask(
      post(R"({"model":"gpt-4o","messages":[{"role":"user","content":"private-question"}],)"
           R"("stream":true,"no_such_field\n":1})"));
  CHECK(Story::summary(got) == "200 private-answer one two[DONE]");
  CHECK(got.header("x-proxy-warnings") == "no_such_field : unknown, ignored");
  CHECK(got.body.find(R"("model":"gpt-4o")") != std::string::npos);
  CHECK(story.google_requests().front().url.find("/models/gemini-2.5-flash-lite:") !=
        std::string::npos);
}

TEST_CASE("a model's name cannot lead out of its place in the URL", "[S-10]") {
  for (const char* name : {"../../v1/x", "a/../../b", "x?key=1", "x#f", "x:generateContent?",
                           "%2e%2e%2f", "a\\\\b", "a\\r\\nb", "a b", "\xC3\xA9", ".hidden"}) {
    INFO(name);
    Story story;
    const Received& got = story.ask(post(R"({"model":")" + std::string(name) +
                                         R"(","messages":[{"role":"user","content":"hi"}]})"));
    CHECK(Story::summary(got) == "404 model_not_found");
    CHECK(story.host.fetches.empty());
  }
}

}  // namespace proxy::flow
