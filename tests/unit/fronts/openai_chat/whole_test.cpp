// One JSON for the whole answer. Whole streams from bytes to bytes are in tests/golden/openai_chat.
#include <string>
#include <vector>

#include "fronts/openai_chat/response.h"
#include "support/catch.h"
#include "unit/fronts/openai_chat/events.h"

using namespace proxy::test;
using proxy::ApiError;
using proxy::ErrorCode;
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
