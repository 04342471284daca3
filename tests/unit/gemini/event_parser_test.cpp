// Rows named T-.. are those of the fault list: whatever Google sends, one event makes one Event.
// The kinds of parts are in event_parts_test.cpp.
#include "gemini/event_parser.h"

#include <string>

#include "event_tools.h"
#include "support/catch.h"

using proxy::gemini::Event;
using proxy::gemini::FinishReason;
using proxy::gemini::read_event;
using proxy::gemini::Usage;
using proxy::test::Parsed;
using proxy::test::Scanned;
using proxy::test::shown;

TEST_CASE("an event as Google writes it is read") {
  const Parsed parsed(
      R"({"candidates": [{"content": {"parts": [{"text": "Hm\n","thought": true},)"
      R"({"text": "lo \u00e9"}],"role": "model"},"finishReason": "STOP","index": 0}],)"
      R"("usageMetadata": {"promptTokenCount": 5,"candidatesTokenCount": 3,"totalTokenCount": 20,)"
      R"("thoughtsTokenCount": 12,"serviceTier": "standard"},"modelVersion": "gemini-3.5-flash",)"
      R"("responseId": "r1"})");
  const Event& event = parsed.event;
  CHECK(shown(event) == R"([Hm\n]lo \u00e9)");
  CHECK(event.finish == FinishReason::stop);
  CHECK(event.finish_name.escaped == "STOP");
  CHECK(event.has_candidate);
  CHECK(event.usage.prompt == 5);
  CHECK(event.usage.candidates == 3);
  CHECK(event.usage.thoughts == 12);
  CHECK(event.usage.total == 20);
  CHECK_FALSE(event.usage.cached.has_value());
  CHECK(event.service_tier.escaped == "standard");
  CHECK(event.model_version.escaped == "gemini-3.5-flash");
  CHECK(event.response_id.escaped == "r1");
  CHECK(event.block_reason.empty());
  CHECK(event.unknown_parts == 0);
  CHECK(event.bad_parts == 0);
}

TEST_CASE("T-06 events without anything to say are read without a word") {
  const struct {
    const char* text;
    bool has_candidate;
  } rows[] = {
      {"null", false},
      {"1", false},
      {"\"x\"", false},
      {"[]", false},
      {"{}", false},
      {R"({"candidates":null})", false},
      {R"({"candidates":[]})", false},
      {R"({"candidates":{}})", false},
      {R"({"candidates":["x",null,1]})", false},
      {R"({"candidates":[{}]})", true},
      {R"({"candidates":[{"content":null}]})", true},
      {R"({"candidates":[{"content":{}}]})", true},
      {R"({"candidates":[{"content":{"role":"model"}}]})", true},
      {R"({"candidates":[{"content":[]}]})", true},
      {R"({"candidates":[{"finishReason":5}]})", true},
      {R"({"candidates":[{"finishReason":null}]})", true},
      {R"({"candidates":[{"finishReason":""}]})", true},
      {R"({"usageMetadata":[]})", false},
      {R"({"promptFeedback":{"safetyRatings":[]}})", false},
      {R"({"promptFeedback":{"blockReason":null}})", false},
      {R"({"promptFeedback":{"blockReason":7}})", false},
      {R"({"promptFeedback":{"blockReason":""}})", false},
      {R"({"modelVersion":1,"responseId":{}})", false},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const Parsed parsed(row.text);
    CHECK(parsed.event.parts.empty());
    CHECK(parsed.event.has_candidate == row.has_candidate);
    CHECK(parsed.event.finish == FinishReason::none);
    CHECK(parsed.event.block_reason.empty());
    CHECK_FALSE(parsed.event.usage.prompt.has_value());
  }
}

