#include "gateway/isolate.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.h"
#include "host/host.h"
#include "host/log.h"

namespace proxy::gateway {
namespace {

void log_note(std::string_view code, std::string_view message, int account) {
  // The open door has a name of its own, as owners alert on it.
  const bool open = code == "auth_open";
  host::LogLine line(host::LogLevel::warn, open ? code : "config", message);
  if (!open) line.text("code", code);
  if (account >= 0) line.number("acct", account);
  line.send();
}

// ACCOUNTS, ACCOUNTS_2, ...: a secret holds 5 KB at most.
std::vector<std::string> account_texts() {
  constexpr int kTexts = 99;
  std::vector<std::string> texts;
  texts.push_back(host::env("ACCOUNTS").value_or(std::string()));
  for (int i = 2; i <= kTexts; ++i) {
    auto text = host::env("ACCOUNTS_" + text::decimal(i));
    if (!text) continue;
    texts.resize(static_cast<std::size_t>(i));
    texts.back() = *std::move(text);
  }
  return texts;
}

}  // namespace

void Isolate::configure() {
  if (configured) return;
  configured = true;
  started_ms = host::now_ms();
  config = read_config();
  oauth.base_url = config.oauth_base_url;
  accounts = accounts::parse_accounts(account_texts(), config.accounts);
  has_vertex = std::any_of(
      accounts.accounts.begin(), accounts.accounts.end(), [](const accounts::Account& account) {
        return account.enabled() && account.upstream == accounts::Upstream::vertex;
      });
  std::array<std::uint8_t, 16> random;
  host::random(random);
  tokens.pool.set_up(accounts.accounts, random[0] * 256u + random[1]);
  session_id = text::hex({reinterpret_cast<const char*>(random.data()), random.size()});
  for (const ConfigNote& note : config.notes) log_note(note.code, note.message, -1);
  for (const accounts::ConfigWarning& warning : accounts.warnings) {
    log_note(warning.code, warning.message, warning.account);
  }
}

}  // namespace proxy::gateway
