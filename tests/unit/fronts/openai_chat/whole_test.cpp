// One JSON for the whole answer. Whole streams from bytes to bytes are in tests/golden/openai_chat.
#include <string>
#include <vector>

#include "fronts/openai_chat/response.h"
#include "support/catch.h"
#include "unit/fronts/openai_chat/events.h"

using namespace proxy::test;
using proxy::ApiError;
using proxy::ErrorCode;
using proxy::fronts::openai_chat::AnswerContext;
using proxy::fronts::openai_chat::whole_renderer;

namespace {

Rendering whole() {
  return Rendering(
      whole_renderer({.model = "m", .include_usage = false, .created_s = 17, .id_seed = 42}));
}

constexpr const char* kNoUsage =
    R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"prompt_tokens_details":)"
    R"({"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,)"
    R"("audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";

std::string completion(std::string_view message, std::string_view finish) {
  return R"({"id":"chatcmpl-r1","object":"chat.completion","created":17,"model":"m",)"
         R"("system_fingerprint":"v","choices":[{"index":0,"message":{"role":"assistant",)" +
         std::string(message) + R"(},"logprobs":null,"finish_reason":")" + std::string(finish) +
         R"("}],"usage":)" + kNoUsage + "}";
}

}  // namespace

TEST_CASE("the texts of all events are joined without a separator") {
  const struct {
    const char* why;
    std::vector<std::string> events;
    std::string answer;
  } rows[] = {
      {"text",
       {event_with(R"({"text":"a\n"},{"text":"b"})"), event_with(R"({"text":"\u00e9"})", kStop)},
       completion(R"("content":"a\nb\u00e9","refusal":null)", "stop")},
      {"thoughts and text in between",
       {event_with(R"({"text":"t","thought":true},{"text":"a"})"),
        event_with(R"({"text":"u","thought":true},{"text":"b"})", kStop)},
       completion(R"("content":"ab","refusal":null,"reasoning_content":"tu")", "stop")},
      {"thoughts alone",
       {event_with(R"({"text":"t","thought":true})", R"(,"finishReason":"MAX_TOKENS")")},
       completion(R"("content":"","refusal":null,"reasoning_content":"t")", "length")},
      {"a call alone",
       {event_with(R"({"functionCall":{"name":"f","id":"i","args":{"a": 1}}})", kStop)},
       completion(R"("content":null,"refusal":null,"tool_calls":[{"id":"i","type":"function",)"
                  R"("function":{"name":"f","arguments":"{\"a\": 1}"}}])",
                  "tool_calls")},
      {"an image alone",
       {event_with(R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}})", kStop)},
       completion(R"("content":"","refusal":null,"images":[{"type":"image_url","image_url":)"
                  R"({"url":"data:image/png;base64,AAAA"}}])",
                  "stop")},
      {"sound alone, in two events",
       {event_with(R"({"inlineData":{"mimeType":"audio/L16","data":"AA"}})"),
        event_with(R"({"inlineData":{"mimeType":"audio/L16","data":"AA"}})", kStop)},
       completion(R"("content":null,"refusal":null,"audio":{"id":"audio_r1","data":"AAAA",)"
                  R"("expires_at":3617,"transcript":""})",
                  "stop")},
      {"everything at once, in the order of the members",
       {event_with(R"({"text":"t","thought":true},{"text":"a","thoughtSignature":"QUFB"},)"
                   R"({"functionCall":{"name":"f","id":"i"}},)"
                   R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}})",
                   R"(,"finishReason":"STOP","citationMetadata":{"citations":[{"uri":"u"}]})")},
       completion(R"("content":"a","refusal":null,"reasoning_content":"t","tool_calls":[{"id":"i",)"
                  R"("type":"function","function":{"name":"f","arguments":"{}"}}],"annotations":[)"
                  R"({"type":"url_citation","url_citation":{"start_index":0,"end_index":0,)"
                  R"("url":"u","title":""}}],"images":[{"type":"image_url","image_url":)"
                  R"({"url":"data:image/png;base64,AAAA"}}],"extra_content":{"google":)"
                  R"({"thought_signature":"QUFB"}})",
                  "tool_calls")},
      {"nothing", {event_with("", kStop)}, completion(R"("content":"","refusal":null)", "stop")},
      {"filtered before a word",
       {event_with("", R"(,"finishReason":"SAFETY","finishMessage":"So \"it\" is.")")},
       completion(R"("content":null,"refusal":"So \"it\" is.")", "content_filter")},
      {"filtered after one",
       {event_with(R"({"text":"a"})", R"(,"finishReason":"SAFETY","finishMessage":"So.")")},
       completion(R"("content":"a","refusal":null)", "content_filter")},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(whole().all(row.events) == row.answer);
  }
}

TEST_CASE("nothing is given out before the end, and an error not at all") {
  Rendering rendering = whole();
  CHECK(rendering.event(event_with(R"({"text":"a"})")).empty());
  CHECK(rendering.error(ApiError(ErrorCode::upstream_reset, "Cut.")).empty());
  CHECK_FALSE(rendering.end().empty());
}

TEST_CASE("the tier stands beside the usage") {
  const std::string out = whole().all(
      {event_with(R"({"text":"a"})", kStop), R"({"usageMetadata":{"serviceTier":"standard"}})"});
  CHECK(out.ends_with(std::string(kNoUsage) + R"(,"service_tier":"default"})"));
}

TEST_CASE("several choices stand in their order, whichever ended first") {
  AnswerContext context;
  context.model = "m";
  context.choices = 2;
  Rendering rendering(whole_renderer(context), 2);
  CHECK(rendering.event(event_with(R"({"text":"b"})", kStop), 1).empty());
  CHECK(rendering.end_choice(1).empty());
  CHECK(
      rendering.event(event_with(R"({"text":"a"})", R"(,"finishReason":"MAX_TOKENS")"), 0).empty());
  CHECK(rendering.end_choice(0).empty());
  const std::string out = rendering.end_all();
  CHECK(out.find(R"("choices":[{"index":0,"message":{"role":"assistant","content":"a","refusal":)"
                 R"(null},"logprobs":null,"finish_reason":"length"},{"index":1,"message":{"role":)"
                 R"("assistant","content":"b","refusal":null},"logprobs":null,"finish_reason":)"
                 R"("stop"}],"usage":{)") != std::string::npos);
}

TEST_CASE("a second try leaves nothing of the first in the message") {
  Rendering rendering = whole();
  rendering.event(event_with(R"({"text":"old","thoughtSignature":"QUFB"},)"
                             R"({"functionCall":{"name":"f","id":"i"}})",
                             R"(,"citationMetadata":{"citations":[{"uri":"u"}]})"));
  rendering.restart(0);
  rendering.event(event_with(R"({"text":"new"})", kStop));
  CHECK(rendering.end() == completion(R"("content":"new","refusal":null)", "stop"));
}