TEST_CASE("T-08 every finish reason means something, new ones as well") {
  const struct {
    const char* name;
    FinishReason reason;
  } rows[] = {
      {"STOP", FinishReason::stop},
      {"FINISH_REASON_UNSPECIFIED", FinishReason::stop},
      {"MAX_TOKENS", FinishReason::max_tokens},
      {"SAFETY", FinishReason::filtered},
      {"RECITATION", FinishReason::filtered},
      {"LANGUAGE", FinishReason::filtered},
      {"BLOCKLIST", FinishReason::filtered},
      {"PROHIBITED_CONTENT", FinishReason::filtered},
      {"SPII", FinishReason::filtered},
      {"IMAGE_SAFETY", FinishReason::filtered},
      {"IMAGE_PROHIBITED_CONTENT", FinishReason::filtered},
      {"IMAGE_RECITATION", FinishReason::filtered},
      {"MODEL_ARMOR", FinishReason::filtered},
      {"IMAGE_OTHER", FinishReason::other},
      {"NO_IMAGE", FinishReason::other},
      {"OTHER", FinishReason::other},
      {"MALFORMED_FUNCTION_CALL", FinishReason::malformed},
      {"UNEXPECTED_TOOL_CALL", FinishReason::malformed},
      {"TOO_MANY_TOOL_CALLS", FinishReason::malformed},
      {"MISSING_THOUGHT_SIGNATURE", FinishReason::malformed},
      {"MALFORMED_RESPONSE", FinishReason::malformed},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    const Parsed parsed(R"({"candidates":[{"finishReason":")" + std::string(row.name) +
                        R"(","finishMessage":"Why."}]})");
    CHECK(parsed.event.finish == row.reason);
    CHECK(parsed.event.finish_name.escaped == row.name);
    CHECK(parsed.event.finish_message.escaped == "Why.");
    CHECK(parsed.event.unknown_enum.empty());
  }
  for (const char* name : {"FAKE_NEW", "stop", "STOP "}) {
    const Parsed parsed(R"({"candidates":[{"finishReason":")" + std::string(name) + R"("}]})");
    CHECK(parsed.event.finish == FinishReason::other);
    CHECK(parsed.event.unknown_enum.escaped == name);
  }
}

TEST_CASE("T-14 a refused prompt names its reason") {
  const char* const known[] = {
      "BLOCKED_REASON_UNSPECIFIED", "SAFETY",      "OTHER", "BLOCKLIST", "JAILBREAK", "MODEL_ARMOR",
      "PROHIBITED_CONTENT",         "IMAGE_SAFETY"};
  for (const char* reason : known) {
    const Parsed parsed(R"({"promptFeedback":{"blockReason":")" + std::string(reason) + R"("}})");
    CHECK(parsed.event.block_reason.escaped == reason);
    CHECK(parsed.event.block_message.empty());
    CHECK(parsed.event.unknown_enum.empty());
  }
  const Parsed parsed(R"({"promptFeedback":{"blockReason":"NEW","blockReasonMessage":"So."}})");
  CHECK(parsed.event.block_reason.escaped == "NEW");
  CHECK(parsed.event.block_message.escaped == "So.");
  CHECK(parsed.event.unknown_enum.escaped == "NEW");
}

TEST_CASE("T-21 only the first choice is read, and a missing index is the first") {
  const struct {
    const char* candidates;
    const char* shown;
    FinishReason finish;
  } rows[] = {
      {R"({"index":0,"content":{"parts":[{"text":"a"}]}})", "a", FinishReason::none},
      {R"({"index":1,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"})", "",
       FinishReason::none},
      {R"({"index":1,"content":{"parts":[{"text":"b"}]}},{"content":{"parts":[{"text":"a"}]}})",
       "a", FinishReason::none},
      {R"({"index":"1","content":{"parts":[{"text":"a"}]}})", "", FinishReason::none},
      {R"({"index":-1,"content":{"parts":[{"text":"a"}]}})", "", FinishReason::none},
      {R"({"index":null,"content":{"parts":[{"text":"a"}]}})", "a", FinishReason::none},
      {R"({"content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"b"}]},)"
       R"("finishReason":"STOP"})",
       "ab", FinishReason::stop},
  };
  for (const auto& row : rows) {
    INFO(row.candidates);
    const Parsed parsed(R"({"candidates":[)" + std::string(row.candidates) + "]}");
    CHECK(shown(parsed.event) == row.shown);
    CHECK(parsed.event.finish == row.finish);
  }
}

