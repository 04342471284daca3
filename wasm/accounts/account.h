// The accounts of the ACCOUNTS secret, and of ACCOUNTS_2 to ACCOUNTS_99, which continue it: a JSON
// array of entries, or one entry alone.
//   [{"refresh_token": "..."} | {"api_key": "..."} | {"service_account": {...}},
//    "upstream"?, "location"?, "projectId"?, "client_id"?, "client_secret"?, "sessionId"?,
//    "disabled"?]
// Google's own files are entries, too: a service account's key, and what `gcloud auth
// application-default login` writes ("type": "authorized_user").
// An entry that cannot serve is left out but keeps its index, as the keys of the token cache hold
// indexes. Messages name an entry by its index and never quote the text, which is all secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/api_error.h"
#include "base/secret.h"

namespace proxy::accounts {

// What the owner registered at Google; a refresh token belongs to exactly one.
struct OAuthClient {
  std::string id;
  SecretString secret;
};

enum class Credential : std::uint8_t { refresh_token, api_key, service_account };
enum class Upstream : std::uint8_t { gemini_api, vertex, code_assist };

// For status and log: "refresh_token", "gemini_api" ...
std::string_view name_of(Credential credential);
std::string_view name_of(Upstream upstream);

struct Account {
  std::size_t index = 0;
  Credential credential = Credential::refresh_token;
  Upstream upstream = Upstream::gemini_api;
  SecretString secret;     // refresh token, API key, or the private key (PKCS#8, DER)
  OAuthClient client;      // refresh_token: the entry's own, else the common one; may have no id
  std::string email;       // service_account: who signs, like the next
  std::string key_id;      // may be empty
  std::string project_id;  // empty if not given, like session_id
  std::string session_id;
  std::string location;   // vertex; never empty there
  bool disabled = false;  // by its owner
  bool valid = false;     // has what it takes to serve
  // 16 hex digits of SHA-256 over the credential, '\n', who it is of: tells whose a cached token
  // is.
  std::string fingerprint;
  // The same over client id, '\n', client secret: accounts that stand and fall together. Empty if
  // there is no client.
  std::string client_fingerprint;

  bool enabled() const { return valid && !disabled; }
  bool needs_token() const { return credential != Credential::api_key; }
};

// Something in the configuration that its owner should know; to be logged once per isolate.
struct ConfigWarning {
  static constexpr int kNoAccount = -1;
  std::string_view code;     // literal
  std::string_view message;  // literal
  int account = kNoAccount;  // index of the entry
};

struct AccountList {
  std::vector<Account> accounts;  // one for each entry, also for those that cannot serve
  std::vector<ConfigWarning> warnings;
  // Why no account can serve: accounts_not_configured, accounts_invalid or no_enabled_account.
  std::optional<ApiError> error;
};

struct AccountSettings {
  OAuthClient client;                        // OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET
  Upstream upstream = Upstream::gemini_api;  // DEFAULT_UPSTREAM
  bool code_assist = false;                  // ENABLE_CODE_ASSIST
};

//   texts  of ACCOUNTS, ACCOUNTS_2, ... in that order, empty where one is not set; white space and
//   a
//          byte order mark around a text do no harm
AccountList parse_accounts(std::vector<std::string> texts, const AccountSettings& settings);

}  // namespace proxy::accounts
