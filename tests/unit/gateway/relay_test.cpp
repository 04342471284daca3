// From Google's bytes to the caller's where something is wrong with the former. Rows named T-.. and
// U-.. are those of the fault list. Whole good streams are in tests/golden/openai_chat.
#include "gateway/relay.h"

#include <memory>
#include <string>

#include "base/limits.h"
#include "fronts/openai_chat/response.h"
#include "support/catch.h"
#include "support/splits.h"

using proxy::ErrorCode;
using proxy::traits;
using proxy::fronts::openai_chat::AnswerContext;
using proxy::fronts::openai_chat::stream_renderer;
using proxy::fronts::openai_chat::whole_renderer;
using proxy::gateway::Relay;
using proxy::gemini::Failure;
using proxy::gemini::Remedy;
using proxy::test::Chunks;
using proxy::test::cut_at;
using proxy::test::every_byte;

namespace {

struct Outcome {
  std::string out;   // what the caller got
  std::string code;  // of the failure, "" for none
  std::string message;
  std::string google_message;  // for the repairs
  Remedy remedy = Remedy::none;
  int events = 0;

  bool operator==(const Outcome&) const = default;
};

Outcome relayed(Chunks chunks, bool stream, bool accept_empty) {
  AnswerContext context;
  context.model = "m";
  context.created_s = 17;
  context.id_seed = 42;
  const auto renderer = stream ? stream_renderer(context) : whole_renderer(context);
  Relay relay(*renderer, 0, "m");
  Outcome outcome;
  std::optional<Failure> failure;
  for (auto& chunk : chunks) {
    failure = relay.feed(chunk.span(), outcome.out);
    chunk.bytes.reset();
    if (failure) break;
  }
  if (!failure) failure = relay.finish(accept_empty, outcome.out);
  if (failure) {
    outcome.code = traits(failure->error.code).code;
    outcome.message = failure->error.message;
    outcome.google_message = failure->google_message;
    outcome.remedy = failure->remedy;
  } else {
    renderer->on_end(relay.answer().usage(), outcome.out);
  }
  outcome.events = relay.events();
  return outcome;
}

Outcome stream(std::string_view text, bool accept_empty = false) {
  const Outcome outcome = relayed(cut_at(text, {}), true, accept_empty);
  CHECK(relayed(every_byte(text), true, accept_empty) == outcome);
  return outcome;
}

Outcome whole(std::string_view text, bool accept_empty = false) {
  const Outcome outcome = relayed(cut_at(text, {}), false, accept_empty);
  CHECK(relayed(every_byte(text), false, accept_empty) == outcome);
  return outcome;
}

std::string event(std::string_view json) { return "data: " + std::string(json) + "\n\n"; }

std::string said(std::string_view text, std::string_view finish = "") {
  return R"({"candidates":[{"content":{"parts":[{"text":")" + std::string(text) + "\"}]}" +
         (finish.empty() ? "" : R"(,"finishReason":")" + std::string(finish) + "\"") + "}]}";
}

// All texts of a stream in a row, then what it ended with.
std::string shown(const std::string& out) {
  std::string text;
  const std::string mark = R"("delta":{"content":")";
  for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    text += out.substr(begin, out.find("\"}", begin) - begin);
  }
  if (out.ends_with("data: [DONE]\n\n")) text += ".";
  return text;
}

}  // namespace