TEST_CASE("every count of the usage is read, also as a string") {
  const Parsed parsed(
      R"({"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":"2","totalTokenCount":3.0,)"
      R"("thoughtsTokenCount":4,"toolUsePromptTokenCount":5,"cachedContentTokenCount":6,)"
      R"("promptTokensDetails":[{"modality":"TEXT","tokenCount":1},)"
      R"({"modality":"AUDIO","tokenCount":7},{"modality":"IMAGE","tokenCount":"10"}],)"
      R"("candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":11},)"
      R"({"modality":"AUDIO","tokenCount":8}],)"
      R"("cacheTokensDetails":[{"modality":"AUDIO","tokenCount":9}],"trafficType":"ON_DEMAND"}})");
  const Usage& usage = parsed.event.usage;
  CHECK(usage.prompt == 1);
  CHECK(usage.candidates == 2);
  CHECK(usage.total == 3);
  CHECK(usage.thoughts == 4);
  CHECK(usage.tool_use_prompt == 5);
  CHECK(usage.cached == 6);
  CHECK(usage.prompt_audio == 7);
  CHECK(usage.candidates_audio == 8);
  CHECK(usage.prompt_image == 10);
  CHECK(usage.candidates_image == 11);
}

TEST_CASE("the usage of several calls is added up, count by count") {
  Usage sum;
  for (const char* text : {R"({"usageMetadata":{"promptTokenCount":5,"thoughtsTokenCount":2}})",
                           R"({"usageMetadata":{"promptTokenCount":7,"totalTokenCount":9}})",
                           R"({"usageMetadata":{}})"}) {
    const Parsed parsed(text);
    sum.add(parsed.event.usage);
  }
  CHECK(sum.prompt == 12);
  CHECK(sum.thoughts == 2);
  CHECK(sum.total == 9);
  CHECK(sum.candidates == 2);  // of the second, whose total tells it
}

TEST_CASE("T-20 impossible counts are left out or brought into range, later ones win") {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  const struct {
    const char* first;
    const char* second;
    std::optional<std::int64_t> prompt;
    const char* why;
  } rows[] = {
      {"5", "7", 7, "the last wins"},
      {"5", "null", 5, "null says nothing"},
      {"5", "\"x\"", 5, "a word says nothing"},
      {"5", "1.5", 5, "half a token says nothing"},
      {"5", "[]", 5, "a wrong type says nothing"},
      {"5", "-3", 0, "negative"},
      {"5", "9223372036854775807", kMost, "huge"},
      {"5", "1e300", 5, "beyond every integer"},
      {"5", "0", 0, "zero is a count"},
      {"\"12\"", "null", 12, "a string of digits"},
      {"null", "null", std::nullopt, "never told"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    Usage usage;
    for (const char* count : {row.first, row.second}) {
      const Parsed parsed(R"({"usageMetadata":{"promptTokenCount":)" + std::string(count) + "}}");
      usage.update(parsed.event.usage);
    }
    CHECK(usage.prompt == row.prompt);
  }
}

TEST_CASE("an event keeps nothing of the one before") {
  Event event;
  const Scanned first(
      R"({"candidates":[{"content":{"parts":[{"text":"a"},{"x":1},2]},"finishReason":"NEW",)"
      R"("finishMessage":"m"}],"promptFeedback":{"blockReason":"B","blockReasonMessage":"c"},)"
      R"("usageMetadata":{"promptTokenCount":1,"serviceTier":"flex"},"modelVersion":"v",)"
      R"("responseId":"r"})");
  read_event(first.root(), event);
  CHECK(event.parts.size() == 1);
  CHECK(event.unknown_parts == 1);
  CHECK(event.bad_parts == 1);
  const Scanned second("{}");
  read_event(second.root(), event);
  CHECK(event.parts.empty());
  CHECK(event.parts.capacity() > 0);
  CHECK(event.finish == FinishReason::none);
  CHECK_FALSE(event.has_candidate);
  CHECK(event.finish_name.empty());
  CHECK(event.finish_message.empty());
  CHECK(event.block_reason.empty());
  CHECK(event.block_message.empty());
  CHECK(event.unknown_enum.empty());
  CHECK_FALSE(event.usage.prompt.has_value());
  CHECK(event.model_version.empty());
  CHECK(event.response_id.empty());
  CHECK(event.service_tier.empty());
  CHECK(event.unknown_parts == 0);
  CHECK(event.bad_parts == 0);
}
