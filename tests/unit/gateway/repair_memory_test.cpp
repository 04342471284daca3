#include "gateway/repair_memory.h"

#include <string>

#include "base/limits.h"
#include "support/catch.h"

using proxy::gateway::RepairMemory;
using proxy::gemini::Repair;
using proxy::gemini::Repairs;

namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;
constexpr std::int64_t kHour = 3'600'000;
constexpr auto kUpstream = proxy::accounts::Upstream::gemini_api;

}  // namespace

TEST_CASE("a repair is known for an hour, for its model only") {
  RepairMemory memory;
  CHECK(memory.of(kUpstream, "a", kNow).empty());
  memory.remember(kUpstream, "a", {Repair::drop_logprobs}, kNow);
  CHECK(memory.of(kUpstream, "a", kNow) == Repairs{Repair::drop_logprobs});
  CHECK(memory.of(kUpstream, "a", kNow + kHour - 1) == Repairs{Repair::drop_logprobs});
  CHECK(memory.of(kUpstream, "a", kNow + kHour).empty());
  CHECK(memory.of(kUpstream, "b", kNow).empty());
  CHECK(memory.of(kUpstream, "A", kNow).empty());
  CHECK(memory.of(kUpstream, "", kNow).empty());
  CHECK(memory.of(proxy::accounts::Upstream::vertex, "a", kNow).empty());
}

TEST_CASE("repairs of one model add up, and the last one's hour counts") {
  RepairMemory memory;
  memory.remember(kUpstream, "a", {Repair::drop_logprobs}, kNow);
  memory.remember(kUpstream, "b", {Repair::drop_top_k}, kNow);
  memory.remember(kUpstream, "a", {Repair::drop_penalties}, kNow + 1'000);
  CHECK(memory.of(kUpstream, "a", kNow + 1'000) ==
        Repairs{Repair::drop_logprobs, Repair::drop_penalties});
  CHECK(memory.of(kUpstream, "a", kNow + kHour) ==
        Repairs{Repair::drop_logprobs, Repair::drop_penalties});
  CHECK(memory.of(kUpstream, "b", kNow + kHour).empty());
}

TEST_CASE("what is no longer known is not taken over") {
  RepairMemory memory;
  memory.remember(kUpstream, "a", {Repair::drop_logprobs}, kNow);
  memory.remember(kUpstream, "a", {Repair::drop_penalties}, kNow + kHour);
  CHECK(memory.of(kUpstream, "a", kNow + kHour) == Repairs{Repair::drop_penalties});
}

TEST_CASE("a signature that was not accepted is no fact about the model") {
  RepairMemory memory;
  memory.remember(kUpstream, "a", {Repair::dummy_signatures}, kNow);
  CHECK(memory.of(kUpstream, "a", kNow).empty());
  memory.remember(kUpstream, "a", {Repair::dummy_signatures, Repair::drop_top_p}, kNow);
  CHECK(memory.of(kUpstream, "a", kNow) == Repairs{Repair::drop_top_p});
  memory.remember(kUpstream, "a", {}, kNow);
  CHECK(memory.of(kUpstream, "a", kNow) == Repairs{Repair::drop_top_p});
}

TEST_CASE("only so many models are remembered; the one learned of longest ago goes first") {
  constexpr std::size_t kMost = proxy::limits::kRepairedModels;
  RepairMemory memory;
  const auto name = [](std::size_t i) { return "model-" + std::to_string(i); };
  for (std::size_t i = 0; i < kMost; ++i)
    memory.remember(kUpstream, name(i), {Repair::auto_mode}, kNow);
  memory.remember(kUpstream, name(0), {Repair::auto_mode},
                  kNow + 1);  // known already: nobody has to go
  for (std::size_t i = 0; i < kMost; ++i)
    CHECK_FALSE(memory.of(kUpstream, name(i), kNow + 1).empty());
  memory.remember(kUpstream, "one more", {Repair::auto_mode}, kNow + 2);
  CHECK_FALSE(memory.of(kUpstream, "one more", kNow + 2).empty());
  CHECK_FALSE(memory.of(kUpstream, name(0), kNow + 2).empty());
  CHECK(memory.of(kUpstream, name(1), kNow + 2).empty());
  CHECK_FALSE(memory.of(kUpstream, name(2), kNow + 2).empty());
}
