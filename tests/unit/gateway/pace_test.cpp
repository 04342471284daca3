#include "gateway/pace.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "support/catch.h"

using proxy::gateway::Pace;

namespace {

constexpr std::int64_t kMost = 16;

// How long each read of a stream let its bytes gather, when its events come at these times.
std::vector<std::int64_t> waits(const std::vector<std::int64_t>& events_ms, std::int64_t most_ms,
                                bool may_wait = true) {
  Pace pace(most_ms);
  std::vector<std::int64_t> waits;
  std::int64_t now = 0;
  for (std::size_t next = 0; next < events_ms.size();) {
    waits.push_back(pace.begin(now, may_wait));
    const std::int64_t gathered = now + waits.back();
    now = std::max(gathered, events_ms[next]);
    while (next < events_ms.size() && events_ms[next] <= now) ++next;
    pace.end(now);
  }
  return waits;
}

std::vector<std::int64_t> each(std::int64_t interval_ms, int count) {
  std::vector<std::int64_t> events;
  for (int i = 0; i < count; ++i) events.push_back(i * interval_ms);
  return events;
}

}  // namespace

TEST_CASE("a fast stream is read once a pace, after its first three reads") {
  CHECK(waits(each(5, 12), kMost) == std::vector<std::int64_t>{0, 0, 0, 16, 16, 16});
  CHECK(waits(each(1, 40), kMost) == std::vector<std::int64_t>{0, 0, 0, 16, 16, 16});
}

TEST_CASE("a slow stream never waits, nor one whose events come in pairs") {
  for (const std::int64_t interval : {kMost, std::int64_t{20}, std::int64_t{100}}) {
    CHECK(waits(each(interval, 6), kMost) == std::vector<std::int64_t>(6, 0));
  }
  std::vector<std::int64_t> pairs;
  for (std::int64_t now = 0; now < 1'000; now += 100) {
    pairs.push_back(now);
    pairs.push_back(now + 1);
  }
  CHECK(waits(pairs, kMost) == std::vector<std::int64_t>(20, 0));
}

TEST_CASE("nothing is awaited before the caller has been shown something") {
  CHECK(waits(each(1, 9), kMost, false) == std::vector<std::int64_t>(9, 0));
}

TEST_CASE("a fast stream that becomes slow stops waiting, and begins again") {
  // The read after the last fast event is begun, gathers, and is answered by the first slow one.
  CHECK(waits({0, 1, 2, 3, 103, 203, 303, 304, 305, 306, 307}, kMost) ==
        std::vector<std::int64_t>{0, 0, 0, 16, 16, 0, 0, 0, 0, 0, 16});
}

TEST_CASE("a timer that is late by a quarter is no slow stream") {
  Pace pace(kMost);
  std::int64_t now = 0;
  for (int i = 0; i < 3; ++i) {
    pace.begin(now, true);
    pace.end(now);
  }
  for (int i = 0; i < 4; ++i) {
    CHECK(pace.begin(now, true) == kMost);
    now += kMost + kMost / 4 - 1;
    pace.end(now);
  }
  CHECK(pace.begin(now, true) == kMost);
  pace.end(now + kMost + kMost / 4);
  CHECK(pace.begin(now, true) == 0);
}

TEST_CASE("no pace, no waiting") {
  CHECK(waits(each(0, 1), 0) == std::vector<std::int64_t>{0});
  Pace pace(0);
  for (int i = 0; i < 9; ++i) {
    CHECK(pace.begin(i, true) == 0);
    pace.end(i);
  }
}
