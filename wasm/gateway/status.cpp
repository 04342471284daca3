#include "gateway/status.h"

#include <optional>
#include <string_view>

#include "base/version.h"
#include "host/host.h"
#include "json/writer.h"

namespace proxy::gateway {
namespace {

using accounts::Account;
using json::Writer;

void write_text(Writer& json, std::string_view name, std::string_view text) {
  json.key(name);
  text.empty() ? json.null() : json.string(text);
}

void write_time(Writer& json, std::string_view name, std::int64_t ms) {
  json.key(name);
  ms > 0 ? json.integer(ms / 1'000) : json.null();
}

void write_rest(Writer& json, const accounts::Rest& rest) {
  json.begin_object();
  write_text(json, "model", rest.model);
  write_text(json, "reason", traits(rest.error.code).code);
  write_text(json, "message", rest.error.message);
  write_time(json, "until", rest.until_ms);
  json.end_object();
}

// The account's state and why it is so.
struct State {
  std::string_view name = "healthy";
  std::string_view reason = {};
  std::string message = {};
  std::int64_t until_ms = 0;
};

State state_of(const Isolate& isolate, const Account& account, std::int64_t now_ms) {
  if (account.disabled) return {.name = "disabled"};
  if (!account.valid) {
    State state = {.name = "invalid", .reason = "account_invalid"};
    for (const accounts::ConfigWarning& warning : isolate.accounts.warnings) {
      if (warning.account != static_cast<int>(account.index)) continue;
      state.reason = warning.code;
      state.message = warning.message;
    }
    return state;
  }
  if (const auto known = isolate.tokens.remembered(account, now_ms)) {
    const auto fault = known->failure.fault;
    const bool is_dead =
        fault == accounts::RefreshFault::dead || fault == accounts::RefreshFault::client_rejected;
    // The token that it has may still serve.
    if (!isolate.tokens.selectable(account, now_ms)) {
      State state = {.name = is_dead ? "dead" : "cooling",
                     .reason = known->failure.reason,
                     .until_ms = known->until_ms};
      if (auto error = isolate.tokens.failure(account, now_ms)) state.message = error->message;
      return state;
    }
  }
  for (const accounts::Rest& rest : isolate.tokens.pool.of(account).rests) {
    if (!rest.model.empty() || rest.until_ms <= now_ms) continue;
    return {"cooling", traits(rest.error.code).code, rest.error.message, rest.until_ms};
  }
  return {};
}

void write_account(Writer& json, const Isolate& isolate, const Account& account,
                   std::int64_t now_ms) {
  const accounts::Standing& standing = isolate.tokens.pool.of(account);
  const accounts::TokenState* const token = isolate.tokens.find(account);
  const State state = state_of(isolate, account, now_ms);
  json.begin_object().key("index").integer(static_cast<std::int64_t>(account.index));
  write_text(json, "credential", account.valid ? name_of(account.credential) : "");
  write_text(json, "upstream", name_of(account.upstream));
  write_text(json, "location", account.location);
  write_text(json, "state", state.name);
  write_text(json, "reason", state.reason);
  write_text(json, "message", state.message);
  write_time(json, "until", state.until_ms);
  const bool has_token = token != nullptr && token->life_ms(now_ms) > 0;
  write_time(json, "token_expires", has_token ? token->expires_at_ms : 0);
  json.key("models").begin_array();
  for (const accounts::Rest& rest : standing.rests) {
    if (!rest.model.empty() && rest.until_ms > now_ms) write_rest(json, rest);
  }
  json.end_array().key("requests").integer(standing.requests);
  json.key("failures").integer(standing.failures);
  json.key("refreshes").integer(token == nullptr ? 0 : token->refresh_count);
  write_time(json, "last_used", standing.last_used_ms);
  json.end_object();
}

void write_note(Writer& json, std::string_view code, std::string_view message, int account) {
  json.begin_object();
  write_text(json, "code", code);
  write_text(json, "message", message);
  json.key("account");
  account < 0 ? json.null() : json.integer(account);
  json.end_object();
}

}  // namespace

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] std::string status_body(const Isolate& isolate, std::int64_t now_ms) {
  std::string out;
  Writer json(out);
  json.begin_object().key("object").string(std::string_view("proxy.status"));
  json.key("version").string(kVersion);
  write_time(json, "now", now_ms);
  write_time(json, "started", isolate.started_ms);
  const accounts::KvHealth& kv = isolate.tokens.kv;
  json.key("kv").begin_object().key("bound").boolean(host::is_bound("TOKEN_CACHE"));
  json.key("reads_failing").boolean(kv.reads_fail);
  json.key("writes_failing").boolean(kv.writes_fail).end_object();
  json.key("error");
  const auto& error = isolate.accounts.error ? isolate.accounts.error : isolate.config.error;
  if (error) {
    json.begin_object();
    write_text(json, "code", traits(error->code).code);
    write_text(json, "message", error->message);
    json.end_object();
  } else {
    json.null();
  }
  json.key("notes").begin_array();
  for (const ConfigNote& note : isolate.config.notes) write_note(json, note.code, note.message, -1);
  for (const accounts::ConfigWarning& warning : isolate.accounts.warnings) {
    write_note(json, warning.code, warning.message, warning.account);
  }
  json.end_array().key("accounts").begin_array();
  for (const Account& account : isolate.accounts.accounts) {
    write_account(json, isolate, account, now_ms);
  }
  json.end_array().end_object();
  return out;
}

}  // namespace proxy::gateway
