// What the platform wants of every request, whatever goes wrong in it: few connections at once, no
// body left hanging, and little to do once the caller has its answer; and that it may take the
// isolate away at any moment.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flow/plots.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

constexpr std::int64_t kLongestAfterwardsMs = 30'000;  // the platform ends such work then
constexpr std::size_t kEndless = 200;                  // chunks, 50 MB that nobody should read

// How long something was still done for the call once its caller had all, or was gone.
std::int64_t afterwards_ms(Story& story, host::CallId call, bool has_left) {
  std::int64_t since_ms = story.host.now_ms;
  bool is_over = has_left;
  while (!story.host.has_ended(call)) {
    if (!is_over) since_ms = story.host.now_ms;
    is_over = is_over || story.host.received(call).ended;
    story.host.run(1);
  }
  return story.host.now_ms - since_ms;
}

FetchAnswer endless(int status, const char* type) {
  FetchAnswer answer;
  answer.status = status;
  answer.headers = {{"content-type", type}};
  answer.chunks = std::vector<std::string>(kEndless, '<' + std::string(262'143, ' '));
  return answer;
}

std::size_t reads_of(const Story& story) { return story.host.count("read answer"); }

}  // namespace

TEST_CASE("one choice waits for two answers at once at most, several for one each", "[P-10]") {
  for (const Plot& plot : plots()) {
    INFO(plot.name);
    Story story(0, plot.accounts);
    plot.prepare(story);
    story.host.most_waiting = 0;
    story.ask(plot.ask);
    const bool has_several =
        plot.ask.body.size() == 1 && plot.ask.body.front().find(R"("n":3)") != std::string::npos;
    CHECK(story.host.most_waiting >= (plot.outcome.starts_with("400") ? 0 : 1));
    CHECK(story.host.most_waiting <= (has_several ? 3 : 2));
  }
  // The platform has six; the last is left for a token that is refreshed meanwhile.
  Story story;
  story.on_google = [](const FetchRequest&, int) { return silence(); };
  story.ask(post(chat_body(R"(,"n":5,"stream":true)")));
  CHECK(story.host.most_waiting == 5);
}

TEST_CASE("with an operation that hangs there are not more connections", "[P-10]") {
  for (const Plot& plot : plots()) {
    for (std::size_t n = 1;; ++n) {
      INFO(plot.name << ", operation " << n);
      Story story(0, plot.accounts);
      plot.prepare(story);
      story.host.most_waiting = 0;
      const std::size_t before = story.host.operation_count();
      story.host.hang_at(before + n);
      story.ask(plot.ask);
      if (story.host.operation_count() - before < n) break;
      CHECK(story.host.most_waiting <= 4);
    }
  }
}

// The host ends the program if a call leaves a body behind (support/fake_host.cpp): this is so in
// every story. Here is how much of those is read that should not be read to their end.
TEST_CASE("an answer that is not wanted to its end is given up", "[P-12]") {
  struct Row {
    FetchAnswer answer;
    std::size_t reads;  // at most
  };
  const Row rows[] = {{endless(400, "text/html"), 2},
                      {endless(403, "application/json"), 2},
                      {endless(500, "application/json"), 4},  // asked twice
                      {endless(302, "text/plain"), 2},
                      {endless(201, "application/json"), 4}};
  for (const bool is_stream : {true, false}) {
    for (const Row& row : rows) {
      INFO("status " << row.answer.status << ", " << row.answer.headers[0].second);
      Story story;
      story.on_google = [&row](const FetchRequest&, int) { return row.answer; };
      const std::string told = story.tell(is_stream ? streamed() : whole());
      CHECK(told.substr(0, 1) >= "4");
      CHECK(reads_of(story) <= row.reads + 2);  // two of the token
      CHECK(story.host.count("drop body") == story.google_requests().size());
    }
  }
}

TEST_CASE("a stream that has failed or finished is given up", "[P-12]") {
  for (const bool is_stream : {true, false}) {
    for (const char* event : {"{oops}", R"({"error":{"code":503}})"}) {
      Story story;
      story.on_google = [event](const FetchRequest&, int) {
        FetchAnswer answer = answer_of({text_event("private-answer"), event});
        answer.chunks.insert(answer.chunks.end(), kEndless, framed(text_event(" more")));
        return answer;
      };
      const std::string told = story.tell(is_stream ? streamed() : whole());
      CHECK(told.find(is_stream ? "!upstream_" : "50") != std::string::npos);
      CHECK(reads_of(story) < kEndless / 4);
      CHECK(story.host.count("drop body") == story.google_requests().size());
    }
  }
}

TEST_CASE("an endless answer of the token endpoint, or list of models, is given up", "[P-12]") {
  Story story;
  story.on_token = [](const std::string&, int) { return endless(200, "application/json"); };
  CHECK(story.tell(whole()) == "503 token_refresh_failed");
  CHECK(reads_of(story) <= 2);
  CHECK(story.host.count("drop body") == 1);
  story.on_token = nullptr;
  story.host.now_ms += 60'000;
  story.evict();
  story.on_google = [](const FetchRequest&, int) { return endless(200, "application/json"); };
  CHECK(story.ask(get("/v1/models")).status == 200);
  CHECK(story.host.count("drop body") == 2);
}

TEST_CASE("little is left to do after the answer, even with an operation that hangs", "[P-15]") {
  for (const Plot& plot : plots()) {
    for (std::size_t n = 0;; ++n) {
      INFO(plot.name << ", operation " << n);
      Story story(0, plot.accounts);
      plot.prepare(story);
      const std::size_t before = story.host.operation_count();
      if (n > 0) story.host.hang_at(before + n);
      const host::CallId call = story.start(plot.ask);
      CHECK(afterwards_ms(story, call, false) < kLongestAfterwardsMs);
      story.run();
      if (story.host.operation_count() - before < n) break;
    }
  }
}

TEST_CASE("nor after a caller who has left", "[P-15]") {
  for (const Plot& plot : plots()) {
    for (std::size_t steps = 0;; ++steps) {
      INFO(plot.name << ", after " << steps << " steps");
      Story story(0, plot.accounts);
      plot.prepare(story);
      story.host.hang_at(story.host.operation_count() + steps);
      const host::CallId call = story.start(plot.ask);
      story.host.run(steps);
      if (story.host.has_ended(call)) break;
      story.host.cancel(call);
      CHECK(afterwards_ms(story, call, true) < kLongestAfterwardsMs);
      story.run();
    }
  }
}

TEST_CASE("an isolate may end at any moment: the next begins with what is in KV", "[P-01]") {
  for (const Plot& plot : plots()) {
    for (std::size_t steps = 0;; ++steps) {
      INFO(plot.name << ", after " << steps << " steps");
      std::unique_ptr<gateway::Isolate> gone;  // the host still knows its calls
      Story story(0, plot.accounts);
      story.expects_lost_calls = true;
      plot.prepare(story);
      const host::CallId call = story.start(plot.ask);
      story.host.run(steps);
      if (story.host.has_ended(call)) break;
      story.host.lose(call);
      gone = std::move(story.isolate);
      story.evict();
      // Half an answer does not look like a whole one.
      const Received& cut = story.host.received(call);
      if (cut.streamed && !cut.ended) {
        CHECK_FALSE(view_stream(cut.body, false).done);
      }
      const bool is_old = plot.name.find("renewal") != std::string::npos;
      const bool has_token = story.host.kv("token_0").has_value() && !is_old;
      const std::size_t refreshes = story.token_requests().size();
      story.host.kv_get_fault = story.host.kv_put_fault = KvFault::none;
      story.on_google = nullptr;
      const std::string next = story.tell(whole());
      CHECK((next == "200 private-answer one two" || next == "503 all_accounts_dead"));
      if (has_token && story.host.kv_bound && plot.accounts == 1) {
        CHECK(story.token_requests().size() == refreshes);
      }
    }
  }
}

}  // namespace proxy::flow
