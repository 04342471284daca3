#include "gateway/status.h"

#include <map>
#include <string>
#include <string_view>

#include "accounts/oauth.h"
#include "base/version.h"
#include "support/catch.h"
#include "support/fake_host.h"
#include "support/json_tools.h"
#include "unit/accounts/parsed.h"

using namespace proxy;
using namespace proxy::gateway;
using accounts::RefreshFailure;
using accounts::RefreshFault;
using test::FakeHost;

namespace {

constexpr std::int64_t kMinute = 60'000;
const std::string kModel = "gemini-2.5-flash";

struct Scene {
  explicit Scene(const std::string& accounts, std::map<std::string, std::string> env = {}) {
    host.env = std::move(env);
    host.env["ACCOUNTS"] = accounts;
    host.env.try_emplace("OAUTH_CLIENT_ID", "id-secret");
    host.env["OAUTH_CLIENT_SECRET"] = "client-secret";
    isolate.configure();
  }
  const accounts::Account& account(std::size_t i = 0) const {
    return isolate.accounts.accounts.at(i);
  }
  std::string body() const { return status_body(isolate, host.now_ms); }
  // One member of the answer, as it is written.
  std::string member(std::string_view name) const {
    const test::Scanned scanned(body());
    return std::string(scanned.root()[name].raw().text);
  }
  std::string account_json(std::size_t i = 0) const {
    const test::Scanned scanned(body());
    return std::string(scanned.root()["accounts"][i].raw().text);
  }
  // State, reason, message and until of an account, until in seconds from now.
  std::string state(std::size_t i = 0) const {
    const test::Scanned scanned(body());
    const json::Cursor its = scanned.root()["accounts"][i];
    std::string out = its["state"].text();
    for (const char* name : {"reason", "message"}) {
      out += " | " + (its[name].is_null() ? "null" : its[name].text());
    }
    const auto until = its["until"].integer();
    return out + " | " + (until ? std::to_string(*until - host.now_ms / 1'000) : "null");
  }
  void fail(RefreshFault fault, std::string_view reason, std::size_t i = 0) {
    RefreshFailure failure;
    failure.fault = fault;
    failure.reason = reason;
    isolate.tokens.remember(account(i), failure, host.now_ms);
  }
  void rest(std::string_view model, std::int64_t ms, ErrorCode code, std::size_t i = 0) {
    const accounts::Setback setback = {
        .model = model, .ms = ms, .error = ApiError(code, "Google: Quota exceeded.")};
    isolate.tokens.pool.rest(isolate.accounts.accounts, account(i), setback, host.now_ms);
  }
  void give_token(std::int64_t life_s, std::size_t i = 0) {
    accounts::NewToken token;
    token.access_token = SecretString("access-secret");
    token.expires_in_s = life_s;
    isolate.tokens.of(account(i)).renew(token, host.now_ms);
  }

  FakeHost host;
  Isolate isolate;
};

const std::string kMend =
    " and replace its entry in ACCOUNTS (`npx wrangler secret put ACCOUNTS`).";
const std::string kOne = R"([{"refresh_token":"refresh-secret","projectId":"project-secret-1"}])";

}  // namespace

TEST_CASE("an account that nothing is known of is healthy") {
  Scene scene(kOne);
  CHECK(scene.body() ==
        R"({"object":"proxy.status","version":")" + std::string(kVersion) +
            R"(","now":1700000000,"started":1700000000,)"
            R"("kv":{"bound":true,"reads_failing":false,"writes_failing":false},)"
            R"("error":null,"notes":[],"accounts":[{"index":0,"credential":"refresh_token",)"
            R"("upstream":"gemini_api","location":null,"state":"healthy","reason":null,)"
            R"("message":null,"until":null,"token_expires":null,"models":[],"requests":0,)"
            R"("failures":0,"refreshes":0,"last_used":null}]})");
}

TEST_CASE("what an account has done is counted since the isolate started") {
  Scene scene(kOne);
  scene.give_token(3'599);
  scene.host.now_ms += 90'000;
  scene.isolate.tokens.pool.note_use(scene.account(), scene.host.now_ms);
  scene.isolate.tokens.pool.note_use(scene.account(), scene.host.now_ms);
  ++scene.isolate.tokens.pool.of(scene.account()).failures;
  scene.host.now_ms += 10'000;
  const std::string json = scene.account_json();
  CHECK(json.find(R"("token_expires":1700003599,)") != std::string::npos);
  CHECK(json.ends_with(R"("requests":2,"failures":1,"refreshes":1,"last_used":1700000090})"));
  CHECK(scene.member("now") == "1700000100");
  CHECK(scene.member("started") == "1700000000");
  scene.host.now_ms += 3'600'000;
  CHECK(scene.account_json().find(R"("token_expires":null,)") != std::string::npos);
}

TEST_CASE("each kind of account is named") {
  const std::string vertex = accounts::key_file(R"("upstream":"vertex","location":"eu",)");
  Scene scene("[" + vertex +
                  R"(,{"api_key":"key-secret"},{"api_key":"key-secret-2","upstream":"vertex"},)"
                  R"({"refresh_token":"refresh-secret","upstream":"codeassist"}])",
              {{"ENABLE_CODE_ASSIST", "1"}});
  const char* const begins[] = {
      R"({"index":0,"credential":"service_account","upstream":"vertex","location":"eu",)",
      R"({"index":1,"credential":"api_key","upstream":"gemini_api","location":null,)",
      R"({"index":2,"credential":"api_key","upstream":"vertex","location":"global",)",
      R"({"index":3,"credential":"refresh_token","upstream":"code_assist","location":null,)"};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(scene.account_json(i).starts_with(std::string(begins[i]) + R"("state":"healthy",)"));
  }
}

