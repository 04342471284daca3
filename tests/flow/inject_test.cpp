// Every plot again, and two requests that Google has no part in, with the host gone mad at one
// moment: an operation is answered with garbage, or the caller leaves just when a verb of the host
// is used. (Operations that fail or hang: every_fault_test.cpp.) The caller gets a complete answer
// or has left, and the next one is served. That nothing stays open, nothing leaks and one line is
// logged is checked at the end of each story. With PROXY_LONG=1 each operation gets every kind of
// garbage and every wrong clock; without it some.
#include <cstddef>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "flow/plots.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"
#include "support/garbage.h"
#include "support/long_form.h"

namespace proxy::flow {
namespace {

// As in every_fault_test.cpp.
constexpr std::int64_t kLongestMs = 300'000 + 120'000 + 60'000;
constexpr std::size_t kFreePlan = 50;

std::vector<Plot> scenarios() {
  std::vector<Plot> all = plots();
  const auto nothing = [](Story&) {};
  const auto warm_up = [](Story& story) { story.ask(whole()); };
  all.push_back({"status", 2, warm_up, get("/v1/status"), "200 ?"});
  all.push_back({"health", 1, nothing, get("/health"), "200"});
  all.push_back({"wrong key", 1, nothing, streamed().with("authorization", "Bearer marked-wrong"),
                 "401 invalid_api_key"});
  return all;
}

// How often each verb was hit, and in how many plots.
class Counts {
 public:
  void add(std::string_view verb, const Plot& plot) {
    ++runs_;
    ++verbs_[std::string(verb)][plot.name];
  }
  std::size_t runs() const { return runs_; }
  std::size_t plots_with(const std::string& verb) const {
    const auto found = verbs_.find(verb);
    return found == verbs_.end() ? 0 : found->second.size();
  }
  void print(const char* way) const {
    std::printf("%s: %zu runs;", way, runs_);
    for (const auto& [verb, plots] : verbs_) {
      std::size_t runs = 0;
      for (const auto& [plot, count] : plots) runs += count;
      std::printf(" %s %zu in %zu plots;", verb.c_str(), runs, plots.size());
    }
    std::printf("\n");
  }