TEST_CASE(
    "a broken stream is told by its kind, after what was good of it",
    "[T-03][T-05][T-06][T-07][T-09][T-10][T-11][T-12][T-13][T-21][T-22][T-23][T-24][T-25][U-20]") {
  const std::string a = event(said("a"));
  const std::string end = event(said("b", "STOP"));
  const struct {
    const char* id;
    std::string text;
    const char* shown;
    const char* code;
    Remedy remedy;
  } rows[] = {
      {"as usual", a + end, "ab.", "", Remedy::none},
      {"T-03 no blank line at the end", a + "data: " + said("b", "STOP"), "ab.", "", Remedy::none},
      {"T-03 one newline", a + "data: " + said("b", "STOP") + "\n", "ab.", "", Remedy::none},
      {"T-05 cut JSON", a + event(R"({"candidates":[{"content")") + end, "a",
       "upstream_invalid_response", Remedy::same_account},
      {"T-05 garbage", a + event("oops") + end, "a", "upstream_invalid_response",
       Remedy::same_account},
      {"T-05 cut in the last event", a + R"(data: {"candid)", "a", "upstream_invalid_response",
       Remedy::same_account},
      {"T-05 NUL", a + event(std::string("{\"a\":\"\0\"}", 9)), "a", "upstream_invalid_response",
       Remedy::same_account},
      {"T-06 events that say nothing",
       event("null") + event("1") + event("[]") + event("{}") + event("\"x\"") + a + event("{}") +
           end,
       "ab.", "", Remedy::none},
      {"T-07 wrong types",
       event(R"({"candidates":[{"content":{"parts":[{"text":1},{"text":"a"}]}}]})") +
           event(R"({"candidates":[{"content":{"parts":{}}}]})") + end,
       "ab.", "", Remedy::none},
      {"T-09 nothing", "", "", "upstream_invalid_response", Remedy::same_account},
      {"T-09 comments only", ": a\n\n: b\n\n", "", "upstream_invalid_response",
       Remedy::same_account},
      {"T-09 [DONE] only", event("[DONE]"), "", "upstream_invalid_response", Remedy::same_account},
      {"T-09 empty events", "data:\n\ndata: \n\n", "", "upstream_invalid_response",
       Remedy::same_account},
      {"[DONE] is not Google's, but harmless", a + end + event("[DONE]"), "ab.", "", Remedy::none},
      {"T-10 no finish", a, "a", "upstream_reset", Remedy::same_account},
      {"T-10 no finish, [DONE]", a + event("[DONE]"), "a", "upstream_reset", Remedy::same_account},
      {"events without candidates only", event(R"({"usageMetadata":{}})"), "", "empty_response",
       Remedy::same_account},
      {"T-11 late text", a + end + event(said("c")), "ab.", "", Remedy::none},
      {"T-12 a finish alone", event(R"({"candidates":[{"finishReason":"STOP"}]})"), "",
       "empty_response", Remedy::same_account},
      {"T-13 error event", a + event(R"({"error":{"code":503,"message":"Busy."}})") + end, "a",
       "upstream_overloaded", Remedy::overloaded},
      {"T-13 in an array", event(R"([{"error":{"code":429,"message":"Q."}}])"), "",
       "rate_limit_exceeded", Remedy::other_account},
      {"T-13 bare JSON in mid-stream",
       a + "{\n  \"error\": {\n    \"code\": 499,\n    \"message\": \"Gone.\"\n  }\n}\n", "a",
       "upstream_error", Remedy::same_account},
      {"T-13 bare JSON that is cut", a + "{\n  \"error\": {\n", "a", "upstream_invalid_response",
       Remedy::same_account},
      {"an error that is null is none", event(R"({"error":null,)" + said("a", "STOP").substr(1)),
       "a.", "", Remedy::none},
      {"a failed call", event(R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]})"), "",
       "malformed_function_call", Remedy::same_account},
      {"a failed call after text", a + event(said("b", "MALFORMED_FUNCTION_CALL")), "ab.", "",
       Remedy::none},
      {"T-24 garbage after the end", a + end + event("oops") + event("{\"candid"), "ab.", "",
       Remedy::none},
      {"T-24 a cut document after the end", a + end + "{\"candid", "ab.", "", Remedy::none},
      {"T-24 usage behind it", a + end + event("{oops}") + event(R"({"usageMetadata":{}})"), "ab.",
       "", Remedy::none},
      {"T-05 garbage where each event has a finish",
       event(said("a", "STOP")) + event("oops") + event(said("c", "STOP")), "a",
       "upstream_invalid_response", Remedy::same_account},
      {"T-05 cut where each event has a finish",
       event(said("a", "STOP")) + event(said("b", "STOP")) + "data: {\"candid", "ab",
       "upstream_invalid_response", Remedy::same_account},
      {"T-22 invalid UTF-8", event(said("a\xFF z", "STOP")), "a\xEF\xBF\xBD z.", "", Remedy::none},
      {"T-22 a lone surrogate and invalid UTF-8", event(said("\\ud83d\xC3(", "STOP")),
       "\\ufffd\xEF\xBF\xBD(.", "", Remedy::none},
      {"T-22 invalid UTF-8 outside of strings", event("{\xFF}"), "", "upstream_invalid_response",
       Remedy::same_account},
      {"T-23 an event in a text", event(said("a\\n\\ndata: b", "STOP")), "a\\n\\ndata: b.", "",
       Remedy::none},
      {"stray commas", a + ",\n" + end + ",\n", "ab.", "", Remedy::none},
      {"U-20 HTML", "<!DOCTYPE html>\n<html><body>\n</html>\n", "", "upstream_invalid_response",
       Remedy::same_account},
      {"U-20 HTML with a script", "<script>\n{ a: 1 }\n</script>\n", "",
       "upstream_invalid_response", Remedy::same_account},
      {"U-20 a JSON answer", said("a", "STOP"), "a.", "", Remedy::none},
      {"U-20 over several lines", "{\n\"candidates\"" + said("a", "STOP").substr(13) + "\n", "a.",
       "", Remedy::none},
      {"U-20 an array of answers", "[" + said("a") + "\n,\r\n" + said("b", "STOP") + "]\n", "ab.",
       "", Remedy::none},
      {"U-20 an array without a finish", "[" + said("a") + "]", "a.", "", Remedy::none},
      {"U-20 an array that is cut", "[" + said("a") + ",", "", "upstream_invalid_response",
       Remedy::same_account},
      {"U-20 a JSON error", R"({"error":{"code":400,"message":"Bad."}})", "",
       "upstream_invalid_request", Remedy::none},
      {"a JSON answer without a finish is whole", said("a"), "a.", "", Remedy::none},
      {"but not an empty one", R"({"candidates":[{"content":{}}]})", "", "empty_response",
       Remedy::same_account},
      {"nor one without candidates", "{}", "", "empty_response", Remedy::same_account},
      {"T-21 a second candidate",
       event(R"({"candidates":[{"index":1,"content":{"parts":[{"text":"z"}]}}]})") + a + end, "ab.",
       "", Remedy::none},
  };
  for (const auto& row : rows) {
    INFO(row.id);
    const Outcome outcome = stream(row.text);
    CHECK(shown(outcome.out) == row.shown);
    CHECK(outcome.code == row.code);
    CHECK(outcome.remedy == row.remedy);
    // T-25: a whole answer fails in the same way, and then shows nothing.
    const Outcome in_one = whole(row.text);
    CHECK(in_one.code == row.code);
    CHECK(in_one.message == outcome.message);
    CHECK(in_one.out.empty() == !in_one.code.empty());
  }
}

