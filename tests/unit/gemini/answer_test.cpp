#include "gemini/answer.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include "gemini/event_parser.h"
#include "support/catch.h"
#include "support/json_tools.h"

using proxy::gemini::Answer;
using proxy::gemini::Event;
using proxy::gemini::EventPart;
using proxy::gemini::FinishReason;
using proxy::gemini::read_event;
using proxy::test::Scanned;
using Verdict = proxy::gemini::Answer::Verdict;

namespace {

// Events in short: `a` a text, `(a)` a thought, `f()` a call, `<a>` an image, `!STOP` a finish,
// `?SAFETY` a refused prompt, `#` no candidate; several may stand together, separated by spaces.
std::string event_json(std::string_view text) {
  std::string parts;
  std::string rest;
  std::string feedback;
  bool has_candidate = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string word(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word[0] == '!') {
      rest = R"(,"finishReason":")" + word.substr(1) + R"(","finishMessage":"Told.")";
    } else if (word[0] == '?') {
      feedback = R"("promptFeedback":{"blockReason":")" + word.substr(1) + R"("},)";
      has_candidate = false;
    } else if (word[0] == '#') {
      has_candidate = false;
    } else if (word.ends_with("()") || word[0] == '<') {
      parts += parts.empty() ? "" : ",";
      parts += word[0] == '<'
                   ? R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}})"
                   : R"({"functionCall":{"name":")" + word.substr(0, word.size() - 2) + "\"}}";
    } else {
      const bool thought = word[0] == '(';
      parts += parts.empty() ? "" : ",";
      parts += R"({"text":")" + (thought ? word.substr(1, word.size() - 2) : word) + "\"" +
               (thought ? R"(,"thought":true})" : "}");
    }
  }
  const std::string candidate = R"({"content":{"parts":[)" + parts + "]}" + rest + "}";
  return "{" + feedback + R"("candidates":[)" + (has_candidate ? candidate : "") + "]}";
}

struct Told {
  Answer answer;
  std::string text;  // what was left to show
  std::string thoughts;
};

Told tell(std::initializer_list<const char*> events) {
  Told told;
  for (const char* text : events) {
    const Scanned scanned(event_json(text));
    REQUIRE_FALSE(scanned.error.has_value());
    Event event;
    read_event(scanned.root(), event);
    told.answer.observe(event);
    for (const auto& part : event.parts) {
      const bool thought = part.kind == EventPart::Kind::thought;
      (thought ? told.thoughts : told.text) += part.text.escaped;
    }
  }
  return told;
}

}  // namespace

