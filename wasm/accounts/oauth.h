// The exchange of a refresh token for an access token (RFC 6749 section 6; Google: "Using OAuth 2.0
// for Web Server Applications"), as plain functions on bytes. Nothing of an answer but its tokens
// and Google's known error words goes on from here, so neither secrets nor HTML can reach a
// message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "accounts/account.h"
#include "base/api_error.h"
#include "base/secret.h"
#include "host/http.h"

namespace proxy::accounts {

struct OAuthSettings {
  std::string base_url = "https://oauth2.googleapis.com";  // without a slash at its end
};

enum class RefreshFault : std::uint8_t {
  dead,             // the account must sign in again, or needs another key
  client_rejected,  // client id or secret are wrong, or belong to another refresh token
  throttled,        // too many refreshes
  transient,        // trouble at Google or on the way: worth one more try
  garbled,          // an answer that is no answer
};

struct RefreshFailure {
  RefreshFault fault = RefreshFault::transient;
  std::string_view reason;  // for the log: a literal, Google's word where it is one we know
  int status = 0;           // HTTP; 0 if there was no answer
  std::optional<std::int64_t> retry_after_ms;
};

struct NewToken {
  SecretString access_token;
  std::int64_t expires_in_s = 0;  // 1 to 86400
  SecretString refresh_token;     // to be used from now on; empty if Google sent none
};

using TokenReply = std::variant<NewToken, RefreshFailure>;

// POST {base_url}/token with a form.
host::OutgoingRequest token_request(std::string_view base_url, std::string form);

// `refresh_token` is the account's, or the one that took its place.
host::OutgoingRequest refresh_request(const Account& account, const SecretString& refresh_token,
                                      std::string_view base_url);

//   status       HTTP; redirects are answers like any other and never followed
//   body         at most limits::kTokenReplyBytes; a longer one is garbled
//   retry_after  that header, if there is one: seconds, or a date
//   now_ms       what a date is compared with; 0: dates count as absent
TokenReply read_token_reply(int status, std::string body,
                            std::optional<std::string_view> retry_after, std::int64_t now_ms = 0);

// The reasons that are our own words: Google finds a signature's time wrong; the platform cannot
// read the private key.
inline constexpr std::string_view kClockReason = "jwt_time";
inline constexpr std::string_view kKeyReason = "key_unreadable";

// Why no request is worth sending: the account signs in with an OAuth client and has none.
std::optional<RefreshFailure> missing_client(const Account& account);

// The literal for a reason that was stored as text; "unknown" if it is none of ours.
std::string_view known_reason(std::string_view reason);

// What the caller of this proxy is told if this account was the last hope: "Failed to refresh
// token:
// ..." (of an API key: "No available token: ...") with code all_accounts_dead,
// token_client_rejected or token_refresh_failed. Give the errors of all accounts to
// no_token_left().
ApiError refresh_error(const RefreshFailure& failure, std::size_t account_index,
                       Credential credential = Credential::refresh_token);

// Whether a token may stand in a header: 1 to limits::kAccessTokenBytes visible ASCII characters.
bool is_sendable_token(std::string_view token);

}  // namespace proxy::accounts
