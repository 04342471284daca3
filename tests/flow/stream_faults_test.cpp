// Streams of Gemini that go wrong: what comes before the first content is tried again unseen; after
// it the caller gets one error event; a whole answer is never half of one.
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

FetchAnswer raw(std::vector<std::string> chunks, BodyEnd end = BodyEnd::clean) {
  FetchAnswer answer;
  answer.headers = {{"content-type", "text/event-stream"}};
  answer.chunks = std::move(chunks);
  answer.end = end;
  return answer;
}

// An answer that Gemini always gives to one account.
struct Row {
  const char* name;
  FetchAnswer answer;
  const char* streamed;
  const char* whole;
  std::size_t streamed_calls;
  std::size_t whole_calls;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const bool is_stream : {true, false}) {
      INFO(row.name << (is_stream ? ", streamed" : ", whole"));
      Story story;
      story.on_google = [&row](const FetchRequest&, int) { return row.answer; };
      const Received& got = story.ask(is_stream ? streamed() : whole());
      CHECK(Story::summary(got) == (is_stream ? row.streamed : row.whole));
      CHECK(story.google_requests().size() == (is_stream ? row.streamed_calls : row.whole_calls));
      const LogView line = view_log(story.host.logs.back());
      CHECK(line.get("ev") == "req");
      const bool is_good = got.streamed ? view_stream(got.body).done : got.status == 200;
      CHECK(line.get("code").empty() == is_good);
    }
  }
}

std::vector<Row> faults_before_content() {
  const std::string text = text_event("private-answer");
  return {
      {"T-04 broken at once", raw({}, BodyEnd::broken), "502 upstream_reset", "502 upstream_reset",
       2, 2},
      {"T-04 broken in the first event", raw({"data: {\"candi"}, BodyEnd::broken),
       "502 upstream_reset", "502 upstream_reset", 2, 2},
      {"T-05 an event that is cut", raw({"data: {\"candidates\":[{\r\n\r\n"}),
       "502 upstream_invalid_response", "502 upstream_invalid_response", 2, 2},
      {"T-09 nothing at all", raw({}), "502 upstream_invalid_response",
       "502 upstream_invalid_response", 2, 2},
      {"T-09 comments", raw({": a\r\n\r\n", ":\r\n\r\n"}), "502 upstream_invalid_response",
       "502 upstream_invalid_response", 2, 2},
      {"T-09 [DONE]", raw({framed("[DONE]")}), "502 upstream_invalid_response",
       "502 upstream_invalid_response", 2, 2},
      {"T-13 an error", answer_of({error_json(503, "UNAVAILABLE")}), "503 upstream_overloaded",
       "503 upstream_overloaded", 2, 2},
      {"T-13 an error in an array", answer_of({"[" + error_json(400, "INVALID_ARGUMENT") + "]"}),
       "400 upstream_invalid_request", "400 upstream_invalid_request", 1, 1},
  };
}

}  // namespace

TEST_CASE("a fault before any content has the status it deserves", "[T-04][T-05][T-09][T-13]") {
  check_rows(faults_before_content());
}

TEST_CASE("a passing fault before any content is replayed unseen", "[T-04][T-09][T-13]") {
  for (const Row& row : faults_before_content()) {
    if (row.streamed_calls == 1) continue;
    INFO(row.name);
    for (const Ask& ask : {streamed(), whole()}) {
      Story story(0, 2);
      story.on_google = [&row](const FetchRequest&, int n) {
        return n == 1 ? row.answer : good_answer();
      };
      const Received& got = story.ask(ask);
      CHECK(Story::summary(got) == (got.streamed ? kServed + "[DONE]" : kServed));
      CHECK(story.google_requests().size() == 2);
    }
  }
}

