// One call at a time: what each trouble with the token endpoint costs, says and leaves behind.
#include <string>
#include <string_view>
#include <vector>

#include "accounts/token_source.h"
#include "support/catch.h"
#include "unit/accounts/scene.h"

using namespace proxy::accounts;
using proxy::ApiError;
using proxy::ErrorCode;
using proxy::test::FetchAnswer;
using proxy::test::kNever;
using proxy::test::KvFault;

namespace {

constexpr std::int64_t kSecond = 1'000;

std::string error_body(std::string_view word) {
  return R"({"error":")" + std::string(word) + "\"}";
}

}  // namespace

TEST_CASE("O-01 a revoked refresh token: the account is dead here and, by KV, everywhere") {
  Scene scene;
  scene.cache("expiring", 30 * kSecond);
  scene.on_token = [](const std::string&, int) {
    return answer_of(400, error_body("invalid_grant"));
  };
  CHECK(scene.ask() == "!all_accounts_dead");
  CHECK(scene.host.fetches.size() == 1);  // no second try
  CHECK(scene.host.log_count("error {\"ev\":\"account_dead\"") == 1);
  CHECK(scene.host.log_count("\"msg\":\"Failed to refresh token") == 1);
  CHECK(scene.host.log_count("\"acct\":0,\"reason\":\"invalid_grant\",\"status\":400") == 1);
  CHECK_FALSE(scene.host.kv("token_0"));
  CHECK(scene.host.kv("dead_0") ==
        R"({"reason":"invalid_grant","at":1700000000000,"fp":")" + scene.fingerprint() + "\"}");
  CHECK(scene.host.count("kv_put dead_0 ttl=600") == 1);

  CHECK(scene.ask() == "!all_accounts_dead");  // from memory
  scene.evict();
  CHECK(scene.ask() == "!all_accounts_dead");  // from KV
  CHECK(scene.error().message.find("invalid_grant") != std::string::npos);
  CHECK(scene.host.fetches.size() == 1);
  scene.pass(600 * kSecond);
  scene.on_token = nullptr;
  CHECK(scene.ask() == "access-refresh-a-2");
  CHECK(scene.ask(1) == "access-refresh-b-1");
}

TEST_CASE("O-01 a new refresh token at the same place is tried at once") {
  Scene scene;
  scene.host.set_kv("dead_0",
                    write_dead_record("invalid_grant", scene.fingerprint(1), scene.host.now_ms));
  CHECK(scene.ask(0) == "access-refresh-a-1");
}

