// The access tokens that one isolate holds in memory, and what it knows about getting more. One
// object an isolate, shared by its calls; everything in it may vanish with the isolate at any
// moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account.h"
#include "accounts/kv.h"
#include "accounts/oauth.h"
#include "accounts/pool.h"
#include "base/api_error.h"
#include "base/secret.h"
#include "base/sha256.h"

namespace proxy::accounts {

// A token with less life than this is not sent any more: the answer may take a while to begin.
inline constexpr std::int64_t kShortestLifeMs = 60'000;
// A token is renewed at a random moment between this and kShortestLifeMs before its end.
inline constexpr std::int64_t kEarlyRefreshMs = 300'000;

struct AccessToken {
  SecretString value;
  std::uint32_t serial = 0;  // names this token within the isolate without showing it
  // Made by a refresh that ended while this call waited for it. If the upstream refuses such a
  // token, another refresh would not help.
  bool refreshed = false;
};

// A refresh that failed is not tried again at once.
struct RememberedFailure {
  RefreshFailure failure;
  std::int64_t until_ms = 0;
};

struct TokenState {
  std::string fingerprint;  // of the account that all this is about

  SecretString access_token;  // empty if there is none, like the three below
  std::int64_t expires_at_ms = 0;
  std::int64_t early_refresh_at_ms = 0;
  std::uint32_t serial = 0;

  std::optional<base::Digest> refused;  // the last token that an upstream refused
  bool refused_in_cache = false;        // and that must still be deleted from KV
  SecretString rotated;                 // the refresh token that took the place of the account's
  bool news_read = false;               // what KV says of this account's troubles
  std::optional<RememberedFailure> failure;

  std::uint32_t refresh_count = 0;  // that brought a token
  std::uint32_t last_lease = 0;
  std::uint32_t lease = 0;          // of the call that gets a token now; 0 for none
  std::int64_t lease_alive_ms = 0;  // when that call was last seen at work

  std::int64_t life_ms(std::int64_t now_ms) const;
  bool lease_is_alive(std::int64_t now_ms) const;
  // Takes a token of the cache, unless the one in memory lives longer or it is the one refused.
  void keep(SecretString token, std::int64_t its_expiry_ms);
  // Takes a token just made.
  void renew(const NewToken& token, std::int64_t now_ms);
  // Drops the token of that serial, which the upstream refused. Another one stays.
  void refuse(std::uint32_t refused_serial);
};

class Tokens {
 public:
  // What is known of this account; begins anew if another one stood at its index. The reference is
  // good as long as this object.
  TokenState& of(const Account& account);

  // Remembers the failure as long as a new try makes no sense; a dead account loses its token.
  void remember(const Account& account, const RefreshFailure& failure, std::int64_t now_ms);
  void remember_until(const Account& account, const RefreshFailure& failure, std::int64_t until_ms);

  void forget_failure(const Account& account);

  // Why a refresh for this account would fail now, with `retry_after_ms` where time heals it.
  std::optional<RememberedFailure> remembered(const Account& account, std::int64_t now_ms) const;
  std::optional<ApiError> failure(const Account& account, std::int64_t now_ms) const;
  // Whether access_token() is worth asking: it has a token, or no failure is remembered.
  bool selectable(const Account& account, std::int64_t now_ms) const;
  // For reading alone; null if nothing is known yet.
  const TokenState* find(const Account& account) const;

  KvHealth kv;
  Pool pool;

 private:
  void forget_client(const Account& account);

  struct RejectedClient {
    std::string fingerprint;
    RememberedFailure failure;
  };

  std::vector<std::unique_ptr<TokenState>> states_;  // by account index
  std::vector<RejectedClient> rejected_clients_;
};

// Held by the one call that gets a token for an account. Others wait for the name `token_<i>` until
// it is given back, which happens at the latest when the holder's coroutine is destroyed. A holder
// that is not seen at work for limits::kRefreshWaitMs is lost: the platform may drop a call without
// a word.
class Lease {
 public:
  Lease(TokenState& state, std::string name);
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { give_back(); }

  void show_life();
  void give_back();

 private:
  bool is_mine() const { return state_.lease == id_; }

  TokenState& state_;
  std::string name_;
  std::uint32_t id_;
};

}  // namespace proxy::accounts
