// The accounts of the ACCOUNTS secret: a JSON array of entries, or one entry alone.
//   [{"refresh_token": "...", "client_id"?, "client_secret"?, "projectId"?, "sessionId"?,
//   "disabled"?}]
// An entry that cannot serve is left out but keeps its index, as the keys of the token cache hold
// indexes. Messages name an entry by its index and never quote the text, which is all secret.
#pragma once

#include <cstddef>
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

struct Account {
  std::size_t index = 0;
  SecretString refresh_token;
  OAuthClient client;      // the entry's own, else the common one; no id if there is neither
  std::string project_id;  // empty if not given, like session_id
  std::string session_id;
  bool disabled = false;  // by its owner
  bool valid = false;     // has what it takes to get a token
  // 16 hex digits of SHA-256 over refresh token, '\n', client id: tells whose a cached token is.
  std::string fingerprint;
  // The same over client id, '\n', client secret: accounts that stand and fall together.
  std::string client_fingerprint;

  bool enabled() const { return valid && !disabled; }
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

//   text            of the secret; white space and a byte order mark around it do no harm
//   default_client  OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET
AccountList parse_accounts(std::string text, const OAuthClient& default_client);

}  // namespace proxy::accounts
