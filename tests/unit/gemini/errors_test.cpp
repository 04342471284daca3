// What becomes of Google's errors. Rows named U-.. are those of the fault list, S.. those of the
// list of specific errors, which come before the status.
#include "gemini/errors.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/limits.h"
#include "base/utf8.h"
#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::ErrorCode;
using proxy::traits;
using proxy::gemini::Blame;
using proxy::gemini::Failure;
using proxy::gemini::Remedy;
using proxy::test::ExactBytes;
using enum proxy::ErrorCode;

namespace {

std::string error_body(int code, std::string_view message, std::string_view details = "") {
  std::string body = R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")";
  body.append(message).append(R"(","status":"X")");
  if (!details.empty()) body.append(R"(,"details":[)").append(details).append("]");
  return body + "}}";
}

std::string retry_info(std::string_view delay) {
  return R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")" +
         std::string(delay) + "\"}";
}

std::string quota(std::string_view id, std::string_view value = "20") {
  return R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")" +
         std::string(id) + R"(","quotaValue":")" + std::string(value) + "\"}]}";
}

std::string error_info(std::string_view reason, std::string_view metadata = "{}") {
  return R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":")" + std::string(reason) +
         R"(","metadata":)" + std::string(metadata) + "}";
}

constexpr std::int64_t kNowMs = 1'795'615'961'000;  // Wed, 25 Nov 2026 14:12:41 GMT

Failure read(int status, std::string_view body, std::string_view retry_after = "") {
  const ExactBytes bytes(body);
  return proxy::gemini::read_failure(status, bytes.view(), retry_after, kNowMs, "my-model");
}

struct Row {
  const char* why;
  int status;
  std::string body;
  ErrorCode code;
  Remedy remedy;
  std::string message;
};

void check(const Failure& failure, const Row& row) {
  INFO(row.why);
  CHECK(traits(failure.error.code).code == traits(row.code).code);
  CHECK(failure.remedy == row.remedy);
  CHECK(failure.error.message == row.message);
}

}  // namespace

