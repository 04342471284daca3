#include "accounts/oauth.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "support/catch.h"

using namespace proxy::accounts;
using proxy::ErrorCode;
using proxy::SecretString;

namespace {

Account account(std::string refresh_token, std::string id, std::string secret) {
  Account account;
  account.index = 3;
  account.valid = true;
  account.secret = SecretString(std::move(refresh_token));
  account.client.id = std::move(id);
  account.client.secret = SecretString(std::move(secret));
  return account;
}

TokenReply read(int status, std::string_view body,
                std::optional<std::string_view> retry_after = std::nullopt) {
  std::string exact(body);
  exact.shrink_to_fit();
  return read_token_reply(status, std::move(exact), retry_after);
}

// 2023-11-14 22:13:20 UTC
constexpr std::int64_t kNowMs = 1'700'000'000'000;

std::string word(RefreshFault fault) {
  switch (fault) {
    case RefreshFault::dead:
      return "dead";
    case RefreshFault::client_rejected:
      return "client_rejected";
    case RefreshFault::throttled:
      return "throttled";
    case RefreshFault::transient:
      return "transient";
    case RefreshFault::garbled:
      return "garbled";
  }
  return "?";
}

// "token 3599", or "dead invalid_grant".
std::string summary(const TokenReply& reply) {
  if (const auto* token = std::get_if<NewToken>(&reply)) {
    return token->access_token.reveal() + ' ' + std::to_string(token->expires_in_s);
  }
  const auto& failure = *std::get_if<RefreshFailure>(&reply);
  return word(failure.fault) + ' ' + std::string(failure.reason);
}

// A reply with that expires_in.
std::string expiring(std::string_view value) {
  return R"({"access_token":"t","expires_in":)" + std::string(value) + "}";
}

struct AnswerRow {
  std::string_view id;
  int status;
  std::string_view body, expected;
};
const AnswerRow kAnswers[] = {
    {"", 200, R"({"access_token":"t","expires_in":3599,"scope":"a b","token_type":"Bearer"})",
     "t 3599"},
    {"O-01", 400, R"({"error":"invalid_grant","error_description":"Token has been revoked."})",
     "dead invalid_grant"},
    {"O-01", 400, R"({"error":"invalid_grant","error_description":"Bad Request"})",
     "dead invalid_grant"},
    {"O-01", 400, R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})",
     "dead invalid_grant"},
    {"O-01", 400,
     R"({"error":"invalid_grant","error_description":"Invalid grant: account not found"})",
     "dead invalid_grant"},
    {"O-01", 400, R"({"error":"invalid_grant","error_description":"a short-lived token"})",
     "dead invalid_grant"},
    {"O-06", 400,
     R"({"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived)"
     R"( token (60 minutes) and in a reasonable timeframe. Check your iat and exp values."})",
     "transient jwt_time"},
    {"O-06", 400,
     R"({"error":"invalid_grant","error_description":"Invalid JWT: in a reasonable timeframe"})",
     "transient jwt_time"},
    {"O-04", 400,
     R"({"error":"invalid_scope","error_description":"Invalid JWT: a short-lived token"})",
     "dead invalid_scope"},
    {"O-02", 400, R"({"error":"invalid_grant","error_subtype":"invalid_rapt"})",
     "dead invalid_rapt"},
    {"O-02", 400, R"({"error":"invalid_grant","error_subtype":"rapt_required"})",
     "dead rapt_required"},
    {"O-02", 400, R"({"error":"invalid_grant","error_subtype":"invalid_client"})",
     "dead invalid_grant"},
    {"O-03", 401, R"({"error":"invalid_client"})", "client_rejected invalid_client"},
    {"O-03", 401, R"({"error":"unauthorized_client"})", "client_rejected unauthorized_client"},
    {"O-03", 400, R"({"error":"deleted_client"})", "client_rejected deleted_client"},
    {"O-03", 400, R"({"error":"disabled_client"})", "client_rejected disabled_client"},
    {"O-03", 400, R"({"error":"never heard of \u0031//refresh-a"})",
     "client_rejected unknown_error"},
    {"O-04", 400, R"({"error":"invalid_request"})", "dead invalid_request"},
    {"O-04", 400, R"({"error":"unsupported_grant_type"})", "dead unsupported_grant_type"},
    {"O-04", 400, R"({"error":"invalid_scope"})", "dead invalid_scope"},
    {"O-04", 400, R"({"error":"admin_policy_enforced"})", "dead admin_policy_enforced"},
    {"O-04", 403, R"({"error":"org_internal"})", "dead org_internal"},
    {"O-04", 403, R"({"error":"access_denied"})", "dead access_denied"},
    {"O-05", 429, "", "throttled http_429"},
    {"O-05", 429, R"({"error":"invalid_grant"})", "throttled http_429"},
    {"O-05", 403, R"({"error":"rate_limit_exceeded"})", "throttled rate_limit_exceeded"},
    {"O-06", 500, R"({"error":"internal_failure"})", "transient http_5xx"},
    {"O-06", 500, R"({"error":"invalid_grant"})", "transient http_5xx"},
    {"O-06", 503, "<html>Error 503</html>", "transient http_5xx"},
    {"O-06", 599, "", "transient http_5xx"},
    {"O-06", 408, "", "transient http_408"},
    {"O-06", 400, R"({"error":"temporarily_unavailable"})", "transient temporarily_unavailable"},
    {"O-07", 200, "<!DOCTYPE html><title>Sign in</title>", "garbled not_json"},
    {"O-07", 200, "", "garbled not_json"},
    {"O-07", 200, R"({"access_token":"t","expires_in":35)", "garbled not_json"},
    {"O-07", 200, "null", "garbled not_json"},
    {"O-07", 200, R"([{"access_token":"t"}])", "garbled not_json"},
    {"O-07", 200, R"("t")", "garbled not_json"},
    {"O-07", 200, "{\"access_token\":\"t\xFC\"}", "garbled not_json"},
    {"O-07", 200, std::string_view("{\0\"\0a\0\"\0", 8), "garbled not_json"},
    {"O-07", 201, R"({"access_token":"t","expires_in":3599})", "garbled not_a_token_reply"},
    {"O-07", 404, "<html>Not found</html>", "garbled not_a_token_reply"},
    {"O-07", 400, R"({"error":{"code":400,"status":"INVALID_ARGUMENT"}})",
     "garbled not_a_token_reply"},
    {"O-08", 200, R"({"expires_in":3599})", "garbled access_token"},
    {"O-08", 200, R"({"access_token":null,"expires_in":3599})", "garbled access_token"},
    {"O-08", 200, R"({"access_token":7})", "garbled access_token"},
    {"O-08", 200, R"({"access_token":""})", "garbled access_token"},
    {"O-08", 200, R"({"access_token":"a b"})", "garbled access_token"},
    {"O-08", 200, R"({"access_token":"a\r\nx: y"})", "garbled access_token"},
    {"O-08", 200, R"({"access_token":"a\u0000"})", "garbled access_token"},
    {"O-08", 200, R"({"access_token":"a\u007f"})", "garbled access_token"},
    {"O-08", 200, R"({"access_token":"\u00fc"})", "garbled access_token"},
    {"O-13", 200, R"({"access_token":"t","token_type":"bearer","expires_in":60})", "t 60"},
    {"O-13", 200, R"({"access_token":"t","token_type":null,"expires_in":60})", "t 60"},
    {"O-13", 200, R"({"access_token":"t","token_type":"MAC"})", "garbled token_type"},
    {"O-13", 200, R"({"access_token":"t","token_type":7})", "garbled token_type"},
    {"O-14", 302, "", "garbled not_a_token_reply"},
    {"O-14", 307, R"({"error":"invalid_grant"})", "garbled not_a_token_reply"},
    {"O-14", 304, R"({"access_token":"t","expires_in":60})", "garbled not_a_token_reply"},
    // Members may come twice or escaped; Google's tokens end in dots at times.
    {"", 200, R"({"access_token":"x","access\u005ftoken":"t....","expires_in":60})", "t.... 60"},
};

}  // namespace