TEST_CASE("an answer is whole, empty, malformed, silent or cut", "[T-08][T-10][T-12][T-14]") {
  const struct {
    std::initializer_list<const char*> events;
    Verdict verdict;
    const char* why;
  } rows[] = {
      {{"a", "b !STOP"}, Verdict::complete, "as usual"},
      {{"a !STOP", "b !STOP"}, Verdict::complete, "a finish in every event"},
      {{"a", "!STOP"}, Verdict::complete, "the finish in an event of its own"},
      {{"a", "b"}, Verdict::cut, "T-10 no finish after text"},
      {{"(t)"}, Verdict::cut, "no finish after a thought"},
      {{""}, Verdict::cut, "a candidate that says nothing"},
      {{"#"}, Verdict::silent, "no candidate"},
      {{}, Verdict::silent, "no event"},
      {{"!STOP"}, Verdict::empty, "T-12 a finish alone"},
      {{"(t)", "!STOP"}, Verdict::empty, "thoughts alone"},
      {{"(t)", "!MAX_TOKENS"}, Verdict::complete, "all tokens were thought away"},
      {{"!MAX_TOKENS"}, Verdict::complete, "the same unseen"},
      {{"!SAFETY"}, Verdict::complete, "a filter explains itself"},
      {{"a", "!SAFETY"}, Verdict::complete, "filtered after text"},
      {{"!OTHER"}, Verdict::complete, "unexplained, but final"},
      {{"!FAKE_NEW"}, Verdict::complete, "T-08 a new reason"},
      {{"!MALFORMED_FUNCTION_CALL"}, Verdict::malformed, "worth a second try"},
      {{"(t)", "!UNEXPECTED_TOOL_CALL"}, Verdict::malformed, "thoughts are no content"},
      {{"a", "!MALFORMED_FUNCTION_CALL"}, Verdict::complete, "the text is kept"},
      {{"?SAFETY"}, Verdict::complete, "T-14 prompt refused"},
      {{"#", "?NEW"}, Verdict::complete, "T-08 a new block reason"},
      {{"a", "?SAFETY"}, Verdict::complete, "refused on second thought"},
      {{"f() !STOP"}, Verdict::complete, "a call"},
      {{"f()"}, Verdict::complete, "15.2 a whole call is usable without a finish"},
      {{"a", "f()"}, Verdict::complete, "text before it does not matter"},
      {{"f()", "g()"}, Verdict::complete, "two calls, and nothing behind"},
      {{"f()", "a"}, Verdict::cut, "15.2 text after the call shows that more was to come"},
      {{"f() a"}, Verdict::cut, "the same in one event"},
      {{"f()", "a", "g()"}, Verdict::complete, "a call is the last that came"},
      {{"f()", "(t)"}, Verdict::cut, "a thought after the call: the model was not done"},
      {{"f()", "<i>"}, Verdict::cut, "an image after the call as well"},
      {{"f()", "a !STOP"}, Verdict::complete, "finished after all"},
      {{"f()", "!MALFORMED_FUNCTION_CALL"}, Verdict::complete, "a whole call came before"},
      {{"f()", "!MAX_TOKENS"}, Verdict::complete, "cut by its length"},
      {{"f()", "?SAFETY"}, Verdict::complete, "refused on second thought"},
      {{"<i> !STOP"}, Verdict::complete, "an image alone is content"},
      {{"<i>"}, Verdict::cut, "but not without a finish"},
      {{"<i>", "!NO_IMAGE"}, Verdict::complete, "as STOP after content"},
      {{"!MISSING_THOUGHT_SIGNATURE"}, Verdict::malformed, "worth a repair"},
      {{"(t)", "!MALFORMED_RESPONSE"}, Verdict::malformed, "thoughts are no content"},
      {{"!TOO_MANY_TOOL_CALLS"}, Verdict::malformed, "the model's fault as well"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(tell(row.events).answer.verdict() == row.verdict);
  }
}

TEST_CASE("T-11 text after the finish is late, unless its event finishes too") {
  const struct {
    std::initializer_list<const char*> events;
    const char* text;
    int late;
    FinishReason finish;
  } rows[] = {
      {{"a !STOP", "b"}, "a", 1, FinishReason::stop},
      {{"a !STOP", "b", "c"}, "a", 2, FinishReason::stop},
      {{"a !STOP", "b !STOP"}, "ab", 0, FinishReason::stop},
      {{"a !STOP", "b", "c !STOP"}, "ac", 1, FinishReason::stop},
      {{"a !STOP", ""}, "a", 0, FinishReason::stop},
      {{"a !STOP", "#"}, "a", 0, FinishReason::stop},
      {{"a !STOP", "!MAX_TOKENS"}, "a", 0, FinishReason::max_tokens},
  };
  for (const auto& row : rows) {
    const Told told = tell(row.events);
    CHECK(told.text == row.text);
    CHECK(told.answer.late_events() == row.late);
    CHECK(told.answer.finish() == row.finish);
  }
}

TEST_CASE("late text does not make an empty answer look whole") {
  const Told told = tell({"!STOP", "b"});
  CHECK_FALSE(told.answer.has_content());
  CHECK(told.answer.verdict() == Verdict::empty);
}

TEST_CASE("an answer that a filter emptied says why") {
  const struct {
    std::initializer_list<const char*> events;
    const char* refusal;
  } rows[] = {
      {{"?SAFETY"}, "The request was blocked by Google's content filter (SAFETY)."},
      {{"(t)", "?OTHER"}, "The request was blocked by Google's content filter (OTHER)."},
      {{"a", "?SAFETY"}, ""},
      {{"!SAFETY"}, "Told."},
      {{"(t)", "!RECITATION"}, "Told."},
      {{"!OTHER"}, "Told."},
      {{"a", "!SAFETY"}, ""},
      {{"!STOP"}, ""},
      {{"!MAX_TOKENS"}, ""},
      {{"!MALFORMED_FUNCTION_CALL"}, ""},
      {{"f()", "!SAFETY"}, ""},
      {{"<i>", "!SAFETY"}, ""},
      {{"!NO_IMAGE"}, "Told."},
  };
  for (const auto& row : rows) CHECK(tell(row.events).answer.refusal() == row.refusal);
}

TEST_CASE("a refusal is made of Google's words, still escaped, or of ours") {
  const struct {
    const char* event;
    const char* refusal;
  } rows[] = {
      {R"({"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"So \"it\" is."}})",
       R"(The request was blocked by Google's content filter (SAFETY). So \"it\" is.)"},
      {R"({"candidates":[{"finishReason":"SAFETY"}]})",
       "The response was blocked by Google's content filter (SAFETY)."},
      {R"({"candidates":[{"finishReason":"NEW\n"}]})",
       R"(The response was blocked by Google's content filter (NEW\n).)"},
      {R"({"candidates":[{"finishReason":"SPII","finishMessage":"\u00e9"}]})", "\xC3\xA9"},
      // As all words of Google's.
      {R"({"candidates":[{"finishReason":"SPII","finishMessage":"By \"a\" in project\nmine-1."}]})",
       R"(By \"a\" in project [redacted].)"},
  };
  for (const auto& row : rows) {
    const Scanned scanned(row.event);
    Event event;
    Answer answer;
    read_event(scanned.root(), event);
    answer.observe(event);
    CHECK(answer.refusal() == row.refusal);
  }
}

