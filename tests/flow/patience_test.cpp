// Gemini is slow or silent: what a waiting caller is told meanwhile, and when it is over.
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

FetchAnswer after(FetchAnswer answer, std::int64_t delay_ms, std::int64_t gap_ms = 0) {
  answer.delay_ms = delay_ms;
  answer.gap_ms = gap_ms;
  return answer;
}

// What became of a request.
struct Waited {
  std::string summary;
  std::vector<std::string> comments;
  std::int64_t ms = 0;
  Received received;
  std::string code;  // in the log
  std::size_t google_calls = 0;
  std::size_t drops = 0;  // operations and bodies given up
};

// A request to a Gemini that always answers so.
Waited wait_for(const FetchAnswer& answer, const Ask& ask, int accounts = 1) {
  Story story(0, accounts);
  story.ask(whole());  // so that no time goes into the token
  const std::size_t drops_before = story.host.count("drop ");
  story.on_google = [&answer](const FetchRequest&, int) { return answer; };
  const std::int64_t begun_ms = story.host.now_ms;
  Waited waited;
  waited.received = story.ask(ask);
  waited.ms = story.host.now_ms - begun_ms;
  waited.summary = Story::summary(waited.received);
  if (waited.received.streamed) waited.comments = view_stream(waited.received.body, false).comments;
  waited.code = view_log(story.host.logs.back()).get("code");
  waited.google_calls = story.google_requests().size() - 1;
  waited.drops = story.host.count("drop ") - drops_before;
  return waited;
}

std::vector<std::string> times(std::size_t count, const char* comment) {
  return std::vector<std::string>(count, comment);
}

}  // namespace

