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

// A count of seconds. Google sends no dates here; one would count as absent.
std::optional<std::int64_t> pause_ms(std::optional<std::string_view> retry_after) {
  if (!retry_after) return std::nullopt;
  const auto seconds = text::parse_decimal(text::trim(*retry_after));
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
  return failure(word->fault, word->word, status);
}

std::string client_advice(const std::string& account, const std::string& reason) {
  if (reason == " (client_id_missing)") {
    return "set OAUTH_CLIENT_ID with `npx wrangler secret put OAUTH_CLIENT_ID` (on your own "
           "machine: "
           "in .dev.vars), or client_id in the entry of " +
           account + ".";
  }
  return "Google refuses the OAuth client of " + account + reason +
         ". Check OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, or client_id and client_secret of its "
         "entry; the refresh token must have been made with that client.";
}

std::string advice(const RefreshFailure& failure, const std::string& account) {
  const std::string reason = " (" + std::string(failure.reason) + ")";
  switch (failure.fault) {
    case RefreshFault::dead: {
      const std::string what = is_session_word(failure.reason)
                                   ? "the session of " + account + " was ended by its organization"
                                   : "Google does not accept the refresh token of " + account;
      return what + reason +
             ". Sign in again with that account and replace its entry in ACCOUNTS "
             "(`npx wrangler secret put ACCOUNTS`).";
    }
    case RefreshFault::client_rejected:
      return client_advice(account, reason);
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

host::OutgoingRequest refresh_request(const Account& account, const SecretString& refresh_token,
                                      std::string_view base_url) {
  host::HeadWriter head("POST", std::string(base_url) + "/token");
  head.field("content-type", "application/x-www-form-urlencoded")
      .field("accept", "application/json");
  std::string body;
  encode::append_form_field(body, "client_id", account.client.id);
  if (!account.client.secret.empty()) {
    encode::append_form_field(body, "client_secret", account.client.secret.reveal());
  }
  encode::append_form_field(body, "refresh_token", refresh_token.reveal());
  encode::append_form_field(body, "grant_type", "refresh_token");
  return {head.text(), std::move(body)};
}

TokenReply read_token_reply(int status, std::string body,
                            std::optional<std::string_view> retry_after) {
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
  refusal.retry_after_ms = pause_ms(retry_after);
  return refusal;
}

std::optional<RefreshFailure> missing_client(const Account& account) {
  if (!account.client.id.empty()) return std::nullopt;
  return failure(RefreshFault::client_rejected, "client_id_missing", 0);
}

std::string_view known_reason(std::string_view reason) {
  const Word* word = find_word(reason);
  return word != nullptr ? word->word : "unknown";
}

ApiError refresh_error(const RefreshFailure& failure, std::size_t account_index) {
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
  error.message = "Failed to refresh token: " + advice(failure, account);
  error.retry_after_ms = failure.retry_after_ms;
  return error;
}

bool is_sendable_token(std::string_view token) {
  return !token.empty() && token.size() <= limits::kAccessTokenBytes &&
         std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace proxy::accounts
