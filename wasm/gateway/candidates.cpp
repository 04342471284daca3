#include "gateway/candidates.h"

#include <algorithm>
#include <utility>

#include "accounts/token_source.h"
#include "host/host.h"

namespace proxy::gateway {
namespace {

using accounts::Account;
using accounts::Rest;

accounts::Wish wish_for(const Prepared& request) {
  return {.conversation = request.conversation,
          .model = request.upstream_model,
          .upstreams = request.upstreams};
}

}  // namespace

// An account that the request itself names, or whose possession it refers to.
const Account* Candidates::bound() const {
  const auto& all = isolate_.accounts.accounts;
  if (request_.only_account >= 0) return &all[static_cast<std::size_t>(request_.only_account)];
  if (!request_.first_account_only) return nullptr;
  for (const Account& account : all) {
    if (account.enabled() && (request_.upstreams & only(account.upstream)) != 0) return &account;
  }
  return nullptr;
}

const Account* Candidates::next() const {
  const auto is_tried = [this](const Account& account) {
    return std::find(tried_.begin(), tried_.end(), account.index) != tried_.end();
  };
  const std::int64_t now = host::now_ms();
  const accounts::Tokens& tokens = isolate_.tokens;
  if (request_.only_account >= 0 || request_.first_account_only) {
    const Account* const bound = this->bound();
    if (bound == nullptr || is_tried(*bound)) return nullptr;
    const Rest* const rest = tokens.pool.resting(*bound, request_.upstream_model, now);
    const bool waits = rest != nullptr && accounts::is_quota(rest->error.code);
    return waits && request_.only_account < 0 ? nullptr : bound;
  }
  const auto is_free = [&](const Account& account) {
    const bool is_avoided = std::any_of(avoided_.begin(), avoided_.end(), [&](const Account* one) {
      return one->upstream == account.upstream && one->location == account.location;
    });
    return !is_avoided && !is_tried(account) && tokens.selectable(account, now);
  };
  accounts::Wish wish = wish_for(request_);
  const Account* best = tokens.pool.choose(isolate_.accounts.accounts, wish, now, is_free);
  // When nobody else is left, one that was refused lately.
  wish.last_resort = best == nullptr && tried_.empty();
  if (wish.last_resort) {
    best = tokens.pool.choose(isolate_.accounts.accounts, wish, now, is_free);
  }
  return best;
}

const Rest* Candidates::earliest_rest() const {
  const Account* const bound = this->bound();
  const std::int64_t now = host::now_ms();
  const auto rank = [](const Rest& rest) {
    return std::pair(!traits(rest.error.code).should_retry, rest.until_ms);
  };
  const Rest* best = nullptr;
  for (const Account& account : isolate_.accounts.accounts) {
    if (!account.enabled() || (request_.upstreams & only(account.upstream)) == 0) continue;
    if (bound != nullptr && bound != &account) continue;
    const Rest* rest = isolate_.tokens.pool.resting(account, request_.upstream_model, now);
    if (rest != nullptr && (best == nullptr || rank(*rest) < rank(*best))) best = rest;
  }
  return best;
}

ApiError Candidates::final_error(const std::optional<ApiError>& upstream_error,
                                 const std::optional<ApiError>& token_error) const {
  const Rest* const rest = earliest_rest();
  const std::int64_t now = host::now_ms();
  if (upstream_error && !accounts::is_quota(upstream_error->code)) {
    // That one account is refused is no news to a caller whom another one would serve in a while.
    const bool others_rest = rest != nullptr && traits(rest->error.code).should_retry;
    if (upstream_error->code != ErrorCode::upstream_permission_denied || !others_rest) {
      return *upstream_error;
    }
  }
  // Only so many are asked for one request; the client's next try may have more luck.
  constexpr std::int64_t kSoonMs = 1'000;
  if (next() != nullptr) {
    if (upstream_error) {
      return accounts::with_wait(ApiError(ErrorCode::rate_limit_exceeded,
                                          "The accounts that were asked are at their limits."),
                                 kSoonMs);
    }
    ApiError error(ErrorCode::token_refresh_failed,
                   "Failed to refresh token: none of the accounts that were asked could sign in.");
    error.retry_after_ms = kSoonMs;
    return error;
  }
  if (rest != nullptr) {
    return accounts::is_quota(rest->error.code)
               ? accounts::with_wait(rest->error, rest->until_ms - now)
               : rest->error;
  }
  if (upstream_error) return *upstream_error;
  ApiError error = no_token();
  // A failure that nothing remembers, such as a token that lives for no time.
  if (error.code == ErrorCode::no_enabled_account && token_error) error = *token_error;
  return error;
}

ApiError Candidates::no_token() const {
  const std::int64_t now = host::now_ms();
  const Account* const bound = this->bound();
  std::vector<ApiError> failures;
  bool any = false;
  for (const Account& account : isolate_.accounts.accounts) {
    if (!account.enabled() || (request_.upstreams & only(account.upstream)) == 0) continue;
    if (bound != nullptr && bound != &account) continue;
    any = true;
    if (auto error = isolate_.tokens.failure(account, now)) failures.push_back(*std::move(error));
  }
  if (!any) {
    return ApiError(ErrorCode::unsupported_value,
                    "No account of this proxy is of the upstream that this request needs.");
  }
  return accounts::no_token_left(failures);
}

}  // namespace proxy::gateway
