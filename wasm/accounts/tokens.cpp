#include "accounts/tokens.h"

#include <algorithm>
#include <utility>

#include "accounts/random.h"
#include "accounts/token_cache.h"
#include "base/limits.h"
#include "host/host.h"

namespace proxy::accounts {
namespace {

constexpr std::int64_t kClientRejectedMs = 60'000;
constexpr std::int64_t kThrottledMs = 30'000;
constexpr std::int64_t kTransientMs = 5'000;

std::int64_t pause_ms(const RefreshFailure& failure) {
  switch (failure.fault) {
    case RefreshFault::dead:
      return kDeadMs;
    case RefreshFault::client_rejected:
      return kClientRejectedMs;
    case RefreshFault::throttled:
      return failure.retry_after_ms.value_or(kThrottledMs);
    case RefreshFault::transient:
    case RefreshFault::garbled:
      break;
  }
  return kTransientMs;
}

// How long before its end a token is renewed, from kShortestLifeMs to kEarlyRefreshMs, long times
// being ever rarer: each 29 s more are half as likely. KV shows a new token elsewhere only after a
// minute, so of many isolates few should have come before that one.
std::int64_t early_ms() {
  constexpr std::int64_t kHalfMs = 29'000;
  std::int64_t ms = kShortestLifeMs;
  while (ms < kEarlyRefreshMs && random_between(0, 1) == 1) ms += kHalfMs;
  return std::min(ms + random_between(0, kHalfMs), kEarlyRefreshMs);
}

// Whether the word is about the client alone, so that its other accounts need not ask.
bool is_about_client(std::string_view reason) {
  return reason == "invalid_client" || reason == "deleted_client" || reason == "disabled_client";
}

}  // namespace

std::int64_t TokenState::life_ms(std::int64_t now_ms) const {
  return access_token.empty() ? 0 : std::max<std::int64_t>(expires_at_ms - now_ms, 0);
}

bool TokenState::lease_is_alive(std::int64_t now_ms) const {
  return lease != 0 && now_ms - lease_alive_ms < limits::kRefreshWaitMs;
}

void TokenState::keep(SecretString token, std::int64_t its_expiry_ms) {
  if (!access_token.empty() && expires_at_ms >= its_expiry_ms) return;
  if (refused && base::equal_in_constant_time(*refused, base::sha256(token.reveal()))) return;
  access_token = std::move(token);
  expires_at_ms = its_expiry_ms;
  early_refresh_at_ms = expires_at_ms - early_ms();
  ++serial;
}

void TokenState::renew(const NewToken& token, std::int64_t now_ms) {
  ++refresh_count;
  refused.reset();  // should Google give out the same one again, there is no better
  const std::int64_t life_ms = token.expires_in_s * 1'000;
  if (expires_at_ms <= now_ms + life_ms) access_token = SecretString();  // also an equal one
  keep(token.access_token, now_ms + life_ms);
  // Against a refresh for every request where tokens live for minutes only.
  early_refresh_at_ms = std::max(early_refresh_at_ms, now_ms + life_ms / 2);
}

void TokenState::refuse(std::uint32_t refused_serial) {
  if (refused_serial != serial || access_token.empty()) return;
  refused = base::sha256(access_token.reveal());
  refused_in_cache = true;
  access_token = SecretString();
}

TokenState& Tokens::of(const Account& account) {
  if (states_.size() <= account.index) states_.resize(account.index + 1);
  auto& state = states_[account.index];
  if (!state) state = std::make_unique<TokenState>();
  if (state->fingerprint != account.fingerprint) {
    *state = TokenState();
    state->fingerprint = account.fingerprint;
  }
  return *state;
}

const TokenState* Tokens::find(const Account& account) const {
  if (states_.size() <= account.index) return nullptr;
  const TokenState* const state = states_[account.index].get();
  return state != nullptr && state->fingerprint == account.fingerprint ? state : nullptr;
}

void Tokens::remember(const Account& account, const RefreshFailure& failure, std::int64_t now_ms) {
  remember_until(account, failure, now_ms + pause_ms(failure));
}

void Tokens::remember_until(const Account& account, const RefreshFailure& failure,
                            std::int64_t until_ms) {
  TokenState& state = of(account);
  state.failure = RememberedFailure{failure, until_ms};
  if (failure.fault == RefreshFault::dead) state.access_token = SecretString();
  if (!is_about_client(failure.reason)) return;
  forget_client(account);
  rejected_clients_.push_back({account.client_fingerprint, *state.failure});
}

void Tokens::forget_failure(const Account& account) {
  of(account).failure.reset();
  forget_client(account);
}

void Tokens::forget_client(const Account& account) {
  std::erase_if(rejected_clients_, [&account](const RejectedClient& client) {
    return client.fingerprint == account.client_fingerprint;
  });
}

std::optional<RememberedFailure> Tokens::remembered(const Account& account,
                                                    std::int64_t now_ms) const {
  const TokenState* state = find(account);
  if (state != nullptr && state->failure && now_ms < state->failure->until_ms) {
    return state->failure;
  }
  if (account.credential != Credential::refresh_token) return std::nullopt;
  for (const RejectedClient& client : rejected_clients_) {
    const bool same = client.fingerprint == account.client_fingerprint;
    if (same && now_ms < client.failure.until_ms) return client.failure;
  }
  return std::nullopt;
}

std::optional<ApiError> Tokens::failure(const Account& account, std::int64_t now_ms) const {
  const auto known = remembered(account, now_ms);
  if (!known) return std::nullopt;
  ApiError error = refresh_error(known->failure, account.index, account.credential);
  const bool time_heals = error.code == ErrorCode::token_refresh_failed;
  if (time_heals) error.retry_after_ms = known->until_ms - now_ms;
  return error;
}

bool Tokens::selectable(const Account& account, std::int64_t now_ms) const {
  const TokenState* state = find(account);
  const bool has_token = state != nullptr && state->life_ms(now_ms) >= kShortestLifeMs;
  return account.enabled() && (has_token || !remembered(account, now_ms));
}

Lease::Lease(TokenState& state, std::string name)
    : state_(state), name_(std::move(name)), id_(++state.last_lease) {
  state_.lease = id_;
  show_life();
}

void Lease::show_life() {
  if (is_mine()) state_.lease_alive_ms = host::now_ms();
}

void Lease::give_back() {
  if (!is_mine()) return;
  state_.lease = 0;
  host::notify(name_);
}

}  // namespace proxy::accounts
