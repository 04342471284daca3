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
#include "host/join.h"
#include "host/log.h"
#include "sse/event_writer.h"

namespace proxy::gateway {
namespace {

using accounts::Account;
using accounts::Rest;

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
  const std::size_t size = request.body->text.size();
  if (!second.take(size, size)) return false;
  request.body = std::make_shared<json::Rope>(gemini::repaired(*request.body, repairs));
  request.repairs.add(repairs);
  return true;
}

Run::Run(Exchange& exchange, Isolate& isolate, Prepared& request, Reply& reply, int choice)
    : exchange_(exchange),
      isolate_(isolate),
      request_(request),
      reply_(reply),
      candidates_(isolate, request) {
  choice_.index = choice;
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

  // A second form of the body lives as long as the attempt, a third one while it is made.
  const bool copies = account.upstream != accounts::Upstream::gemini_api || request_.foreign_fields;
  BodyShare second(isolate_.body_bytes);
  const std::size_t size = request_.body->text.size();
  if (copies && !second.take(2 * size, 2 * size)) {
    co_return gemini::Failure{.error = too_busy()};
  }
  std::vector<std::string_view> dropped;
  Outgoing outgoing = outgoing_for(isolate_, account, token.value, request_, dropped);
  for (const std::string_view name : dropped) exchange_.warn_of_dropped(name);
  if (copies) second.keep_only(outgoing.body->text.size());
  const bool accept_empty = request_.may_end_empty || attempts_.upstream > 1;
  auto failure = co_await attempt(exchange_, isolate_, request_, reply_, choice_,
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
void Run::let_rest(const gemini::Failure& failure, const Account& account, const ApiError& error) {
  if (failure.blame == gemini::Blame::nobody) return;
  host::Call& call = exchange_.call();
  accounts::Setback setback;
  if (failure.blame == gemini::Blame::model) setback.model = request_.upstream_model;
  setback.ms = failure.cool_ms;
  setback.until_midnight = failure.until_midnight;
  setback.whole_project = failure.is_quota;
  setback.error = error;
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
  std::optional<ApiError> error;
  if (account.upstream == accounts::Upstream::code_assist) {
    error = co_await find_project(call, isolate_, account, *token);
  }
  if (error) {
    if (!traits(error->code).should_retry) {
      constexpr std::int64_t kUnusableMs = 60'000;
      accounts::Setback setback;
      setback.ms = kUnusableMs;
      setback.error = *error;
      isolate_.tokens.pool.rest(isolate_.accounts.accounts, account, setback, host::now_ms());
    }
    co_return *error;
  }
  // Another isolate may know better.
  const Rest* const rest =
      isolate_.tokens.pool.resting(account, request_.upstream_model, host::now_ms());
  const bool insists = request_.only_account >= 0 || attempts_.on_account > 0;
  if (rest != nullptr && !insists && accounts::is_quota(rest->error.code)) co_return rest->error;
  co_return token;
}

// Whether prepare() will take no time.
bool Run::is_ready(const Account& account) const {
  const accounts::TokenState* const state = isolate_.tokens.find(account);
  if (state == nullptr || account.upstream == accounts::Upstream::code_assist) return false;
  return account.needs_token() ? state->life_ms(host::now_ms()) >= accounts::kShortestLifeMs
                               : state->news_read;
}

// Tells a streaming caller now and then that something is being done.
host::Task<void> Run::say_waiting() {
  // One account that cannot be reached is given up before, with a status of its own.
  constexpr std::int64_t kLater = 5'000;
  for (;;) {
    const std::int64_t later_ms = exchange_.started() ? 0 : kLater;
    co_await exchange_.call().sleep(first_word_ms(exchange_, request_) + later_ms);
    if (!exchange_.started()) exchange_.start_stream();
    std::string comment;
    sse::append_comment(comment, "waiting");
    exchange_.write(comment);
  }
}

host::Task<void> Run::prepare_into(const Account& account, accounts::Freshness freshness,
                                   std::optional<Result<accounts::AccessToken>>& out,
                                   host::Join& join) {
  out.emplace(co_await prepare(account, freshness));
  join.stop();
}

host::Task<Result<accounts::AccessToken>> Run::prepare_patiently(const Account& account,
                                                                 accounts::Freshness freshness) {
  if (!reply_.streams() || is_ready(account)) co_return co_await prepare(account, freshness);
  std::optional<Result<accounts::AccessToken>> out;
  host::Join join;
  join.add(prepare_into(account, freshness, out, join));
  join.add(say_waiting());
  co_await join;
  co_return *std::move(out);
}

// What to do after a failure; what it says about the account is noted.
Step Run::weigh(const gemini::Failure& failure, const Account& account, Outcome& outcome) {
  accounts::Tokens& tokens = isolate_.tokens;
  host::Call& call = exchange_.call();
  ++tokens.pool.of(account).failures;
  outcome.error = failure.error;
  hide_names(outcome.error, account);
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
  if (failure.remedy == gemini::Remedy::other_upstream) candidates_.avoid(account);
  attempts_.others_left = candidates_.next() != nullptr;
  const Step step = next_step(failure.remedy, attempts_);
  if (step != Step::fresh_token) let_rest(failure, account, outcome.error);
  return step;
}

host::Task<Run::Outcome> Run::try_account(const Account& account) {
  host::Call& call = exchange_.call();
  attempts_.on_account = waited_ ? 1 : 0;  // it was asked before the wait
  // One that was refused a moment ago with a new token is asked as a last resort, but not renewed.
  attempts_.refreshed =
      request_.only_account < 0 &&
      isolate_.tokens.pool.resting(account, request_.upstream_model, host::now_ms()) != nullptr;
  accounts::Freshness freshness = accounts::Freshness::any();
  Outcome outcome;
  for (;;) {
    auto token = co_await prepare_patiently(account, freshness);
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
      if (choice_.failed) {
        ++isolate_.tokens.pool.of(account).failures;
      } else {
        isolate_.tokens.pool.note_success(account, request_.upstream_model);
      }
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

host::Task<void> Run::go() {
  std::optional<ApiError> upstream_error;
  std::optional<ApiError> token_error;
  int asked = 0;
  for (;;) {
    const bool may_ask = asked < limits::kTokenAccounts && !is_late(request_) &&
                         attempts_.upstream < limits::kAttempts &&
                         exchange_.call().subrequests() < limits::kSubrequestsToBegin;
    const Account* const account = may_ask ? candidates_.next() : nullptr;
    if (account == nullptr) {
      const Rest* const rest = may_ask && !waited_ ? candidates_.earliest_rest() : nullptr;
      const std::int64_t wait_ms = rest == nullptr ? 0 : rest->until_ms - host::now_ms();
      if (rest == nullptr || wait_ms > limits::kPausesMs - paused_ms_) break;
      waited_ = true;
      candidates_.forget_tried();
      co_await exchange_.call().sleep(pause(wait_ms));
      continue;
    }
    ++asked;
    candidates_.note_tried(*account);
    Outcome outcome = co_await try_account(*account);
    if (outcome.answered) co_return;
    if (outcome.go_on) log_failover(exchange_.call(), *account, outcome.error);
    // A rest may be so short that it is waited for.
    const bool goes_on = outcome.go_on || accounts::is_quota(outcome.error.code);
    (outcome.asked_google ? upstream_error : token_error) = std::move(outcome.error);
    if (!goes_on) break;
  }
  reply_.fail(candidates_.final_error(upstream_error, token_error));
}

}  // namespace proxy::gateway
