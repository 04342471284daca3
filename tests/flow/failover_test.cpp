// What happens when Gemini fails before the answer begins: who is asked next, how often, and what
// the caller is told in the end.
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

std::string quota(std::string_view quota_id, std::string_view delay) {
  return R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")" +
         std::string(quota_id) + R"("}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo",)" +
         R"("retryDelay":")" + std::string(delay) + "\"}";
}

FetchAnswer google_error(int code, std::string_view status, std::string_view message = "No.",
                         std::string_view details = {}) {
  return error_answer(code, error_json(code, status, message, details),
                      {{"content-type", "application/json"}});
}

// An answer that Gemini always gives, and what becomes of it with two accounts.
struct Row {
  FetchAnswer answer;
  const char* summary;
  const char* asked;  // accounts, in order
  const char* should_retry;
  const char* retry_after_ms = "";
  const char* says = "";  // part of the message
};

void check_row(const Row& row, const Ask& ask) {
  INFO(row.answer.status << ' ' << row.summary << " stream " << ask.body.front());
  Story story(0, 2);
  story.on_google = [&row](const FetchRequest&, int) { return row.answer; };
  const std::int64_t begun_ms = story.host.now_ms;
  const Received& got = story.ask(ask);
  CHECK(Story::summary(got) == row.summary);
  CHECK(story.accounts_asked() == row.asked);
  CHECK(got.header("x-should-retry") == row.should_retry);
  CHECK(got.header("retry-after-ms") == row.retry_after_ms);
  CHECK(error_message(got.body).find(row.says) != std::string::npos);
  CHECK(error_message(got.body).find('<') == std::string::npos);
  CHECK(story.google_requests().size() <= 4);
  CHECK(story.host.now_ms - begun_ms <= 1'000);  // one pause at most
  const bool went_on = std::string_view(row.asked).find('1') != std::string_view::npos;
  CHECK(story.host.log_count(R"("ev":"failover")") == (went_on ? 1 : 0));
  const LogView line = view_log(story.host.logs.back());
  CHECK(line.get("ev") == "req");
  CHECK(line.get("try") == std::to_string(story.google_requests().size()));
  if (row.answer.status > 0) CHECK(line.get("up") == std::to_string(row.answer.status));
  CHECK(line.level == (got.status >= 500 ? "error" : "info"));
}

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const Ask& ask : {streamed(), whole()}) check_row(row, ask);
  }
}

}  // namespace

TEST_CASE("what the request itself is at fault for is not tried elsewhere",
          "[F-23][U-01][U-02][U-03][U-06][U-08][U-14]") {
  const std::string location = "User location is not supported for the API use.";
  check_rows({
      {google_error(400, "INVALID_ARGUMENT", "Bad thing."), "400 upstream_invalid_request", "0",
       "false", "", "Google: Bad thing."},
      {google_error(400, "INVALID_ARGUMENT",
                    "The input token count (1200000) exceeds the maximum number of tokens allowed "
                    "(1048576)."),
       "400 context_length_exceeded", "0", "false", "", "1048576"},
      {google_error(400, "FAILED_PRECONDITION", location),
       "403 unsupported_country_region_territory", "0", "false", "", "Smart Placement"},
      {google_error(404, "NOT_FOUND", "models/x is not found for API version v1beta"),
       "404 model_not_found", "0", "false", "",
       "The model `gemini-2.5-flash` does not exist or you do not have access to it."},
      {error_answer(413), "413 request_too_large", "0", "false"},
      {google_error(418, ""), "400 upstream_invalid_request", "0", "false"},
      {google_error(504, "DEADLINE_EXCEEDED"), "504 upstream_timeout", "0", "true"},
  });
}

