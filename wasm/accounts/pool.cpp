#include "accounts/pool.h"

#include <algorithm>

#include "base/calendar.h"
#include "base/hash.h"
#include "base/text.h"

namespace proxy::accounts {
namespace {

constexpr std::int64_t kFirstUnknownMs = 10'000;
constexpr std::int64_t kLastUnknownMs = 300'000;
constexpr std::int64_t kShortestDayMs = 600'000;  // until midnight is never less

std::int64_t length_ms(const Setback& setback, int repeats, std::int64_t now_ms) {
  if (setback.until_midnight) {
    return std::max(base::next_pacific_midnight_ms(now_ms) - now_ms, kShortestDayMs);
  }
  if (setback.ms > 0) return setback.ms;
  return std::min(kFirstUnknownMs << std::min(repeats, 10), kLastUnknownMs);
}

// A quota outranks a refusal; of two of a kind the one that ends later holds.
void extend(Rest& rest, std::int64_t until_ms, const ApiError& error, std::int64_t now_ms) {
  const bool is_same_kind = is_quota(rest.error.code) == is_quota(error.code);
  const bool stays = is_same_kind ? rest.until_ms >= until_ms : is_quota(rest.error.code);
  if (rest.until_ms > now_ms && stays) return;
  rest.until_ms = until_ms;
  rest.error = error;
}

}  // namespace

void Pool::set_up(const std::vector<Account>& accounts, std::size_t first) {
  standings_.assign(accounts.size(), Standing());
  for (const Account& account : accounts) of(account).seed = base::hashed(0, account.fingerprint);
  first_ = accounts.empty() ? 0 : first % accounts.size();
}

std::uint64_t Pool::score(std::size_t index, std::uint64_t conversation) const {
  const Standing& standing = standings_[index];
  // Rendezvous hashing: taking an account out moves only the conversations it had.
  return conversation == 0 ? ~standing.last_turn : base::mixed(conversation ^ standing.seed);
}

void Pool::note_use(const Account& account, std::int64_t now_ms) {
  Standing& standing = of(account);
  standing.last_turn = ++turn_;
  standing.last_used_ms = now_ms;
  ++standing.requests;
}

void Pool::note_success(const Account& account, std::string_view model) {
  for (Rest& rest : of(account).rests) {
    rest.repeats = 0;
    const bool is_about_it = rest.model.empty() || rest.model == model;
    if (is_about_it && !is_quota(rest.error.code)) rest.until_ms = 0;
  }
}

Rest& Pool::rest_for(std::size_t index, std::string_view model) {
  std::vector<Rest>& rests = standings_[index].rests;
  const auto found = std::find_if(rests.begin(), rests.end(),
                                  [model](const Rest& rest) { return rest.model == model; });
  if (found != rests.end()) return *found;
  // Any name may be asked for, so of those that are over only the latest few are kept.
  constexpr std::size_t kModels = 32;
  if (rests.size() >= kModels) {
    rests.erase(std::min_element(rests.begin(), rests.end(), [](const Rest& a, const Rest& b) {
      return a.until_ms < b.until_ms;
    }));
  }
  rests.emplace_back().model = model;
  return rests.back();
}

std::int64_t Pool::rest(const std::vector<Account>& accounts, const Account& account,
                        const Setback& setback, std::int64_t now_ms) {
  Rest& its = rest_for(account.index, setback.model);
  const bool is_unknown = setback.ms == 0 && !setback.until_midnight;
  // Calls that were under way together count as one.
  const bool is_counted = is_unknown && its.until_ms > now_ms && is_quota(its.error.code);
  if (!is_counted) {
    const int repeats = is_unknown ? its.repeats++ : 0;
    extend(its, now_ms + length_ms(setback, repeats, now_ms), setback.error, now_ms);
  }
  const std::int64_t until_ms = its.until_ms;
  if (!setback.whole_project || account.project_id.empty()) return until_ms;
  for (const Account& other : accounts) {
    const bool shares = other.index != account.index && other.upstream == account.upstream &&
                        other.project_id == account.project_id &&
                        other.location == account.location;
    if (shares) rest_until(other, setback.model, until_ms, setback.error, now_ms);
  }
  return until_ms;
}

void Pool::rest_until(const Account& account, std::string_view model, std::int64_t until_ms,
                      const ApiError& error, std::int64_t now_ms) {
  extend(rest_for(account.index, model), until_ms, error, now_ms);
}

const Rest* Pool::resting(const Account& account, std::string_view model,
                          std::int64_t now_ms) const {
  const Rest* longest = nullptr;
  for (const Rest& rest : of(account).rests) {
    if (rest.until_ms <= now_ms || (!rest.model.empty() && rest.model != model)) continue;
    if (longest == nullptr || rest.until_ms > longest->until_ms) longest = &rest;
  }
  return longest;
}

ApiError with_wait(ApiError error, std::int64_t wait_ms) {
  error.retry_after_ms = wait_ms;
  if (error.code == ErrorCode::rate_limit_exceeded) {
    error.message += " Please try again in " + text::decimal((wait_ms + 999) / 1'000) + "s.";
  }
  return error;
}

}  // namespace proxy::accounts