TEST_CASE("the request for a token is a form") {
  const auto request = refresh_request(account("1//refresh a&b", "id=1", "s+c"),
                                       SecretString("1//refresh a&b"), "https://oauth.example");
  CHECK(request.head ==
        "POST\nhttps://oauth.example/token\n"
        "content-type\napplication/x-www-form-urlencoded\naccept\napplication/json");
  CHECK(request.body ==
        "client_id=id%3D1&client_secret=s%2Bc&refresh_token=1%2F%2Frefresh%20a%26b"
        "&grant_type=refresh_token");
}

TEST_CASE("a client without a secret sends none, and a rotated refresh token is the one sent") {
  const auto request = refresh_request(account("refresh-a", "id", ""), SecretString("rotated"),
                                       "http://localhost:1");
  CHECK(request.body == "client_id=id&refresh_token=rotated&grant_type=refresh_token");
  CHECK(request.head.starts_with("POST\nhttp://localhost:1/token\n"));
}

TEST_CASE("every answer of the token endpoint has its meaning",
          "[O-01][O-02][O-03][O-04][O-05][O-06][O-07][O-08][O-13][O-14]") {
  for (const AnswerRow& row : kAnswers) {
    CAPTURE(row.id, row.status, row.body);
    const TokenReply reply = read(row.status, row.body);
    CHECK(summary(reply) == row.expected);
    if (const auto* failure = std::get_if<RefreshFailure>(&reply)) {
      CHECK(failure->status == row.status);
      const std::string message = refresh_error(*failure, 3).message;
      CHECK(message.starts_with("Failed to refresh token: "));
      CHECK(message.find("account 3") != std::string::npos);
      CHECK(message.find("refresh-a") == std::string::npos);
      CHECK(message.find('<') == std::string::npos);
      CHECK(message.size() <= proxy::limits::kErrorMessageBytes);
    }
  }
}

