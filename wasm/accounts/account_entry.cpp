#include "accounts/account_entry.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "accounts/names.h"
#include "accounts/service_account.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "base/text.h"
#include "json/index.h"

namespace proxy::accounts {
namespace {

constexpr std::string_view kInvalid = "account_invalid";
constexpr std::string_view kKey = "private_key";
constexpr std::size_t kApiKeyBytes = 512;
constexpr std::size_t kEmailBytes = 256;
constexpr std::size_t kLocationBytes = 40;
constexpr std::size_t kFingerprintDigits = 16;

std::string fingerprint_of(std::string_view a, std::string_view b) {
  std::string both(a);
  both.append(1, '\n').append(b);
  return base::hex_prefix(base::sha256(both), kFingerprintDigits);
}

bool is_visible(std::string_view text, std::size_t longest) {
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_location(std::string_view text) {
  return !text.empty() && text.size() <= kLocationBytes && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool is_number(std::string_view text) { return text.find_first_not_of("0123456789") == text.npos; }

std::string trimmed(json::Cursor value) {
  const std::string text = value.text();
  return std::string(text::trim(text));
}

// Absent, null or without a letter: templates leave such members behind.
bool is_blank(json::Cursor value) {
  return value.missing() || (value.is(json::Type::string) && trimmed(value).empty());
}

// Only what plainly says "no" keeps an account in service.
bool reads_disabled(json::Cursor disabled) {
  const bool no = disabled.missing() || disabled.boolean() == false || disabled.integer() == 0 ||
                  disabled.equals("false");
  return !no;
}

class Reader {
 public:
  Reader(json::Cursor entry, const AccountSettings& settings, Account& account,
         std::vector<ConfigWarning>& warnings)
      : entry_(entry), settings_(settings), account_(account), warnings_(warnings) {}

  bool read() {
    account_.disabled = reads_disabled(entry_["disabled"]);
    return read_upstream() && read_credential() && read_place();
  }

 private:
  // Each returns whether the entry can still serve.
  bool read_upstream();
  bool read_credential();
  bool read_refresh_token(json::Cursor value);
  bool read_api_key(json::Cursor value);
  bool read_service_account(json::Cursor value);
  bool read_key_file(json::Cursor file);
  bool read_place();

  void read_client();
  // A text member; empty, with a warning, if it is something else.
  std::string member(json::Cursor value);
  std::string identifier(json::Cursor value);

  bool warn(std::string_view code, std::string_view message) {
    warnings_.push_back({code, message, static_cast<int>(account_.index)});
    return false;
  }

  json::Cursor entry_;
  const AccountSettings& settings_;
  Account& account_;
  std::vector<ConfigWarning>& warnings_;
};

bool Reader::read_upstream() {
  account_.upstream = settings_.upstream;
  if (const json::Cursor value = entry_["upstream"]; !is_blank(value)) {
    const auto known = upstream_named(trimmed(value));
    if (!known) {
      return warn("account_upstream_unknown",
                  "The entry's upstream is neither gemini, vertex nor codeassist.");
    }
    account_.upstream = *known;
  }
  if (account_.upstream == Upstream::code_assist && !settings_.code_assist) {
    return warn("code_assist_disabled",
                "The entry is for Code Assist, which is off: set ENABLE_CODE_ASSIST=1, or upstream "
                "to gemini or vertex.");
  }
  return true;
}

bool Reader::read_credential() {
  constexpr std::array<std::string_view, 7> kMembers = {
      "refresh_token", "api_key", "service_account", kKey, "type", "installed", "web"};
  const auto [refresh_token, api_key, service_account, key, type, installed, web] =
      entry_.pick(kMembers);
  // A whole key file is an entry, too.
  const bool is_key_file = !key.missing() || type.equals("service_account");
  const bool given[] = {!is_blank(refresh_token), !is_blank(api_key),
                        !is_blank(service_account) || is_key_file};
  if (std::count(std::begin(given), std::end(given), true) > 1) {
    return warn(kInvalid,
                "The entry has several credentials; keep one: refresh_token, api_key or "
                "service_account.");
  }
  if (!is_blank(refresh_token)) return read_refresh_token(refresh_token);
  if (!is_blank(api_key)) return read_api_key(api_key);
  if (!is_blank(service_account)) return read_service_account(service_account);
  if (is_key_file) return read_key_file(entry_);
  if (installed.exists() || web.exists()) {
    return warn("account_is_client",
                "The entry is an OAuth client, not an account: put its client_id and client_secret "
                "into OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, and sign in with `npm run login`.");
  }
  return warn(kInvalid, "The entry needs a refresh_token, api_key or service_account.");
}

bool Reader::read_refresh_token(json::Cursor value) {
  if (!value.is(json::Type::string)) return warn(kInvalid, "refresh_token is not a string.");
  account_.secret = SecretString(trimmed(value));
  read_client();
  account_.fingerprint = fingerprint_of(account_.secret.reveal(), account_.client.id);
  account_.project_id = identifier(entry_["projectId"]);
  if (account_.project_id.empty()) account_.project_id = identifier(entry_["quota_project_id"]);
  return true;
}

bool Reader::read_api_key(json::Cursor value) {
  account_.credential = Credential::api_key;
  std::string key = trimmed(value);
  if (!is_visible(key, kApiKeyBytes)) {
    return warn(kInvalid, "api_key is not 1 to 512 visible ASCII characters.");
  }
  account_.secret = SecretString(std::move(key));
  account_.fingerprint = fingerprint_of(account_.secret.reveal(), {});
  account_.project_id = identifier(entry_["projectId"]);
  return true;
}

bool Reader::read_service_account(json::Cursor value) {
  if (!value.is(json::Type::string)) return read_key_file(value);
  // The file's text as a string; once unescaped, its key may hold the line ends themselves.
  std::string file = value.text();
  for (char& c : file) c = c == '\n' || c == '\r' ? ' ' : c;
  json::Index index;
  const bool readable = !index.scan(file, {limits::kJsonDepth, limits::kJsonValues});
  return read_key_file(readable ? json::Cursor(index) : json::Cursor());
}

bool Reader::read_key_file(json::Cursor file) {
  account_.credential = Credential::service_account;
  account_.email = trimmed(file["client_email"]);
  const json::Cursor pem = file[kKey];
  if (!is_visible(account_.email, kEmailBytes) || !pem.is(json::Type::string)) {
    return warn(
        kInvalid,
        "service_account is not Google's key file: client_email or private_key is missing.");
  }
  PrivateKey key = read_private_key(pem.text());
  if (key.der.empty()) return warn("private_key_unreadable", key.problem);
  account_.secret = SecretString(std::move(key.der));
  const std::string key_id = trimmed(file["private_key_id"]);
  if (is_identifier(key_id)) account_.key_id = key_id;
  // Tokens for the Gemini API have a scope more.
  const bool gemini = account_.upstream == Upstream::gemini_api;
  account_.fingerprint =
      fingerprint_of(account_.secret.reveal(), gemini ? account_.email + '+' : account_.email);
  account_.project_id = identifier(entry_["projectId"]);
  if (account_.project_id.empty()) account_.project_id = identifier(file["project_id"]);
  return true;
}

// What the upstream needs beside the credential.
bool Reader::read_place() {
  account_.session_id = identifier(entry_["sessionId"]);
  if (account_.upstream == Upstream::code_assist) {
    if (account_.credential != Credential::refresh_token) {
      return warn(kInvalid, "Code Assist takes a refresh_token only.");
    }
    if (!account_.project_id.empty() && is_number(account_.project_id)) {
      return warn("project_id_invalid", "Code Assist takes a project's id, not its number.");
    }
  }
  if (account_.upstream != Upstream::vertex) return true;
  account_.location = "global";
  if (const json::Cursor value = entry_["location"]; !is_blank(value)) {
    account_.location = text::lower(trimmed(value));
  }
  if (!is_location(account_.location)) {
    return warn("location_invalid",
                "location is none of Vertex AI's, such as global or us-central1.");
  }
  if (account_.project_id.empty() && account_.credential != Credential::api_key) {
    return warn("project_id_missing", "Vertex AI needs the entry's projectId.");
  }
  return true;
}

// The common secret never goes with another client's id.
void Reader::read_client() {
  OAuthClient& client = account_.client;
  client.id = member(entry_["client_id"]);
  client.secret = SecretString(member(entry_["client_secret"]));
  if (client.id.empty()) {
    client.id = text::trim(settings_.client.id);
    if (client.secret.empty()) {
      client.secret = SecretString(std::string(text::trim(settings_.client.secret.reveal())));
    }
  }
  if (client.id.empty()) {
    warn("client_id_missing",
         "Failed to refresh token: set OAUTH_CLIENT_ID, or the entry's client_id.");
  } else {
    account_.client_fingerprint = fingerprint_of(client.id, client.secret.reveal());
  }
}

std::string Reader::member(json::Cursor value) {
  if (!value.missing() && !value.is(json::Type::string)) {
    warn("account_member_ignored", "A member of the entry is not a string.");
  }
  return trimmed(value);
}

std::string Reader::identifier(json::Cursor value) {
  std::string text = member(value);
  if (text.empty() || is_identifier(text)) return text;
  warn("account_member_ignored", "projectId or sessionId has characters that no such id has.");
  return {};
}

}  // namespace

bool read_entry(json::Cursor entry, const AccountSettings& settings, Account& account,
                std::vector<ConfigWarning>& warnings) {
  return Reader(entry, settings, account, warnings).read();
}

}  // namespace proxy::accounts
