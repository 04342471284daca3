// Many calls in one isolate, answered in every order that a seed gives: each caller gets its own
// bytes.
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"
#include "support/splits.h"

namespace proxy::flow {
namespace {

// A chat whose answer repeats what it asked: `mark` tells whose it is.
Ask marked(const std::string& mark, bool stream, const std::string& model = "gemini-2.5-flash") {
  return post(R"({"model":")" + model + R"(","messages":[{"role":"user","content":"private-)" +
              mark + R"("}],"stream":)" + (stream ? "true}" : "false}"));
}

std::string mark_of(const FetchRequest& request) {
  constexpr std::string_view kBefore = "\"text\":\"private-";
  const std::size_t begin = request.body.find(kBefore) + kBefore.size();
  return request.body.substr(begin, request.body.find('"', begin) - begin);
}

// Three events with the caller's mark in each.
FetchAnswer echo(const FetchRequest& request) {
  const std::string mark = mark_of(request);
  return answer_of(
      {text_event(mark + "1 "), text_event(mark + "2 "), text_event(mark + "3", "STOP")});
}

std::string echoed(const std::string& mark, bool stream) {
  return "200 " + mark + "1 " + mark + "2 " + mark + "3" + (stream ? "[DONE]" : "");
}

}  // namespace

TEST_CASE("two calls in any order, each with its own answer", "[P-19][S-19]") {
  constexpr std::uint32_t kOrders = 250;
  for (std::uint32_t seed = 1; seed <= kOrders; ++seed) {
    INFO("seed " << seed);
    Story story(seed);
    story.on_google = [](const FetchRequest& request, int) { return echo(request); };
    const host::CallId a = story.start(marked("a", true));
    const host::CallId b = story.start(marked("b", seed % 2 == 0));
    story.run();
    CHECK(Story::summary(story.host.received(a)) == echoed("a", true));
    CHECK(Story::summary(story.host.received(b)) == echoed("b", seed % 2 == 0));
    CHECK(story.token_requests().size() == 1);
  }
}

TEST_CASE("two calls in any order, one of which fails or leaves", "[P-19]") {
  constexpr std::uint32_t kOrders = 250;
  for (std::uint32_t seed = 1; seed <= kOrders; ++seed) {
    INFO("seed " << seed);
    Story story(seed, 2);
    const bool leaves = seed % 2 == 0;
    story.on_google = [leaves](const FetchRequest& request, int) {
      const bool fails = !leaves && mark_of(request) == "a";
      return fails ? error_answer(400) : echo(request);
    };
    const host::CallId a = story.start(marked("a", true));
    const host::CallId b = story.start(marked("b", true));
    if (leaves) story.host.cancel_at(1 + seed % 14, a);
    story.run();
    CHECK(Story::summary(story.host.received(b)) == echoed("b", true));
    if (!leaves) {
      CHECK(Story::summary(story.host.received(a)) == "400 upstream_invalid_request");
    }
    CHECK(story.token_requests().size() <= 2);
  }
}

TEST_CASE("a token is refused while others use it", "[O-17][P-19]") {
  constexpr std::uint32_t kOrders = 150;
  for (std::uint32_t seed = 1; seed <= kOrders; ++seed) {
    INFO("seed " << seed);
    Story story(seed);
    story.ask(whole());
    story.on_google = [](const FetchRequest& request, int) {
      const bool is_old = request.header("authorization").ends_with("-0-1");
      return is_old ? error_answer(401) : echo(request);
    };
    std::vector<host::CallId> calls;
    for (const char* mark : {"a", "b", "c"}) calls.push_back(story.start(marked(mark, true)));
    story.run();
    for (std::size_t i = 0; i < calls.size(); ++i) {
      CHECK(Story::summary(story.host.received(calls[i])) ==
            echoed(std::string(1, "abc"[i]), true));
    }
    CHECK(story.token_requests().size() == 2);  // one renewal for all
  }
}

TEST_CASE("a crowd in one isolate, with every kind of trouble beside it", "[S-19][S-20]") {
  const std::uint32_t seed = test::test_seed();
  INFO("PROXY_TEST_SEED=" << seed);
  std::mt19937 random(seed);
  Story story(seed | 1u, 3);
  story.on_google = [&random](const FetchRequest& request, int) {
    if (request.body.find("private-bad") != std::string::npos) {
      const std::vector<FetchAnswer> faults = {error_answer(500),
                                               error_answer(429),
                                               no_connection(),
                                               answer_of({}, BodyEnd::broken),
                                               answer_of({text_event("x")}, BodyEnd::broken),
                                               answer_of({"{"}),
                                               silence()};
      return faults[random() % faults.size()];
    }
    FetchAnswer answer = echo(request);
    answer.delay_ms = static_cast<std::int64_t>(random() % 3'000);
    answer.gap_ms = static_cast<std::int64_t>(random() % 100);
    return answer;
  };
  constexpr std::size_t kCalls = 120;
  for (std::size_t i = 0; i < kCalls; ++i) {
    const bool is_good = i % 3 != 0;
    // Quotas are spent for the bad ones' model only.
    const char* const model = is_good ? "gemini-2.5-flash" : "gemini-2.5-pro";
    story.start(marked((is_good ? "good" : "bad") + std::to_string(i), i % 2 == 0, model));
    if (i % 5 == 1) story.host.cancel_at(1 + random() % 20, static_cast<host::CallId>(i + 1));
  }
  story.run();
  for (std::size_t i = 0; i < kCalls; ++i) {
    if (i % 3 == 0 || i % 5 == 1) continue;
    INFO("call " << i);
    const std::string mark = "good" + std::to_string(i);
    CHECK(Story::summary(story.host.received(static_cast<host::CallId>(i + 1))) ==
          echoed(mark, i % 2 == 0));
  }
  CHECK(story.token_requests().size() <= 3);
}

}  // namespace proxy::flow
