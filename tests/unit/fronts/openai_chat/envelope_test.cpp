#include "fronts/openai_chat/envelope.h"

#include <string>

#include "gemini/event_parser.h"
#include "support/catch.h"
#include "support/json_tools.h"

using namespace proxy::fronts::openai_chat;
using proxy::gemini::Answer;
using proxy::gemini::Event;
using proxy::gemini::Usage;
using proxy::test::Scanned;

namespace {

std::string opened(std::string_view model, std::initializer_list<std::string> events) {
  Envelope envelope(
      {.model = std::string(model), .include_usage = false, .created_s = 17, .id_seed = 42});
  for (const std::string& text : events) {
    const Scanned scanned(text);
    Event event;
    proxy::gemini::read_event(scanned.root(), event);
    envelope.observe(event);
  }
  return envelope.open("chat.completion");
}

std::string with_id(std::string_view id) { return R"({"responseId":")" + std::string(id) + "\"}"; }

Answer answer_to(std::string_view text) {
  const Scanned scanned(text);
  Event event;
  proxy::gemini::read_event(scanned.root(), event);
  Answer answer;
  answer.observe(event);
  return answer;
}

std::string usage_json(const Usage& usage) {
  std::string out;
  proxy::json::Writer json(out);
  write_usage(json, usage);
  return out;
}

// The three sums and the three counts that matter.
std::string usage_text(std::int64_t prompt, std::int64_t completion, std::int64_t cached,
                       std::int64_t reasoning, std::int64_t audio_in = 0,
                       std::int64_t audio_out = 0) {
  const auto text = [](std::int64_t value) { return std::to_string(value); };
  return R"({"prompt_tokens":)" + text(prompt) + R"(,"completion_tokens":)" + text(completion) +
         R"(,"total_tokens":)" + text(prompt + completion) +
         R"(,"prompt_tokens_details":{"cached_tokens":)" + text(cached) + R"(,"audio_tokens":)" +
         text(audio_in) + R"(},"completion_tokens_details":{"reasoning_tokens":)" +
         text(reasoning) + R"(,"audio_tokens":)" + text(audio_out) +
         R"(,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}})";
}

}  // namespace

TEST_CASE("an answer begins with what is the same in each of its chunks") {
  CHECK(opened("m", {R"({"responseId":"r1","modelVersion":"v-1"})"}) ==
        R"({"id":"chatcmpl-r1","object":"chat.completion","created":17,"model":"m",)"
        R"("system_fingerprint":"v-1")");
  CHECK(opened("m", {}) ==
        R"({"id":"chatcmpl-PMuFU3l3WIxuaJmYYEuVsUg2","object":"chat.completion","created":17,)"
        R"("model":"m")");
  CHECK(opened("a\"b\n\xC3\xA9", {with_id("r")}) ==
        R"({"id":"chatcmpl-r","object":"chat.completion","created":17,"model":"a\"b\né")");
}

TEST_CASE("Google's id is taken if it looks like one of OpenAI's, else one is made") {
  const std::string made = "PMuFU3l3WIxuaJmYYEuVsUg2";
  const std::string longest(64, 'x');
  const struct {
    std::string given;
    std::string id;
    const char* why;
  } rows[] = {
      {"aZ0_-9", "aZ0_-9", "every kind of character"},
      {longest, longest, "64 characters"},
      {longest + "x", made, "65 characters"},
      {"", made, "empty"},
      {"a b", made, "space"},
      {"a.b", made, "another mark"},
      {R"(a\u0062)", made, "escaped"},
      {R"(a\"b)", made, "a quote"},
      {"\xC3\xA9", made, "not ASCII"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(opened("m", {with_id(row.given)}).starts_with(R"({"id":"chatcmpl-)" + row.id + "\","));
  }
}

TEST_CASE("the first event that names id and version counts") {
  const std::string open =
      opened("m", {"{}", R"({"modelVersion":"v1"})", R"({"responseId":"r1","modelVersion":"v2"})",
                   with_id("r2")});
  CHECK(open.find(R"("id":"chatcmpl-r1")") != std::string::npos);
  CHECK(open.find(R"("system_fingerprint":"v1")") != std::string::npos);
}

TEST_CASE("a finish reason is one of OpenAI's words") {
  const std::string text = R"("content":{"parts":[{"text":"x"}]},)";
  const struct {
    const char* reason;
    const char* with_text;
    const char* without;
  } rows[] = {
      {"STOP", "stop", "stop"},
      {"FINISH_REASON_UNSPECIFIED", "stop", "stop"},
      {"MAX_TOKENS", "length", "length"},
      {"SAFETY", "content_filter", "content_filter"},
      {"RECITATION", "content_filter", "content_filter"},
      {"LANGUAGE", "content_filter", "content_filter"},
      {"BLOCKLIST", "content_filter", "content_filter"},
      {"PROHIBITED_CONTENT", "content_filter", "content_filter"},
      {"SPII", "content_filter", "content_filter"},
      {"IMAGE_SAFETY", "content_filter", "content_filter"},
      {"IMAGE_PROHIBITED_CONTENT", "content_filter", "content_filter"},
      {"IMAGE_RECITATION", "content_filter", "content_filter"},
      {"MODEL_ARMOR", "content_filter", "content_filter"},
      {"IMAGE_OTHER", "stop", "content_filter"},
      {"NO_IMAGE", "stop", "content_filter"},
      {"OTHER", "stop", "content_filter"},
      {"FAKE_NEW", "stop", "content_filter"},
      {"MALFORMED_FUNCTION_CALL", "stop", "stop"},
  };
  for (const auto& row : rows) {
    INFO(row.reason);
    const std::string finish = R"("finishReason":")" + std::string(row.reason) + R"("}]})";
    CHECK(finish_reason(answer_to(R"({"candidates":[{)" + text + finish), {}) == row.with_text);
    CHECK(finish_reason(answer_to(R"({"candidates":[{)" + finish), {}) == row.without);
  }
  CHECK(finish_reason(answer_to(R"({"promptFeedback":{"blockReason":"X"},"candidates":[{)" + text +
                                R"("finishReason":"STOP"}]})"),
                      {}) == "content_filter");
}