TEST_CASE("O-07 an answer above the limit counts as garbled") {
  const std::string reply = R"({"access_token":"t","expires_in":60})";
  const std::string longest =
      reply + std::string(proxy::limits::kTokenReplyBytes - reply.size(), ' ');
  CHECK(summary(read(200, longest)) == "t 60");
  CHECK(summary(read(200, longest + ' ')) == "garbled not_json");
}

TEST_CASE("O-08 the longest access token") {
  const auto reply = [](std::size_t size) {
    return R"({"expires_in":60,"access_token":")" + std::string(size, 't') + "\"}";
  };
  CHECK(summary(read(200, reply(4'096))) == std::string(4'096, 't') + " 60");
  CHECK(summary(read(200, reply(4'097))) == "garbled access_token");
}

TEST_CASE("expires_in", "[O-09][O-10][O-11][O-12]") {
  struct Row {
    std::string_view id, value, expected;
  };
  const Row rows[] = {
      {"O-09", "null", "t 300"},
      {"O-09", "0", "t 300"},
      {"O-09", "-1", "t 300"},
      {"O-09", "\"NaN\"", "t 300"},
      {"O-09", "\"soon\"", "t 300"},
      {"O-09", "\"\"", "t 300"},
      {"O-09", "[]", "t 300"},
      {"O-09", "true", "t 300"},
      {"O-09", "0.5", "t 300"},
      {"O-09", "-1e300", "t 300"},
      {"O-10", "\"3599\"", "t 3599"},
      {"O-10", "\"3599.5\"", "t 3599"},
      {"O-11", "1e9", "t 86400"},
      {"O-11", "1e300", "t 86400"},
      {"O-11", "86401", "t 86400"},
      {"O-11", "\"99999999999999999999\"", "t 86400"},
      {"O-12", "30", "t 30"},
      {"", "3599.9", "t 3599"},
      {"", "1", "t 1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.id, row.value);
    CHECK(summary(read(200, expiring(row.value))) == row.expected);
  }
  CHECK(summary(read(200, R"({"access_token":"t"})")) == "t 300");
}

TEST_CASE("O-05 Retry-After is taken, within reason") {
  struct Row {
    std::optional<std::string_view> header;
    std::optional<std::int64_t> expected_ms;
    std::int64_t now_ms = kNowMs;
  };
  const Row rows[] = {
      {std::nullopt, std::nullopt},
      {"7", 7'000},
      {" 7 ", 7'000},
      {"7", 7'000, 0},
      {"0", 1'000},
      {"-5", 1'000},
      {"999999", 3'600'000},
      {"99999999999999999999", std::nullopt},
      {"", std::nullopt},
      {"soon", std::nullopt},
      {"Tue, 14 Nov 2023 22:13:29 GMT", 9'000},
      {" Tue, 14 Nov 2023 22:13:29 GMT\t", 9'000},
      {"Tue, 14 Nov 2023 22:13:29 GMT", 9'000, kNowMs + 1},  // rounded up
      {"Tue, 14 Nov 2023 22:13:20 GMT", 1'000},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 1'000},
      {"Wed, 21 Oct 2026 07:28:00 GMT", 3'600'000},
      {"Tue, 14 Nov 2023 22:13:29 GMT", std::nullopt, 0},  // without a clock
      {"Tue, 14 Nov 2023 22:13:29", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.header.value_or("none"), row.now_ms);
    const TokenReply reply = read_token_reply(429, "", row.header, row.now_ms);
    CHECK(std::get_if<RefreshFailure>(&reply)->retry_after_ms == row.expected_ms);
  }
}

TEST_CASE("O-20 another refresh token in the answer is taken out of it") {
  const auto rotated = [](std::string_view value) {
    const TokenReply reply = read(
        200, R"({"access_token":"t","expires_in":60,"refresh_token":)" + std::string(value) + "}");
    return std::get_if<NewToken>(&reply)->refresh_token.reveal();
  };
  CHECK(rotated("\"rotated\"") == "rotated");
  for (const std::string_view none : {"null", "7", "\"\"", "\"a b\"", "\"a\\n\"", "[]"}) {
    CHECK(rotated(none).empty());
  }
}

TEST_CASE("the code of each failure, and whether a retry can help") {
  struct Row {
    int status;
    std::string_view body;
    ErrorCode code;
    std::string_view says;
  };
  const Row rows[] = {
      {400, R"({"error":"invalid_grant"})", ErrorCode::all_accounts_dead, "Sign in again"},
      {400, R"({"error":"invalid_grant","error_subtype":"invalid_rapt"})",
       ErrorCode::all_accounts_dead, "Sign in again"},
      {401, R"({"error":"invalid_client"})", ErrorCode::token_client_rejected, "OAUTH_CLIENT_ID"},
      {429, "", ErrorCode::token_refresh_failed, "wait"},
      {500, "", ErrorCode::token_refresh_failed, "no good answer"},
      {200, "", ErrorCode::token_refresh_failed, "OAUTH_BASE_URL"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status, row.body);
    const TokenReply reply = read(row.status, row.body);
    const proxy::ApiError error = refresh_error(*std::get_if<RefreshFailure>(&reply), 0);
    CHECK(error.code == row.code);
    CHECK(error.message.find(row.says) != std::string::npos);
  }
}

TEST_CASE("an account without a client is told what to set") {
  CHECK_FALSE(missing_client(account("r", "id", "")));
  const auto failure = missing_client(account("r", "", "secret"));
  REQUIRE(failure);
  const proxy::ApiError error = refresh_error(*failure, 0);
  CHECK(error.code == ErrorCode::token_client_rejected);
  CHECK(error.message.starts_with("Failed to refresh token: set OAUTH_CLIENT_ID"));
}

TEST_CASE("an account without an OAuth client that needs none has nothing missing") {
  for (const Credential credential : {Credential::api_key, Credential::service_account}) {
    Account other = account("r", "", "");
    other.credential = credential;
    CHECK_FALSE(missing_client(other));
  }
}

TEST_CASE("each credential has its own advice") {
  struct Row {
    RefreshFault fault;
    std::string_view reason;
    Credential credential;
    std::string_view begins, says;
  };
  const Row rows[] = {
      {RefreshFault::dead, "invalid_grant", Credential::refresh_token,
       "Failed to refresh token: Google does not accept the refresh token of account 3 "
       "(invalid_grant). ",
       "Sign in again with that account and replace its entry"},
      {RefreshFault::dead, "invalid_grant", Credential::service_account,
       "Failed to refresh token: Google does not accept the key of the service account of account "
       "3 (invalid_grant). ",
       "make a new key for it and replace its entry"},
      {RefreshFault::client_rejected, "unauthorized_client", Credential::service_account,
       "Failed to refresh token: Google does not accept the key of the service account of account "
       "3 (unauthorized_client). ",
       "enabled"},
      {RefreshFault::dead, kKeyReason, Credential::service_account,
       "Failed to refresh token: the key of the service account of account 3 cannot be read "
       "(key_unreadable). ",
       "Make a new key for it and replace its entry"},
      {RefreshFault::dead, kClockReason, Credential::service_account,
       "Failed to refresh token: Google does not accept the time of the signature of account 3 "
       "(jwt_time). ",
       "clock"},
      {RefreshFault::dead, "api_key_invalid", Credential::api_key,
       "No available token: Google does not accept the API key of account 3 (api_key_invalid). ",
       "Make a new key and replace its entry"},
  };
  for (const Row& row : rows) {
    RefreshFailure failure;
    failure.fault = row.fault;
    failure.reason = row.reason;
    const std::string message = refresh_error(failure, 3, row.credential).message;
    CAPTURE(message);
    CHECK(message.starts_with(row.begins));
    CHECK(message.find(row.says) != std::string::npos);
    const bool user = row.credential == Credential::refresh_token;
    CHECK((message.find("Sign in") != std::string::npos) == user);
  }
}

TEST_CASE("only words of ours come back from storage") {
  CHECK(known_reason("invalid_grant") == "invalid_grant");
  CHECK(known_reason(kKeyReason) == "key_unreadable");
  CHECK(known_reason(kClockReason) == "jwt_time");
  CHECK(known_reason("api_key_invalid") == "api_key_invalid");
  CHECK(known_reason("refresh-a") == "unknown");
  CHECK(known_reason("") == "unknown");
}
