#include "gateway/run.h"

#include <algorithm>
#include <utility>

#include "accounts/news.h"
#include "accounts/random.h"
#include "accounts/token_cache.h"
#include "base/limits.h"
#include "gateway/body.h"
#include "gateway/code_assist_project.h"
#include "gateway/dispatch.h"
#include "gemini/repair.h"
#include "host/log.h"

namespace proxy::gateway {
namespace {

using accounts::Account;
using accounts::Rest;

accounts::Wish wish_for(const Prepared& request) {
  return {.conversation = request.conversation,
          .model = request.upstream_model,
          .upstreams = request.upstreams};
}

// An account that the request itself names, or whose possession it refers to.
const Account* bound_account(const Isolate& isolate, const Prepared& request) {
  const auto& all = isolate.accounts.accounts;
  if (request.only_account >= 0) return &all[static_cast<std::size_t>(request.only_account)];
  if (!request.first_account_only) return nullptr;
  for (const Account& account : all) {
    if (account.enabled() && (request.upstreams & only(account.upstream)) != 0) return &account;
  }
  return nullptr;
}

void log_failover(host::Call& call, const Account& account, const ApiError& error) {
  host::LogLine(host::LogLevel::warn, "failover", "This account did not serve the request.")
      .number("acct", static_cast<std::int64_t>(account.index))
      .text("code", traits(error.code).code)
      .send(call);
}

}  // namespace

bool mend(Prepared& request, gemini::Repairs repairs, std::size_t& body_bytes) {
  if (repairs.empty()) return true;
  BodyShare second(body_bytes);
  if (!second.take(request.body.size())) return false;
  request.body = gemini::repaired(std::move(request.body), repairs);
  request.repairs.add(repairs);
  return true;
}

const Account* first_choice(const Isolate& isolate, const Prepared& request) {
  if (const Account* bound = bound_account(isolate, request)) return bound;
  const std::int64_t now = host::now_ms();
  return isolate.tokens.pool.choose(
      isolate.accounts.accounts, wish_for(request), now,
      [&](const Account& account) { return isolate.tokens.selectable(account, now); });
}

Run::Run(Exchange& exchange, Isolate& isolate, Prepared& request, Reply& reply, int choice)
    : exchange_(exchange), isolate_(isolate), request_(request), reply_(reply) {
  choice_.index = choice;
}

const Account* Run::next() const {
  const auto is_tried = [this](const Account& account) {
    return std::find(tried_.begin(), tried_.end(), account.index) != tried_.end();
  };
  const std::int64_t now = host::now_ms();
  const accounts::Tokens& tokens = isolate_.tokens;
  if (request_.only_account >= 0 || request_.first_account_only) {
    const Account* const bound = bound_account(isolate_, request_);
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

// Mends a request that Google refused, if its words tell how.
bool Run::repair(const gemini::Failure& failure, const Account& account) {
  if (failure.google_message.empty() || repairs_made_ >= limits::kRepairs) return false;
  if (attempts_.upstream >= limits::kAttempts || is_late(request_)) return false;
  const auto repair = gemini::repair_for(failure.google_message, sent_with_);
  if (!repair) return false;
  ++repairs_made_;
  if (request_.repairs.has(*repair)) return true;  // another choice has been quicker
  if (!mend(request_, {*repair}, isolate_.body_bytes)) return false;
  new_repairs_.add(*repair);
  host::LogLine(host::LogLevel::warn, "request_repaired", "Google refused a part of the request.")
      .text("repair", gemini::name_of(*repair))
      .text("model", request_.upstream_model)
      .number("acct", static_cast<std::int64_t>(account.index))
      .send(exchange_.call());
  return true;
}

host::Task<std::optional<gemini::Failure>> Run::send(const Account& account,
                                                     const accounts::AccessToken& token) {
  exchange_.facts().account = static_cast<std::int64_t>(account.index);
  ++exchange_.facts().attempts;
  ++attempts_.upstream;
  ++attempts_.on_account;
  const std::string& model = request_.upstream_model;
  const std::int64_t now = host::now_ms();
  isolate_.tokens.pool.note_use(account, now);
  gemini::Repairs known = isolate_.repairs.of(account.upstream, model, now);
  known.remove(request_.repairs);
  mend(request_, known, isolate_.body_bytes);
  sent_with_ = request_.repairs;

  Outgoing outgoing;
  {
    // A second form of the body lives until it has been handed over, a moment later.
    const bool copies =
        account.upstream != accounts::Upstream::gemini_api || request_.foreign_fields;
    BodyShare second(isolate_.body_bytes);
    if (copies && !second.take(2 * request_.body.size())) {
      co_return gemini::Failure{.error = too_busy()};
    }
    std::vector<std::string_view> dropped;
    outgoing = outgoing_for(isolate_, account, token.value, request_, dropped);
    for (const std::string_view name : dropped) exchange_.warn_of_dropped(name);
  }
  const bool accept_empty = request_.may_end_empty || attempts_.upstream > 1;
  auto failure = co_await attempt(exchange_, isolate_.config, request_, reply_, choice_,
                                  std::move(outgoing), accept_empty);
  // Of a cache that is another project's Google may say no more than that.
  const int status = exchange_.facts().upstream_status;
  if (failure && request_.first_account_only && (status == 403 || status == 404)) {
    *failure = {.error = ApiError(ErrorCode::cached_content_not_found, failure->error.message)};
  }
  if (!failure && !new_repairs_.empty()) {
    isolate_.repairs.remember(account.upstream, model, new_repairs_, host::now_ms());
  }
  co_return failure;
}

// Of that much as the pauses of a request may take together.
std::int64_t Run::pause(std::int64_t ms) {
  ms = std::min(ms, limits::kPausesMs - paused_ms_);
  paused_ms_ += ms;
  return ms;
}

// What the failure means for requests to come.
void Run::let_rest(const gemini::Failure& failure, const Account& account) {
  if (failure.blame == gemini::Blame::nobody) return;
  host::Call& call = exchange_.call();
  accounts::Setback setback;
  if (failure.blame == gemini::Blame::model) setback.model = request_.upstream_model;
  setback.ms = failure.cool_ms;
  setback.until_midnight = failure.until_midnight;
  setback.whole_project = failure.is_quota;
  setback.error = failure.error;
  const std::int64_t now = host::now_ms();
  const std::int64_t until_ms =
      isolate_.tokens.pool.rest(isolate_.accounts.accounts, account, setback, now);
  host::LogLine line(host::LogLevel::warn, "account_rests",
                     "The account is left alone for a while.");
  line.number("acct", static_cast<std::int64_t>(account.index))
      .text("code", traits(failure.error.code).code)
      .text("model", setback.model)
      .number("for_ms", until_ms - now);
  if (!failure.owner_link.empty()) line.text("link", failure.owner_link, limits::kLogLinkBytes);
  line.send(call);
  // Of a refusal another isolate learns by itself, and it may be over there.
  if (failure.is_quota && until_ms - now > accounts::kLeastSharedRestMs) {
    call.spawn(accounts::publish_rest(call, isolate_.tokens, account, std::string(setback.model),
                                      until_ms));
  }
}

// The account's token or key, and all else that a request to its upstream needs.
host::Task<Result<accounts::AccessToken>> Run::prepare(const Account& account,
                                                       accounts::Freshness freshness) {
  host::Call& call = exchange_.call();
  auto token =
      co_await accounts::access_token(call, isolate_.tokens, account, isolate_.oauth, freshness);
  if (!token.ok()) co_return token;
  if (auto error = co_await find_project(call, isolate_, account, *token)) {
    constexpr std::int64_t kUnusableMs = 60'000;
    accounts::Setback setback;
    setback.ms = kUnusableMs;
    setback.error = *error;
    isolate_.tokens.pool.rest(isolate_.accounts.accounts, account, setback, host::now_ms());
    co_return *error;
  }
  // Another isolate may know better.
  const Rest* const rest =
      isolate_.tokens.pool.resting(account, request_.upstream_model, host::now_ms());
  const bool insists = request_.only_account >= 0 || attempts_.on_account > 0;
  if (rest != nullptr && !insists && accounts::is_quota(rest->error.code)) co_return rest->error;
  co_return token;
}

// What to do after a failure; what it says about the account is noted.
Step Run::weigh(const gemini::Failure& failure, const Account& account, Outcome& outcome) {
  accounts::Tokens& tokens = isolate_.tokens;
  host::Call& call = exchange_.call();
  ++tokens.pool.of(account).failures;
  outcome.error = failure.error;
  attempts_.late = is_late(request_) || call.subrequests() >= limits::kSubrequests;
  const bool is_refused =
      failure.blame == gemini::Blame::credential || failure.remedy == gemini::Remedy::fresh_token;
  if (is_refused && !account.needs_token()) {
    accounts::declare_dead(call, tokens, account, "api_key_invalid",
                           exchange_.facts().upstream_status);
    if (auto error = tokens.failure(account, host::now_ms())) outcome.error = *std::move(error);
    outcome.asked_google = false;
    return Step::next_account;
  }
  if (failure.remedy == gemini::Remedy::other_upstream) avoided_.push_back(&account);
  attempts_.others_left = next() != nullptr;
  const Step step = next_step(failure.remedy, attempts_);
  if (step != Step::fresh_token) let_rest(failure, account);
  return step;
}

host::Task<Run::Outcome> Run::try_account(const Account& account) {
  host::Call& call = exchange_.call();
  attempts_.on_account = 0;
  attempts_.refreshed = false;
  accounts::Freshness freshness = accounts::Freshness::any();
  Outcome outcome;
  for (;;) {
    auto token = co_await prepare(account, freshness);
    outcome.asked_google = token.ok();
    outcome.go_on = !token.ok();
    if (!token.ok()) {
      outcome.error = std::move(token).error();
      co_return outcome;
    }
    attempts_.refreshed = attempts_.refreshed || token->refreshed;
    const auto failure = co_await send(account, *token);
    outcome.answered = !failure;
    if (outcome.answered) {
      isolate_.tokens.pool.note_success(account);
      co_return outcome;
    }
    freshness = accounts::Freshness::any();
    if (repair(*failure, account)) {
      --attempts_.on_account;  // it was not the account's fault
      continue;
    }
    switch (weigh(*failure, account, outcome)) {
      case Step::give_up:
        co_return outcome;
      case Step::next_account:
        outcome.go_on = true;
        if (failure->remedy == gemini::Remedy::overloaded) {
          co_await call.sleep(pause(accounts::random_between(100, 300)));
        }
        co_return outcome;
      case Step::fresh_token:
        attempts_.refreshed = true;
        freshness = accounts::Freshness::must_refresh(*token);
        break;
      case Step::same_account:
        if (failure->pause_ms > 0 && !attempts_.paused) {
          attempts_.paused = true;
          co_await call.sleep(pause(failure->pause_ms));
        }
        break;
    }
  }
}

// Of the rests of accounts that could serve otherwise: one that a wait helps with, if there is one,
// and the first to end.
const Rest* Run::earliest_rest() const {
  const Account* const bound = bound_account(isolate_, request_);
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

// Why nobody served: what Google said of the request, else how long the accounts rest, else why
// there is no token.
ApiError Run::final_error(const ApiError* upstream_error) const {
  if (upstream_error != nullptr && !accounts::is_quota(upstream_error->code))
    return *upstream_error;
  const std::int64_t now = host::now_ms();
  if (const Rest* rest = earliest_rest()) {
    const bool time_heals = accounts::is_quota(rest->error.code);
    return time_heals ? accounts::with_wait(rest->error, rest->until_ms - now) : rest->error;
  }
  if (upstream_error != nullptr) return *upstream_error;
  const Account* const bound = bound_account(isolate_, request_);
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

host::Task<void> Run::go() {
  std::optional<ApiError> upstream_error;
  std::optional<ApiError> token_error;
  int asked = 0;
  for (;;) {
    const bool may_ask = asked < limits::kTokenAccounts && !is_late(request_) &&
                         attempts_.upstream < limits::kAttempts &&
                         exchange_.call().subrequests() < limits::kSubrequestsToBegin;
    const Account* const account = may_ask ? next() : nullptr;
    if (account == nullptr) {
      const Rest* const rest = may_ask && !waited_ ? earliest_rest() : nullptr;
      const std::int64_t wait_ms = rest == nullptr ? 0 : rest->until_ms - host::now_ms();
      if (rest == nullptr || wait_ms > limits::kPausesMs - paused_ms_) break;
      waited_ = true;
      tried_.clear();
      co_await exchange_.call().sleep(pause(wait_ms));
      continue;
    }
    ++asked;
    tried_.push_back(account->index);
    Outcome outcome = co_await try_account(*account);
    if (outcome.answered) co_return;
    if (outcome.go_on) log_failover(exchange_.call(), *account, outcome.error);
    (outcome.asked_google ? upstream_error : token_error) = std::move(outcome.error);
    // A rest may be so short that it is waited for.
    if (!outcome.go_on && !accounts::is_quota(outcome.error.code)) break;
  }
  ApiError error = final_error(upstream_error ? &*upstream_error : nullptr);
  // A failure that nothing remembers, such as a token that lives for no time.
  if (error.code == ErrorCode::no_enabled_account && token_error) error = *token_error;
  reply_.fail(error);
}

}  // namespace proxy::gateway
