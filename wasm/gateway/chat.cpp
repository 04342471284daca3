#include "gateway/chat.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts/token_source.h"
#include "base/limits.h"
#include "fronts/openai_chat/error.h"
#include "fronts/openai_chat/request.h"
#include "gateway/attempt.h"
#include "gateway/body.h"
#include "gateway/failover.h"
#include "gemini/request_writer.h"
#include "host/log.h"
#include "json/index.h"
#include "sse/event_writer.h"
#include "upstreams/gemini_api/gemini_api.h"

namespace proxy::gateway {
namespace {

namespace openai_chat = fronts::openai_chat;

openai_chat::RequestOptions options_for(const host::HeaderView& headers, const Config& config) {
  return {.aliases = &config.aliases,
          .default_model = config.default_model,
          .include_thoughts = config.include_thoughts,
          .stream_default = config.stream_default && openai_chat::streams_by_default(
                                                         headers.get("accept").value_or(""),
                                                         headers.get("user-agent").value_or(""))};
}

// Reads and translates the caller's body. Of it only the upstream's body stays in memory.
host::Task<Result<Prepared>> prepare(Exchange& exchange, Isolate& isolate, BodyShare& share) {
  host::Call& call = exchange.call();
  CO_TRY(base::Buffer body, co_await read_body(call, isolate.config.max_body_bytes, share));
  exchange.facts().bytes_in = body.size();
  json::Index index;
  CO_TRY(const openai_chat::ChatRequest request,
         openai_chat::read_request(body.span(), index,
                                   options_for(call.request().headers, isolate.config)));
  exchange.facts().model = request.model;
  exchange.set_warnings(request.warnings);
  const std::size_t written = gemini::written_size(request.upstream);
  if (!share.take(written)) co_return too_busy();
  Prepared prepared{.model = request.model,
                    .upstream_model = request.upstream.model,
                    .body = upstreams::gemini_api::body(request.upstream),
                    .stream = request.stream,
                    .include_usage = request.include_usage,
                    .read_at_ms = host::now_ms()};
  share.keep_only(written);
  co_return std::move(prepared);
}

// A failure that is final: a status of its own, or an event if a comment has already gone out.
void fail(Exchange& exchange, const ApiError& error) {
  if (!exchange.started()) return exchange.send_error(error);
  std::string event;
  sse::append_event(event, openai_chat::error_body(error));
  exchange.note_error(error.code);
  exchange.write(event);
  exchange.end_stream();
}

// What became of the attempts with one account.
struct Outcome {
  bool answered = false;
  bool go_on = false;         // another account may do better
  bool asked_google = false;  // and the error is Google's answer
  ApiError error;
};

void log_failover(host::Call& call, const accounts::Account& account, const ApiError& error) {
  host::LogLine(host::LogLevel::warn, "failover", "This account did not serve the request.")
      .number("acct", static_cast<std::int64_t>(account.index))
      .text("code", traits(error.code).code)
      .send(call);
}

host::Task<Outcome> try_account(Exchange& exchange, Isolate& isolate, const Prepared& request,
                                const accounts::Account& account, Attempts& attempts) {
  host::Call& call = exchange.call();
  attempts.on_account = 0;
  attempts.refreshed = false;
  accounts::Freshness freshness = accounts::Freshness::any();
  Outcome outcome;
  for (;;) {
    auto token =
        co_await accounts::access_token(call, isolate.tokens, account, isolate.oauth, freshness);
    if (!token.ok()) {
      outcome.error = std::move(token).error();
      outcome.asked_google = false;
      outcome.go_on = true;
      co_return outcome;
    }
    outcome.asked_google = true;
    attempts.refreshed = attempts.refreshed || token->refreshed;
    exchange.facts().account = static_cast<std::int64_t>(account.index);
    exchange.facts().attempts = ++attempts.upstream;
    ++attempts.on_account;
    const upstreams::gemini_api::Credential credential = {.access_token = &token->value,
                                                          .project_id = account.project_id};
    std::string head = upstreams::gemini_api::head(isolate.config.gemini_base_url,
                                                   request.upstream_model, credential);
    const bool last_try = attempts.upstream > 1;
    auto failure = co_await attempt(exchange, isolate.config, request, std::move(head), last_try);
    if (!failure) {
      outcome.answered = true;
      co_return outcome;
    }
    outcome.error = std::move(failure->error);
    attempts.late = is_late(request);
    switch (next_step(failure->remedy, attempts)) {
      case Step::give_up:
        co_return outcome;
      case Step::next_account:
        outcome.go_on = true;
        co_return outcome;
      case Step::fresh_token:
        attempts.refreshed = true;
        freshness = accounts::Freshness::must_refresh(*token);
        break;
      case Step::same_account:
        freshness = accounts::Freshness::any();
        if (failure->pause_ms > 0 && !attempts.paused) {
          attempts.paused = true;
          co_await call.sleep(failure->pause_ms);
        }
        break;
    }
  }
}

host::Task<void> answer(Exchange& exchange, Isolate& isolate, const Prepared& request) {
  std::vector<const accounts::Account*> candidates;
  const auto& all = isolate.accounts.accounts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const accounts::Account& account = all[(isolate.first_account + i) % all.size()];
    if (account.enabled()) candidates.push_back(&account);
  }
  Attempts attempts;
  std::vector<ApiError> token_failures;
  std::optional<ApiError> upstream_error;
  int asked = 0;
  for (std::size_t i = 0; i < candidates.size() && asked < limits::kTokenAccounts; ++i) {
    if (is_late(request)) break;
    attempts.others_left = i + 1 < candidates.size();
    // An account whose failure is remembered costs nothing to ask.
    if (isolate.tokens.selectable(*candidates[i], host::now_ms())) ++asked;
    Outcome outcome = co_await try_account(exchange, isolate, request, *candidates[i], attempts);
    if (outcome.answered) co_return;
    if (outcome.go_on) log_failover(exchange.call(), *candidates[i], outcome.error);
    if (outcome.asked_google) {
      upstream_error = std::move(outcome.error);
    } else {
      token_failures.push_back(std::move(outcome.error));
    }
    if (!outcome.go_on) break;
  }
  fail(exchange, upstream_error ? *upstream_error : accounts::no_token_left(token_failures));
}

}  // namespace

host::Task<void> chat(Exchange& exchange, Isolate& isolate) {
  BodyShare share(isolate.body_bytes);
  auto request = co_await prepare(exchange, isolate, share);
  if (!request.ok()) {
    exchange.send_error(request.error());
  } else if (isolate.accounts.error) {
    exchange.send_error(*isolate.accounts.error);
  } else if (isolate.config.error) {
    exchange.send_error(*isolate.config.error);
  } else {
    co_await answer(exchange, isolate, *request);
  }
}

}  // namespace proxy::gateway