TEST_CASE("a fault after content ends a stream with one error event", "[T-04][T-05][T-10][T-13]") {
  const std::string text = text_event("private-answer");
  check_rows({
      {"T-04 broken", answer_of({text}, BodyEnd::broken), "200 private-answer!upstream_reset",
       "502 upstream_reset", 1, 2},
      {"T-04 broken inside an event", raw({framed(text), "data: {\"cand"}, BodyEnd::broken),
       "200 private-answer!upstream_reset", "502 upstream_reset", 1, 2},
      {"T-10 ends without a finish", answer_of({text, text}),
       "200 private-answerprivate-answer!upstream_reset", "502 upstream_reset", 1, 2},
      {"T-05 garbage", answer_of({text, "{oops}"}), "200 private-answer!upstream_invalid_response",
       "502 upstream_invalid_response", 1, 2},
      {"T-05 an event cut by a clean end", raw({framed(text), "data: {\"cand"}),
       "200 private-answer!upstream_invalid_response", "502 upstream_invalid_response", 1, 2},
      {"T-13 overloaded", answer_of({text, error_json(503, "UNAVAILABLE")}),
       "200 private-answer!upstream_overloaded", "503 upstream_overloaded", 1, 2},
      {"T-13 quota", answer_of({text, error_json(429, "RESOURCE_EXHAUSTED")}),
       "200 private-answer!rate_limit_exceeded", "429 rate_limit_exceeded", 1, 1},
      {"T-13 an error without a code", answer_of({text, R"({"error":{}})"}),
       "200 private-answer!upstream_error", "502 upstream_error", 1, 2},
      {"T-13 an error after the finish",
       answer_of({text_event("private-answer", "STOP"), error_json(500, "INTERNAL")}),
       "200 private-answer!upstream_error", "502 upstream_error", 1, 2},
  });
}

TEST_CASE("an error event says what failed, and nothing follows it") {
  Story story;
  story.on_google = [](const FetchRequest&, int) {
    return answer_of({text_event("private-answer"), error_json(503, "UNAVAILABLE", "Full."),
                      text_event(" more", "STOP")});
  };
  const Received& got = story.ask(streamed());
  CHECK(got.writes.back() ==
        R"(data: {"error":{"message":"Full.","type":"server_error","param":null,)"
        R"("code":"upstream_overloaded"}})"
        "\n\n");
  CHECK(story.host.count("drop body") == 1);
  const LogView line = view_log(story.host.logs.back());
  CHECK(line.get("status") == "200");
  CHECK(line.get("code") == "upstream_overloaded");
}

TEST_CASE("oddities that are no faults", "[T-02][T-03][T-06][T-07][T-11][T-12][T-14][T-24]") {
  const std::string good = text_event("private-answer", "STOP");
  const std::string served = "200 private-answer";
  const std::string done = served + "[DONE]";
  const auto row = [&](const char* name, FetchAnswer answer) {
    return Row{name, std::move(answer), done.c_str(), served.c_str(), 1, 1};
  };
  check_rows({
      row("T-03 the last event has no blank line", raw({"data: " + good})),
      row("T-03 the last event has one line end", raw({"data: " + good + "\n"})),
      row("T-02 lines end in CR, data has no space", raw({"data:" + good + "\r\r"})),
      row("T-02 other fields and a byte order mark",
          raw({"\xEF\xBB\xBF"
               "event: x\nid: 1\nretry: 5\nfield\ndata: " +
               good + "\n\n"})),
      row("T-06 events without candidates",
          answer_of({"null", "7", "[]", "{}", R"({"candidates":[]})", R"({"candidates":[{}]})",
                     R"({"candidates":[{"content":{}}]})",
                     R"({"candidates":[{"content":{"parts":[{},{"x":1}]}}]})", good})),
      row("T-07 wrong types", answer_of({R"({"candidates":[{"content":{"parts":[{"text":7}]}}]})",
                                         R"({"candidates":[{"content":{"parts":{}}}]})",
                                         R"({"candidates":{}})", good})),
      row("T-11 text after the finish", answer_of({good, text_event(" late")})),
      row("T-24 a [DONE] of Google's", answer_of({good, "[DONE]"})),
      row("T-24 garbage", answer_of({good, "oops"})),
      row("T-24 a second document, cut", raw({framed(good), "{\"candidates\":["})),
  });
  check_rows({
      {"T-12 a finish without content", answer_of({R"({"candidates":[{"finishReason":"STOP"}]})"}),
       "200 [DONE]", "200 ", 2, 2},
      {"T-12 thoughts, then a finish",
       answer_of({R"({"candidates":[{"content":{"parts":[{"text":"private-thought",)"
                  R"("thought":true}]}}]})",
                  R"({"candidates":[{"finishReason":"STOP"}]})"}),
       "200 [DONE]", "200 ", 1, 2},  // a stream has shown the thoughts, so there is no second try
      {"T-14 a blocked prompt", answer_of({R"({"promptFeedback":{"blockReason":"SAFETY"}})"}),
       "200 [DONE]", "200 null", 1, 1},
  });
}

