// What the TOKEN_CACHE namespace holds about accounts, as plain functions between bytes and values.
//   token_<i>    {"access_token", "expires_in", "timestamp", "fp"}   the access token of account i
//   dead_<i>     {"reason", "at", "fp"}                              Google refused its credential
//   cool_<i>     {"model", "until", "fp"}                            it rests for over a minute
//   refresh_<i>  {"refresh_token", "fp"}                             Google gave out another one
// `fp` is the account's fingerprint: a record with another one is of an account that stood at that
// index before ACCOUNTS was changed, and counts as absent. Values may have been written by anyone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "accounts/account.h"
#include "accounts/oauth.h"
#include "base/secret.h"

namespace proxy::accounts {

inline constexpr std::int64_t kShortestTtlS = 60;  // Workers KV refuses a shorter expirationTtl
inline constexpr std::int64_t kLeastSharedRestMs = 60'000;  // shorter ones are not worth a write
inline constexpr std::int64_t kLongestRestMs = 2 * 86'400'000;  // a day of 25 hours, and a skew
inline constexpr std::int64_t kDeadMs = 600'000;  // then a refused refresh token is tried again
// Google drops a refresh token unused for six months; one of an account in use never changes again.
inline constexpr std::int64_t kRotatedTtlS = 10LL * 365 * 86'400;

std::string token_key(std::size_t account_index);
std::string dead_key(std::size_t account_index);
std::string cool_key(std::size_t account_index);
std::string refresh_key(std::size_t account_index);

struct TokenRecord {
  enum class State : std::uint8_t {
    good,  // the account's, with life left
    miss,  // another account's, expired, or without a trustworthy time
    bad,   // not what this program writes
  };
  State state = State::miss;
  SecretString access_token;  // good only, like the time
  std::int64_t expires_at_ms = 0;
};

// `timestamp` is the time of writing in milliseconds; seconds are recognized by their size. A
// record without `fp` is of this program's first version and taken for the account's own.
//   value  is scanned in place
TokenRecord read_token_record(std::span<char> value, std::string_view fingerprint,
                              std::int64_t now_ms);
std::string write_token_record(const NewToken& token, std::string_view fingerprint,
                               std::int64_t now_ms);

struct DeadRecord {
  RefreshFailure failure;
  std::int64_t until_ms;
};

std::optional<DeadRecord> read_dead_record(std::span<char> value, std::string_view fingerprint,
                                           std::int64_t now_ms);
std::string write_dead_record(std::string_view reason, std::string_view fingerprint,
                              std::int64_t now_ms);

// A rest that another isolate decided. `until` is in milliseconds.
struct CoolRecord {
  std::string model;  // empty: whatever the model
  std::int64_t until_ms = 0;
};

// Nothing if it is over, another account's, unreadable or longer than any that is written.
std::optional<CoolRecord> read_cool_record(std::span<char> value, std::string_view fingerprint,
                                           std::int64_t now_ms);
std::string write_cool_record(std::string_view model, std::int64_t until_ms,
                              std::string_view fingerprint);

// Empty if the record is another account's, or unreadable.
SecretString read_refresh_record(std::span<char> value, std::string_view fingerprint);
std::string write_refresh_record(const SecretString& refresh_token, std::string_view fingerprint);

}  // namespace proxy::accounts
