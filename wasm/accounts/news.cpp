#include "accounts/news.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "accounts/kv.h"
#include "accounts/token_cache.h"
#include "host/log.h"

namespace proxy::accounts {
namespace {

using host::Call;
using host::Task;

// Of a rest only its end is known: a long one is that of a daily quota.
ApiError rest_error(std::int64_t wait_ms) {
  constexpr std::int64_t kShortMs = 300'000;
  return wait_ms > kShortMs
             ? ApiError(ErrorCode::insufficient_quota, "The quota of this account is spent.")
             : ApiError(ErrorCode::rate_limit_exceeded, "Google asks this account to wait.");
}

void take_rest(Tokens& tokens, const Account& account, KvValue& value) {
  const std::int64_t now = host::now_ms();
  const auto record = read_cool_record(value.bytes.span(), account.fingerprint, now);
  if (!record) return;
  tokens.pool.rest_until(account, record->model, record->until_ms,
                         rest_error(record->until_ms - now), now);
}

void take_death(Tokens& tokens, const Account& account, KvValue& value) {
  const auto dead = read_dead_record(value.bytes.span(), account.fingerprint, host::now_ms());
  if (dead) tokens.remember_until(account, dead->failure, dead->until_ms);
}

void take_token(Call& call, TokenState& state, KvValue& value, std::string_view key) {
  if (value.state != KvValue::State::found) return;
  TokenRecord record = read_token_record(value.bytes.span(), state.fingerprint, host::now_ms());
  if (record.state == TokenRecord::State::good) {
    state.keep(std::move(record.access_token), record.expires_at_ms);
  } else if (record.state == TokenRecord::State::bad) {
    host::LogLine(host::LogLevel::warn, "kv_bad_value",
                  "A value of TOKEN_CACHE is not a token record.")
        .text("key", key)
        .send(call);
  }
}

}  // namespace

Task<void> read_token(Call& call, Tokens& tokens, const Account& account) {
  TokenState& state = tokens.of(account);
  const std::string key = token_key(account.index);
  if (std::exchange(state.news_read, true)) {
    KvValue value = co_await kv_read(call, tokens.kv, key);
    take_token(call, state, value, key);
    co_return;
  }
  auto values = co_await kv_read_both(call, tokens.kv, key, cool_key(account.index));
  take_token(call, state, values.first, key);
  take_rest(tokens, account, values.second);
}

Task<void> read_refresh_news(Call& call, Tokens& tokens, const Account& account) {
  auto values =
      co_await kv_read_both(call, tokens.kv, dead_key(account.index), refresh_key(account.index));
  take_death(tokens, account, values.first);
  TokenState& state = tokens.of(account);
  if (state.rotated.empty()) {
    state.rotated = read_refresh_record(values.second.bytes.span(), account.fingerprint);
  }
}

Task<void> read_key_news(Call& call, Tokens& tokens, const Account& account) {
  if (std::exchange(tokens.of(account).news_read, true)) co_return;
  auto values =
      co_await kv_read_both(call, tokens.kv, dead_key(account.index), cool_key(account.index));
  take_death(tokens, account, values.first);
  take_rest(tokens, account, values.second);
}

Task<void> publish_death(Call& call, Tokens& tokens, const Account& account,
                         std::string_view reason) {
  const std::string record = write_dead_record(reason, account.fingerprint, host::now_ms());
  co_await kv_write(call, tokens.kv, dead_key(account.index), record, kDeadMs / 1'000);
  if (account.needs_token()) co_await kv_remove(call, tokens.kv, token_key(account.index));
}

Task<void> publish_token(Call& call, Tokens& tokens, const Account& account, const NewToken& token,
                         std::int64_t made_at_ms, bool was_removed) {
  if (token.expires_in_s < kShortestTtlS) co_return;
  if (was_removed) co_await kv_pause(call);
  const std::string record = write_token_record(token, account.fingerprint, made_at_ms);
  co_await kv_write(call, tokens.kv, token_key(account.index), record, token.expires_in_s);
}

Task<void> publish_rest(Call& call, Tokens& tokens, const Account& account, std::string model,
                        std::int64_t until_ms) {
  const std::string key = cool_key(account.index);
  KvValue value = co_await kv_read(call, tokens.kv, key);
  const std::int64_t now = host::now_ms();
  const auto known = read_cool_record(value.bytes.span(), account.fingerprint, now);
  const bool says_it = known && (known->model.empty() || known->model == model) &&
                       known->until_ms >= until_ms - kLeastSharedRestMs;
  if (says_it || until_ms - now < kLeastSharedRestMs) co_return;
  const std::string record = write_cool_record(model, until_ms, account.fingerprint);
  constexpr std::int64_t kLongestTtlS = 86'400;
  co_await kv_write(call, tokens.kv, key, record, std::min((until_ms - now) / 1'000, kLongestTtlS));
}

}  // namespace proxy::accounts
