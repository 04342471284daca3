// Which account serves a request, and which of them rest. Pure: time and chance are arguments.
// Everything is in the isolate's memory; only rests of more than a minute are told to other
// isolates (token_cache.h, cool_<i>).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account.h"
#include "base/api_error.h"

namespace proxy::accounts {

// An account, or one model with it, is left alone until then.
struct Rest {
  std::string model;          // empty: whatever the model
  std::int64_t until_ms = 0;  // may be over
  int repeats = 0;            // rests of unknown length in a row
  ApiError error;             // what the caller is told if no other account can serve
};

// What one isolate knows of an account beside its tokens.
struct Standing {
  std::uint64_t seed = 0;                 // of its place in the order for each conversation
  std::string project_id;                 // Code Assist: what Google says, if the entry names none
  std::optional<ApiError> project_error;  // or why it is not known
  std::int64_t project_error_until_ms = 0;
  std::int64_t project_sought_until_ms = 0;  // by a call at work; 0 for none
  std::vector<Rest> rests;
  std::uint64_t last_turn = 0;  // when it was last chosen, in turns of the pool; 0 for never
  std::int64_t last_used_ms = 0;
  std::uint32_t requests = 0;  // sent upstream
  std::uint32_t failures = 0;  // of them, whatever the reason
};

// How long an account is to rest.
struct Setback {
  std::string_view model = {};  // "" = whatever the model
  std::int64_t ms = 0;          // 0: unknown, so it doubles with each time
  bool until_midnight = false;  // when Google's daily quotas begin anew, and 10 minutes at least
  bool whole_project = false;   // so do other accounts of its project
  ApiError error = {};
};

using UpstreamSet = std::uint8_t;
constexpr UpstreamSet only(Upstream upstream) {
  return static_cast<UpstreamSet>(1u << static_cast<unsigned>(upstream));
}
inline constexpr UpstreamSet kAnyUpstream = 0xFF;

// What is asked of an account.
struct Wish {
  std::uint64_t conversation = 0;  // its requests prefer one account; 0: the one idle longest
  std::string_view model = {};
  UpstreamSet upstreams = kAnyUpstream;
  bool last_resort = false;  // also those that rest for another reason than a quota
};

// Whether Google wants this account to wait. For any other reason to let it rest a look at it costs
// nothing but a call, and its owner may have mended it.
inline bool is_quota(ErrorCode code) {
  return code == ErrorCode::rate_limit_exceeded || code == ErrorCode::insufficient_quota;
}

class Pool {
 public:
  //   first  where the search for the one idle longest begins; differs from isolate to isolate
  void set_up(const std::vector<Account>& accounts, std::size_t first);

  Standing& of(const Account& account) { return standings_[account.index]; }
  const Standing& of(const Account& account) const { return standings_[account.index]; }

  // The best of the accounts for which `is_free(account)` holds and that do not rest; null if there
  // is none. Looks at memory only, and calls `is_free` for few accounts, however many there are.
  template <class IsFree>
  const Account* choose(const std::vector<Account>& accounts, const Wish& wish, std::int64_t now_ms,
                        IsFree is_free) const;

  void note_use(const Account& account, std::int64_t now_ms);
  // It served that model: what it was refused for is mended, and rests of unknown length begin with
  // the shortest again.
  void note_success(const Account& account, std::string_view model);

  // Lets it rest. Returns until when.
  std::int64_t rest(const std::vector<Account>& accounts, const Account& account,
                    const Setback& setback, std::int64_t now_ms);
  // The same, as another isolate decided.
  void rest_until(const Account& account, std::string_view model, std::int64_t until_ms,
                  const ApiError& error, std::int64_t now_ms);

  // The rest that keeps it from serving that model now, null for none; the one that ends last.
  const Rest* resting(const Account& account, std::string_view model, std::int64_t now_ms) const;

 private:
  std::uint64_t score(std::size_t index, std::uint64_t conversation) const;
  Rest& rest_for(std::size_t index, std::string_view model);

  std::vector<Standing> standings_;  // by account index
  std::size_t first_ = 0;
  std::uint64_t turn_ = 0;
};

// The rest of `error` takes so long: `retry_after_ms`, and for clients that look for them the words
// "Please try again in 12s."
ApiError with_wait(ApiError error, std::int64_t wait_ms);

template <class IsFree>
const Account* Pool::choose(const std::vector<Account>& accounts, const Wish& wish,
                            std::int64_t now_ms, IsFree is_free) const {
  const Account* best = nullptr;
  std::uint64_t best_score = 0;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const Account& account = accounts[(first_ + i) % accounts.size()];
    const std::uint64_t its_score = score(account.index, wish.conversation);
    if (best != nullptr && its_score <= best_score) continue;
    if (!account.enabled() || (wish.upstreams & only(account.upstream)) == 0) continue;
    const Rest* const rest = resting(account, wish.model, now_ms);
    if (rest != nullptr && !(wish.last_resort && !is_quota(rest->error.code))) continue;
    if (!is_free(account)) continue;
    best = &account;
    best_score = its_score;
  }
  return best;
}

}  // namespace proxy::accounts