TEST_CASE("an empty answer is told as it is when there is no second try") {
  const struct {
    const char* text;
    bool tellable;
  } rows[] = {
      {R"({"candidates":[{"finishReason":"STOP"}]})", true},
      {R"({"candidates":[{"content":{"parts":[{"functionCall":{}}]},"finishReason":"STOP"}]})",
       true},
      {R"({"usageMetadata":{}})", false},
      {R"({"candidates":[{"content":{}}]})", false},
      {R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]})", false},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK_FALSE(stream(event(row.text)).code.empty());
    const Outcome outcome = stream(event(row.text), true);
    CHECK(outcome.code.empty() == row.tellable);
    CHECK(outcome.out.ends_with("data: [DONE]\n\n") == row.tellable);
    CHECK_FALSE(whole(event(row.text)).code.empty());
    CHECK(whole(event(row.text), true).code.empty() == row.tellable);
  }
}

TEST_CASE("thoughts alone are worth a second try, unless the caller has seen them") {
  const std::string thoughts =
      R"({"candidates":[{"content":{"parts":[{"text":"t","thought":true}]},)"
      R"("finishReason":"STOP"}]})";
  CHECK(whole(event(thoughts)).code == "empty_response");
  CHECK(whole(event(thoughts), true).code.empty());
  CHECK(stream(event(thoughts)).code.empty());
  CHECK(stream("data: " + thoughts).code.empty());  // read and shown only at the end
  CHECK(stream(thoughts).code.empty());
}

