#include "accounts/account.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "accounts/account_entry.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "base/text.h"
#include "json/cursor.h"
#include "json/index.h"

namespace proxy::accounts {
namespace {

constexpr std::size_t kSecretBytes = 5'120;  // Cloudflare keeps no longer secret

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

// 64 bits of SHA-256 over all that makes an entry another one than the rest.
std::uint64_t identity_of(const Account& account) {
  std::string all = account.secret.reveal();
  for (const std::string* part : {&account.location, &account.project_id}) all += '\n' + *part;
  all += static_cast<char>(account.upstream);
  std::uint64_t identity = 0;
  std::memcpy(&identity, base::sha256(all).data(), sizeof identity);
  return identity;
}

class Parser {
 public:
  Parser(const AccountSettings& settings, AccountList& list) : settings_(settings), list_(list) {}

  // `text` is that of ACCOUNTS if `number` is 1, else of ACCOUNTS_<number>.
  void read(std::string text, std::size_t number);
  // Why the first text that could not be read could not.
  const std::string& reason() const { return reason_; }

 private:
  void entry(json::Cursor value);
  void refuse(std::size_t number, std::string_view reason);

  const AccountSettings& settings_;
  AccountList& list_;
  std::vector<std::uint64_t> seen_;  // identities of enabled entries, in order
  std::string reason_;
};

void Parser::read(std::string text, std::size_t number) {
  if (text.size() > kSecretBytes) {
    list_.warnings.push_back({"secret_too_large", "Cloudflare keeps no secret above 5120 bytes."});
  }
  json::Index index;
  if (const auto error = index.scan(text, {limits::kJsonDepth, limits::kJsonValues})) {
    return refuse(number, " is not valid JSON (at byte " +
                              text::decimal(static_cast<std::int64_t>(error->offset)) +
                              "); a shell may have left quotes around it or removed those inside.");
  }
  const json::Cursor root(index);
  if (root.is(json::Type::object)) return entry(root);
  if (!root.is(json::Type::array)) return refuse(number, " is neither a JSON array nor an object.");
  for (const json::Cursor value : root.items()) entry(value);
}

void Parser::refuse(std::size_t number, std::string_view reason) {
  list_.warnings.push_back(
      {"accounts_invalid", number == 1 ? "No available token: ACCOUNTS cannot be read."
                                       : "No available token: a secret that continues ACCOUNTS "
                                         "cannot be read; the accounts in it are left out."});
  if (!reason_.empty()) return;
  reason_ = "ACCOUNTS";
  if (number > 1) reason_ += '_' + text::decimal(static_cast<std::int64_t>(number));
  reason_ += reason;
}

void Parser::entry(json::Cursor value) {
  Account account;
  account.index = list_.accounts.size();
  account.valid = read_entry(value, settings_, account, list_.warnings);
  if (account.enabled()) {
    const std::uint64_t identity = identity_of(account);
    const auto place = std::lower_bound(seen_.begin(), seen_.end(), identity);
    account.valid = place == seen_.end() || *place != identity;
    if (account.valid) {
      seen_.insert(place, identity);
    } else {
      list_.warnings.push_back({"account_duplicate",
                                "An earlier entry has the same credential for the same upstream.",
                                static_cast<int>(account.index)});
    }
  }
  list_.accounts.push_back(std::move(account));
}

std::string none_enabled_reason(const AccountList& list) {
  if (list.accounts.empty()) return "ACCOUNTS is an empty list.";
  for (const Account& account : list.accounts) {
    if (account.disabled || account.valid) continue;
    std::string reason = "no entry of ACCOUNTS can be used; entry " +
                         text::decimal(static_cast<std::int64_t>(account.index)) + ": ";
    const auto said = std::find_if(list.warnings.rbegin(), list.warnings.rend(),
                                   [&account](const ConfigWarning& warning) {
                                     return warning.account == static_cast<int>(account.index);
                                   });
    return reason.append(said->message);
  }
  return "every entry of ACCOUNTS is disabled.";
}

}  // namespace

std::string_view name_of(Credential credential) {
  constexpr std::string_view kNames[] = {"refresh_token", "api_key", "service_account"};
  return kNames[static_cast<std::size_t>(credential)];
}

std::string_view name_of(Upstream upstream) {
  constexpr std::string_view kNames[] = {"gemini_api", "vertex", "code_assist"};
  return kNames[static_cast<std::size_t>(upstream)];
}

AccountList parse_accounts(std::vector<std::string> texts, const AccountSettings& settings) {
  AccountList list;
  Parser parser(settings, list);
  bool any_set = false;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (text::trim(texts[i]).empty()) continue;
    any_set = true;
    parser.read(std::move(texts[i]), i + 1);
  }
  const bool any_enabled = std::any_of(list.accounts.begin(), list.accounts.end(),
                                       [](const Account& account) { return account.enabled(); });
  if (any_enabled) return list;
  if (!any_set) {
    list.error = unusable(ErrorCode::accounts_not_configured, "ACCOUNTS is not set.");
  } else if (!parser.reason().empty()) {
    list.error = unusable(ErrorCode::accounts_invalid, parser.reason());
  } else {
    list.error = unusable(ErrorCode::no_enabled_account, none_enabled_reason(list));
  }
  return list;
}

}  // namespace proxy::accounts