 private:
  std::size_t runs_ = 0;
  std::map<std::string, std::map<std::string, std::size_t>> verbs_;
};

// Only of an account that was refused the next one cannot say more than that.
void check_next(Story& story) {
  story.host.now_ms += 60'000;  // a failed refresh is remembered for a while
  story.on_google = nullptr;
  story.on_token = nullptr;
  const std::string next = story.tell(whole());
  INFO("next: " << next);
  CHECK((next == "200 private-answer one two" || next == "503 all_accounts_dead"));
}

// Lost bytes of Google's are lost words: what is there must be Google's, and the end as ever.
bool is_honest_without(const Plot& plot, std::string outcome) {
  for (const char* word : {"private-answer", " one", " two"}) {
    for (std::size_t at; (at = outcome.find(word)) != std::string::npos;) {
      outcome.erase(at, std::string_view(word).size());
    }
  }
  std::erase(outcome, '|');
  return is_honest(plot, outcome) || outcome == "200 " || outcome == "200 [DONE]" ||
         outcome == "200 null";
}

// One plot with garbage at its n-th operation. False if it was never reached.
bool tell_spoilt(const Plot& plot, std::size_t n, std::size_t kind, Counts& counts) {
  Story story(0, plot.accounts);
  plot.prepare(story);
  const std::size_t before = story.host.operation_count();
  const std::size_t subrequests = story.subrequests();
  const std::int64_t begun_ms = story.host.now_ms;
  story.host.spoil_at(before + n, kind);
  const std::string outcome = story.tell(plot.ask);
  if (story.host.operation_count() < before + n) return false;
  const std::string_view verb = story.host.verbs[before + n - 1];
  INFO(verb << ": " << outcome);
  const bool loses_bytes = verb == "read";
  CHECK((loses_bytes ? is_honest_without(plot, outcome) : is_honest(plot, outcome)));
  CHECK(story.host.now_ms - begun_ms <= kLongestMs);
  CHECK(story.subrequests() - subrequests <= kFreePlan);
  check_next(story);
  counts.add(verb, plot);
  return true;
}

// The verb that begins a line of the transcript.
std::string verb_of(const std::string& line) { return line.substr(0, line.find(' ')); }

// The caller leaves after `steps` answers. False if the call had ended before.
bool leave_after(const Plot& plot, std::size_t steps, Counts& counts) {
  Story story(0, plot.accounts);
  plot.prepare(story);
  const auto& transcript = story.host.transcript;
  const host::CallId call = story.start(plot.ask);
  if (steps > 0) story.host.run(steps - 1);
  const std::size_t at = transcript.size();
  if (steps > 0) story.host.run(1);
  if (story.host.has_ended(call)) return false;
  const std::vector<std::string> just_now(transcript.begin() + static_cast<std::ptrdiff_t>(at),
                                          transcript.end());
  story.host.cancel(call);
  story.run();
  CHECK(story.host.has_ended(call));
  check_next(story);
  for (const std::string& line : just_now) counts.add(verb_of(line), plot);
  return true;
}

}  // namespace

TEST_CASE("every plot with each operation answered with garbage in turn", "[P-14]") {
  const std::size_t stride = test::is_long_form() ? 1 : 5;
  Counts counts;
  std::size_t first_kind = 0;
  for (const Plot& plot : scenarios()) {
    first_kind = (first_kind + 1) % stride;
    for (std::size_t kind = first_kind; kind < test::kGarbageKinds; kind += stride) {
      for (std::size_t n = 1;; ++n) {
        INFO(plot.name << ", operation " << n << ", garbage " << kind);
        if (!tell_spoilt(plot, n, kind, counts)) break;
      }
    }
  }
  counts.print("garbage");
  CHECK(scenarios().size() >= 25);
  for (const char* verb : {"fetch", "read", "sleep", "kv_get", "kv_put"}) {
    INFO(verb);
    CHECK(counts.plots_with(verb) >= 25);
  }
  CHECK(counts.plots_with("sign") >= 2);
}

TEST_CASE("the caller leaves just when a verb is used, and the next one is served", "[D-02]") {
  Counts counts;
  for (const Plot& plot : scenarios()) {
    for (std::size_t steps = 0;; ++steps) {
      INFO(plot.name << ", after " << steps << " steps");
      if (!leave_after(plot, steps, counts)) break;
    }
  }
  counts.print("leaving");
  for (const char* verb : {"fetch", "read", "sleep", "kv_get", "respond", "write"}) {
    INFO(verb);
    CHECK(counts.plots_with(verb) >= 20);
  }
}

TEST_CASE("every plot with the clock wrong from some moment on", "[P-14]") {
  constexpr std::int64_t kDayMs = 86'400'000;
  std::vector<std::int64_t> errors = {kDayMs, -kDayMs};
  if (test::is_long_form()) {
    errors.insert(errors.end(), {-7'000, 3'600'000, -1'700'000'000'000, 9'000'000'000'000});
  }
  std::size_t runs = 0;
  for (const Plot& plot : scenarios()) {
    for (const std::int64_t error_ms : errors) {
      for (std::size_t steps = 0;; ++steps) {
        INFO(plot.name << ", after " << steps << " steps " << error_ms << " ms wrong");
        Story story(0, plot.accounts);
        plot.prepare(story);
        const std::int64_t begun_ms = story.host.now_ms;
        const host::CallId call = story.start(plot.ask);
        story.host.run(steps);
        if (story.host.has_ended(call)) break;
        story.host.clock_error_ms = error_ms;
        story.run();
        const std::string outcome = Story::summary(story.host.received(call));
        INFO(outcome);
        CHECK(is_honest(plot, outcome));
        CHECK(story.host.now_ms - begun_ms <= kLongestMs);
        ++runs;
      }
    }
  }
  std::printf("clock: %zu runs\n", runs);
}

TEST_CASE("every plot with randomness that is none") {
  for (const Plot& plot : scenarios()) {
    for (const int byte : {0x00, 0x7F, 0xFF}) {
      INFO(plot.name << ", " << byte);
      Story story(0, plot.accounts);
      plot.prepare(story);
      story.host.random_byte = static_cast<std::uint8_t>(byte);
      const std::string outcome = story.tell(plot.ask);
      CHECK(outcome == plot.outcome);
      story.host.random_byte.reset();
      check_next(story);
    }
  }
}

}  // namespace proxy::flow
