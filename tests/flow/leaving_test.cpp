// The caller leaves, at every point of every plot: what serves only this caller stops at once, what
// others need (a refresh, a write to KV) goes on, and the log says so once.
#include <algorithm>
#include <cstddef>
#include <string>

#include "flow/plots.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

constexpr std::string_view kTokenFetch = "fetch POST https://oauth2.googleapis.com/token";
constexpr std::string_view kGeminiFetch = "fetch POST https://generativelanguage.googleapis.com/";

std::size_t count_from(const FakeHost& host, std::size_t first, std::string_view prefix) {
  return static_cast<std::size_t>(std::count_if(
      host.transcript.begin() + static_cast<std::ptrdiff_t>(first), host.transcript.end(),
      [prefix](const std::string& line) { return line.starts_with(prefix); }));
}

std::size_t req_lines(const FakeHost& host) { return host.log_count(R"({"ev":"req")"); }

// Lets the caller leave after `steps` answers of the host. Returns false if the call had ended
// before.
bool leave_after(const Plot& plot, std::size_t steps) {
  Story story(0, plot.accounts);
  plot.prepare(story);
  const std::size_t lines_before = req_lines(story.host);
  const host::CallId call = story.start(plot.ask);
  story.host.run(steps);
  if (story.host.has_ended(call)) return false;
  const bool was_answered = story.host.received(call).ended;
  const std::size_t at = story.host.transcript.size();
  story.host.cancel(call);
  CHECK(req_lines(story.host) == lines_before + 1);
  const LogView line = view_log(story.host.logs.back());
  if (!was_answered) {
    CHECK(line.get("ev") == "req");
    CHECK(line.get("status") == "499");
    CHECK(line.get("code") == "client_closed");
    CHECK(line.level == "info");
  }
  story.run();
  CHECK(story.host.has_ended(call));
  // Nothing is sent to a caller who has left, and nothing new is asked for it.
  for (const char* step : {"respond", "write", "end", "read caller"}) {
    CHECK(count_from(story.host, at, step) == 0);
  }
  CHECK(count_from(story.host, at, kGeminiFetch) == 0);
  CHECK(req_lines(story.host) == lines_before + 1);
  return true;
}

}  // namespace

TEST_CASE("a caller may leave at any moment", "[D-01][D-02][D-03]") {
  for (const Plot& plot : plots()) {
    std::size_t steps = 0;
    for (;; ++steps) {
      INFO(plot.name << ", after " << steps << " steps");
      if (!leave_after(plot, steps)) break;
    }
    CHECK(steps >= 3);
  }
}

TEST_CASE("whoever leaves first, a refresh that has begun is finished and kept", "[D-03][D-06]") {
  for (std::size_t steps = 0;; ++steps) {
    INFO("after " << steps << " steps");
    Story story;
    const host::CallId call = story.start(streamed());
    story.host.run(steps);
    if (story.host.has_ended(call)) break;
    const bool had_begun = story.host.count("kv_get token_0") > 0;
    story.host.cancel(call);
    story.run();
    CHECK(story.host.kv("token_0").has_value() == had_begun);
    CHECK(story.token_requests().size() == (had_begun ? 1 : 0));
    CHECK(story.tell(whole()) == "200 private-answer one two");
    CHECK(story.token_requests().size() == 1);
  }
}

TEST_CASE("the one who refreshes for all leaves, and the others are served", "[D-06]") {
  for (std::size_t steps = 0; steps < 12; ++steps) {
    INFO("after " << steps << " steps");
    Story story;
    const host::CallId leader = story.start(streamed());
    const host::CallId second = story.start(streamed());
    const host::CallId third = story.start(whole());
    story.host.run(steps);
    story.host.cancel(leader);
    story.run();
    CHECK(Story::summary(story.host.received(second)) == "200 private-answer one two[DONE]");
    CHECK(Story::summary(story.host.received(third)) == "200 private-answer one two");
    CHECK(story.token_requests().size() == 1);
  }
}

TEST_CASE("the platform may drop the one who refreshes without a word", "[O-16][P-13]") {
  for (std::size_t steps = 0; steps < 12; ++steps) {
    INFO("after " << steps << " steps");
    Story story;
    story.expects_lost_calls = true;
    const host::CallId leader = story.start(streamed());
    const host::CallId second = story.start(streamed());
    story.host.run(steps);
    const std::int64_t lost_ms = story.host.now_ms;
    story.host.lose(leader);
    story.run();
    CHECK(Story::summary(story.host.received(second)) == "200 private-answer one two[DONE]");
    CHECK(story.host.now_ms - lost_ms <= 12'000);
  }
}

TEST_CASE("the upstream of a caller who left is given up at once", "[D-02][D-03]") {
  for (const bool has_headers : {false, true}) {
    Story story;
    story.ask(whole());
    story.on_google = [has_headers](const FetchRequest&, int) {
      return has_headers ? answer_of({text_event("private-answer")}, BodyEnd::never) : silence();
    };
    const host::CallId call = story.start(streamed());
    story.host.run(has_headers ? 5 : 2);
    const std::size_t at = story.host.transcript.size();
    const std::int64_t left_ms = story.host.now_ms;
    story.host.cancel(call);
    CHECK(story.host.has_ended(call));
    CHECK(story.host.now_ms == left_ms);
    CHECK(count_from(story.host, at, has_headers ? "drop body" : "drop fetch") == 1);
    const LogView line = view_log(story.host.logs.back());
    CHECK(line.get("try") == "1");
    CHECK(line.get("up") == (has_headers ? "200" : ""));
    CHECK((line.get("out") != "0") == has_headers);
    CHECK(line.get("tok_in") == (has_headers ? "5" : ""));
    CHECK(line.get("tok_out") == (has_headers ? "3" : ""));
  }
}

TEST_CASE("a leader's late answers harm nobody", "[D-06]") {
  Story story;
  const host::CallId call = story.start(streamed());
  story.host.run(6);
  story.host.cancel(call);
  for (host::OperationId op = 0; op < 20; ++op) story.host.answer_late(call + 1, op);
  story.run();
  for (host::OperationId op = 0; op < 20; ++op) story.host.answer_late(call, op);
  CHECK(story.tell(whole()) == "200 private-answer one two");
  CHECK(story.token_requests().size() == 1);
  CHECK(count_from(story.host, 0, kTokenFetch) == 1);
}

}  // namespace proxy::flow
