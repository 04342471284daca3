// A scene for the token tests: one isolate, accounts a and b of one OAuth client and c of another,
// and a token endpoint that answers "access-<refresh token>-<how many it has made>".
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts/account.h"
#include "accounts/token_cache.h"
#include "accounts/token_source.h"
#include "accounts/tokens.h"
#include "base/result.h"
#include "support/fake_host.h"

namespace proxy::accounts {

inline const std::vector<std::string> kSecrets = {
    "refresh-a", "refresh-b", "refresh-c", "refresh-new", "secret-common", "secret-own", "access-"};

inline test::FetchAnswer token_answer(std::string_view token, std::string_view more = {}) {
  test::FetchAnswer answer;
  answer.headers = {{"content-type", "application/json"}};
  answer.chunks = {R"({"access_token":")" + std::string(token) + "\",",
                   R"("expires_in":3599,"token_type":"Bearer")" + std::string(more) + "}"};
  return answer;
}

inline test::FetchAnswer answer_of(int status, std::string body = {}) {
  test::FetchAnswer answer;
  answer.status = status;
  answer.chunks = {std::move(body)};
  if (answer.chunks[0].empty()) answer.chunks.clear();
  return answer;
}

inline AccountList three_accounts() {
  AccountSettings settings;
  settings.client = {"id-common", SecretString("secret-common")};
  return parse_accounts({R"([{"refresh_token":"refresh-a"},{"refresh_token":"refresh-b"},
           {"refresh_token":"refresh-c","client_id":"id-own","client_secret":"secret-own"},
           {"api_key":"key-a"}])"},
                        settings);
}

struct Scene {
  explicit Scene(std::uint32_t seed = 0) : host(seed) {
    set_up(tokens);
    host.on_fetch = [this](const test::FetchRequest& request) {
      const std::string token = refresh_token_of(request);
      const int count = ++made[token];
      return on_token ? on_token(token, count)
                      : token_answer("access-" + token + "-" + std::to_string(count));
    };
  }

  static std::string refresh_token_of(const test::FetchRequest& request) {
    const std::size_t begin = request.body.find("refresh_token=") + 14;
    return request.body.substr(begin, request.body.find('&', begin) - begin);
  }

  static host::Task<void> run(host::Call& call, Tokens& tokens, Scene& scene, std::size_t account,
                              Freshness freshness, std::optional<Result<AccessToken>>& out) {
    Result<AccessToken> result = co_await access_token(call, tokens, scene.list.accounts[account],
                                                       scene.settings, freshness);
    out.emplace(std::move(result));
  }

  // A call that wants the token of an account; returns the call's id.
  host::CallId start(std::size_t account = 0, Freshness freshness = Freshness::any()) {
    return start_in(tokens, account, freshness);
  }
  // The same in another isolate.
  host::CallId start_in(Tokens& isolate, std::size_t account = 0,
                        Freshness freshness = Freshness::any()) {
    auto& out = results.emplace_back();
    return host.start("POST\nhttp://localhost/v1/chat/completions", {}, [&](host::Call& call) {
      return run(call, isolate, *this, account, freshness, out);
    });
  }
  // What that call got: a token, "!" and an error's code, or "nothing".
  std::string got(host::CallId call) const {
    const auto& result = results.at(call - 1);
    if (!result) return "nothing";
    if (!result->ok()) return '!' + std::string(traits(result->error().code).code);
    return result->value().value.reveal();
  }
  std::string ask(std::size_t account = 0, Freshness freshness = Freshness::any()) {
    const host::CallId call = start(account, freshness);
    host.run();
    return got(call);
  }
  const AccessToken& token() const { return results.back()->value(); }
  const ApiError& error() const { return results.back()->error(); }

  void pass(std::int64_t ms) { host.now_ms += ms; }
  std::string fingerprint(std::size_t account = 0) const {
    return list.accounts[account].fingerprint;
  }
  // Puts a token of the account into KV.
  void cache(std::string_view token, std::int64_t life_ms, std::size_t account = 0) {
    NewToken record;
    record.access_token = SecretString(std::string(token));
    record.expires_in_s = 3'600;
    host.set_kv(token_key(account), write_token_record(record, fingerprint(account),
                                                       host.now_ms - 3'600'000 + life_ms));
  }
  // A new isolate with the same KV.
  void evict() { set_up(tokens = Tokens()); }
  void set_up(Tokens& isolate) const { isolate.pool.set_up(list.accounts, 0); }

  Tokens tokens;
  AccountList list = three_accounts();
  OAuthSettings settings{"https://oauth.example"};
  std::function<test::FetchAnswer(const std::string& refresh_token, int count)> on_token;
  std::map<std::string, int> made;  // requests for each refresh token
  std::deque<std::optional<Result<AccessToken>>> results;
  test::FakeHost host;  // the last member, as its calls use the others
};

}  // namespace proxy::accounts
