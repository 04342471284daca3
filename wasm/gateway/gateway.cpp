#include "gateway/gateway.h"

#include <span>

#include "base/encode.h"
#include "base/limits.h"
#include "base/text.h"
#include "fronts/openai_models/models.h"
#include "gateway/caller_auth.h"
#include "gateway/chat.h"
#include "gateway/exchange.h"
#include "gateway/model_list.h"
#include "gateway/routes.h"
#include "gateway/status.h"
#include "host/log.h"

namespace proxy::gateway {
namespace {

constexpr std::string_view kRunning = "OpenAI Compatible Proxy Worker is running!";

ApiError unknown_url(const host::RequestHead& head) {
  return ApiError(ErrorCode::unknown_url,
                  "Unknown request URL: " + text::printable(head.method, 16) + " " +
                      text::printable(head.path, limits::kPathInMessageBytes) +
                      ". Please check the URL for typos.");
}

ApiError wrong_method(const host::RequestHead& head, Route route) {
  ApiError error =
      ApiError(ErrorCode::method_not_allowed,
               "Not allowed to " + text::printable(head.method, 16) +
                   " on this URL. Allowed: " + std::string(allowed_methods(route)) + ".");
  error.allow = allowed_methods(route);
  return error;
}

// Of a limit of our own, set by the binding. It counts in periods of 10 s or a minute and does not
// say when the next one begins.
ApiError too_many_requests() {
  ApiError error = ApiError(
      ErrorCode::rate_limit_exceeded,
      "Too many requests: more than this proxy's owner allows one caller. Please try again "
      "in 10s.");
  error.retry_after_ms = 10'000;
  return error;
}

// Who may use the proxy, for its owner.
std::string_view welcome(const Config& config) {
  const bool has_key = !config.key_hashes.empty();
  switch (config.anonymous) {
    case Anonymous::refused:
      break;
    case Anonymous::loopback:
      return has_key ? "An API key is needed, but not on this machine."
                     : "Only this machine may use it: ALLOW_ANONYMOUS=loopback.";
    case Anonymous::allowed:
      return "Anyone may use it: ALLOW_ANONYMOUS=true.";
  }
  return has_key ? "An API key is needed." : "Nobody may use it: API_KEY is not set.";
}

std::string health(const host::RequestHead& head, const Config& config) {
  std::string text(kRunning);
  if (head.query == "verbose=1") text.append("\n").append(welcome(config));
  return text;
}

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] void send_models(Exchange& exchange, const host::RequestHead& head,
                                   const Isolate& isolate, Route route) {
  const gemini::Aliases& aliases = isolate.config.aliases;
  std::span<const gemini::ListedModel> models = gemini::listed_models();
  const bool has_key = check_caller(head, isolate.config).ok();
  if (has_key && !isolate.models.models.empty()) models = isolate.models.models;
  if (route == Route::models) {
    return exchange.send_json(200, fronts::openai_models::list_body(models, aliases));
  }
  const std::string id = encode::from_percent(model_in(head.path)).value_or(std::string());
  auto body = fronts::openai_models::model_body(id, models, aliases);
  body.ok() ? exchange.send_json(200, *body) : exchange.send_error(body.error());
}

}  // namespace

host::Task<void> serve(host::Call& call, Isolate& isolate) {
  isolate.configure();
  const host::RequestHead& head = call.request();
  const Config& config = isolate.config;
  const Route route = route_of(head.path);
  Exchange exchange(call, config, route);

  if (head.method == "OPTIONS") {
    exchange.send_preflight();
    co_return;
  }
  if (route == Route::unknown) {
    exchange.send_error(unknown_url(head));
    co_return;
  }
  if (!is_allowed(route, head.method)) {
    exchange.send_error(wrong_method(head, route));
    co_return;
  }
  if (route == Route::root || route == Route::health) {
    exchange.send_text(route == Route::root ? std::string(kRunning) : health(head, config));
    co_return;
  }
  const bool reads_models = route == Route::models || route == Route::model;
  const auto admission =
      reads_models ? check_model_reader(head, config) : check_caller(head, config);
  if (!admission.ok()) {
    exchange.send_error(admission.error());
    co_return;
  }
  if (route == Route::status) {
    exchange.send_json(200, status_body(isolate, host::now_ms()));
    co_return;
  }
  if (reads_models) {
    // Without a key nothing is asked of Google.
    if (check_caller(head, config).ok()) co_await update_models(call, isolate);
    send_models(exchange, head, isolate, route);
    co_return;
  }
  if (host::is_bound("RATE_LIMIT")) {
    host::Operation limit = call.rate_limit(caller_id(head, config));
    host::Operation deadline = call.sleep(limits::kRateLimitDeadlineMs);
    co_await host::first_of(limit, deadline);
    if (limit.answered() && limit.status() == host::kEnd) {
      exchange.send_error(too_many_requests());
      co_return;
    }
    // A limiter that does not work is no reason to serve nobody.
    if (!limit.answered() || limit.status() != host::kDone) {
      host::LogLine(host::LogLevel::warn, "rate_limit_fail", "RATE_LIMIT did not answer.")
          .send(call);
    }
  }
  co_await chat(exchange, isolate);
}

}  // namespace proxy::gateway