TEST_CASE("what an account cannot serve is tried with another", "[U-05][U-09][U-10][U-11]") {
  const std::string per_minute = quota("GenerateRequestsPerMinutePerProjectPerModel", "20.5s");
  const std::string per_day = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "30s");
  check_rows({
      {google_error(403, "PERMISSION_DENIED", "Nope."), "403 upstream_permission_denied", "0 1",
       "false", "", "Google: Nope."},
      {google_error(400, "INVALID_ARGUMENT", "API key not valid."),
       "403 upstream_permission_denied", "0 1", "false"},
      {google_error(429, "RESOURCE_EXHAUSTED", "Quota.", per_minute), "429 rate_limit_exceeded",
       "0 1", "true", "20500", "Please try again in 21s."},
      {google_error(429, "RESOURCE_EXHAUSTED", "Quota.", per_day), "429 insufficient_quota", "0 1",
       "false", "35200000"},
      {google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0"),
       "429 insufficient_quota", "0 1", "false", "3600000"},
      {google_error(429, "RESOURCE_EXHAUSTED", "Please retry in 39.4s."), "429 rate_limit_exceeded",
       "0 1", "true", "39400"},
      {error_answer(429, "", {{"retry-after", "7"}}), "429 rate_limit_exceeded", "0 1", "true",
       "7000"},
      {error_answer(429, "", {{"retry-after", "Tue, 14 Nov 2023 22:14:00 GMT"}}),
       "429 rate_limit_exceeded", "0 1", "true", "40000"},
      {error_answer(429), "429 rate_limit_exceeded", "0 1", "true", "10000"},
  });
}

TEST_CASE("passing faults are tried twice with an account and four times in all",
          "[U-07][U-12][U-13]") {
  check_rows({
      {google_error(500, "INTERNAL"), "502 upstream_error", "0 0 1 1", "true"},
      {google_error(408, ""), "503 upstream_overloaded", "0 0 1 1", "true"},
      {google_error(409, "ABORTED"), "503 upstream_overloaded", "0 0 1 1", "true"},
      {google_error(499, "CANCELLED"), "503 upstream_overloaded", "0 0 1 1", "true"},
      {error_answer(502, "<html><h1>Bad Gateway</h1></html>"), "502 upstream_error", "0 0 1 1",
       "true", "", "HTTP status 502"},
      {error_answer(599), "502 upstream_error", "0 0 1 1", "true"},
      {google_error(503, "UNAVAILABLE", "The model is overloaded."), "503 upstream_overloaded",
       "0 1 1", "true"},
      {error_answer(529), "503 upstream_overloaded", "0 1 1", "true"},
      {no_connection(), "502 upstream_reset", "0 0 1 1", "true"},
  });
}

TEST_CASE("four calls and one pause are the most, however many accounts there are", "[P-11]") {
  struct Most {
    int accounts;
    int status;
    const char* asked;
    std::int64_t least_ms;  // of pauses
    std::int64_t most_ms;
  };
  const Most rows[] = {{6, 500, "0 0 1 1", 500, 500}, {6, 429, "0 1 2 3", 0, 0},
                       {6, 503, "0 1 2 3", 300, 900}, {2, 503, "0 1 1", 1'000, 1'000},
                       {1, 503, "0 0", 1'000, 1'000}, {1, 500, "0 0", 500, 500}};
  for (const Most& row : rows) {
    Story story(0, row.accounts);
    story.on_google = [&row](const FetchRequest&, int) { return error_answer(row.status); };
    const std::int64_t begun_ms = story.host.now_ms;
    CHECK(story.ask(whole()).status >= 400);
    CHECK(story.accounts_asked() == row.asked);
    CHECK(story.host.now_ms - begun_ms >= row.least_ms);
    CHECK(story.host.now_ms - begun_ms <= row.most_ms);
  }
}