TEST_CASE("what a failed refresh costs, says and leaves behind",
          "[O-02][O-03][O-04][O-05][O-06][O-07][O-08][O-13][O-14]") {
  struct Row {
    std::string_view id;
    int status;
    std::string body;
    std::string expected;
    std::size_t tries;
    std::string_view log;
    std::int64_t rests_ms;
  };
  const Row rows[] = {
      {"O-02", 400, R"({"error":"invalid_grant","error_subtype":"invalid_rapt"})",
       "!all_accounts_dead", 1, "account_dead", 600'000},
      {"O-03", 401, error_body("invalid_client"), "!token_refresh_failed", 1,
       "oauth_client_rejected", 60'000},
      {"O-03", 401, error_body("unauthorized_client"), "!token_refresh_failed", 1,
       "oauth_client_rejected", 60'000},
      {"O-04", 400, error_body("invalid_request"), "!all_accounts_dead", 1, "account_dead",
       600'000},
      {"O-05", 429, "", "!token_refresh_failed", 1, "token_refresh_fail", 30'000},
      {"O-06", 500, "", "!token_refresh_failed", 2, "token_refresh_fail", 5'000},
      {"O-06", 503, "<html>", "!token_refresh_failed", 2, "token_refresh_fail", 5'000},
      {"O-06", 0, "", "!token_refresh_failed", 2, "token_refresh_fail", 5'000},
      {"O-07", 200, "<html>access-a</html>", "!token_refresh_failed", 1, "token_refresh_fail",
       5'000},
      {"O-07", 200, std::string(100'000, ' '), "!token_refresh_failed", 1, "token_refresh_fail",
       5'000},
      {"O-08", 200, R"({"access_token":"access-a\r\n"})", "!token_refresh_failed", 1,
       "token_refresh_fail", 5'000},
      {"O-13", 200, R"({"access_token":"access-a","token_type":"MAC"})", "!token_refresh_failed", 1,
       "token_refresh_fail", 5'000},
      {"O-14", 302, "", "!token_refresh_failed", 1, "token_refresh_fail", 5'000},
  };
  for (const Row& row : rows) {
    CAPTURE(row.id, row.status, row.body.substr(0, 80));
    Scene scene;
    scene.on_token = [&row](const std::string&, int) { return answer_of(row.status, row.body); };
    CHECK(scene.ask() == row.expected);
    CHECK(scene.error().message.starts_with("Failed to refresh token"));
    const bool signs_in = scene.error().message.find("Sign in again") != std::string::npos;
    CHECK(signs_in == (row.rests_ms == 600'000));
    CHECK(scene.host.fetches.size() == row.tries);
    CHECK(scene.host.log_count(row.log) == 1);
    CHECK(scene.host.log_count("Failed to refresh token") == 1);
    CHECK(scene.host.leak(kSecrets) == "");
    CHECK_FALSE(scene.host.kv("token_0"));
    CHECK(scene.ask() == row.expected);
    CHECK(scene.host.fetches.size() == row.tries);  // not asked again at once
    scene.pass(row.rests_ms);
    scene.on_token = nullptr;
    CHECK(scene.ask() == "access-refresh-a-" + std::to_string(row.tries + 1));
  }
}

TEST_CASE("O-03 other accounts of a rejected client are not tried; another client's are") {
  Scene scene;
  scene.on_token = [](const std::string& token, int) {
    return token == "refresh-c" ? token_answer("access-c")
                                : answer_of(401, error_body("invalid_client"));
  };
  CHECK(scene.ask(0) == "!token_refresh_failed");
  CHECK(scene.ask(1) == "!token_refresh_failed");
  CHECK(scene.host.fetches.size() == 1);
  CHECK(scene.ask(2) == "access-c");
}

TEST_CASE("O-05 Retry-After says how long the account rests") {
  Scene scene;
  scene.on_token = [](const std::string&, int) {
    FetchAnswer answer = answer_of(429);
    answer.headers = {{"retry-after", "90"}};
    return answer;
  };
  CHECK(scene.ask() == "!token_refresh_failed");
  CHECK(scene.error().retry_after_ms == 90'000);
  scene.pass(60 * kSecond);
  CHECK(scene.ask() == "!token_refresh_failed");
  CHECK(scene.error().retry_after_ms == 30'000);
}

TEST_CASE("O-06 trouble that passes: the second try, after 200 to 400 ms, brings the token") {
  for (const int status : {500, 503, 0}) {
    Scene scene;
    scene.on_token = [status](const std::string&, int count) {
      return count == 1 ? answer_of(status) : token_answer("access-second");
    };
    const auto began_ms = scene.host.now_ms;
    const auto call = scene.start();
    while (scene.got(call) == "nothing") REQUIRE_FALSE(scene.host.run(1));
    CHECK(scene.got(call) == "access-second");
    CHECK(scene.host.now_ms - began_ms >= 200);
    CHECK(scene.host.now_ms - began_ms <= 400);
    scene.host.run();
  }
}

TEST_CASE("O-06 a token with any life left is used while no other can be had") {
  for (const int status : {500, 0, 429, 200}) {
    CAPTURE(status);
    Scene scene;
    scene.cache("last-seconds", 20 * kSecond);
    scene.on_token = [status](const std::string&, int) { return answer_of(status); };
    CHECK(scene.ask() == "last-seconds");
    CHECK(scene.ask() == "last-seconds");
    scene.pass(21 * kSecond);
    CHECK(scene.ask() == "!token_refresh_failed");
  }
  Scene dead;
  dead.cache("last-seconds", 20 * kSecond);
  dead.on_token = [](const std::string&, int) {
    return answer_of(400, error_body("invalid_grant"));
  };
  CHECK(dead.ask() == "!all_accounts_dead");
}

TEST_CASE("O-15 an endpoint that never answers: the caller waits less than 21 s") {
  struct Row {
    std::int64_t delay_ms;
    proxy::test::BodyEnd end;
  };
  for (const Row& row :
       {Row{kNever, proxy::test::BodyEnd::clean}, Row{9'000, proxy::test::BodyEnd::never}}) {
    Scene scene;
    scene.on_token = [&row](const std::string&, int) {
      FetchAnswer answer = answer_of(200);
      answer.delay_ms = row.delay_ms;
      answer.end = row.end;
      return answer;
    };
    const auto began_ms = scene.host.now_ms;
    CHECK(scene.ask() == "!token_refresh_failed");
    CHECK(scene.host.now_ms - began_ms >= 20 * kSecond);
    CHECK(scene.host.now_ms - began_ms < 21 * kSecond);
    CHECK(scene.host.fetches.size() == 2);
    CHECK(scene.host.open_count() == 0);
  }
}

TEST_CASE(
    "B-11 a clock that stands still while code runs ends no deadline and makes none endless") {
  Scene scene;
  scene.on_token = [](const std::string&, int) {
    FetchAnswer answer = answer_of(200);
    answer.delay_ms = kNever;
    return answer;
  };
  scene.start();
  scene.start();
  const auto began_ms = scene.host.now_ms;
  for (int answers = 0; !scene.host.run(1); ++answers) {
    REQUIRE(answers < 100);  // nobody looks at the clock again and again
    // It has moved for what is due now; the code sees the time at which all began.
    if (scene.host.now_ms != began_ms) scene.host.run(1);
    scene.host.now_ms = began_ms;
  }
  CHECK(scene.got(1) == "!token_refresh_failed");
  CHECK(scene.got(2) == "!token_refresh_failed");
}

TEST_CASE("O-07 of an endless answer 64 KiB are read, and the rest is given up") {
  Scene scene;
  scene.on_token = [](const std::string&, int) {
    FetchAnswer answer = answer_of(200);
    answer.chunks.assign(1'000, std::string(1'024, ' '));
    answer.end = proxy::test::BodyEnd::never;
    return answer;
  };
  CHECK(scene.ask() == "!token_refresh_failed");
  CHECK(scene.host.count("read answer") == 65);
  CHECK(scene.host.count("drop body") == 1);
}

TEST_CASE("O-17 a refused token is dropped from memory and KV, and a fresh one is made") {
  Scene scene;
  scene.cache("revoked", 3'000 * kSecond);
  CHECK(scene.ask() == "revoked");
  const AccessToken refused = scene.token();
  CHECK(scene.ask(0, Freshness::must_refresh(refused)) == "access-refresh-a-1");
  CHECK(scene.token().refreshed);  // O-18: refused again, it is not refreshed again
  CHECK(scene.host.count("kv_delete token_0") == 1);
  CHECK(scene.host.kv("token_0")->find("access-refresh-a-1") != std::string::npos);
  CHECK(scene.host.log_count("kv_put_fail") == 0);
}

TEST_CASE("O-17 the second write to a key waits a second, as KV wants it") {
  Scene scene;
  scene.ask();
  const AccessToken refused = scene.token();
  const auto began_ms = scene.host.now_ms;
  scene.ask(0, Freshness::must_refresh(refused));
  CHECK(scene.host.now_ms - began_ms >= 1'100);
}

TEST_CASE("O-17 whoever was refused an older token gets the newer one without a refresh") {
  Scene scene;
  scene.ask();
  const AccessToken refused = scene.token();
  CHECK(scene.ask(0, Freshness::must_refresh(refused)) == "access-refresh-a-2");
  CHECK(scene.ask(0, Freshness::must_refresh(refused)) == "access-refresh-a-2");
  CHECK(scene.host.fetches.size() == 2);
}

TEST_CASE("O-17 the refused token does not come back from a KV that still shows it") {
  Scene scene;
  scene.cache("revoked", 3'000 * kSecond);
  scene.ask();
  scene.on_token = [](const std::string&, int) { return answer_of(500); };
  scene.host.kv_delete_fault = KvFault::fails;
  CHECK(scene.ask(0, Freshness::must_refresh(scene.token())) == "!token_refresh_failed");
  scene.pass(5 * kSecond);
  CHECK(scene.ask() == "!token_refresh_failed");
  scene.on_token = nullptr;
  scene.pass(5 * kSecond);
  CHECK(scene.ask().starts_with("access-refresh-a-"));
}

TEST_CASE("O-18 an endpoint that hands out the refused token again makes no loop") {
  Scene scene;
  scene.on_token = [](const std::string&, int) { return token_answer("access-same"); };
  scene.ask();
  CHECK(scene.ask(0, Freshness::must_refresh(scene.token())) == "access-same");
  CHECK(scene.host.fetches.size() == 2);
}

TEST_CASE("O-20 a rotated refresh token is kept in KV and used from then on") {
  Scene scene;
  scene.on_token = [](const std::string& token, int) {
    return token_answer("access-x",
                        token == "refresh-a" ? R"(,"refresh_token":"refresh-new")" : "");
  };
  scene.ask();
  CHECK(scene.host.log_count("warn {\"ev\":\"refresh_token_rotated\"") == 1);
  CHECK(scene.host.leak(kSecrets) == "");
  CHECK(scene.host.kv("refresh_0") ==
        R"({"refresh_token":"refresh-new","fp":")" + scene.fingerprint() + "\"}");

  scene.pass(3'600 * kSecond);
  scene.ask();
  scene.evict();
  scene.pass(3'600 * kSecond);
  scene.ask();
  CHECK(scene.made["refresh-a"] == 1);
  CHECK(scene.made["refresh-new"] == 2);
  CHECK(scene.host.log_count("refresh_token_rotated") == 1);

  scene.evict();  // ACCOUNTS changes: what was kept for a is nothing to b
  scene.list.accounts[1].index = 0;
  scene.pass(3'600 * kSecond);
  scene.ask(1);
  CHECK(scene.made["refresh-b"] == 1);
}

TEST_CASE("O-20 the same refresh token in the answer is no rotation") {
  Scene scene;
  scene.on_token = [](const std::string& token, int) {
    return token_answer("access-x", R"(,"refresh_token":")" + token + "\"");
  };
  scene.ask();
  CHECK(scene.host.log_count("refresh_token_rotated") == 0);
  CHECK_FALSE(scene.host.kv("refresh_0"));
}

TEST_CASE("O-20 a newer rotation by another isolate is taken, and never deleted") {
  Scene scene;
  int made = 0;
  std::string good = "refresh-a";
  scene.on_token = [&](const std::string& token, int) {
    if (token != good) return answer_of(400, error_body("invalid_grant"));
    good = "refresh-new-" + std::to_string(++made);
    return token_answer("access-" + std::to_string(made), R"(,"refresh_token":")" + good + '"');
  };
  CHECK(scene.ask() == "access-1");  // this isolate knows refresh-new-1
  Tokens other;
  scene.set_up(other);
  scene.host.now_ms += 3'599 * kSecond;
  const auto call = scene.start_in(other);
  scene.host.run();
  CHECK(scene.got(call) == "access-2");  // the other one made it refresh-new-2
  scene.host.now_ms += 3'599 * kSecond;
  CHECK(scene.ask() == "access-3");
  CHECK(scene.host.kv("refresh_0")->find("refresh-new-3") != std::string::npos);
  CHECK_FALSE(scene.host.kv("dead_0"));
}

TEST_CASE("O-20 when the rotated refresh token is dead, the configured one is tried") {
  Scene scene;
  scene.host.set_kv("refresh_0",
                    write_refresh_record(proxy::SecretString("refresh-new"), scene.fingerprint()));
  scene.on_token = [](const std::string& token, int) {
    return token == "refresh-new" ? answer_of(400, error_body("invalid_grant"))
                                  : token_answer("access-a");
  };
  CHECK(scene.ask() == "access-a");
  CHECK_FALSE(scene.host.kv("refresh_0"));
  CHECK_FALSE(scene.host.kv("dead_0"));
}

TEST_CASE("an account without a client fails with words that tell what to set") {
  Scene scene;
  scene.list = parse_accounts({R"({"refresh_token":"refresh-a"})"}, AccountSettings());
  CHECK(scene.ask() == "!token_refresh_failed");
  CHECK(scene.error().code == ErrorCode::token_client_rejected);
  CHECK(scene.error().message.starts_with("Failed to refresh token: set OAUTH_CLIENT_ID"));
  CHECK(scene.host.fetches.empty());
  scene.pass(60 * kSecond);
  scene.cache("cached", 3'000 * kSecond);
  CHECK(scene.ask() == "cached");
}

TEST_CASE("of the failures of all accounts the most hopeful one is told") {
  const auto error = [](ErrorCode code, std::optional<std::int64_t> retry_after_ms = std::nullopt) {
    ApiError error;
    error.code = code;
    error.message = "Failed to refresh token: reason";
    error.retry_after_ms = retry_after_ms;
    return error;
  };
  const ApiError dead = error(ErrorCode::all_accounts_dead);
  const ApiError rejected = error(ErrorCode::token_client_rejected);
  const ApiError soon = error(ErrorCode::token_refresh_failed, 5'000);
  const ApiError later = error(ErrorCode::token_refresh_failed, 30'000);
  struct Row {
    std::vector<ApiError> failures;
    ErrorCode code;
    std::string_view begins;
    std::optional<std::int64_t> retry_after_ms;
  };
  const Row rows[] = {
      {{}, ErrorCode::no_enabled_account, "No available token", std::nullopt},
      {{dead, dead}, ErrorCode::all_accounts_dead, "No available token", std::nullopt},
      {{dead, rejected}, ErrorCode::token_client_rejected, "Failed to refresh", std::nullopt},
      {{rejected, dead}, ErrorCode::token_client_rejected, "Failed to refresh", std::nullopt},
      {{rejected, later, soon, dead}, ErrorCode::token_refresh_failed, "Failed to refresh", 5'000},
      {{soon, later}, ErrorCode::token_refresh_failed, "Failed to refresh", 5'000},
  };
  for (const Row& row : rows) {
    const ApiError told = no_token_left(row.failures);
    CHECK(told.code == row.code);
    CHECK(told.message.starts_with(row.begins));
    CHECK(told.retry_after_ms == row.retry_after_ms);
  }
}
