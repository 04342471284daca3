#include "accounts/account.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/limits.h"
#include "base/sha256.h"
#include "base/text.h"
#include "json/cursor.h"
#include "json/index.h"

namespace proxy::accounts {
namespace {

constexpr std::size_t kSecretBytes = 5'120;    // Cloudflare keeps no longer secret
constexpr std::size_t kIdentifierBytes = 128;  // of project and session
constexpr std::size_t kFingerprintDigits = 16;

constexpr std::string_view kRemedy =
    " Set it with `npx wrangler secret put ACCOUNTS` (on your own machine: in .dev.vars) to"
    " [{\"refresh_token\":\"...\"}].";

ApiError unusable(ErrorCode code, std::string reason) {
  ApiError error;
  error.code = code;
  error.message = "No available token: " + std::move(reason);
  error.message += kRemedy;
  return error;
}

std::string fingerprint_of(const std::string& a, const std::string& b) {
  return base::hex_prefix(base::sha256(a + '\n' + b), kFingerprintDigits);
}

// It becomes part of URLs and bodies: nothing that could lead out of its place there.
bool is_identifier(std::string_view text) {
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  return !text.empty() && text.size() <= kIdentifierBytes && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || c == '.' || c == '_' || c == ':' || c == '-';
         });
}

// Only what plainly says "no" keeps an account in service.
bool reads_disabled(json::Cursor disabled) {
  const bool no = disabled.missing() || disabled.boolean() == false || disabled.integer() == 0 ||
                  disabled.equals("false");
  return !no;
}

class Parser {
 public:
  Parser(const OAuthClient& default_client, AccountList& list)
      : default_client_(default_client), list_(list) {}

  void entry(json::Cursor value);

 private:
  void warn(std::string_view code, std::string_view message) {
    list_.warnings.push_back({code, message, static_cast<int>(list_.accounts.size())});
  }
  bool read(json::Cursor value, Account& account);
  OAuthClient client_of(json::Cursor id, json::Cursor secret);
  // A text member; empty, with a warning, if it is something else.
  std::string member(json::Cursor value);
  std::string identifier(json::Cursor value);

  const OAuthClient& default_client_;
  AccountList& list_;
  std::set<base::Digest> seen_;  // refresh tokens of enabled entries
};

void Parser::entry(json::Cursor value) {
  Account account;
  account.valid = read(value, account);
  account.index = list_.accounts.size();
  list_.accounts.push_back(std::move(account));
}

bool Parser::read(json::Cursor value, Account& account) {
  constexpr std::array<std::string_view, 8> kMembers = {
      "refresh_token", "client_id", "client_secret", "projectId",
      "sessionId",     "disabled",  "api_key",       "service_account"};
  const auto [refresh_token, client_id, client_secret, project_id, session_id, disabled, api_key,
              service_account] = value.pick(kMembers);
  account.disabled = reads_disabled(disabled);
  if (refresh_token.missing() && (!api_key.missing() || !service_account.missing())) {
    warn("account_unsupported",
         "The entry needs a refresh_token; no other credential is supported.");
    return false;
  }
  const std::string token = refresh_token.text();
  const std::string_view trimmed = text::trim(token);
  if (trimmed.empty()) {
    warn("account_invalid", "The entry has no refresh_token that is a string.");
    return false;
  }
  if (!account.disabled && !seen_.insert(base::sha256(trimmed)).second) {
    warn("account_duplicate", "An earlier entry has the same refresh_token.");
    return false;
  }
  account.refresh_token = SecretString(std::string(trimmed));
  account.client = client_of(client_id, client_secret);
  account.project_id = identifier(project_id);
  account.session_id = identifier(session_id);
  account.fingerprint = fingerprint_of(account.refresh_token.reveal(), account.client.id);
  account.client_fingerprint = fingerprint_of(account.client.id, account.client.secret.reveal());
  if (account.client.id.empty()) {
    warn("client_id_missing",
         "Failed to refresh token: set OAUTH_CLIENT_ID, or the entry's client_id.");
  }
  return true;
}

// The common secret never goes with another client's id.
OAuthClient Parser::client_of(json::Cursor id, json::Cursor secret) {
  OAuthClient client;
  client.id = member(id);
  client.secret = SecretString(member(secret));
  if (client.id.empty()) {
    client.id = text::trim(default_client_.id);
    if (client.secret.empty()) {
      client.secret = SecretString(std::string(text::trim(default_client_.secret.reveal())));
    }
  }
  return client;
}

std::string Parser::member(json::Cursor value) {
  if (value.missing()) return {};
  if (!value.is(json::Type::string)) {
    warn("account_member_ignored", "A member of the entry is not a string.");
    return {};
  }
  const std::string text = value.text();
  return std::string(text::trim(text));
}

std::string Parser::identifier(json::Cursor value) {
  std::string text = member(value);
  if (text.empty() || is_identifier(text)) return text;
  warn("account_member_ignored", "projectId or sessionId has characters that no such id has.");
  return {};
}

std::string syntax_reason(const json::ScanError& error) {
  return "ACCOUNTS is not valid JSON (at byte " +
         text::decimal(static_cast<std::int64_t>(error.offset)) +
         "); a shell may have left quotes around it or removed those inside.";
}

std::string none_enabled_reason(const AccountList& list) {
  if (list.accounts.empty()) return "ACCOUNTS is an empty list.";
  for (const Account& account : list.accounts) {
    if (account.disabled || account.valid) continue;
    return "no entry of ACCOUNTS can be used; entry " +
           text::decimal(static_cast<std::int64_t>(account.index)) +
           " has no refresh_token of its own.";
  }
  return "every entry of ACCOUNTS is disabled.";
}

}  // namespace

AccountList parse_accounts(std::string text, const OAuthClient& default_client) {
  AccountList list;
  if (text::trim(text).empty()) {
    list.error = unusable(ErrorCode::accounts_not_configured, "ACCOUNTS is not set.");
    return list;
  }
  if (text.size() > kSecretBytes) {
    list.warnings.push_back({"secret_too_large", "Cloudflare keeps no secret above 5120 bytes."});
  }
  const auto invalid = [&list](std::string reason) {
    list.warnings.push_back({"accounts_invalid", "No available token: ACCOUNTS cannot be read."});
    list.error = unusable(ErrorCode::accounts_invalid, std::move(reason));
  };
  json::Index index;
  if (const auto error = index.scan(text, {limits::kJsonDepth, limits::kJsonValues})) {
    invalid(syntax_reason(*error));
    return list;
  }
  const json::Cursor root(index);
  Parser parser(default_client, list);
  if (root.is(json::Type::object)) {
    parser.entry(root);
  } else if (root.is(json::Type::array)) {
    for (const json::Cursor value : root.items()) parser.entry(value);
  } else {
    invalid("ACCOUNTS is neither a JSON array nor an object.");
    return list;
  }
  const bool any_enabled = std::any_of(list.accounts.begin(), list.accounts.end(),
                                       [](const Account& account) { return account.enabled(); });
  if (!any_enabled) {
    list.error = unusable(ErrorCode::no_enabled_account, none_enabled_reason(list));
  }
  return list;
}

}  // namespace proxy::accounts
