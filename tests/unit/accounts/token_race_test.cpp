// Many calls at once, and everything that can go wrong at every place where it can.
#include <set>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/splits.h"
#include "unit/accounts/scene.h"

using namespace proxy::accounts;
using proxy::host::CallId;
using proxy::test::kNever;
using proxy::test::KvFault;

namespace {

bool is_token(const std::string& got) { return got.starts_with("access-"); }

// A call has got a token or an error, never nothing.
bool is_settled(const std::string& got) { return is_token(got) || got.starts_with("!"); }

void check_quiet(Scene& scene) {
  CHECK(scene.host.open_count() == 0);
  CHECK(scene.host.leak(kSecrets) == "");
  CHECK_FALSE(scene.tokens.of(scene.list.accounts[0]).lease_is_alive(scene.host.now_ms));
}

}  // namespace

TEST_CASE("O-16 a hundred calls at once on a cold isolate make one refresh, and all are served") {
  for (const std::uint32_t seed : {0U, 1U, 2U, 3U}) {
    CAPTURE(seed);
    Scene scene(seed);
    std::vector<CallId> calls;
    for (int i = 0; i < 100; ++i) calls.push_back(scene.start());
    CHECK(scene.host.run());
    for (const CallId call : calls) CHECK(scene.got(call) == "access-refresh-a-1");
    CHECK(scene.host.fetches.size() == 1);
    CHECK(scene.host.count("kv_get token_0") == 1);
    CHECK(scene.host.count("kv_put") == 1);
    check_quiet(scene);
  }
}

TEST_CASE("O-16 a hundred calls that wait for a token of a few seconds are all served with it") {
  Scene scene;
  scene.on_token = [](const std::string&, int) {
    return answer_of(200, R"({"access_token":"access-short","expires_in":30})");
  };
  std::vector<CallId> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(scene.start());
  CHECK(scene.host.run());
  for (const CallId call : calls) CHECK(scene.got(call) == "access-short");
  CHECK(scene.host.fetches.size() == 1);
}

TEST_CASE("O-16 a hundred calls that wait in vain all learn why, from one refresh") {
  Scene scene;
  scene.on_token = [](const std::string&, int) { return answer_of(500); };
  std::vector<CallId> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(scene.start());
  CHECK(scene.host.run());
  for (const CallId call : calls) CHECK(scene.got(call) == "!token_refresh_failed");
  CHECK(scene.host.fetches.size() == 2);
  check_quiet(scene);
}

TEST_CASE("O-01 whoever waits learns of a dead account before KV does") {
  Scene scene;
  scene.host.kv_put_fault = KvFault::hangs;
  scene.on_token = [](const std::string&, int) {
    return answer_of(400, R"({"error":"invalid_grant"})");
  };
  const auto began_ms = scene.host.now_ms;
  const CallId first = scene.start();
  const CallId second = scene.start();
  while (scene.got(second) == "nothing") REQUIRE_FALSE(scene.host.run(1));
  CHECK(scene.got(first) == "!all_accounts_dead");
  CHECK(scene.got(second) == "!all_accounts_dead");
  CHECK(scene.host.now_ms == began_ms);
  CHECK(scene.host.run());
}

TEST_CASE("O-17 a hundred calls whose token was refused make one refresh") {
  Scene scene;
  scene.ask();
  const AccessToken refused = scene.token();
  std::vector<CallId> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(scene.start(0, Freshness::must_refresh(refused)));
  CHECK(scene.host.run());
  for (const CallId call : calls) CHECK(scene.got(call) == "access-refresh-a-2");
  CHECK(scene.host.fetches.size() == 2);
  CHECK(scene.host.count("kv_delete") == 1);
}

TEST_CASE("several accounts are refreshed side by side") {
  Scene scene;
  std::vector<CallId> calls;
  for (std::size_t i = 0; i < 30; ++i) calls.push_back(scene.start(i % 3));
  CHECK(scene.host.run());
  CHECK(scene.got(calls[0]) == "access-refresh-a-1");
  CHECK(scene.got(calls[1]) == "access-refresh-b-1");
  CHECK(scene.got(calls[29]) == "access-refresh-c-1");
  CHECK(scene.host.fetches.size() == 3);
}

TEST_CASE(
    "D-06 the first call's caller leaves, at any wait: the refresh ends and all others are "
    "served") {
  for (std::size_t n = 1;; ++n) {
    CAPTURE(n);
    Scene scene;
    const CallId first = scene.start();
    std::vector<CallId> others;
    for (int i = 0; i < 5; ++i) others.push_back(scene.start());
    scene.host.cancel_at(n, first);
    CHECK(scene.host.run());
    for (const CallId call : others) CHECK(scene.got(call) == "access-refresh-a-1");
    CHECK(scene.host.fetches.size() == 1);
    CHECK(scene.host.kv("token_0"));
    check_quiet(scene);
    if (scene.host.answer_count(first) < n) break;
    REQUIRE(n < 50);
  }
}

TEST_CASE("a waiting call's caller leaves, at any wait: nobody else notices") {
  for (std::size_t n = 1; n < 4; ++n) {
    Scene scene;
    const CallId first = scene.start();
    const CallId second = scene.start();
    const CallId third = scene.start();
    scene.host.cancel_at(n, second);
    CHECK(scene.host.run());
    CHECK(is_token(scene.got(first)));
    CHECK(is_token(scene.got(third)));
    check_quiet(scene);
  }
}