TEST_CASE("errors in odd clothes are judged by what is known of them", "[U-15][U-16][U-17]") {
  FetchAnswer huge = error_answer(500, std::string(65'536, 'x'));
  for (int i = 0; i < 100; ++i) huge.chunks.push_back(std::string(65'536, 'x'));
  FetchAnswer endless = error_answer(500, "{");
  endless.end = BodyEnd::never;
  FetchAnswer cut = error_answer(400, "{\"error\":{\"mess");
  cut.end = BodyEnd::broken;
  const std::string inner = R"({\"error\":{\"code\":429,\"message\":\"Inner.\"}})";
  check_rows({
      {error_answer(404, "<!DOCTYPE html><title>Error 404</title>"),
       "502 upstream_invalid_response", "0 1", "true", "", "HTTP status 404"},
      {error_answer(400, "\xFF\xFE{\"e\""), "400 upstream_invalid_request", "0", "false"},
      {error_answer(400, "[" + error_json(429, "RESOURCE_EXHAUSTED") + "]"),
       "429 rate_limit_exceeded", "0 1", "true", "10000"},
      {google_error(500, "INTERNAL", inner), "429 rate_limit_exceeded", "0 1", "true", "10000",
       "Inner."},
      {huge, "502 upstream_error", "0 0 1 1", "true"},
      {cut, "400 upstream_invalid_request", "0", "false"},
      {error_answer(307, "", {{"location", "https://evil.example/"}}),
       "502 upstream_invalid_response", "0", "true"},
      {error_answer(204), "502 upstream_error", "0 0 1 1", "true"},
  });
  Story story;
  story.on_google = [&](const FetchRequest&, int n) { return n == 1 ? endless : good_answer(); };
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.host.count("drop body") == 1);
  // Of a huge one the first 64 KiB are read, and the rest is given up.
  story.on_google = [&](const FetchRequest&, int) { return huge; };
  const std::size_t reads = story.host.count("read answer");
  CHECK(story.tell(whole()) == "502 upstream_error");
  CHECK(story.host.count("read answer") == reads + 2);
  CHECK(story.host.count("drop body") == 3);
}

TEST_CASE("an answer that cannot be read is no answer", "[U-20][U-21]") {
  const auto with = [](FetchAnswer answer, const char* name, const char* value) {
    answer.headers.emplace_back(name, value);
    return answer;
  };
  constexpr const char* kBroken = "502 upstream_invalid_response";
  check_rows({
      {with(good_answer(), "content-encoding", "zstd"), kBroken, "0 0 1 1", "true"},
      {with(good_answer(), "content-encoding", "gzip, zstd"), kBroken, "0 0 1 1", "true"},
      {error_answer(200, "<!DOCTYPE html>\n<html>\n</html>\n"), kBroken, "0 0 1 1", "true"},
      {error_answer(200, error_json(429, "RESOURCE_EXHAUSTED")), "429 rate_limit_exceeded", "0 1",
       "true", "10000"},
      {error_answer(200, "[" + error_json(400, "INVALID_ARGUMENT", "Bad.") + "]"),
       "400 upstream_invalid_request", "0", "false"},
  });
  for (const char* encoding : {"identity", "gzip", "br", ""}) {
    Story story;
    story.on_google = [&](const FetchRequest&, int) {
      return with(good_answer(), "content-encoding", encoding);
    };
    CHECK(story.tell(whole()) == kServed);
  }
}

TEST_CASE("a page that is no answer is not read to its end, which may never come", "[U-20][P-12]") {
  Story pages;
  pages.on_google = [](const FetchRequest&, int) {
    FetchAnswer answer = error_answer(200, "<!DOCTYPE html>\n");
    for (int i = 0; i < 100; ++i) answer.chunks.push_back(std::string(32 * 1024, '-') + '\n');
    answer.end = BodyEnd::never;
    return answer;
  };
  CHECK(pages.tell(streamed()) == "502 upstream_invalid_response");
  CHECK(pages.host.count("read answer") == 2 * 4);
  CHECK(pages.host.count("drop body") == 2);
}

TEST_CASE("a plain JSON answer in a stream's place is converted", "[U-20]") {
  for (const bool is_array : {false, true}) {
    Story story;
    const std::string json = text_event("private-whole", "STOP");
    story.on_google = [&](const FetchRequest&, int) {
      return error_answer(200, is_array ? "[" + json + "]" : json);
    };
    CHECK(story.tell(streamed()) == "200 private-whole[DONE]");
    CHECK(story.tell(whole()) == "200 private-whole");
  }
}

}  // namespace proxy::flow