TEST_CASE("a streaming caller is told after 20 s that its answer is awaited", "[U-19]") {
  struct Row {
    std::int64_t delay_ms;
    std::size_t comments;
  };
  for (const Row& row : {Row{19'999, 0}, {20'001, 1}, {35'001, 2}, {50'001, 3}, {299'999, 19}}) {
    INFO(row.delay_ms);
    const Waited waited = wait_for(after(good_answer(), row.delay_ms), streamed());
    CHECK(waited.summary == kServed + "[DONE]");
    CHECK(waited.comments == times(row.comments, "waiting"));
    CHECK(waited.ms == row.delay_ms);
    if (row.comments > 0) CHECK(waited.received.writes[0] == ": waiting\n\n");
  }
}

TEST_CASE("a caller of a whole answer waits without a word", "[U-19]") {
  const Waited waited = wait_for(after(good_answer(), 299'999), whole());
  CHECK(waited.summary == kServed);
  CHECK_FALSE(waited.received.streamed);
}

TEST_CASE("an error that comes after `: waiting` is told inside the stream", "[U-19]") {
  const FetchAnswer bad =
      error_answer(400, error_json(400, "INVALID_ARGUMENT", "Bad.", ""), {{"x-y", "z"}});
  const Waited quick = wait_for(after(bad, 19'000), streamed());
  CHECK(quick.summary == "400 upstream_invalid_request");
  const Waited slow = wait_for(after(bad, 21'000), streamed());
  CHECK(slow.summary == "200 !upstream_invalid_request");
  CHECK(slow.code == "upstream_invalid_request");
  CHECK(slow.received.writes ==
        std::vector<std::string>{
            ": waiting\n\n",
            R"(data: {"error":{"message":"Google: Bad.","type":"invalid_request_error",)"
            R"("param":null,"code":"upstream_invalid_request"}})"
            "\n\n"});
  const Waited unseen = wait_for(after(bad, 21'000), whole());
  CHECK(unseen.summary == "400 upstream_invalid_request");
}

TEST_CASE("after `: waiting` another account may still serve") {
  Story story(0, 2);
  story.on_google = [](const FetchRequest&, int n) {
    return n == 1 ? after(error_answer(429), 25'000) : after(good_answer(), 40'000);
  };
  const Received& got = story.ask(streamed());
  CHECK(Story::summary(got) == kServed + "[DONE]");
  CHECK(view_stream(got.body).comments == times(3, "waiting"));
  CHECK(story.accounts_asked() == "0 1");
}

TEST_CASE("without headers it is over after 300 s", "[U-19]") {
  const Waited stream = wait_for(silence(), streamed(), 2);
  CHECK(stream.summary == "200 !upstream_timeout");
  CHECK(stream.comments == times(19, "waiting"));
  CHECK(stream.ms == 300'000);
  CHECK(stream.drops == 1);
  CHECK(stream.google_calls == 1);
  const Waited single = wait_for(silence(), whole(), 2);
  CHECK(single.summary == "504 upstream_timeout");
  CHECK(single.ms == 300'000);
  CHECK(single.received.header("x-should-retry") == "true");
}

TEST_CASE("UPSTREAM_TIMEOUT_MS and UPSTREAM_IDLE_MS set other deadlines") {
  Story story;
  story.set("UPSTREAM_TIMEOUT_MS", "5000");
  story.set("UPSTREAM_IDLE_MS", "7000");
  story.on_google = [](const FetchRequest&, int) { return silence(); };
  std::int64_t begun_ms = story.host.now_ms;
  CHECK(story.tell(streamed()) == "504 upstream_timeout");
  CHECK(story.host.now_ms - begun_ms == 5'000);
  story.on_google = [](const FetchRequest&, int) {
    return answer_of({text_event("private-answer")}, BodyEnd::never);
  };
  begun_ms = story.host.now_ms;
  CHECK(story.tell(streamed()) == "200 private-answer!upstream_timeout");
  CHECK(story.host.now_ms - begun_ms == 7'000);
}

TEST_CASE("silence inside a stream: comments every 15 s, over after 120 s", "[T-17]") {
  const Waited stream =
      wait_for(answer_of({text_event("private-answer")}, BodyEnd::never), streamed());
  CHECK(stream.summary == "200 private-answer!upstream_timeout");
  CHECK(stream.comments == times(7, "keep-alive"));
  CHECK(stream.ms == 120'000);
  CHECK(stream.drops == 2);  // the read and the body
  const Waited single =
      wait_for(answer_of({text_event("private-answer")}, BodyEnd::never), whole());
  CHECK(single.summary == "504 upstream_timeout");
  CHECK(single.ms == 120'000);
}

TEST_CASE("silence before the first event is broken by comments, too", "[T-17]") {
  const Waited stream = wait_for(answer_of({}, BodyEnd::never), streamed());
  CHECK(stream.summary == "200 !upstream_timeout");
  CHECK(stream.comments == times(7, "keep-alive"));
  const Waited single = wait_for(answer_of({}, BodyEnd::never), whole());
  CHECK(single.summary == "504 upstream_timeout");
}

TEST_CASE("a stream that trickles goes on, with comments only in the pauses", "[T-16][T-17]") {
  struct Row {
    std::int64_t gap_ms;
    std::size_t comments_each;
  };
  for (const Row& row : {Row{14'999, 0}, {15'001, 1}, {44'000, 2}, {119'000, 7}}) {
    INFO(row.gap_ms);
    const Waited waited = wait_for(after(good_answer(), 0, row.gap_ms), streamed());
    CHECK(waited.summary == kServed + "[DONE]");
    CHECK(waited.comments == times(4 * row.comments_each, "keep-alive"));
    CHECK(waited.ms == 4 * row.gap_ms);
  }
  const Waited late = wait_for(after(good_answer(), 0, 120'001), streamed());
  CHECK(late.summary == "200 !upstream_timeout");
}

TEST_CASE("`: waiting` counts from the caller's request, `: keep-alive` from Gemini's last sign") {
  const Waited waited = wait_for(after(good_answer(), 34'000, 14'000), streamed());
  CHECK(waited.summary == kServed + "[DONE]");
  CHECK(waited.comments == times(1, "waiting"));
  // A second attempt does not begin the count anew.
  Story story;
  story.on_google = [](const FetchRequest&, int n) {
    return n == 1 ? after(no_connection(), 12'000) : after(good_answer(), 9'000);
  };
  const Received& got = story.ask(streamed());
  CHECK(Story::summary(got) == kServed + "[DONE]");
  CHECK(view_stream(got.body).comments == times(1, "waiting"));
}

TEST_CASE("half a minute after the request nothing new is begun") {
  const FetchAnswer nothing = answer_of({R"({"candidates":[{"finishReason":"STOP"}]})"});
  struct Row {
    FetchAnswer answer;
    const char* summary;
    std::size_t calls;
  };
  const Row rows[] = {
      {after(no_connection(), 14'000), "502 upstream_reset", 3},
      {after(no_connection(), 29'000), "502 upstream_reset", 2},
      {after(no_connection(), 30'000), "502 upstream_reset", 1},
      {after(error_answer(429), 30'000), "429 rate_limit_exceeded", 1},
      {after(error_answer(401), 30'000), "403 upstream_permission_denied", 1},
      {after(nothing, 30'000), "200 ", 1},  // as there will be no better answer
  };
  for (const Row& row : rows) {
    INFO(row.summary << " after " << row.answer.delay_ms);
    const Waited waited = wait_for(row.answer, whole(), 4);
    CHECK(waited.summary == row.summary);
    CHECK(waited.google_calls == row.calls);
  }
}

TEST_CASE("a slow error body does not hold up the error", "[U-15]") {
  FetchAnswer slow = error_answer(429);
  slow.chunks = std::vector<std::string>(100, " ");
  slow.gap_ms = 6'000;
  const Waited waited = wait_for(slow, whole());
  CHECK(waited.summary == "429 rate_limit_exceeded");
  CHECK(waited.ms <= 11'000);
}

TEST_CASE("a request's time is bounded by its deadlines, however many accounts hang", "[P-14]") {
  Story story(0, 8);
  story.on_token = [](const std::string&, int) { return silence(); };
  story.host.kv_get_fault = KvFault::hangs;
  const std::int64_t begun_ms = story.host.now_ms;
  CHECK(story.tell(whole()) == "503 token_refresh_failed");
  CHECK(story.host.now_ms - begun_ms <= 60'000);
}

TEST_CASE("a streaming caller is told that it waits, also while accounts cannot sign in",
          "[P-14]") {
  for (const int accounts : {1, 8}) {
    Story story(0, accounts);
    story.on_token = [](const std::string&, int) { return silence(); };
    const Received& got = story.ask(streamed());
    const bool is_long = accounts > 1;  // one is given up within 21 s
    CHECK(Story::summary(got) ==
          (is_long ? "200 !token_refresh_failed" : "503 token_refresh_failed"));
    CHECK((got.body.find(": waiting\n\n") == 0) == is_long);
  }
}

}  // namespace proxy::flow
