#include "accounts/oauth.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/encode.h"
#include "base/limits.h"
#include "base/text.h"
#include "json/cursor.h"
#include "json/index.h"

namespace proxy::accounts {
namespace {

constexpr std::int64_t kLongestLifeS = 86'400;
constexpr std::int64_t kUnstatedLifeS = 300;  // when the answer does not say
constexpr std::int64_t kShortestPauseS = 1;   // what Retry-After may ask for
constexpr std::int64_t kLongestPauseS = 3'600;

// Google's error words (RFC 6749 5.2 and Google's own), and what each says about the account.
struct Word {
  std::string_view word;
  RefreshFault fault;
};
constexpr Word kWords[] = {
    {"invalid_grant", RefreshFault::dead},
    {"invalid_rapt", RefreshFault::dead},
    {"rapt_required", RefreshFault::dead},
    {"invalid_request", RefreshFault::dead},
    {"unsupported_grant_type", RefreshFault::dead},
    {"invalid_scope", RefreshFault::dead},
    {"admin_policy_enforced", RefreshFault::dead},
    {"org_internal", RefreshFault::dead},
    {"access_denied", RefreshFault::dead},
    {"invalid_client", RefreshFault::client_rejected},
    {"unauthorized_client", RefreshFault::client_rejected},
    {"deleted_client", RefreshFault::client_rejected},
    {"disabled_client", RefreshFault::client_rejected},
    {"rate_limit_exceeded", RefreshFault::throttled},
    {"internal_failure", RefreshFault::transient},
    {"server_error", RefreshFault::transient},
    {"temporarily_unavailable", RefreshFault::transient},
    // Ours.
    {kClockReason, RefreshFault::dead},
    {kKeyReason, RefreshFault::dead},
    {"api_key_invalid", RefreshFault::dead},
};

const Word* find_word(std::string_view word) {
  const auto found = std::find_if(std::begin(kWords), std::end(kWords),
                                  [word](const Word& known) { return known.word == word; });
  return found == std::end(kWords) ? nullptr : found;
}

RefreshFailure failure(RefreshFault fault, std::string_view reason, int status) {
  RefreshFailure failure;
  failure.fault = fault;
  failure.reason = reason;
  failure.status = status;
  return failure;
}

std::optional<std::int64_t> pause_ms(std::optional<std::string_view> retry_after,
                                     std::int64_t now_ms) {
  if (!retry_after) return std::nullopt;
  const std::string_view value = text::trim(*retry_after);
  auto seconds = text::parse_decimal(value);
  if (!seconds && now_ms != 0) {
    if (const auto date_ms = text::http_date_ms(value)) seconds = (*date_ms - now_ms + 999) / 1'000;
  }
  if (!seconds) return std::nullopt;
  return std::clamp(*seconds, kShortestPauseS, kLongestPauseS) * 1'000;
}

// A number or a number in a string.
std::int64_t life_s(json::Cursor expires_in) {
  std::string text = expires_in.text();
  json::Index index;
  if (expires_in.is(json::Type::string) && !index.scan(text, {.depth = 1, .values = 1})) {
    expires_in = json::Cursor(index);
  }
  const auto seconds = expires_in.whole();
  if (!seconds || *seconds < 1) return kUnstatedLifeS;
  return std::min(*seconds, kLongestLifeS);
}

TokenReply read_success(json::Cursor root, int status) {
  constexpr std::array<std::string_view, 4> kMembers = {"access_token", "expires_in",
                                                        "refresh_token", "token_type"};
  const auto [access_token, expires_in, refresh_token, token_type] = root.pick(kMembers);
  if (!token_type.missing() && !text::equals_ignoring_case(token_type.text(), "Bearer")) {
    return failure(RefreshFault::garbled, "token_type", status);
  }
  std::string token = access_token.text();
  if (!is_sendable_token(token)) return failure(RefreshFault::garbled, "access_token", status);
  NewToken reply;
  reply.access_token = SecretString(std::move(token));
  reply.expires_in_s = life_s(expires_in);
  if (std::string rotated = refresh_token.text(); is_sendable_token(rotated)) {
    reply.refresh_token = SecretString(std::move(rotated));
  }
  return reply;
}

// Google's words for a session that a Workspace administrator limits: only its user can renew it.
bool is_session_word(std::string_view word) {
  return word == "invalid_rapt" || word == "rapt_required";
}

// Google's words for a signature made too early or too late, by our clock or by its own.
bool is_about_time(std::string_view description) {
  return description.starts_with("Invalid JWT") &&
         (description.find("short-lived") != description.npos ||
          description.find("reasonable timeframe") != description.npos);
}

RefreshFailure read_refusal(json::Cursor root, int status) {
  if (status < 400) return failure(RefreshFault::garbled, "not_a_token_reply", status);
  if (status == 429) return failure(RefreshFault::throttled, "http_429", status);
  if (status == 408) return failure(RefreshFault::transient, "http_408", status);
  if (status >= 500) return failure(RefreshFault::transient, "http_5xx", status);
  const Word* word = find_word(root["error"].text());
  if (word == nullptr) {
    // An OAuth error by its shape: asking again at once would bring the same.
    return root["error"].is(json::Type::string)
               ? failure(RefreshFault::client_rejected, "unknown_error", status)
               : failure(RefreshFault::garbled, "not_a_token_reply", status);
  }
  const std::string subtype = root["error_subtype"].text();
  if (word->word == "invalid_grant" && is_session_word(subtype)) word = find_word(subtype);
  if (word->word == "invalid_grant" && is_about_time(root["error_description"].text())) {
    return failure(RefreshFault::transient, kClockReason, status);
  }
  return failure(word->fault, word->word, status);
}

std::string client_advice(const std::string& account, const std::string& reason) {
  if (reason == " (client_id_missing)") {
    return "set OAUTH_CLIENT_ID with `npx wrangler secret put OAUTH_CLIENT_ID` (on your own "
           "machine: in .dev.vars), or client_id in the entry of " +
           account + ".";
  }
  return "Google refuses the OAuth client of " + account + reason +
         ". Check OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, or client_id and client_secret of its "
         "entry; the refresh token must have been made with that client.";
}

// For an account that cannot serve again before its owner has done something.
std::string owners_advice(const RefreshFailure& failure, const std::string& account,
                          const std::string& reason, Credential credential) {
  std::string what = "Google does not accept the ";
  std::string_view mend = "Sign in again with that account";
  if (failure.reason == kClockReason) {
    return what + "time of the signature of " + account + reason +
           ". Set the clock of the machine that the proxy runs on.";
  }
  if (credential == Credential::api_key) {
    what += "API key";
    mend = "Make a new key";
  } else if (credential == Credential::service_account) {
    what += "key of the service account";
    mend = "Check that the service account is there and enabled, or make a new key for it";
  } else {
    what += "refresh token";
  }
  what += " of " + account;
  if (failure.reason == kKeyReason) {
    what = "the key of the service account of " + account + " cannot be read";
    mend = "Make a new key for it";
  } else if (is_session_word(failure.reason)) {
    what = "the session of " + account + " was ended by its organization";
  }
  what += reason + ". ";
  what += mend;
  return what + " and replace its entry in ACCOUNTS (`npx wrangler secret put ACCOUNTS`).";
}

std::string advice(const RefreshFailure& failure, const std::string& account,
                   Credential credential) {
  const std::string reason = " (" + std::string(failure.reason) + ")";
  switch (failure.fault) {
    case RefreshFault::client_rejected:
      if (credential == Credential::refresh_token) return client_advice(account, reason);
      [[fallthrough]];
    case RefreshFault::dead:
      return owners_advice(failure, account, reason, credential);
    case RefreshFault::throttled:
      return "Google asks " + account + " to wait" + reason + ".";
    case RefreshFault::transient:
      return "Google's token endpoint gave no good answer for " + account + reason + ".";
    case RefreshFault::garbled:
      break;
  }
  return "the token endpoint's answer for " + account + " could not be understood" + reason +
         ". Is OAUTH_BASE_URL right?";
}

}  // namespace

host::OutgoingRequest token_request(std::string_view base_url, std::string form) {
  host::HeadWriter head("POST", std::string(base_url) + "/token");
  head.field("content-type", "application/x-www-form-urlencoded")
      .field("accept", "application/json");
  return {head.text(), std::move(form)};
}

host::OutgoingRequest refresh_request(const Account& account, const SecretString& refresh_token,
                                      std::string_view base_url) {
  std::string form;
  encode::append_form_field(form, "client_id", account.client.id);
  if (!account.client.secret.empty()) {
    encode::append_form_field(form, "client_secret", account.client.secret.reveal());
  }
  encode::append_form_field(form, "refresh_token", refresh_token.reveal());
  encode::append_form_field(form, "grant_type", "refresh_token");
  return token_request(base_url, std::move(form));
}

TokenReply read_token_reply(int status, std::string body,
                            std::optional<std::string_view> retry_after, std::int64_t now_ms) {
  json::Index index;
  json::Cursor root;
  if (body.size() <= limits::kTokenReplyBytes &&
      !index.scan(body, {limits::kJsonDepth, limits::kJsonValues})) {
    root = json::Cursor(index);
  }
  if (status == 200) {
    if (!root.is(json::Type::object)) return failure(RefreshFault::garbled, "not_json", status);
    return read_success(root, status);
  }
  RefreshFailure refusal = read_refusal(root, status);
  refusal.retry_after_ms = pause_ms(retry_after, now_ms);
  return refusal;
}

std::optional<RefreshFailure> missing_client(const Account& account) {
  const bool has_one = !account.client.id.empty();
  if (has_one || account.credential != Credential::refresh_token) return std::nullopt;
  return failure(RefreshFault::client_rejected, "client_id_missing", 0);
}

std::string_view known_reason(std::string_view reason) {
  const Word* word = find_word(reason);
  return word != nullptr ? word->word : "unknown";
}

ApiError refresh_error(const RefreshFailure& failure, std::size_t account_index,
                       Credential credential) {
  ApiError error;
  switch (failure.fault) {
    case RefreshFault::dead:
      error.code = ErrorCode::all_accounts_dead;
      break;
    case RefreshFault::client_rejected:
      error.code = ErrorCode::token_client_rejected;
      break;
    case RefreshFault::throttled:
    case RefreshFault::transient:
    case RefreshFault::garbled:
      error.code = ErrorCode::token_refresh_failed;
  }
  const std::string account = "account " + text::decimal(static_cast<std::int64_t>(account_index));
  error.message =
      credential == Credential::api_key ? "No available token: " : "Failed to refresh token: ";
  error.message += advice(failure, account, credential);
  error.retry_after_ms = failure.retry_after_ms;
  return error;
}

bool is_sendable_token(std::string_view token) {
  return !token.empty() && token.size() <= limits::kAccessTokenBytes &&
         std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace proxy::accounts
