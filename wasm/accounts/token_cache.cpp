#include "accounts/token_cache.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "json/cursor.h"
#include "json/index.h"
#include "json/writer.h"

namespace proxy::accounts {
namespace {

// As seconds the year 5138, as milliseconds 1973.
constexpr std::int64_t kFirstMilliseconds = 100'000'000'000;
constexpr std::int64_t kClockSkewMs = 300'000;  // how far another machine's clock may be ahead
constexpr std::int64_t kLongestLifeS = 86'400;

std::string key(std::string_view name, std::size_t account_index) {
  return std::string(name) + text::decimal(static_cast<std::int64_t>(account_index));
}

// The root of the record if it is an object; else absent.
json::Cursor read_object(json::Index& index, std::span<char> value) {
  if (index.scan(value, {limits::kJsonDepth, limits::kJsonValues})) return {};
  const json::Cursor root(index);
  return root.is(json::Type::object) ? root : json::Cursor();
}

bool wrong_type(json::Cursor value, json::Type type) { return !value.missing() && !value.is(type); }

// A time of writing in milliseconds; nothing unless it lies in the past, give or take the skew.
std::optional<std::int64_t> written_at_ms(json::Cursor timestamp, std::int64_t now_ms) {
  auto at = timestamp.whole();
  if (!at || *at <= 0) return std::nullopt;
  if (*at < kFirstMilliseconds) *at *= 1'000;
  if (*at > now_ms + kClockSkewMs) return std::nullopt;
  return std::min(*at, now_ms);
}

}  // namespace

std::string token_key(std::size_t account_index) { return key("token_", account_index); }
std::string dead_key(std::size_t account_index) { return key("dead_", account_index); }
std::string cool_key(std::size_t account_index) { return key("cool_", account_index); }
std::string refresh_key(std::size_t account_index) { return key("refresh_", account_index); }

TokenRecord read_token_record(std::span<char> value, std::string_view fingerprint,
                              std::int64_t now_ms) {
  TokenRecord record;
  record.state = TokenRecord::State::bad;
  json::Index index;
  const json::Cursor root = read_object(index, value);
  constexpr std::array<std::string_view, 4> kMembers = {"access_token", "expires_in", "timestamp",
                                                        "fp"};
  const auto [access_token, expires_in, timestamp, fp] = root.pick(kMembers);
  std::string token = access_token.text();
  if (!is_sendable_token(token) || wrong_type(expires_in, json::Type::number) ||
      wrong_type(timestamp, json::Type::number) || wrong_type(fp, json::Type::string)) {
    return record;
  }
  record.state = TokenRecord::State::miss;
  const auto at = written_at_ms(timestamp, now_ms);
  const auto life_s = expires_in.whole();
  if (!at || !life_s || !expires_in.is_finite() || (!fp.missing() && !fp.equals(fingerprint)))
    return record;
  const std::int64_t expires_at_ms =
      *at + std::clamp<std::int64_t>(*life_s, 0, kLongestLifeS) * 1'000;
  if (expires_at_ms <= now_ms) return record;
  record.state = TokenRecord::State::good;
  record.access_token = SecretString(std::move(token));
  record.expires_at_ms = expires_at_ms;
  return record;
}

std::string write_token_record(const NewToken& token, std::string_view fingerprint,
                               std::int64_t now_ms) {
  std::string out;
  json::Writer json(out);
  json.begin_object().key("access_token").string(token.access_token.reveal());
  json.key("expires_in").integer(token.expires_in_s).key("timestamp").integer(now_ms);
  json.key("fp").string(fingerprint).end_object();
  return out;
}

std::optional<DeadRecord> read_dead_record(std::span<char> value, std::string_view fingerprint,
                                           std::int64_t now_ms) {
  json::Index index;
  const json::Cursor root = read_object(index, value);
  const auto at = written_at_ms(root["at"], now_ms);
  if (!at || !root["fp"].equals(fingerprint)) return std::nullopt;
  DeadRecord record;
  record.failure.fault = RefreshFault::dead;
  record.failure.reason = known_reason(root["reason"].text());
  record.until_ms = static_cast<std::int64_t>(*at) + kDeadMs;
  if (record.until_ms <= now_ms) return std::nullopt;
  return record;
}

std::string write_dead_record(std::string_view reason, std::string_view fingerprint,
                              std::int64_t now_ms) {
  std::string out;
  json::Writer json(out);
  json.begin_object().key("reason").string(reason).key("at").integer(now_ms);
  json.key("fp").string(fingerprint).end_object();
  return out;
}

std::optional<CoolRecord> read_cool_record(std::span<char> value, std::string_view fingerprint,
                                           std::int64_t now_ms) {
  json::Index index;
  const json::Cursor root = read_object(index, value);
  const auto until = root["until"].whole();
  if (!until || *until <= now_ms || *until > now_ms + kLongestRestMs) return std::nullopt;
  if (!root["fp"].equals(fingerprint) || !root["model"].is(json::Type::string)) return std::nullopt;
  CoolRecord record;
  record.model = root["model"].text();
  if (record.model.size() > limits::kModelNameBytes) return std::nullopt;
  record.until_ms = *until;
  return record;
}

std::string write_cool_record(std::string_view model, std::int64_t until_ms,
                              std::string_view fingerprint) {
  std::string out;
  json::Writer json(out);
  json.begin_object().key("model").string(model).key("until").integer(until_ms);
  json.key("fp").string(fingerprint).end_object();
  return out;
}

SecretString read_refresh_record(std::span<char> value, std::string_view fingerprint) {
  json::Index index;
  const json::Cursor root = read_object(index, value);
  std::string token = root["refresh_token"].text();
  if (!root["fp"].equals(fingerprint) || !is_sendable_token(token)) return {};
  return SecretString(std::move(token));
}

std::string write_refresh_record(const SecretString& refresh_token, std::string_view fingerprint) {
  std::string out;
  json::Writer json(out);
  json.begin_object().key("refresh_token").string(refresh_token.reveal());
  json.key("fp").string(fingerprint).end_object();
  return out;
}

}  // namespace proxy::accounts