TEST_CASE("what is passed over is counted in the log", "[T-06][T-07][T-08][T-11]") {
  Story story;
  story.on_google = [](const FetchRequest&, int) {
    return answer_of({R"({"candidates":[{"content":{"parts":[{"newKind":{}},{"text":7}]}}]})",
                      text_event("private-answer", "NEW_\\u001bREASON"), text_event(" late")});
  };
  CHECK(story.tell(streamed()) == "200 private-answer[DONE]");
  for (const char* ev : {"unknown_part", "bad_part", "late_event", "unknown_enum"}) {
    INFO(ev);
    CHECK(story.host.log_count(R"(warn {"ev":")" + std::string(ev) + '"') == 1);
  }
}

TEST_CASE("where an event is no JSON is logged, not what it says", "[T-05]") {
  for (const bool streams : {true, false}) {
    Story story;
    story.on_google = [](const FetchRequest&, int) {
      return answer_of({text_event("private-answer"), R"({"private":oops})"});
    };
    story.ask(streams ? streamed() : whole());
    const std::size_t attempts = streams ? 1 : 2;
    CHECK(story.host.log_count(R"(warn {"ev":"bad_event",)") == attempts);
    CHECK(story.host.log_count(R"("offset":11,"bytes":16)") == attempts);
    CHECK(story.host.log_count("oops") == 0);
  }
}

TEST_CASE("text cannot break out of its event", "[T-22][T-23][S-17]") {
  for (const char* text : {R"(private-\n\ndata: [DONE]\n\n)", R"(private-\r\ndata: {\"error\":{}})",
                           R"(private-\ud83d alone)", R"(private-\u2028)", "private-\xFF\xFE"}) {
    INFO(text);
    Story story;
    story.on_google = [&](const FetchRequest&, int) {
      return answer_of({text_event(text, "STOP")});
    };
    const Received& got = story.ask(streamed());
    const StreamView view = view_stream(got.body);
    CHECK(view.flaw == "");
    CHECK(view.done);
    CHECK(view.text.starts_with("private-"));
    CHECK(story.ask(whole()).status == 200);
  }
}

TEST_CASE("large events and many events", "[T-15][T-16]") {
  const std::string text(1'048'576, 'x');
  const auto event_of = [&](int pieces) {
    FetchAnswer answer = raw({R"(data: {"candidates":[{"content":{"parts":[{"text":")"});
    for (int i = 0; i < pieces; ++i) answer.chunks.push_back(text);
    answer.chunks.push_back("\"}]},\"finishReason\":\"STOP\"}]}\r\n\r\n");
    return answer;
  };
  Story story;
  story.on_google = [&](const FetchRequest&, int) { return event_of(5); };
  const Received& large = story.ask(streamed());
  CHECK(view_stream(large.body).text.size() == 5 * text.size());
  story.on_google = [&](const FetchRequest&, int n) {
    FetchAnswer answer = event_of(33);
    if (n == 2) answer.chunks.insert(answer.chunks.begin(), framed(text_event("private-answer")));
    return answer;
  };
  CHECK(story.tell(streamed()) == "200 private-answer!upstream_invalid_response");
  constexpr int kEvents = 5'000;
  story.on_google = [&](const FetchRequest&, int) {
    return answer_of(std::vector<std::string>(kEvents, text_event("x", "STOP")));
  };
  CHECK(story.tell(streamed()) == "200 " + std::string(kEvents, 'x') + "[DONE]");
}

TEST_CASE("a whole answer has its own bound", "[T-25]") {
  Story story;
  story.on_google = [](const FetchRequest&, int) {
    const std::string event = text_event(std::string(4'194'304, 'x'));
    return answer_of(std::vector<std::string>(17, event));  // 68 MiB
  };
  CHECK(story.tell(whole()) == "502 upstream_invalid_response");
  CHECK(story.google_requests().size() == 2);
}

}  // namespace proxy::flow
