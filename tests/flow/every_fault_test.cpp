// Every plot again with the first, second, third ... operation of the host failing, then hanging:
// the caller always gets a complete answer, or a stream that ends in one of two ways, and in
// bounded time. That nothing stays open and nothing leaks is checked at the end of each story.
#include <cstddef>
#include <string>

#include "flow/plots.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

// The longest that anything waits, with one operation hanging: headers of Gemini, or the silences
// of a slow stream beside them, and what was done before and after.
constexpr std::int64_t kLongestMs = 300'000 + 120'000 + 60'000;

constexpr std::size_t kFreePlan = 50;  // subrequests of one request, that plan allows

struct Told {
  std::string outcome;
  std::size_t operations_before = 0;  // of the preparation
  std::size_t operations = 0;
  std::size_t subrequests = 0;
  std::int64_t ms = 0;
};

using Fault = void (FakeHost::*)(std::size_t n);

// Tells the plot with the fault at the n-th operation of the request; 0 for no fault.
Told tell(const Plot& plot, Fault fault, std::size_t n) {
  Story story(0, plot.accounts);
  plot.prepare(story);
  Told told;
  told.operations_before = story.host.operation_count();
  if (n > 0) (story.host.*fault)(told.operations_before + n);
  const std::int64_t begun_ms = story.host.now_ms;
  const std::size_t subrequests_before = story.subrequests();
  told.outcome = story.tell(plot.ask);
  told.operations = story.host.operation_count() - told.operations_before;
  told.subrequests = story.subrequests() - subrequests_before;
  told.ms = story.host.now_ms - begun_ms;
  return told;
}

void check_each(const Plot& plot, Fault fault) {
  for (std::size_t n = 1;; ++n) {
    INFO(plot.name << ", operation " << n);
    const Told told = tell(plot, fault, n);
    if (told.operations < n) break;  // it was never reached
    INFO(told.outcome);
    CHECK(is_honest(plot, told.outcome));
    CHECK(told.ms <= kLongestMs);
    CHECK(told.subrequests <= kFreePlan);
  }
}

}  // namespace

TEST_CASE("every plot ends well when nothing goes wrong") {
  for (const Plot& plot : plots()) {
    INFO(plot.name);
    const Told told = tell(plot, &FakeHost::fail_at, 0);
    CHECK(told.outcome == plot.outcome);
    CHECK(told.operations >= 4);
  }
}

TEST_CASE("every plot with each operation failing in turn") {
  for (const Plot& plot : plots()) check_each(plot, &FakeHost::fail_at);
}

TEST_CASE("every plot with each operation hanging in turn", "[P-14]") {
  for (const Plot& plot : plots()) check_each(plot, &FakeHost::hang_at);
}

TEST_CASE("every plot with one failing operation and one hanging") {
  for (const Plot& plot : plots()) {
    if (plot.outcome[0] != '2') continue;
    const std::size_t operations = tell(plot, &FakeHost::fail_at, 0).operations;
    for (std::size_t n = 1; n <= operations; ++n) {
      for (const std::size_t distance : {std::size_t{1}, std::size_t{4}}) {
        INFO(plot.name << ", operations " << n << " and " << n + distance);
        Story story(0, plot.accounts);
        plot.prepare(story);
        const std::size_t before = story.host.operation_count();
        story.host.fail_at(before + n);
        story.host.hang_at(before + n + distance);
        CHECK(is_honest(plot, story.tell(plot.ask)));
      }
    }
  }
}

TEST_CASE("after any fault the isolate serves the next request") {
  for (const Plot& plot : plots()) {
    for (const Fault fault : {&FakeHost::fail_at, &FakeHost::hang_at}) {
      const std::size_t operations = tell(plot, fault, 0).operations;
      for (std::size_t n = 1; n <= operations; ++n) {
        INFO(plot.name << ", operation " << n);
        Story story(0, plot.accounts);
        plot.prepare(story);
        (story.host.*fault)(story.host.operation_count() + n);
        story.ask(plot.ask);
        story.host.now_ms += 60'000;  // a failed refresh is remembered for a while
        story.on_google = nullptr;
        story.on_token = nullptr;
        const std::string next = story.tell(whole());
        // Only a refresh token that Google has refused is not asked again so soon.
        CHECK((next == "200 private-answer one two" || next == "503 all_accounts_dead"));
      }
    }
  }
}

}  // namespace proxy::flow
