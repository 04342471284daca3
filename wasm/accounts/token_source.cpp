#include "accounts/token_source.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "accounts/kv.h"
#include "accounts/news.h"
#include "accounts/refresh.h"
#include "accounts/token_cache.h"
#include "base/limits.h"
#include "host/log.h"

namespace proxy::accounts {
namespace {

using host::Call;
using host::LogLevel;
using host::LogLine;
using host::Operation;
using host::Task;

// Leaders may be lost one after another; then it is better to say so than to wait on.
constexpr int kLooks = 8;

void report(Call& call, const Account& account, const RefreshFailure& failure) {
  const auto send = [&](LogLevel level, std::string_view ev, std::string_view msg) {
    LogLine line(level, ev, msg);
    line.number("acct", static_cast<std::int64_t>(account.index)).text("reason", failure.reason);
    if (failure.status != 0) line.number("status", failure.status);
    line.send(call);
  };
  constexpr std::string_view kRefused[] = {
      "Failed to refresh token: the account must sign in again.",
      "No available token: Google refuses the API key.",
      "Failed to refresh token: Google refuses the service account."};
  switch (failure.fault) {
    case RefreshFault::dead:
      return send(LogLevel::error, "account_dead",
                  kRefused[static_cast<std::size_t>(account.credential)]);
    case RefreshFault::client_rejected:
      return send(LogLevel::error, "oauth_client_rejected",
                  "Failed to refresh token: check the OAuth client's id and secret.");
    case RefreshFault::throttled:
      return send(LogLevel::warn, "token_refresh_fail", "Failed to refresh token: asked to wait.");
    case RefreshFault::transient:
      return send(LogLevel::warn, "token_refresh_fail", "Failed to refresh token: no good answer.");
    case RefreshFault::garbled:
      return send(LogLevel::warn, "token_refresh_fail", "Failed to refresh token: unknown answer.");
  }
}

// With the refresh token that took the place of the account's; if that one is dead, with the
// account's.
Task<TokenReply> refresh_any(Call& call, Tokens& tokens, Lease& lease, const Account& account,
                             const OAuthSettings& settings) {
  if (const auto missing = missing_client(account)) co_return *missing;
  TokenState& state = tokens.of(account);
  if (!state.rotated.empty()) {
    TokenReply reply = co_await refresh(call, lease, account, state.rotated, settings);
    const auto* failure = std::get_if<RefreshFailure>(&reply);
    if (failure == nullptr || failure->fault != RefreshFault::dead) co_return reply;
    // Another isolate may have got a newer one; only the refused one may be deleted.
    const SecretString refused = std::exchange(state.rotated, SecretString());
    lease.show_life();
    co_await read_refresh_news(call, tokens, account);
    const bool is_newer = !state.rotated.empty() && state.rotated.reveal() != refused.reveal();
    if (is_newer) {
      reply = co_await refresh(call, lease, account, state.rotated, settings);
      failure = std::get_if<RefreshFailure>(&reply);
      if (failure == nullptr || failure->fault != RefreshFault::dead) co_return reply;
    }
    state.rotated = SecretString();
    lease.show_life();
    co_await kv_remove(call, tokens.kv, refresh_key(account.index));
  }
  co_return co_await refresh(call, lease, account, account.secret, settings);
}

// Whether the token that there is may serve out its life while no other can be made.
bool is_passing(RefreshFault fault) {
  return fault != RefreshFault::dead && fault != RefreshFault::client_rejected;
}

// Notes in memory that Google replaced the refresh token; returns whether it did.
bool take_rotation(Call& call, TokenState& state, const Account& account, const NewToken& token) {
  const SecretString& sent = state.rotated.empty() ? account.secret : state.rotated;
  if (account.credential != Credential::refresh_token || token.refresh_token.empty() ||
      token.refresh_token.reveal() == sent.reveal()) {
    return false;
  }
  state.rotated = token.refresh_token;
  LogLine(LogLevel::warn, "refresh_token_rotated",
          "Google replaced the refresh token; the new one is kept in TOKEN_CACHE.")
      .number("acct", static_cast<std::int64_t>(account.index))
      .send(call);
  return true;
}

// Gets a token into memory, or remembers why there is none; then gives the lease back, and only
// then writes to KV. Spawned. All references are to what lives as long as the isolate.
Task<void> obtain(Call& call, Tokens& tokens, const Account& account,
                  const OAuthSettings& settings) {
  TokenState& state = tokens.of(account);
  Lease lease(state, token_key(account.index));
  const bool is_early = state.life_ms(host::now_ms()) >= kShortestLifeMs;
  const bool was_refused = std::exchange(state.refused_in_cache, false);
  if (was_refused) {
    co_await kv_remove(call, tokens.kv, token_key(account.index));
  } else {
    co_await read_token(call, tokens, account);
    const std::int64_t now = host::now_ms();
    if (is_early && now < state.early_refresh_at_ms) co_return;
    if (!is_early && state.life_ms(now) >= kShortestLifeMs) co_return;
  }
  co_await read_refresh_news(call, tokens, account);
  if (tokens.remembered(account, host::now_ms())) co_return;

  const TokenReply reply = co_await refresh_any(call, tokens, lease, account, settings);
  const std::int64_t now = host::now_ms();
  if (const auto* failure = std::get_if<RefreshFailure>(&reply)) {
    tokens.remember(account, *failure, now);
    lease.give_back();
    report(call, account, *failure);
    if (failure->fault == RefreshFault::dead) {
      co_await publish_death(call, tokens, account, failure->reason);
    }
    co_return;
  }
  const NewToken& token = *std::get_if<NewToken>(&reply);
  tokens.forget_failure(account);
  state.renew(token, now);
  const bool was_rotated = take_rotation(call, state, account, token);
  lease.give_back();
  LogLine(LogLevel::info, "token_refreshed", "Got a new access token.")
      .number("acct", static_cast<std::int64_t>(account.index))
      .number("expires_in", token.expires_in_s)
      .send(call);
  if (was_rotated) {
    const std::string record = write_refresh_record(token.refresh_token, account.fingerprint);
    co_await kv_write(call, tokens.kv, refresh_key(account.index), record, kRotatedTtlS);
  }
  co_await publish_token(call, tokens, account, token, now, was_refused);
}

}  // namespace

Task<Result<AccessToken>> access_token(Call& call, Tokens& tokens, const Account& account,
                                       const OAuthSettings& settings, Freshness freshness) {
  TokenState& state = tokens.of(account);
  if (!account.needs_token()) {
    co_await read_key_news(call, tokens, account);
    if (auto error = tokens.failure(account, host::now_ms())) co_return std::move(*error);
    AccessToken key;
    key.value = account.secret;
    co_return key;
  }
  state.refuse(freshness.refused_serial);
  const std::uint32_t refreshes_before = state.refresh_count;
  for (int look = 0; look < kLooks; ++look) {
    const std::int64_t now = host::now_ms();
    const auto known = tokens.remembered(account, now);
    AccessToken token;
    token.refreshed = state.refresh_count != refreshes_before;
    const bool will_make_do = token.refreshed || (known && is_passing(known->failure.fault));
    if (const std::int64_t life_ms = state.life_ms(now);
        life_ms >= kShortestLifeMs || (will_make_do && life_ms > 0)) {
      token.value = state.access_token;
      token.serial = state.serial;
      const bool is_due = life_ms >= kShortestLifeMs && now >= state.early_refresh_at_ms;
      if (is_due && !known && !state.lease_is_alive(now)) {
        call.spawn(obtain(call, tokens, account, settings));
      }
      co_return token;
    }
    if (auto error = tokens.failure(account, now)) co_return std::move(*error);
    if (!state.lease_is_alive(now)) {
      call.spawn(obtain(call, tokens, account, settings));
      continue;  // it may have ended already
    }
    Operation news = call.wait(token_key(account.index));
    Operation patience = call.sleep(state.lease_alive_ms + limits::kRefreshWaitMs - now);
    co_await first_of(news, patience);
  }
  co_return refresh_error(RefreshFailure{RefreshFault::transient, "lost", 0, std::nullopt},
                          account.index, account.credential);
}

void declare_dead(Call& call, Tokens& tokens, const Account& account, std::string_view reason,
                  int status) {
  const RefreshFailure failure = {RefreshFault::dead, reason, status, std::nullopt};
  tokens.remember(account, failure, host::now_ms());
  report(call, account, failure);
  call.spawn(publish_death(call, tokens, account, reason));
}

ApiError no_token_left(const std::vector<ApiError>& failures) {
  const ApiError* best = nullptr;
  const auto is_better = [](const ApiError& a, const ApiError& b) {
    if (traits(a.code).should_retry != traits(b.code).should_retry) {
      return traits(a.code).should_retry;
    }
    if (traits(a.code).should_retry) return a.retry_after_ms < b.retry_after_ms;
    return b.code == ErrorCode::all_accounts_dead && a.code != ErrorCode::all_accounts_dead;
  };
  for (const ApiError& failure : failures) {
    if (best == nullptr || is_better(failure, *best)) best = &failure;
  }
  ApiError error;
  error.code = ErrorCode::no_enabled_account;
  error.message = "No available token: no account of ACCOUNTS is enabled.";
  if (best != nullptr) error = *best;
  if (error.code == ErrorCode::all_accounts_dead) {
    constexpr std::string_view kBegin = "No available token: ";
    if (error.message.starts_with(kBegin)) error.message.erase(0, kBegin.size());
    error.message = std::string(kBegin) + "Google refuses every account. " + error.message;
  }
  return error;
}

}  // namespace proxy::accounts