TEST_CASE("an answer outlives the events that it was told by") {
  Answer answer;
  for (const char* text :
       {R"({"usageMetadata":{"promptTokenCount":3,"serviceTier":"priority"}})",
        R"({"candidates":[{"finishReason":"SOME_NEW_REASON","finishMessage":"A message."}],)"
        R"("usageMetadata":{"candidatesTokenCount":2}})",
        R"({"candidates":[{"content":{"parts":[{"x":1},2]}}]})"}) {
    const Scanned scanned(text);
    Event event;
    read_event(scanned.root(), event);
    answer.observe(event);
  }
  CHECK(answer.usage().prompt == 3);
  CHECK(answer.usage().candidates == 2);
  CHECK(answer.service_tier() == "priority");
  CHECK(answer.finish_message() == "A message.");
  CHECK(answer.unknown_enum() == "SOME_NEW_REASON");
  CHECK(answer.unknown_parts() == 1);
  CHECK(answer.bad_parts() == 1);
}

TEST_CASE("an answer knows what kinds of things it has said") {
  const struct {
    std::initializer_list<const char*> events;
    bool content;
    bool calls;
    bool thoughts;
  } rows[] = {
      {{"!STOP"}, false, false, false},
      {{"(t)", "!STOP"}, false, false, true},
      {{"a", "!STOP"}, true, false, false},
      {{"f()"}, true, true, false},
      {{"(t)", "f()", "a !STOP"}, true, true, true},
      {{"<i> !STOP"}, true, false, false},
      {{"!STOP", "f()"}, false, false, false},  // late
  };
  for (const auto& row : rows) {
    const Told told = tell(row.events);
    CHECK(told.answer.has_content() == row.content);
    CHECK(told.answer.has_calls() == row.calls);
    CHECK(told.answer.has_thoughts() == row.thoughts);
  }
  CHECK(tell({"a", "!SAFETY"}).answer.finish_name() == "SAFETY");
  CHECK(tell({"a", "?SAFETY"}).answer.blocked());
  CHECK_FALSE(tell({"a", "!SAFETY"}).answer.blocked());
}

TEST_CASE("T-08 only reasons that are new are named for the log") {
  CHECK(tell({"!OTHER"}).answer.unknown_enum().empty());
  CHECK(tell({"!NO_IMAGE"}).answer.unknown_enum().empty());
  CHECK(tell({"?OTHER"}).answer.unknown_enum().empty());
  CHECK(tell({"!FAKE_NEW"}).answer.unknown_enum() == "FAKE_NEW");
  CHECK(tell({"?FAKE_NEW"}).answer.unknown_enum() == "FAKE_NEW");
}