TEST_CASE("a failure says what is wrong without quoting it", "[T-05]") {
  CHECK(stream(event("{\"secret\": oops}")).message ==
        "An event of Google's answer is not valid JSON (at byte 11 of 16).");
  CHECK(stream("").message == "Google's answer held no event.");
  CHECK(stream(event(R"({"candidates":[{"finishReason":"UNEXPECTED_TOOL_CALL",)"
                     R"("finishMessage":"Call: \"f\""}]})"))
            .message == "The model failed to write a function call. Google: Call: \"f\"");
}

TEST_CASE("a failure that a repair may help against brings Google's own words") {
  const struct {
    const char* event;
    const char* words;
  } rows[] = {
      {R"({"error":{"code":400,"message":"Logprobs is not enabled."}})",
       "Logprobs is not enabled."},
      {R"({"error":{"code":503,"message":"Logprobs is not enabled."}})", ""},
      {R"({"candidates":[{"finishReason":"MISSING_THOUGHT_SIGNATURE"}]})",
       "MISSING_THOUGHT_SIGNATURE"},
      {R"({"candidates":[{"finishReason":"STOP"}]})", ""},
  };
  for (const auto& row : rows) {
    INFO(row.event);
    CHECK_FALSE(stream(event(row.event)).code.empty());
    CHECK(stream(event(row.event)).google_message == row.words);
    CHECK(whole(event(row.event)).google_message == row.words);
  }
}

TEST_CASE("15.2 a stream that ends behind a whole call is taken for whole, before it it is not") {
  const std::string call =
      event(R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]}}]})");
  CHECK(stream(call).code.empty());
  CHECK(stream(call).out.find(R"("finish_reason":"tool_calls")") != std::string::npos);
  CHECK(whole(call).code.empty());
  CHECK(stream(call + event(said("a"))).code == "upstream_reset");
  CHECK(whole(call + event(said("a"))).code == "upstream_reset");
}

TEST_CASE("nothing is given out before there is something to show") {
  const auto renderer = stream_renderer({.model = "m"});
  Relay relay(*renderer, 0, "m");
  std::string out;
  std::string text = event(R"({"candidates":[{"content":{"role":"model"}}],"responseId":"r"})") +
                     event(R"({"usageMetadata":{"promptTokenCount":3}})");
  CHECK_FALSE(relay.feed({text.data(), text.size()}, out).has_value());
  CHECK(out.empty());
  CHECK(relay.events() == 2);
  CHECK(relay.answer().usage().prompt == 3);
}

TEST_CASE("T-15 an event of 5 MB passes, one of 33 MB is too much") {
  const std::string small(5'000'000, 'x');
  const Outcome passed = relayed(cut_at(event(said(small, "STOP")), {}), true, false);
  CHECK(passed.code.empty());
  CHECK(passed.out.find(small) != std::string::npos);
  const std::string large = event(said(std::string(33 << 20, 'x'), "STOP"));
  std::vector<std::size_t> cuts;
  for (std::size_t at = 16'384; at < large.size(); at += 16'384) cuts.push_back(at);
  const Outcome refused = relayed(cut_at(large, cuts), true, false);
  CHECK(refused.code == "upstream_invalid_response");
  CHECK(refused.message == "An event of Google's answer is larger than 20 MiB.");
  CHECK(refused.out.empty());
}

TEST_CASE("T-16 many tiny events pass in linear time") {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += event(said("x"));
  text += event(said("y", "STOP"));
  const Outcome outcome = relayed(cut_at(text, {}), true, false);
  CHECK(outcome.code.empty());
  CHECK(outcome.events == 50'001);
  CHECK(outcome.out.ends_with("data: [DONE]\n\n"));
}

TEST_CASE("what had to be passed over is counted") {
  const auto renderer = stream_renderer({.model = "m"});
  Relay relay(*renderer, 0, "m");
  std::string out;
  std::string text =
      event(R"({"candidates":[{"content":{"parts":[{"x":1},{"y":1},7]},"finishReason":"NEW"}]})") +
      event(said("late"));
  CHECK_FALSE(relay.feed({text.data(), text.size()}, out).has_value());
  CHECK(relay.answer().unknown_parts() == 2);
  CHECK(relay.answer().bad_parts() == 1);
  CHECK(relay.answer().late_events() == 1);
  CHECK(relay.answer().unknown_enum() == "NEW");
}