TEST_CASE("an answer that calls ends so, unless it was cut or filtered") {
  AnswerContext legacy;
  legacy.legacy_functions = true;
  const struct {
    const char* reason;
    const char* finish;
    const char* legacy;
  } rows[] = {
      {"STOP", "tool_calls", "function_call"},
      {"OTHER", "tool_calls", "function_call"},
      {"FAKE_NEW", "tool_calls", "function_call"},
      {"MALFORMED_FUNCTION_CALL", "tool_calls", "function_call"},
      {"UNEXPECTED_TOOL_CALL", "tool_calls", "function_call"},
      {"", "tool_calls", "function_call"},
      {"MAX_TOKENS", "length", "length"},
      {"SAFETY", "content_filter", "content_filter"},
  };
  for (const auto& row : rows) {
    INFO(row.reason);
    const Answer answer = answer_to(
        R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}},{"text":"x"}]},)"
        R"("finishReason":")" +
        std::string(row.reason) + R"("}]})");
    CHECK(finish_reason(answer, {}) == row.finish);
    CHECK(finish_reason(answer, legacy) == row.legacy);
  }
}

TEST_CASE("the usage adds up, whatever Google counted") {
  const struct {
    const char* why;
    const char* counted;
    std::string text;
  } rows[] = {
      {"nothing was counted", "", usage_text(0, 0, 0, 0)},
      {"as usual",
       R"("promptTokenCount":5,"candidatesTokenCount":3,"thoughtsTokenCount":12,)"
       R"("totalTokenCount":20)",
       usage_text(5, 15, 0, 12)},
      {"tools count for the prompt, cached tokens are among it",
       R"("promptTokenCount":21,"candidatesTokenCount":116,"thoughtsTokenCount":95,)"
       R"("toolUsePromptTokenCount":243,"cachedContentTokenCount":12,"totalTokenCount":475)",
       usage_text(264, 211, 12, 95)},
      {"sound",
       R"("promptTokenCount":9,"candidatesTokenCount":8,)"
       R"("promptTokensDetails":[{"modality":"AUDIO","tokenCount":7}],)"
       R"("candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":6}])",
       usage_text(9, 8, 0, 0, 7, 6)},
      {"the answer's count from the total",
       R"("promptTokenCount":5,"thoughtsTokenCount":2,"totalTokenCount":20)",
       usage_text(5, 15, 0, 2)},
      {"but not below the thoughts",
       R"("promptTokenCount":5,"thoughtsTokenCount":8,"totalTokenCount":6)",
       usage_text(5, 8, 0, 8)},
      {"nor below zero", R"("promptTokenCount":5,"totalTokenCount":3)", usage_text(5, 0, 0, 0)},
      {"a total that is wrong is not believed",
       R"("promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":99)",
       usage_text(1, 1, 0, 0)},
      {"prompt only", R"("promptTokenCount":9)", usage_text(9, 0, 0, 0)},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const Answer answer = answer_to(R"({"usageMetadata":{)" + std::string(row.counted) + "}}");
    CHECK(usage_json(answer.usage()) == row.text);
  }
}

TEST_CASE("tokens of images are told where there are any, with those of the text beside them") {
  const std::string out = usage_json(
      answer_to(R"({"usageMetadata":{"promptTokenCount":300,"candidatesTokenCount":1300,)"
                R"("thoughtsTokenCount":5,"promptTokensDetails":[{"modality":"IMAGE",)"
                R"("tokenCount":258},{"modality":"AUDIO","tokenCount":2}],)"
                R"("candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1400}]}})")
          .usage());
  CHECK(out ==
        R"({"prompt_tokens":300,"completion_tokens":1305,"total_tokens":1605,)"
        R"("prompt_tokens_details":{"cached_tokens":0,"audio_tokens":2,"image_tokens":258,)"
        R"("text_tokens":40},"completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":0,)"
        R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0,"image_tokens":1400,)"
        R"("text_tokens":0}})");
}

TEST_CASE("before it is written, an answer that begins anew forgets its id") {
  Envelope envelope(AnswerContext{});
  const auto observe = [&envelope](const char* text) {
    const Scanned scanned(text);
    Event event;
    proxy::gemini::read_event(scanned.root(), event);
    envelope.observe(event);
  };
  observe(R"({"responseId":"r1","modelVersion":"v1"})");
  envelope.restart();
  observe(R"({"responseId":"r2","modelVersion":"v2"})");
  CHECK(envelope.id() == "r2");
  envelope.restart();
  observe(R"({"responseId":"r3"})");
  CHECK(envelope.id() == "r2");
}

TEST_CASE("a service tier has OpenAI's name or none") {
  const struct {
    const char* given;
    const char* name;
  } rows[] = {
      {"standard", "default"}, {"flex", "flex"}, {"priority", "priority"}, {"new", ""}, {"", ""}};
  for (const auto& row : rows) CHECK(service_tier(row.given) == row.name);
}