TEST_CASE("an entry that cannot serve says why, in the words of its warning") {
  const struct {
    const char* entry;
    const char* state;
    const char* credential;
  } rows[] = {
      {R"({"refresh_token":"a","disabled":true})", "disabled | null | null | null",
       "\"refresh_token\""},
      {R"({"disabled":true})", "disabled | null | null | null", "null"},
      {"{}",
       "invalid | account_invalid | The entry needs a refresh_token, api_key or service_account. "
       "| null",
       "null"},
      {R"({"projectId":7,"api_key":7})",
       "invalid | account_invalid | api_key is not 1 to 512 visible ASCII characters. | null",
       "null"},
      {R"({"refresh_token":"a","upstream":"bedrock"})",
       "invalid | account_upstream_unknown | The entry's upstream is neither gemini, vertex nor "
       "codeassist. | null",
       "null"},
      {R"({"refresh_token":"a","client_id":7,"upstream":"vertex"})",
       "invalid | project_id_missing | Vertex AI needs the entry's projectId. | null", "null"},
      {R"({"refresh_token":"a","upstream":"codeassist"})",
       "invalid | code_assist_disabled | The entry is for Code Assist, which is off: set "
       "ENABLE_CODE_ASSIST=1, or upstream to gemini or vertex. | null",
       "null"},
  };
  for (const auto& row : rows) {
    INFO(row.entry);
    Scene scene(R"([{"api_key":"key-secret"},)" + std::string(row.entry) + "]");
    CHECK(scene.state(0) == "healthy | null | null | null");
    CHECK(scene.state(1) == row.state);
    CHECK(scene.account_json(1).find(R"("credential":)" + std::string(row.credential)) !=
          std::string::npos);
  }
}

TEST_CASE("an entry that is none, or one too many, says so") {
  for (const char* entry : {"7", "null", R"({"api_key":"key-secret"})"}) {
    INFO(entry);
    Scene scene(R"([{"api_key":"key-secret"},)" + std::string(entry) + "]");
    CHECK(scene.state(0) == "healthy | null | null | null");
    CHECK(scene.state(1).starts_with("invalid | "));
    CHECK(scene.state(1).find("| null | null") == std::string::npos);
  }
}