TEST_CASE("an error follows its status when nothing more is known",
          "[U-01][U-04][U-05][U-07][U-08][U-11][U-12][U-13][U-14][U-16][U-17]") {
  const struct {
    int status;
    ErrorCode code;
    Remedy remedy;
    std::int64_t pause_ms;
    const char* why;
  } rows[] = {
      {400, upstream_invalid_request, Remedy::none, 0, "U-01"},
      {401, upstream_permission_denied, Remedy::fresh_token, 0, "U-04"},
      {402, upstream_invalid_request, Remedy::none, 0, "U-16 another 4xx"},
      {403, upstream_permission_denied, Remedy::other_account, 0, "U-05"},
      {404, upstream_invalid_response, Remedy::other_account, 0, "a wrong address, as no JSON"},
      {408, upstream_overloaded, Remedy::same_account, 500, "U-07"},
      {409, upstream_overloaded, Remedy::same_account, 500, "U-07"},
      {499, upstream_overloaded, Remedy::same_account, 500, "U-07"},
      {413, request_too_large, Remedy::none, 0, "U-08"},
      {414, request_too_large, Remedy::none, 0, "too long"},
      {431, request_too_large, Remedy::none, 0, "too much"},
      {418, upstream_invalid_request, Remedy::none, 0, "U-16"},
      {429, rate_limit_exceeded, Remedy::other_account, 0, "U-11"},
      {500, upstream_error, Remedy::same_account, 500, "U-13"},
      {501, upstream_error, Remedy::same_account, 500, "U-16"},
      {502, upstream_error, Remedy::same_account, 500, "U-13"},
      {503, upstream_overloaded, Remedy::overloaded, 1'000, "U-12"},
      {504, upstream_timeout, Remedy::none, 0, "U-14"},
      {520, upstream_error, Remedy::same_account, 500, "U-16"},
      {529, upstream_overloaded, Remedy::overloaded, 1'000, "U-12"},
      {201, upstream_error, Remedy::same_account, 500, "U-16 another 2xx"},
      {204, upstream_error, Remedy::same_account, 500, "U-16"},
      {301, upstream_invalid_response, Remedy::none, 0, "U-17"},
      {302, upstream_invalid_response, Remedy::none, 0, "U-17"},
      {307, upstream_invalid_response, Remedy::none, 0, "U-17"},
      {100, upstream_error, Remedy::same_account, 500, "U-16"},
      {999, upstream_error, Remedy::same_account, 500, "U-16"},
  };
  const std::string bodies[] = {
      "",
      "<!DOCTYPE html><html><title>Error</title>",
      "{",
      "null",
      "[]",
      "[[]]",
      "{\"error\":\"invalid_grant\"}",
      "{\"error\":null}",
      std::string("\xFF\xFE{\0\"\0", 6),
      "{\"error\":{\"message\":\"" + std::string(70'000, 'x'),
      "\xFF\xFF",
  };
  for (const auto& row : rows) {
    for (const std::string& body : bodies) {
      INFO(row.why << ", status " << row.status << ", body " << body.substr(0, 40));
      const Failure failure = read(row.status, body);
      CHECK(traits(failure.error.code).code == traits(row.code).code);
      CHECK(failure.remedy == row.remedy);
      CHECK(failure.pause_ms == row.pause_ms);
      CHECK(failure.error.message.find('<') == std::string::npos);
      CHECK(failure.error.message.find("grant") == std::string::npos);
      CHECK(failure.error.message.size() < 200);
    }
  }
  CHECK(read(500, "").error.message == "Google answered with HTTP status 500.");
}

TEST_CASE("what Google says is told, its specific errors as what they are",
          "[O-17][U-01][U-02][U-03][U-04][U-05][U-06][U-12][U-15]") {
  const Row rows[] = {
      {"U-01 an invalid request", 400, error_body(400, "Invalid JSON payload received."),
       upstream_invalid_request, Remedy::none, "Google: Invalid JSON payload received."},
      {"S20 without details", 400, error_body(400, "Request contains an invalid argument."),
       upstream_invalid_request, Remedy::none, "Google: Request contains an invalid argument."},
      {"S1 U-04 a bad key is 400", 400,
       error_body(400, "API key not valid. Please pass a valid API key.",
                  error_info("API_KEY_INVALID")),
       upstream_permission_denied, Remedy::other_account,
       "Google: API key not valid. Please pass a valid API key."},
      {"S1 by the reason alone", 400, error_body(400, "No.", error_info("API_KEY_INVALID")),
       upstream_permission_denied, Remedy::other_account, "Google: No."},
      {"S1 by the words alone", 400, error_body(400, "API key expired."),
       upstream_permission_denied, Remedy::other_account, "Google: API key expired."},
      {"S10 the account needs billing", 400,
       error_body(400, "Gemini API free tier is not available in your country."),
       upstream_permission_denied, Remedy::other_account,
       "Google: Gemini API free tier is not available in your country."},
      {"S9 U-03 the place", 400, error_body(400, "User location is not supported for the API use."),
       unsupported_country_region_territory, Remedy::other_upstream,
       "Google does not serve the place this Worker runs at (\"User location is not supported\"). "
       "Turn on Smart Placement or set a placement region in wrangler.toml, or add an account of "
       "another upstream (Vertex AI); see README."},
      {"S11 U-02 too many tokens", 400,
       error_body(400,
                  "The input token count (1200000) exceeds the maximum number of tokens allowed "
                  "(1048576)."),
       context_length_exceeded, Remedy::none,
       "Google: The input token count (1200000) exceeds the maximum number of tokens allowed "
       "(1048576)."},
      {"S11 in other words", 400, error_body(400, "The input context is too long."),
       context_length_exceeded, Remedy::none, "Google: The input context is too long."},
      {"S12 U-06 unknown model", 404,
       error_body(404, "models/foo is not found for API version v1beta, or is not supported."),
       model_not_found, Remedy::other_upstream,
       "The model `my-model` does not exist or you do not have access to it."},
      {"S2 U-05 API not enabled: no project in the text", 403,
       error_body(403,
                  "Generative Language API has not been used in project 12345678 before or it is "
                  "disabled. Visit https://console.test/overview?project=12345678 then retry.",
                  error_info("SERVICE_DISABLED", R"({"consumer":"projects/12345678"})")),
       upstream_permission_denied, Remedy::other_account,
       "Google: Generative Language API has not been used in project [redacted] before or it is "
       "disabled. Visit https://console.test/overview?project=[redacted] then retry."},
      {"S3 U-05 scopes", 403, error_body(403, "Request had insufficient authentication scopes."),
       upstream_permission_denied, Remedy::other_account,
       "Google: Request had insufficient authentication scopes."},
      {"O-17 token refused", 401, error_body(401, "Request had invalid credentials."),
       upstream_permission_denied, Remedy::fresh_token,
       "Google refused the account's access token. Google: Request had invalid credentials."},
      {"S16 U-12 no capacity, as 429", 429,
       error_body(429, "Full.", error_info("MODEL_CAPACITY_EXHAUSTED")), upstream_overloaded,
       Remedy::overloaded, "Google: Full."},
      {"S16 its other name", 429, error_body(429, "Full.", error_info("MODEL_CAPACITY_EXCEEDED")),
       upstream_overloaded, Remedy::overloaded, "Google: Full."},
      {"S16 in words", 503, error_body(503, "No capacity available for model x."),
       upstream_overloaded, Remedy::overloaded, "Google: No capacity available for model x."},
      {"U-12 overloaded", 503, error_body(503, "The model is overloaded. Please try again later."),
       upstream_overloaded, Remedy::overloaded,
       "Google: The model is overloaded. Please try again later."},
      {"the body's code outranks the status", 200, error_body(503, "Busy."), upstream_overloaded,
       Remedy::overloaded, "Google: Busy."},
      {"a code beyond HTTP does not", 403, error_body(7, "Denied."), upstream_permission_denied,
       Remedy::other_account, "Google: Denied."},
      {"nor one below 400", 500, error_body(200, "Odd."), upstream_error, Remedy::same_account,
       "Google: Odd."},
      {"U-15 an array", 400, "[" + error_body(400, "In an array.") + "]", upstream_invalid_request,
       Remedy::none, "Google: In an array."},
      {"JSON inside the message", 500,
       error_body(500, R"({\n  \"error\": {\"code\": 429, \"message\": \"Inner.\"}})"),
       rate_limit_exceeded, Remedy::other_account, "Google: Inner."},
      {"only one level of it", 500,
       error_body(500, R"({\"error\":{\"code\":400,\"message\":\"{\\\"error\\\":{}}\"}})"),
       upstream_invalid_request, Remedy::none, R"(Google: {"error":{}})"},
      {"braces that are no JSON", 400, error_body(400, "{oops"), upstream_invalid_request,
       Remedy::none, "Google: {oops"},
      {"no message, but one for people", 400,
       error_body(400, "", R"({"@type":"x/google.rpc.LocalizedMessage","message":"Local."})"),
       upstream_invalid_request, Remedy::none, "Google: Local."},
      {"no message at all", 400, error_body(400, "  "), upstream_invalid_request, Remedy::none,
       "Google answered with HTTP status 400."},
      {"control characters", 400, error_body(400, R"(a\n\u0000\u001b[31mb)"),
       upstream_invalid_request, Remedy::none, "Google: a ??[31mb"},
      {"a code of a wrong type", 400, R"({"error":{"code":"400","message":[1],"details":{}}})",
       upstream_invalid_request, Remedy::none, "Google answered with HTTP status 400."},
  };
  for (const Row& row : rows) check(read(row.status, row.body), row);
  CHECK(read(404, error_body(404, "x")).error.param == "model");
  CHECK(read(400, error_body(400, "input context is too long")).error.param == "messages");
}

TEST_CASE("Google's words are cut at 500 bytes, between characters") {
  std::string words;
  while (words.size() < 2'000) words += "\xC3\xA9";
  const std::string message = read(400, error_body(400, words)).error.message;
  CHECK(message.size() <= proxy::limits::kUpstreamMessageBytes + 8);
  CHECK(message.size() > 450);
  CHECK_FALSE(proxy::base::invalid_utf8_at(message).has_value());
}

TEST_CASE("U-15 invalid UTF-8 in an error's body still lets it be read") {
  const Failure failure = read(400, "{\"error\":{\"code\":429,\"message\":\"a\xFF z\"}}");
  CHECK(failure.error.code == rate_limit_exceeded);
  CHECK(failure.error.message == "Google: a\xEF\xBF\xBD z");
}

TEST_CASE("a quota that is used up says how long the account rests", "[U-09][U-10][U-11]") {
  constexpr std::int64_t kMidnight = -1;
  const std::string minute = quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
  const std::string day = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
  const struct {
    const char* why;
    std::string message;
    std::string details;
    const char* retry_after;
    ErrorCode code;
    std::int64_t cool_ms;  // 0: unknown; kMidnight: until then
  } rows[] = {
      {"U-09 per minute", "Q.", minute + "," + retry_info("20.5s"), "", rate_limit_exceeded,
       20'500},
      {"U-09 to the last digit", "Q.", minute + "," + retry_info("38.495166512s"), "",
       rate_limit_exceeded, 38'496},
      {"U-10 per day outranks RetryInfo", "Q.", day + "," + retry_info("30s"), "",
       insufficient_quota, kMidnight},
      {"U-10 in either order", "Q.", retry_info("30s") + "," + day, "", insufficient_quota,
       kMidnight},
      {"U-10 daily by another name", "Q.", quota("DailyQuota"), "", insufficient_quota, kMidnight},
      {"U-10 a quota of zero", "Q.", quota("GenerateRequestsPerMinute", "0"), "",
       insufficient_quota, 3'600'000},
      {"U-10 zero, in words", "* Quota exceeded, limit: 0, model: x", "", "", insufficient_quota,
       3'600'000},
      {"ErrorInfo names the quota", "Q.",
       error_info("RATE_LIMIT_EXCEEDED", R"({"quota_limit":"RequestsPerDay"})"), "",
       insufficient_quota, kMidnight},
      {"S17", "Q.", error_info("QUOTA_EXHAUSTED"), "", insufficient_quota, kMidnight},
      {"S17 credits", "Q.", error_info("INSUFFICIENT_G1_CREDITS_BALANCE"), "", insufficient_quota,
       kMidnight},
      {"S18 without a time", "Q.", error_info("RATE_LIMIT_EXCEEDED"), "", rate_limit_exceeded, 0},
      {"U-11 from the metadata", "Q.", error_info("X", R"({"quotaResetDelay":"12.5s"})"), "",
       rate_limit_exceeded, 12'500},
      {"U-11 RetryInfo before the metadata", "Q.",
       retry_info("3s") + "," + error_info("X", R"({"quotaResetDelay":"12.5s"})"), "",
       rate_limit_exceeded, 3'000},
      {"U-11 from the text", "Please retry in 39.4s.", "", "", rate_limit_exceeded, 39'400},
      {"U-11 milliseconds in the text", "Please retry in 1500ms.", "", "", rate_limit_exceeded,
       1'500},
      {"U-11 from the header", "Q.", "", "17", rate_limit_exceeded, 17'000},
      {"U-11 the header comes last", "Please retry in 2s", "", "17", rate_limit_exceeded, 2'000},
      {"U-11 the header is a date", "Q.", "", "Wed, 25 Nov 2026 14:13:11 GMT", rate_limit_exceeded,
       30'000},
      {"a date that is over is a second", "Q.", "", "Wed, 21 Oct 2026 07:28:00 GMT",
       rate_limit_exceeded, 1'000},
      {"S17 with its end", "Q.", error_info("QUOTA_EXHAUSTED", R"({"quotaResetDelay":"7200s"})"),
       "", insufficient_quota, 7'200'000},
      {"a long way to its end", "Q.", error_info("X", R"({"quotaResetDelay":"301s"})"), "",
       insufficient_quota, 301'000},
      {"a negative header", "Q.", "", "-5", rate_limit_exceeded, 0},
      {"U-11 nothing", "Q.", "", "", rate_limit_exceeded, 0},
      {"less than a second is a second", "Q.", retry_info("900ms"), "", rate_limit_exceeded, 1'000},
      {"no time at all is a second", "Q.", retry_info("0s"), "", rate_limit_exceeded, 1'000},
      {"more than a day is a day", "Q.", retry_info("1000000000s"), "", rate_limit_exceeded,
       86'400'000},
      {"a wait without unit is none", "Q.", retry_info("20"), "", rate_limit_exceeded, 0},
      {"a negative wait is none", "Q.", retry_info("-3s"), "", rate_limit_exceeded, 0},
      {"a word is none", "Q.", retry_info("soons"), "", rate_limit_exceeded, 0},
      {"details that are none", "Q.", "1,null,[],{},\"x\"", "", rate_limit_exceeded, 0},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const Failure failure = read(429, error_body(429, row.message, row.details), row.retry_after);
    CHECK(traits(failure.error.code).code == traits(row.code).code);
    CHECK(failure.remedy == Remedy::other_account);
    CHECK(failure.is_quota);
    CHECK(failure.until_midnight == (row.cool_ms == kMidnight));
    CHECK(failure.cool_ms == std::max<std::int64_t>(row.cool_ms, 0));
    CHECK_FALSE(failure.error.retry_after_ms.has_value());
  }
}

TEST_CASE("a quota counts for a model, or for all of them if Google names none") {
  const auto quota_of = [](std::string_view dimensions) {
    return R"({"@type":"x/google.rpc.QuotaFailure","violations":[{"quotaId":"PerMinute")" +
           std::string(dimensions) + "}]}";
  };
  const struct {
    std::string details;
    Blame blame;
  } rows[] = {{quota_of(R"(,"quotaDimensions":{"model":"m"})"), Blame::model},
              {quota_of(R"(,"quotaDimensions":{"location":"global"})"), Blame::account},
              {quota_of(""), Blame::account},
              {retry_info("3s"), Blame::model},
              {"", Blame::model}};
  for (const auto& row : rows) {
    INFO(row.details);
    CHECK(read(429, error_body(429, "Q.", row.details)).blame == row.blame);
  }
}

TEST_CASE("what a failure says about the account",
          "[U-01][U-03][U-04][U-05][U-06][U-07][U-12][U-13]") {
  const struct {
    const char* why;
    int status;
    std::string body;
    Blame blame;
    std::int64_t cool_ms;
  } rows[] = {
      {"U-01", 400, error_body(400, "No."), Blame::nobody, 0},
      {"U-03", 400, error_body(400, "User location is not supported"), Blame::nobody, 0},
      {"U-04 a key", 400, error_body(400, "API key not valid."), Blame::credential, 600'000},
      {"U-04 a token that is refused twice", 401, error_body(401, "No."), Blame::account, 60'000},
      {"U-05", 403, error_body(403, "No."), Blame::model, 600'000},
      {"U-06", 404, error_body(404, "No."), Blame::nobody, 0},
      {"a wrong address", 404, "<html>", Blame::account, 60'000},
      {"S10", 400, error_body(400, "free tier is not available in your country"), Blame::model,
       600'000},
      {"U-07", 409, error_body(409, "No."), Blame::nobody, 0},
      {"U-12", 503, error_body(503, "No."), Blame::nobody, 0},
      {"U-12 as 429", 429, error_body(429, "Full.", error_info("MODEL_CAPACITY_EXHAUSTED")),
       Blame::nobody, 0},
      {"U-13", 500, error_body(500, "No."), Blame::nobody, 0},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const Failure failure = read(row.status, row.body);
    CHECK(failure.blame == row.blame);
    CHECK(failure.cool_ms == row.cool_ms);
    CHECK_FALSE(failure.is_quota);
  }
}

TEST_CASE("U-05 the link with which an owner lifts a block is kept out of the message") {
  const std::string link = "https://accounts.test/verify?x=1";
  const std::string help =
      R"({"@type":"x/google.rpc.Help","links":[{"description":"d","url":"https://help.test/"}]})";
  const std::string info =
      error_info("VALIDATION_REQUIRED", R"({"validation_link":")" + link + R"("})");
  for (const std::string& details : {info, info + "," + help, help + "," + info}) {
    const Failure failure = read(403, error_body(403, "Verify your account.", details));
    CHECK(failure.error.message == "Google: Verify your account.");
    CHECK(failure.owner_link == link);
  }
  CHECK(read(403, error_body(403, "V.", help)).owner_link == "https://help.test/");
  CHECK(read(403, error_body(403, "V.")).owner_link.empty());
}

TEST_CASE("an overloaded model says when it may be asked again, if Google does") {
  CHECK(read(503, error_body(503, "Busy.", retry_info("7s"))).error.retry_after_ms == 7'000);
  CHECK_FALSE(read(503, error_body(503, "Busy.")).error.retry_after_ms.has_value());
}

TEST_CASE("T-13 an error inside a stream is what its code says, in Google's own words") {
  const struct {
    const char* why;
    std::string event;
    ErrorCode code;
    Remedy remedy;
    const char* message;
  } rows[] = {
      {"503", error_body(503, "The model is overloaded."), upstream_overloaded, Remedy::overloaded,
       "The model is overloaded."},
      {"499 is a broken answer here", error_body(499, "The operation was cancelled."),
       upstream_error, Remedy::same_account, "The operation was cancelled."},
      {"429", error_body(429, "Quota.", retry_info("4s")), rate_limit_exceeded,
       Remedy::other_account, "Quota."},
      {"429, the time in the text", error_body(429, "Please retry in 9s"), rate_limit_exceeded,
       Remedy::other_account, "Please retry in 9s"},
      {"400", error_body(400, "Bad."), upstream_invalid_request, Remedy::none, "Bad."},
      {"no code", R"({"error":{"message":"Odd."}})", upstream_error, Remedy::same_account, "Odd."},
      {"no message", R"({"error":{"code":500}})", upstream_error, Remedy::same_account,
       "Google ended its answer with an error."},
      {"nothing", R"({"error":{}})", upstream_error, Remedy::same_account,
       "Google ended its answer with an error."},
      {"a code beyond HTTP", error_body(13, "Internal."), upstream_error, Remedy::same_account,
       "Internal."},
      {"secrets", error_body(500, "key=abc"), upstream_error, Remedy::same_account,
       "key=[redacted]"},
      {"secrets on the next line", error_body(500, R"(Of project\nname-123, key=\tabc)"),
       upstream_error, Remedy::same_account, "Of project [redacted], key= abc"},
      {"secrets behind more white space", error_body(500, R"(Of project\r\n \t123456789012.)"),
       upstream_error, Remedy::same_account, "Of project [redacted]."},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const ExactBytes bytes(row.event);
    const Failure failure = proxy::gemini::read_stream_error(bytes.view(), "my-model");
    CHECK(traits(failure.error.code).code == traits(row.code).code);
    CHECK(failure.remedy == row.remedy);
    CHECK(failure.error.message == row.message);
  }
}

TEST_CASE("U-09 T-13 an error inside a stream says when to come again") {
  const auto cool_ms = [](const std::string& event) {
    return proxy::gemini::read_stream_error(ExactBytes(event).view(), "my-model").cool_ms;
  };
  CHECK(cool_ms(error_body(429, "Quota.", retry_info("4s"))) == 4'000);
  CHECK(cool_ms(error_body(429, "Please retry in 9s")) == 9'000);
  CHECK(cool_ms(error_body(429, "Please retry in 9s", retry_info("4s"))) == 4'000);
  CHECK(cool_ms(error_body(429, "Quota.")) == 0);
}

TEST_CASE("U-17 every redirect is one") {
  for (const int status : {300, 301, 307, 399}) {
    INFO(status);
    CHECK(read(status, "").error.message ==
          "Google's address answered with a redirect, which is not followed.");
  }
}

TEST_CASE("failures without a body of Google's say what happened") {
  const struct {
    Failure failure;
    ErrorCode code;
    Remedy remedy;
    const char* message;
  } rows[] = {
      {proxy::gemini::network_failure(), upstream_reset, Remedy::same_account,
       "The connection to Google failed."},
      {proxy::gemini::invalid_response("It is odd."), upstream_invalid_response,
       Remedy::same_account, "It is odd."},
      {proxy::gemini::timed_out("Too late."), upstream_timeout, Remedy::none, "Too late."},
      {proxy::gemini::cut_answer(), upstream_reset, Remedy::same_account,
       "Google's answer ended before it was complete."},
      {proxy::gemini::empty_answer(), empty_response, Remedy::same_account,
       "Google's answer was empty."},
      {proxy::gemini::malformed_call(""), malformed_function_call, Remedy::same_account,
       "The model failed to write a function call."},
      {proxy::gemini::malformed_call(R"(Malformed: \"f(\u00e9\")"), malformed_function_call,
       Remedy::same_account,
       "The model failed to write a function call. Google: Malformed: \"f(\xC3\xA9\""},
  };
  for (const auto& row : rows) {
    INFO(row.message);
    CHECK(row.failure.error.code == row.code);
    CHECK(row.failure.remedy == row.remedy);
    CHECK(row.failure.error.message == row.message);
    CHECK(row.failure.pause_ms == 0);
    CHECK(row.failure.error.param.empty());
  }
}
