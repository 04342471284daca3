// Accounts that Google wants to wait: how long they rest, who serves meanwhile, and what callers
// are told when nobody can.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";
constexpr std::int64_t kToMidnightMs = 35'200'000;  // from FakeHost's first moment, in California

// "0 1 2" for three.
std::string all_of(int accounts) {
  std::string all = "0";
  for (int i = 1; i < accounts; ++i) all += ' ' + std::to_string(i);
  return all;
}

void always(Story& story, FetchAnswer answer) {
  story.on_google = [answer = std::move(answer)](const FetchRequest&, int) { return answer; };
}

// The first account gets that answer, others serve.
void first_gets(Story& story, FetchAnswer answer) {
  story.on_google = [answer = std::move(answer)](const FetchRequest& request, int) {
    return account_of(request) == "0" ? answer : good_answer();
  };
}

// What the request after it is told at once, and what happens when the rest is over.
void check_rest(Story& story, int accounts, const std::string& code, std::int64_t ms) {
  const std::size_t calls = story.host.fetches.size();
  const Received& got = story.ask(streamed());
  CHECK(Story::summary(got) == "429 " + code);
  CHECK(got.header("retry-after-ms") == std::to_string(ms));
  CHECK(got.header("retry-after") == std::to_string((ms + 999) / 1'000));
  if (code == "rate_limit_exceeded") {
    const std::string words = "Please try again in " + std::to_string((ms + 999) / 1'000) + "s.";
    CHECK(error_message(got.body).ends_with(words));
  } else {
    CHECK(got.header("x-should-retry") == "false");
  }
  // Nothing is asked before its end, and all of them after.
  story.host.now_ms += ms - 1'001;
  CHECK(story.ask(whole()).header("retry-after-ms") == "1001");
  CHECK(story.host.fetches.size() == calls);
  story.host.now_ms += 1'001;
  story.on_google = nullptr;
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == all_of(accounts) + " 0");
}

}  // namespace

TEST_CASE("a quota of a minute lets account and model rest as long as Google says",
          "[U-09][U-23]") {
  for (const int accounts : {1, 2, 3}) {
    for (const Ask& ask : {streamed(), whole()}) {
      INFO(accounts << " accounts");
      Story story(0, accounts);
      always(story, limited_for("20.5s"));
      const Received& got = story.ask(ask);
      CHECK(Story::summary(got) == "429 rate_limit_exceeded");
      CHECK(got.header("retry-after-ms") == "20500");
      CHECK(got.header("retry-after") == "21");
      CHECK(error_message(got.body).ends_with("Please try again in 21s."));
      CHECK(story.accounts_asked() == all_of(accounts));
      check_rest(story, accounts, "rate_limit_exceeded", 20'500);
      CHECK(story.host.count("kv_put cool_") == 0);  // a minute at most is nobody else's business
    }
  }
}

TEST_CASE("callers are told the end of the rest that ends first", "[U-09][U-23]") {
  Story story(0, 3);
  story.on_google = [](const FetchRequest& request, int) {
    const std::string account = account_of(request);
    if (account == "2") return spent_today();
    return limited_for(account == "0" ? "40s" : "8s");
  };
  CHECK(story.ask(whole()).header("retry-after") == "8");
  CHECK(story.ask(whole()).header("retry-after") == "8");
  story.host.now_ms += 8'000;
  story.ask(whole());
  CHECK(story.accounts_asked() == "0 1 2 1");  // only the one whose rest is over
}

TEST_CASE("another model is served by the accounts that rest for one", "[U-09]") {
  for (const int accounts : {1, 2, 3}) {
    Story story(0, accounts);
    story.on_google = [](const FetchRequest& request, int) {
      const bool is_spent = request.url.find("gemini-2.5-flash:") != std::string::npos;
      return is_spent ? limited_for("30s") : good_answer();
    };
    CHECK(story.tell(whole()) == "429 rate_limit_exceeded");
    CHECK(story.tell(ask_of("gemini-2.5-pro")) == kServed);
    CHECK(story.tell(whole()) == "429 rate_limit_exceeded");
    CHECK(story.accounts_asked() == all_of(accounts) + " 0");
  }
}

TEST_CASE("a quota that names no model is spent for every model", "[U-09]") {
  Story story;
  always(story, google_error(429, "RESOURCE_EXHAUSTED", "No.",
                             detail("QuotaFailure", R"("violations":[{"quotaId":"PerMinute"}])") +
                                 ',' + retry_info("30s")));
  CHECK(story.tell(whole()) == "429 rate_limit_exceeded");
  CHECK(story.tell(ask_of("gemini-2.5-pro")) == "429 rate_limit_exceeded");
  CHECK(story.google_requests().size() == 1);
}

TEST_CASE("a quota is the whole project's", "[U-09]") {
  Story story;
  set_entries(story, {signed_in(0, R"(,"projectId":"project-a")"),
                      signed_in(1, R"(,"projectId":"project-a")"),
                      signed_in(2, R"(,"projectId":"project-b")")});
  first_gets(story, limited_for("30s"));
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 2 2");
  story.host.now_ms += 30'000;
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 2 2 1");
}

TEST_CASE("a quota of a day is spent until midnight in California", "[U-10]") {
  for (const int accounts : {1, 2, 3}) {
    INFO(accounts << " accounts");
    Story story(0, accounts);
    always(story, spent_today());
    CHECK(story.tell(streamed()) == "429 insufficient_quota");
    check_rest(story, accounts, "insufficient_quota", kToMidnightMs);
  }
}

TEST_CASE("a quota of nothing is not asked for again for an hour", "[U-10]") {
  for (const char* message : {"Quota exceeded, limit: 0, model: gemini-2.5-flash", "No."}) {
    Story story;
    const std::string violation =
        R"("violations":[{"quotaId":"PerDay","quotaValue":"0","quotaDimensions":{"model":"m"}}])";
    always(story, google_error(429, "RESOURCE_EXHAUSTED", message,
                               detail("QuotaFailure", violation) + ',' + retry_info("33s")));
    CHECK(story.tell(whole()) == "429 insufficient_quota");
    check_rest(story, 1, "insufficient_quota", 3'600'000);
  }
}

TEST_CASE("the length of a rest is taken from wherever Google names it", "[U-11]") {
  const std::string reset =
      detail("ErrorInfo", R"("reason":"RATE_LIMIT_EXCEEDED","metadata":{"quotaResetDelay":"17s"})");
  const std::pair<FetchAnswer, int> rows[] = {
      {google_error(429, "RESOURCE_EXHAUSTED"), 10'000},
      {google_error(429, "RESOURCE_EXHAUSTED", "Please retry in 39.4s."), 39'400},
      {google_error(429, "RESOURCE_EXHAUSTED", "No.", reset), 17'000},
      {google_error(429, "RESOURCE_EXHAUSTED", "Please retry in 39.4s.", retry_info("12.25s")),
       12'250},
      {error_answer(429, "", {{"retry-after", "7"}}), 7'000},
      {error_answer(429, "", {{"retry-after", "Tue, 14 Nov 2023 22:13:45 GMT"}}), 25'000},
      {error_answer(429, "<html>"), 10'000},
      {google_error(429, "RESOURCE_EXHAUSTED", "No.", retry_info("soon")), 10'000}};
  for (const auto& [answer, ms] : rows) {
    INFO(ms);
    Story story(0, 2);
    always(story, answer);
    CHECK(story.tell(streamed()) == "429 rate_limit_exceeded");
    check_rest(story, 2, "rate_limit_exceeded", ms);
  }
}

TEST_CASE("rests of unknown length double, up to five minutes, until one answer is good",
          "[U-11]") {
  Story story;
  always(story, google_error(429, "RESOURCE_EXHAUSTED"));
  for (const char* seconds : {"10", "20", "40", "80", "160", "300", "300"}) {
    const Received& got = story.ask(whole());
    CHECK(got.header("retry-after") == seconds);
    story.host.now_ms += std::stoi(seconds) * 1'000;
  }
  CHECK(story.google_requests().size() == 7);
  story.on_google = nullptr;
  CHECK(story.tell(whole()) == kServed);
  always(story, google_error(429, "RESOURCE_EXHAUSTED"));
  CHECK(story.ask(whole()).header("retry-after") == "10");
}

TEST_CASE("several choices that meet a quota together make one rest", "[U-11]") {
  Story story;
  always(story, google_error(429, "RESOURCE_EXHAUSTED"));
  const Ask five = post(chat_body(R"(,"stream":false,"n":5)"));
  CHECK(story.ask(five).header("retry-after") == "10");
  story.host.now_ms += 10'000;
  CHECK(story.ask(five).header("retry-after") == "20");
}

TEST_CASE("a full model lets no account rest", "[U-12]") {
  const std::string capacity = detail("ErrorInfo", R"("reason":"MODEL_CAPACITY_EXHAUSTED")");
  const FetchAnswer answers[] = {google_error(503, "UNAVAILABLE", "The model is overloaded."),
                                 error_answer(529),
                                 google_error(429, "RESOURCE_EXHAUSTED", "No capacity.", capacity)};
  for (const FetchAnswer& answer : answers) {
    for (const int accounts : {1, 2, 3}) {
      INFO(answer.status << ", " << accounts << " accounts");
      Story story(0, accounts);
      always(story, answer);
      const std::int64_t begun_ms = story.host.now_ms;
      CHECK(story.tell(streamed()) == "503 upstream_overloaded");
      const auto asked = story.google_requests().size();
      CHECK(asked >= static_cast<std::size_t>(accounts));
      CHECK(asked <= 4);
      CHECK(story.host.now_ms - begun_ms >= 100);
      CHECK(story.host.now_ms - begun_ms <= 1'000);
      first_gets(story, good_answer());
      CHECK(story.tell(whole()) == kServed);  // without a wait
      CHECK(story.google_requests().size() == asked + 1);
      CHECK(story.host.log_count("account_rests") == 0);
    }
  }
  Story story;
  always(story, google_error(503, "UNAVAILABLE", "Full.", retry_info("9s")));
  CHECK(story.ask(whole()).header("retry-after") == "9");
}

TEST_CASE("a rest that is nearly over is waited for, once", "[U-23]") {
  Story story;
  story.on_google = [](const FetchRequest&, int n) {
    return n == 1 ? limited_for("1s") : good_answer();
  };
  const std::int64_t begun_ms = story.host.now_ms;
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.host.now_ms - begun_ms == 1'000);
  CHECK(story.google_requests().size() == 2);

  always(story, limited_for("0.9s"));
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "429 rate_limit_exceeded");
  CHECK(got.header("retry-after") == "1");
  CHECK(story.google_requests().size() == 4);
}

TEST_CASE("an error in place of the first event counts like one in place of the answer",
          "[T-13][U-09]") {
  Story story(0, 2);
  const std::string details = model_quota("PerMinute") + ',' + retry_info("20s");
  first_gets(story, answer_of({error_json(429, "RESOURCE_EXHAUSTED", "No.", details)}));
  for (const Ask& ask : {streamed(), whole(), streamed()}) CHECK(story.ask(ask).status == 200);
  CHECK(story.accounts_asked() == "0 1 1 1");
  story.host.now_ms += 20'000;
  story.ask(whole());
  CHECK(story.accounts_asked() == "0 1 1 1 0 1");
}

TEST_CASE("a header block that the platform does not take is a broken connection", "[U-22]") {
  Story story(0, 2);
  first_gets(story, no_connection());
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.accounts_asked() == "0 0 1");
  always(story, no_connection());
  CHECK(story.tell(whole()) == "502 upstream_reset");
  CHECK(story.host.log_count("account_rests") == 0);
}

}  // namespace proxy::flow
