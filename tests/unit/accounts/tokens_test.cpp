#include "accounts/tokens.h"

#include <map>
#include <set>
#include <string>

#include "support/catch.h"
#include "unit/accounts/scene.h"

using namespace proxy::accounts;
using proxy::ErrorCode;
using proxy::SecretString;

namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

RefreshFailure failure_of(RefreshFault fault, std::string_view reason) {
  RefreshFailure failure;
  failure.fault = fault;
  failure.reason = reason;
  return failure;
}

NewToken new_token(std::string token, std::int64_t life_s) {
  NewToken made;
  made.access_token = SecretString(std::move(token));
  made.expires_in_s = life_s;
  return made;
}

}  // namespace

TEST_CASE("B-06 the token that expires later wins, whichever comes last") {
  Scene scene;
  TokenState& state = scene.tokens.of(scene.list.accounts[0]);
  CHECK(state.life_ms(kNow) == 0);
  state.keep(SecretString("first"), kNow + 100'000);
  const auto serial = state.serial;
  state.keep(SecretString("older"), kNow + 99'999);
  state.keep(SecretString("equal"), kNow + 100'000);
  CHECK(state.access_token.reveal() == "first");
  CHECK(state.serial == serial);
  state.keep(SecretString("newer"), kNow + 100'001);
  CHECK(state.access_token.reveal() == "newer");
  CHECK(state.serial != serial);
  CHECK(state.life_ms(kNow + 100'000) == 1);
  CHECK(state.life_ms(kNow + 100'002) == 0);
}

TEST_CASE("O-17 a refused token is dropped, and does not come back from a stale cache") {
  Scene scene;
  TokenState& state = scene.tokens.of(scene.list.accounts[0]);
  state.keep(SecretString("refused"), kNow + 100'000);
  state.refuse(state.serial + 1);  // another token than the one in memory
  CHECK(state.access_token.reveal() == "refused");
  state.refuse(state.serial);
  CHECK(state.access_token.empty());
  CHECK(state.refused_in_cache);
  state.keep(SecretString("refused"), kNow + 200'000);
  CHECK(state.access_token.empty());
  state.keep(SecretString("other"), kNow + 100'000);
  CHECK(state.access_token.reveal() == "other");
}

TEST_CASE("O-19 the early refresh is due at a random moment of the last five minutes but one") {
  Scene scene;
  constexpr int kMoments = 4'000;
  std::map<std::int64_t, int> halves;  // each 29 s more are half as likely
  std::set<std::int64_t> moments;
  for (int i = 0; i < kMoments; ++i) {
    TokenState state;
    state.renew(new_token("t", 3'599), kNow);
    const std::int64_t before_end_ms = state.expires_at_ms - state.early_refresh_at_ms;
    CHECK(before_end_ms >= 60'000);
    CHECK(before_end_ms <= 300'000);
    moments.insert(before_end_ms);
    ++halves[(before_end_ms - 60'000) / 29'000];
  }
  CHECK(moments.size() > 2'000);
  for (int half = 0; half < 4; ++half) {
    const int expected = kMoments >> (half + 1);
    CHECK(halves[half] > expected * 8 / 10);
    CHECK(halves[half] < expected * 12 / 10);
  }
  CHECK(moments.lower_bound(260'000) != moments.end());
}

TEST_CASE("a token that lives for minutes only is not renewed with every request") {
  Scene scene;
  for (int i = 0; i < 50; ++i) {
    TokenState state;
    state.renew(new_token("t", 120), kNow);
    CHECK(state.early_refresh_at_ms >= kNow + 60'000);
  }
}

TEST_CASE("A-13 another account at the same index begins anew") {
  Scene scene;
  scene.tokens.of(scene.list.accounts[0]).keep(SecretString("access-a"), kNow + 100'000);
  Account other = scene.list.accounts[1];
  other.index = 0;
  CHECK(scene.tokens.of(other).access_token.empty());
}

TEST_CASE("how long a failed refresh is remembered, and what the account is good for meanwhile") {
  struct Row {
    RefreshFault fault;
    std::string_view reason;
    std::int64_t lasts_ms;
    ErrorCode code;
    bool says_when;
  };
  const Row rows[] = {
      {RefreshFault::dead, "invalid_grant", 600'000, ErrorCode::all_accounts_dead, false},
      {RefreshFault::client_rejected, "unauthorized_client", 60'000,
       ErrorCode::token_client_rejected, false},
      {RefreshFault::throttled, "http_429", 30'000, ErrorCode::token_refresh_failed, true},
      {RefreshFault::transient, "timeout", 5'000, ErrorCode::token_refresh_failed, true},
      {RefreshFault::garbled, "not_json", 5'000, ErrorCode::token_refresh_failed, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    Scene scene;
    const Account& account = scene.list.accounts[0];
    CHECK(scene.tokens.selectable(account, kNow));
    scene.tokens.remember(account, failure_of(row.fault, row.reason), kNow);
    const auto error = scene.tokens.failure(account, kNow + row.lasts_ms - 1);
    REQUIRE(error);
    CHECK(error->code == row.code);
    CHECK(error->message.starts_with("Failed to refresh token"));
    CHECK(error->retry_after_ms.has_value() == row.says_when);
    if (row.says_when) CHECK(*error->retry_after_ms == 1);
    CHECK_FALSE(scene.tokens.selectable(account, kNow));
    CHECK_FALSE(scene.tokens.failure(account, kNow + row.lasts_ms));
    CHECK(scene.tokens.selectable(account, kNow + row.lasts_ms));
    CHECK(scene.tokens.selectable(scene.list.accounts[1], kNow));

    scene.tokens.of(account).keep(SecretString("access-a"), kNow + 100'000);
    CHECK(scene.tokens.selectable(account, kNow));  // it has a token, however it got that
    scene.tokens.forget_failure(account);
    CHECK_FALSE(scene.tokens.failure(account, kNow));
  }
}

TEST_CASE("O-05 a throttled account rests as long as it was told") {
  Scene scene;
  RefreshFailure failure = failure_of(RefreshFault::throttled, "http_429");
  failure.retry_after_ms = 90'000;
  scene.tokens.remember(scene.list.accounts[0], failure, kNow);
  CHECK(scene.tokens.failure(scene.list.accounts[0], kNow + 89'000)->retry_after_ms == 1'000);
}

TEST_CASE("O-01 a dead account loses its access token; a throttled one does not") {
  Scene scene;
  TokenState& state = scene.tokens.of(scene.list.accounts[0]);
  state.keep(SecretString("access-a"), kNow + 100'000);
  scene.tokens.remember(scene.list.accounts[0], failure_of(RefreshFault::throttled, "x"), kNow);
  CHECK_FALSE(state.access_token.empty());
  scene.tokens.remember(scene.list.accounts[0], failure_of(RefreshFault::dead, "x"), kNow);
  CHECK(state.access_token.empty());
}

TEST_CASE("O-03 a rejected client stops all accounts that use it, and no others") {
  for (const char* reason : {"invalid_client", "deleted_client", "disabled_client"}) {
    INFO(reason);
    Scene scene;
    scene.tokens.remember(scene.list.accounts[0], failure_of(RefreshFault::client_rejected, reason),
                          kNow);
    const auto error = scene.tokens.failure(scene.list.accounts[1], kNow);
    REQUIRE(error);
    CHECK(error->message.find("account 1") != std::string::npos);
    CHECK_FALSE(scene.tokens.selectable(scene.list.accounts[1], kNow));
    CHECK(scene.tokens.selectable(scene.list.accounts[2], kNow));
  }
}

TEST_CASE("a disabled account is never selectable") {
  Scene scene;
  scene.list.accounts[0].disabled = true;
  CHECK_FALSE(scene.tokens.selectable(scene.list.accounts[0], kNow));
}

TEST_CASE("a lease ends with its holder, and only the present holder can end it") {
  Scene scene;
  TokenState& state = scene.tokens.of(scene.list.accounts[0]);
  {
    const Lease lease(state, "token_0");
    CHECK(state.lease_is_alive(scene.host.now_ms));
    CHECK(state.lease_is_alive(scene.host.now_ms + 10'999));
    CHECK_FALSE(state.lease_is_alive(scene.host.now_ms + 11'000));
  }
  CHECK_FALSE(state.lease_is_alive(scene.host.now_ms));
  CHECK(scene.host.count("notify token_0") == 1);

  Lease lost(state, "token_0");
  Lease next(state, "token_0");
  lost.give_back();
  CHECK(state.lease_is_alive(scene.host.now_ms));
  scene.pass(10'000);
  lost.show_life();
  CHECK_FALSE(state.lease_is_alive(scene.host.now_ms + 1'000));
  next.give_back();
  next.give_back();
  CHECK(scene.host.count("notify token_0") == 2);
}
