#include "gemini/errors.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/utf8.h"
#include "json/cursor.h"
#include "json/escape.h"

namespace proxy::gemini {
namespace {

using json::Cursor;

// What is used of a Google error, wherever it stood.
struct GoogleError {
  int code = 0;
  std::string message;
  std::string reason;    // google.rpc.ErrorInfo
  std::string quota_id;  // google.rpc.QuotaFailure or ErrorInfo metadata, all of them joined
  std::string link;      // for the owner
  std::optional<std::int64_t> retry_ms;
  std::optional<std::int64_t> reset_ms;  // until a quota begins anew
  bool names_quotas = false;
  bool names_model = false;  // as what a quota is for
};

bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr std::int64_t kLongestMs = 86'400'000;  // that is believed

// "38.4s", "900ms" -> milliseconds, rounded up, at most a day.
std::optional<std::int64_t> duration_ms(std::string_view text) {
  const bool in_ms = text.ends_with("ms");
  if (!in_ms && !text.ends_with('s')) return std::nullopt;
  text.remove_suffix(in_ms ? 2 : 1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (whole.empty() || !is_digits(whole) || !is_digits(fraction)) return std::nullopt;
  std::int64_t value = 0;
  const auto take = [&value](char digit) {
    value = std::min(value * 10 + (digit - '0'), kLongestMs);
  };
  for (const char digit : whole) take(digit);
  for (int place = 0; place < (in_ms ? 0 : 3); ++place) {
    take(fraction.empty() ? '0' : fraction.front());
    fraction.remove_prefix(fraction.empty() ? 0 : 1);
  }
  const bool has_rest = fraction.find_first_not_of('0') != std::string_view::npos;
  return std::min(value + (has_rest ? 1 : 0), kLongestMs);
}

// "Please retry in 39.4s." somewhere in a sentence.
std::optional<std::int64_t> retry_in_text(std::string_view message) {
  constexpr std::string_view kWords = "retry in ";
  const std::size_t at = message.find(kWords);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = message.substr(at + kWords.size());
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
  const std::string_view unit = rest.substr(digits).starts_with("ms") ? "ms" : "s";
  return duration_ms(std::string(rest.substr(0, digits)).append(unit));
}

void read_detail(Cursor detail, GoogleError& error) {
  const std::string type = detail["@type"].text();
  if (type.ends_with("RetryInfo")) {
    error.retry_ms = duration_ms(detail["retryDelay"].text());
  } else if (type.ends_with("QuotaFailure")) {
    for (const Cursor violation : detail["violations"].items()) {
      error.quota_id += violation["quotaId"].text() + ' ';
      if (violation["quotaValue"].equals("0")) error.quota_id += "limit: 0 ";
      error.names_quotas = true;
      if (violation["quotaDimensions"]["model"].exists()) error.names_model = true;
    }
  } else if (type.ends_with("ErrorInfo")) {
    const Cursor metadata = detail["metadata"];
    error.reason = detail["reason"].text();
    error.quota_id += metadata["quota_limit"].text() + ' ';
    error.reset_ms = duration_ms(metadata["quotaResetDelay"].text());
    if (std::string link = metadata["validation_link"].text(); !link.empty()) error.link = link;
  } else if (type.ends_with("Help")) {
    if (error.link.empty()) error.link = detail["links"][std::size_t{0}]["url"].text();
  } else if (type.ends_with("LocalizedMessage") && error.message.empty()) {
    error.message = detail["message"].text();
  }
}

bool read_object(Cursor root, GoogleError& error) {
  if (root.is(json::Type::array)) root = root[std::size_t{0}];
  const Cursor object = root["error"];
  if (!object.is(json::Type::object)) return false;
  error.code =
      static_cast<int>(std::clamp<std::int64_t>(object["code"].count().value_or(0), 0, 999));
  error.message = object["message"].text();
  for (const Cursor detail : object["details"].items()) read_detail(detail, error);
  return true;
}

GoogleError read_body(std::string_view body) {
  constexpr json::ScanLimits kLimits = {.depth = 32, .values = 4'096};
  GoogleError error;
  std::string text = base::repair_utf8(body);
  json::Index index;
  if (index.scan(text, kLimits) || !read_object(Cursor(index), error)) return {};
  // Proxied errors carry the real one as JSON inside the message.
  if (std::string inner = error.message; text::trim(inner).starts_with('{')) {
    json::Index inner_index;
    GoogleError nested;
    if (!inner_index.scan(inner, kLimits) && read_object(Cursor(inner_index), nested)) {
      return nested;
    }
  }
  return error;
}

// Google's words, fit to be shown; may be empty.
std::string google_words(std::string_view message) {
  // On one line first, so that `project` at the end of one and a name on the next are found.
  std::string line = text::printable(text::trim(message), limits::kErrorBodyBytes);
  const auto both_spaces = [](char a, char b) { return a == ' ' && b == ' '; };
  line.erase(std::unique(line.begin(), line.end(), both_spaces), line.end());
  return text::printable(base::redacted(line), limits::kUpstreamMessageBytes);
}

std::string google_says(const GoogleError& error, int status) {
  const std::string words = google_words(error.message);
  if (words.empty()) return "Google answered with HTTP status " + text::decimal(status) + ".";
  return "Google: " + words;
}

Failure failure(ErrorCode code, const std::string& message, Remedy remedy,
                std::string_view param = {}) {
  return {.error = ApiError(code, message, param), .remedy = remedy};
}

// Passing trouble at Google's side, which an immediate retry would only meet again.
constexpr std::int64_t kPauseMs = 500;
constexpr std::int64_t kOverloadPauseMs = 1'000;

Failure after_pause(Failure failure, std::int64_t pause_ms) {
  failure.pause_ms = pause_ms;
  return failure;
}

bool says(const GoogleError& error, std::string_view words) {
  return text::contains_ignoring_case(error.message, words);
}

Failure blaming(Failure failure, Blame blame, std::int64_t cool_ms) {
  failure.blame = blame;
  failure.cool_ms = cool_ms;
  return failure;
}

constexpr std::int64_t kRefusedMs = 600'000;

// Google refuses the account, not the request: its owner must do something.
Failure refused_account(const GoogleError& error, const std::string& message) {
  Failure result =
      blaming(failure(ErrorCode::upstream_permission_denied, message, Remedy::other_account),
              Blame::model, kRefusedMs);
  result.owner_link = error.link;
  return result;
}

Failure quota_failure(const GoogleError& error, const std::string& message) {
  constexpr std::int64_t kShortMs = 300'000;  // clients wait so long, but not longer
  constexpr std::int64_t kNoneAtAllMs = 3'600'000;
  constexpr std::int64_t kLeastMs = 1'000;  // "0s" would have clients ask again without a pause
  const bool none_at_all =
      says(error, "limit: 0") || error.quota_id.find("limit: 0") != std::string::npos;
  const bool daily = text::contains_ignoring_case(error.quota_id, "perday") ||
                     text::contains_ignoring_case(error.quota_id, "daily") ||
                     error.reason == "QUOTA_EXHAUSTED" ||
                     (error.reason.starts_with("INSUFFICIENT_") &&
                      error.reason.find("CREDITS") != std::string::npos);
  const auto retry_ms = error.retry_ms ? error.retry_ms : error.reset_ms;
  const bool spent = none_at_all || daily || (!error.retry_ms && retry_ms.value_or(0) > kShortMs);
  Failure result = failure(spent ? ErrorCode::insufficient_quota : ErrorCode::rate_limit_exceeded,
                           message, Remedy::other_account);
  result.is_quota = true;
  result.blame = error.names_quotas && !error.names_model ? Blame::account : Blame::model;
  // Google names half a minute in RetryInfo even for a daily quota.
  if (none_at_all) {
    result.cool_ms = kNoneAtAllMs;
  } else if (daily && !error.reset_ms) {
    result.until_midnight = true;
  } else if (const auto wait_ms = daily ? error.reset_ms : retry_ms) {
    result.cool_ms = std::max(*wait_ms, kLeastMs);
  }
  return result;
}

// 400 and 404 have meanings of their own; all others follow the status.
std::optional<Failure> specific_failure(const GoogleError& error, int status,
                                        const std::string& message, std::string_view model) {
  if ((status == 400 || status == 403 || status == 404) && says(error, "cachedcontent")) {
    return failure(ErrorCode::cached_content_not_found, message, Remedy::none);
  }
  if (status == 404 && !error.message.empty()) {
    return failure(ErrorCode::model_not_found,
                   "The model `" + text::printable(model, limits::kModelNameBytes) +
                       "` does not exist or you do not have access to it.",
                   Remedy::other_upstream, "model");
  }
  if (error.reason == "MODEL_CAPACITY_EXHAUSTED" || error.reason == "MODEL_CAPACITY_EXCEEDED" ||
      says(error, "no capacity available")) {
    return after_pause(failure(ErrorCode::upstream_overloaded, message, Remedy::overloaded),
                       kOverloadPauseMs);
  }
  if (status != 400) return std::nullopt;
  if (error.reason == "API_KEY_INVALID" || says(error, "api key not valid") ||
      says(error, "api key expired")) {
    return blaming(failure(ErrorCode::upstream_permission_denied, message, Remedy::other_account),
                   Blame::credential, kRefusedMs);
  }
  if (says(error, "free tier is not available")) return refused_account(error, message);
  if (says(error, "user location is not supported")) {
    return failure(ErrorCode::unsupported_country_region_territory,
                   "Google does not serve the place this Worker runs at (\"User location is not "
                   "supported\"). Turn on Smart Placement or set a placement region in "
                   "wrangler.toml, or add an account of another upstream (Vertex AI); see README.",
                   Remedy::other_upstream);
  }
  for (const std::string_view words :
       {"unable to process input image", "unsupported mime type", "provided image is not valid",
        "cannot fetch content from"}) {
    if (says(error, words)) return failure(ErrorCode::invalid_image, message, Remedy::none);
  }
  if (says(error, "exceeds the maximum number of tokens") ||
      says(error, "input context is too long")) {
    return failure(ErrorCode::context_length_exceeded, message, Remedy::none, "messages");
  }
  return std::nullopt;
}

Failure failure_by_status(const GoogleError& error, int status, const std::string& message) {
  constexpr std::int64_t kWrongMs = 60'000;
  switch (status) {
    case 401:
      return blaming(
          failure(ErrorCode::upstream_permission_denied,
                  "Google refused the account's access token. " + message, Remedy::fresh_token),
          Blame::account, kWrongMs);
    case 403:
      return refused_account(error, message);
    case 404:  // and no word of Google's API: a wrong address, such as a location that there is not
      return blaming(failure(ErrorCode::upstream_invalid_response, message, Remedy::other_account),
                     Blame::account, kWrongMs);
    case 408:
    case 409:
    case 499:
      return after_pause(failure(ErrorCode::upstream_overloaded, message, Remedy::same_account),
                         kPauseMs);
    case 413:
    case 414:
    case 431:
      return failure(ErrorCode::request_too_large, message, Remedy::none);
    case 429:
      return quota_failure(error, message);
    case 503:
    case 529: {
      Failure result = after_pause(
          failure(ErrorCode::upstream_overloaded, message, Remedy::overloaded), kOverloadPauseMs);
      result.error.retry_after_ms = error.retry_ms;
      return result;
    }
    case 504:
      return failure(ErrorCode::upstream_timeout, message, Remedy::none);
    default:
      break;
  }
  if (status >= 400 && status < 500) {
    return failure(ErrorCode::upstream_invalid_request, message, Remedy::none);
  }
  if (status >= 300 && status < 400) {
    return failure(ErrorCode::upstream_invalid_response,
                   "Google's address answered with a redirect, which is not followed.",
                   Remedy::none);
  }
  return after_pause(failure(ErrorCode::upstream_error, message, Remedy::same_account), kPauseMs);
}

Failure classify(const GoogleError& error, int status, const std::string& message,
                 std::string_view model) {
  auto specific = specific_failure(error, status, message, model);
  Failure result = specific ? *std::move(specific) : failure_by_status(error, status, message);
  if (status == 400) result.google_message = error.message;
  return result;
}

}  // namespace

Failure read_failure(int status, std::string_view body, std::string_view retry_after,
                     std::int64_t now_ms, std::string_view model) {
  GoogleError error = read_body(body);
  if (error.code >= 400 && error.code <= 599) status = error.code;
  if (!error.retry_ms) error.retry_ms = retry_in_text(error.message);
  retry_after = text::trim(retry_after);
  if (!error.retry_ms) error.retry_ms = duration_ms(std::string(retry_after).append("s"));
  if (!error.retry_ms) {
    if (const auto date_ms = text::http_date_ms(retry_after)) {
      error.retry_ms = std::clamp(*date_ms - now_ms, std::int64_t{0}, kLongestMs);
    }
  }
  return classify(error, status, google_says(error, status), model);
}

Failure read_stream_error(std::string_view event, std::string_view model) {
  GoogleError error = read_body(event);
  if (!error.retry_ms) error.retry_ms = retry_in_text(error.message);
  // Before a stream 499 says that Google was too busy; inside of one, that it gave up the answer.
  constexpr int kCancelled = 499;
  constexpr int kInternal = 500;
  const bool has_status = error.code >= 400 && error.code <= 599 && error.code != kCancelled;
  std::string message = google_words(error.message);
  if (message.empty()) message = "Google ended its answer with an error.";
  return classify(error, has_status ? error.code : kInternal, message, model);
}

std::string shown_words(std::string_view escaped) {
  std::string out;
  json::append_escaped(out, google_words(json::unescaped({escaped})));
  return out;
}

Failure network_failure() {
  return failure(ErrorCode::upstream_reset, "The connection to Google failed.",
                 Remedy::same_account);
}

Failure invalid_response(const std::string& message) {
  return failure(ErrorCode::upstream_invalid_response, message, Remedy::same_account);
}

Failure timed_out(const std::string& message) {
  return failure(ErrorCode::upstream_timeout, message, Remedy::none);
}

Failure cut_answer() {
  return failure(ErrorCode::upstream_reset, "Google's answer ended before it was complete.",
                 Remedy::same_account);
}

Failure empty_answer() {
  return failure(ErrorCode::empty_response, "Google's answer was empty.", Remedy::same_account);
}

Failure malformed_call(std::string_view finish_message) {
  std::string message = "The model failed to write a function call.";
  if (!finish_message.empty()) {
    message += " Google: " + google_words(json::unescaped({finish_message}));
  }
  return failure(ErrorCode::malformed_function_call, message, Remedy::same_account);
}

}  // namespace proxy::gemini