TEST_CASE("an account without a token says why and until when, and how that is mended") {
  const struct {
    RefreshFault fault;
    const char* reason;
    std::string state;
    const char* with_token;  // what a token that lives on makes of it
  } rows[] = {
      {RefreshFault::dead, "invalid_grant",
       "dead | invalid_grant | Failed to refresh token: Google does not accept the refresh token "
       "of account 0 (invalid_grant). Sign in again with that account" +
           kMend + " | 600",
       "healthy"},
      {RefreshFault::client_rejected, "invalid_client",
       "dead | invalid_client | Failed to refresh token: Google refuses the OAuth client of "
       "account 0 (invalid_client). Check OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, or client_id "
       "and client_secret of its entry; the refresh token must have been made with that client. "
       "| 60",
       "healthy"},
      {RefreshFault::throttled, "http_429",
       "cooling | http_429 | Failed to refresh token: Google asks account 0 to wait (http_429). "
       "| 30",
       "healthy"},
      {RefreshFault::transient, "http_5xx",
       "cooling | http_5xx | Failed to refresh token: Google's token endpoint gave no good answer "
       "for account 0 (http_5xx). | 5",
       "healthy"},
  };
  for (const auto& row : rows) {
    INFO(row.reason);
    Scene scene(kOne);
    scene.fail(row.fault, row.reason);
    CHECK(scene.state() == row.state);
    scene.give_token(3'599);
    CHECK(scene.state().starts_with(row.with_token));
    scene.host.now_ms += 10 * kMinute;
    CHECK(scene.state() == "healthy | null | null | null");
  }
}

TEST_CASE("an API key that Google refuses is dead, and another must be made") {
  Scene scene(R"([{"api_key":"key-secret"}])");
  scene.fail(RefreshFault::dead, "api_key_invalid");
  CHECK(scene.state() ==
        "dead | api_key_invalid | No available token: Google does not accept the API key of "
        "account 0 (api_key_invalid). Make a new key" +
            kMend + " | 600");
}

TEST_CASE("a rest is the account's, or only that of a model") {
  Scene scene(kOne);
  scene.rest(kModel, 20'500, ErrorCode::rate_limit_exceeded);
  scene.rest("gemini-2.5-pro", kMinute, ErrorCode::insufficient_quota);
  CHECK(scene.state() == "healthy | null | null | null");
  CHECK(scene.account_json().find(
            R"("models":[{"model":"gemini-2.5-flash","reason":"rate_limit_exceeded",)"
            R"("message":"Google: Quota exceeded.","until":1700000020},)"
            R"({"model":"gemini-2.5-pro","reason":"insufficient_quota",)"
            R"("message":"Google: Quota exceeded.","until":1700000060}])") != std::string::npos);
  scene.rest("", 2 * kMinute, ErrorCode::upstream_permission_denied);
  CHECK(scene.account_json().find(R"("model":null)") == std::string::npos);
  CHECK(scene.state() == "cooling | upstream_permission_denied | Google: Quota exceeded. | 120");
  scene.host.now_ms += 20'500;
  CHECK(scene.account_json().find("gemini-2.5-flash") == std::string::npos);
  CHECK(scene.account_json().find("gemini-2.5-pro") != std::string::npos);
  scene.host.now_ms += 2 * kMinute;
  CHECK(scene.account_json().find(R"("models":[])") != std::string::npos);
  CHECK(scene.state() == "healthy | null | null | null");
}

TEST_CASE("a dead account that rests as well is dead") {
  Scene scene(kOne);
  scene.rest("", kMinute, ErrorCode::rate_limit_exceeded);
  scene.fail(RefreshFault::dead, "invalid_grant");
  CHECK(scene.state().starts_with("dead | invalid_grant | "));
}

TEST_CASE("why nothing can be served at all stands beside the accounts") {
  const struct {
    std::string accounts;
    const char* name;
    const char* value;
    std::string error;
  } rows[] = {
      {"", "X", "", R"({"code":"accounts_not_configured",)"},
      {"[", "X", "", R"({"code":"accounts_invalid",)"},
      {"[{}]", "X", "", R"({"code":"no_enabled_account",)"},
      {kOne, "VERTEX_BASE_URL", "http://hush.test",
       R"({"code":"configuration_invalid","message":"VERTEX_BASE_URL must be an https URL without )"
       R"(user, query or fragment."})"},
      // What chats are told first.
      {"", "VERTEX_BASE_URL", "http://hush.test", R"({"code":"accounts_not_configured",)"},
      {kOne, "X", "", "null"},
  };
  for (const auto& row : rows) {
    INFO(row.error);
    Scene scene(row.accounts, {{row.name, row.value}});
    CHECK(scene.member("error").starts_with(row.error));
    CHECK(scene.body().find("hush") == std::string::npos);
  }
}

TEST_CASE("what is odd about the configuration is noted, for the account that it is about") {
  Scene scene(R"([{"api_key":"key-secret"},{}])", {{"STREAM_DEFAULT", "perhaps"}});
  CHECK(scene.member("notes") ==
        R"([{"code":"variable_invalid","message":"STREAM_DEFAULT is neither true nor false; it is )"
        R"(ignored.","account":null},{"code":"account_invalid","message":"The entry needs a )"
        R"(refresh_token, api_key or service_account.","account":1}])");
}

TEST_CASE("how TOKEN_CACHE does is told") {
  Scene scene(kOne);
  scene.isolate.tokens.kv.reads_fail = true;
  CHECK(scene.member("kv") == R"({"bound":true,"reads_failing":true,"writes_failing":false})");
  scene.isolate.tokens.kv.writes_fail = true;
  scene.host.kv_bound = false;
  CHECK(scene.member("kv") == R"({"bound":false,"reads_failing":true,"writes_failing":true})");
}

TEST_CASE("nothing in it is secret, nor says whose the accounts are") {
  const std::string key = accounts::pem("0secret" + std::string(60, 's'));
  Scene scene(
      R"([{"refresh_token":"refresh-secret","projectId":"project-secret-1",)"
      R"("sessionId":"session-secret","client_id":"own-id-secret","client_secret":"own-secret"},)" +
          accounts::key_file(R"("projectId":"project-secret-2","upstream":"vertex",)", key) +
          R"(,{"api_key":"key-secret"},{"refresh_token":7,"client_secret":"own-secret-2"},)"
          R"({"api_key":"key-secret","projectId":"project-secret-3"}])",
      {{"API_KEY", "caller-secret"}, {"OAUTH_CLIENT_ID", "id-secret\t"}});
  scene.give_token(3'599);
  scene.fail(RefreshFault::dead, "invalid_grant", 1);
  scene.rest(kModel, kMinute, ErrorCode::rate_limit_exceeded, 2);
  scene.isolate.tokens.of(scene.account()).rotated = SecretString("rotated-secret");
  scene.isolate.tokens.pool.of(scene.account()).project_id = "found-secret";
  const std::string body = scene.body();
  CHECK(body.find("secret") == body.find("secret put"));  // the advice to replace the secret
  for (const std::string& hidden :
       {std::string("-secret"), std::string("secret-"), std::string("robot"), std::string("@"),
        std::string("file-project"), std::string("key-1"), scene.account().fingerprint,
        scene.account().client_fingerprint, scene.isolate.session_id}) {
    INFO(hidden);
    CHECK(body.find(hidden) == std::string::npos);
  }
}
