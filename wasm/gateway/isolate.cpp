#include "gateway/isolate.h"

#include <array>
#include <cstdint>

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

std::string trimmed(std::string_view name) {
  const std::string value = host::env(name).value_or(std::string());
  return std::string(text::trim(value));
}

}  // namespace

void Isolate::configure() {
  if (configured) return;
  configured = true;
  config = read_config();
  oauth.base_url = config.oauth_base_url;
  const accounts::OAuthClient client = {.id = trimmed("OAUTH_CLIENT_ID"),
                                        .secret = SecretString(trimmed("OAUTH_CLIENT_SECRET"))};
  accounts = accounts::parse_accounts(host::env("ACCOUNTS").value_or(std::string()), client);
  if (!accounts.accounts.empty()) {
    std::array<std::uint8_t, 2> random;
    host::random(random);
    first_account = (random[0] * 256u + random[1]) % accounts.accounts.size();
  }
  for (const ConfigNote& note : config.notes) log_note(note.code, note.message, -1);
  for (const accounts::ConfigWarning& warning : accounts.warnings) {
    log_note(warning.code, warning.message, warning.account);
  }
}

}  // namespace proxy::gateway
