// ACCOUNTS read, and the outcome in words.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts/account.h"
#include "base/base64.h"

namespace proxy::accounts {

inline AccountSettings common_settings() {
  AccountSettings settings;
  settings.client = {"common-id", SecretString("common-secret")};
  return settings;
}

// Each text is in a buffer of its own size.
inline AccountList parse_all(const std::vector<std::string>& texts,
                             const AccountSettings& settings = common_settings()) {
  std::vector<std::string> exact = texts;
  for (std::string& text : exact) text.shrink_to_fit();
  return parse_accounts(std::move(exact), settings);
}

inline AccountList parse(std::string_view text,
                         const AccountSettings& settings = common_settings()) {
  return parse_all({std::string(text)}, settings);
}

// "ok", "off" (disabled) or "bad" for each account.
inline std::string states(const AccountList& list) {
  std::string out;
  for (const Account& account : list.accounts) {
    if (!out.empty()) out += ' ';
    out += !account.valid ? "bad" : account.disabled ? "off" : "ok";
  }
  return out;
}

// "code:index" for each warning.
inline std::string warnings(const AccountList& list) {
  std::string out;
  for (const ConfigWarning& warning : list.warnings) {
    if (!out.empty()) out += ' ';
    out += warning.code;
    if (warning.account != ConfigWarning::kNoAccount) {
      out += ':' + std::to_string(warning.account);
    }
  }
  return out;
}

// PEM around these bytes, each line end in the given spelling. Composed, as no check for keys that
// were published should take it for one.
inline std::string pem(std::string_view der, std::string_view line_end = "\\n",
                       std::string_view kind = {}) {
  const std::string label = std::string(kind) + "PRIVATE KEY-----";
  std::string text = "-----BEGIN ";
  text.append(label).append(line_end);
  const std::string base64 = base64::encode(der);
  for (std::size_t i = 0; i < base64.size(); i += 64) {
    text.append(base64.substr(i, 64)).append(line_end);
  }
  return text.append("-----END ").append(label).append(line_end);
}

inline const std::string kDer = "0key-of-" + std::string(60, 'k') + "\xFB\xFF";

// The file that Google gives for a service account, with more members in front.
inline std::string key_file(std::string_view more = {}, std::string_view key = pem(kDer)) {
  return "{" + std::string(more) +
         R"("type":"service_account","project_id":"file-project","private_key_id":"key-1",)"
         R"("private_key":")" +
         std::string(key) +
         R"(","client_email":"robot@file-project.iam.example","client_id":"123456",)"
         R"("token_uri":"https://elsewhere.example/token"})";
}

}  // namespace proxy::accounts