TEST_CASE("the platform loses the leader at any moment: after 11 s a waiter takes its place") {
  for (std::size_t steps = 0; steps < 8; ++steps) {
    CAPTURE(steps);
    Scene scene;
    const CallId first = scene.start();
    std::vector<CallId> others;
    for (int i = 0; i < 5; ++i) others.push_back(scene.start());
    scene.host.run(steps);
    scene.host.lose(first);
    const auto lost_at_ms = scene.host.now_ms;
    CHECK(scene.host.run());
    for (const CallId call : others) CHECK(is_token(scene.got(call)));
    CHECK(scene.host.fetches.size() <= 2);
    CHECK(scene.host.now_ms - lost_at_ms <= 12'000);
    CHECK(is_token(scene.ask()));
  }
}

TEST_CASE("leaders lost one after another end in an error, not in a wait without end") {
  Scene scene;
  scene.host.kv_get_fault = KvFault::hangs;
  std::vector<CallId> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(scene.start());
  const auto began_ms = scene.host.now_ms;
  for (std::size_t i = 0; i + 1 < calls.size(); ++i) {
    scene.host.lose(calls[i]);
    scene.pass(1);
  }
  CHECK(scene.host.run());
  CHECK(is_settled(scene.got(calls.back())));
  CHECK(scene.host.now_ms - began_ms < 60'000);
}

TEST_CASE("a slow leader that is at work is not taken for lost") {
  Scene scene;
  scene.on_token = [](const std::string&, int count) {
    auto answer = token_answer("access-second");
    answer.delay_ms = count == 1 ? kNever : 9'900;
    return answer;
  };
  std::vector<CallId> calls;
  for (int i = 0; i < 10; ++i) calls.push_back(scene.start());
  CHECK(scene.host.run());
  for (const CallId call : calls) CHECK(scene.got(call) == "access-second");
  CHECK(scene.host.fetches.size() == 2);
}

TEST_CASE(
    "each host operation fails or hangs in turn: every call gets a token or an error in time") {
  enum class Fault { fails, hangs };
  for (const Fault fault : {Fault::fails, Fault::hangs}) {
    for (const bool is_refused : {false, true}) {
      for (std::size_t n = 1;; ++n) {
        CAPTURE(n, fault == Fault::fails, is_refused);
        Scene scene;
        AccessToken refused;
        if (is_refused) {
          scene.ask();
          refused = scene.token();
        } else {
          scene.cache("access-expiring", 30'000);
        }
        const std::size_t before = scene.host.operation_count();
        if (fault == Fault::fails) scene.host.fail_at(before + n);
        if (fault == Fault::hangs) scene.host.hang_at(before + n);
        const auto began_ms = scene.host.now_ms;
        const CallId first = scene.start(0, Freshness::must_refresh(refused));
        const CallId second = scene.start();
        CHECK(scene.host.run());
        CHECK(is_settled(scene.got(first)));
        CHECK(is_settled(scene.got(second)));
        CHECK(scene.host.now_ms - began_ms < 30'000);
        check_quiet(scene);
        scene.pass(5'000);
        CHECK(is_token(scene.ask()));  // the isolate has not lost its wits
        if (scene.host.operation_count() < before + n) break;
        REQUIRE(n < 100);
      }
    }
  }
}

TEST_CASE("each host operation fails while the token is renewed early: the caller never notices") {
  for (std::size_t n = 1;; ++n) {
    CAPTURE(n);
    Scene scene;
    scene.ask();
    scene.host.now_ms = scene.tokens.of(scene.list.accounts[0]).early_refresh_at_ms;
    const std::size_t before = scene.host.operation_count();
    scene.host.fail_at(before + n);
    CHECK(scene.ask() == "access-refresh-a-1");
    check_quiet(scene);
    if (scene.host.operation_count() < before + n) break;
    REQUIRE(n < 100);
  }
}

TEST_CASE("P-19 calls interleaved in many orders never mix accounts up") {
  const std::uint32_t first_seed = proxy::test::test_seed() | 1U;
  for (std::uint32_t seed = first_seed; seed != first_seed + 300; ++seed) {
    CAPTURE(seed);
    Scene scene(seed == 0 ? 1 : seed);
    scene.on_token = [](const std::string& token, int count) {
      if (count == 1 && token == "refresh-b") return answer_of(503);
      return token_answer("access-" + token);
    };
    std::vector<CallId> calls;
    for (std::size_t i = 0; i < 6; ++i) calls.push_back(scene.start(i % 2));
    scene.host.cancel_at(1 + seed % 5, calls[seed % 6]);
    CHECK(scene.host.run());
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const std::string got = scene.got(calls[i]);
      const std::string own = i % 2 == 0 ? "access-refresh-a" : "access-refresh-b";
      CHECK((got == own || (got == "nothing" && i == seed % 6)));
    }
    CHECK(scene.made["refresh-a"] == 1);
    CHECK(scene.made["refresh-b"] == 2);
    CHECK(scene.host.kv("token_0")->find("access-refresh-a") != std::string::npos);
    CHECK(scene.host.kv("token_1")->find("access-refresh-b") != std::string::npos);
    check_quiet(scene);
  }
}

TEST_CASE("B-10 two isolates that refresh at once both have a good token; the last write wins") {
  Tokens other;
  Scene scene;
  scene.set_up(other);
  const CallId here = scene.start();
  const CallId there = scene.start_in(other);
  CHECK(scene.host.run());
  CHECK(is_token(scene.got(here)));
  CHECK(is_token(scene.got(there)));
  CHECK(scene.host.count("kv_put token_0") == 2);
  CHECK(scene.host.log_count("kv_put_fail") == 0);
  scene.evict();
  CHECK(scene.ask() == "access-refresh-a-2");
  CHECK(scene.host.fetches.size() == 2);
}
