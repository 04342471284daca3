// What happens when an account fails: its access token is refused, its refresh token revoked, the
// token endpoint in trouble. Who is asked instead, and what the caller is told in the end.
#include <string>
#include <utility>

#include "base/limits.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

FetchAnswer google_error(int code, std::string_view status, std::string_view message = "No.",
                         std::string_view details = {}) {
  return error_answer(code, error_json(code, status, message, details),
                      {{"content-type", "application/json"}});
}

}  // namespace

TEST_CASE("a refused token is renewed once and the same account asked again", "[O-17]") {
  Story story;
  story.ask(whole());
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_old = request.header("authorization").ends_with("-0-1");
    return is_old ? google_error(401, "UNAUTHENTICATED") : good_answer();
  };
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.accounts_asked() == "0 0 0");
  CHECK(story.token_requests().size() == 2);
  CHECK(story.host.count("kv_delete token_0") == 1);
  CHECK(story.host.kv("token_0")->find("marked-access-0-2") != std::string::npos);
  story.evict();
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 2);
}

TEST_CASE("an account that is refused again and again makes no loop", "[O-17][O-18]") {
  for (const int accounts : {1, 2, 3}) {
    for (const bool has_cached : {false, true}) {
      INFO(accounts << " accounts, cached " << has_cached);
      Story story(0, accounts);
      if (has_cached) story.ask(whole());
      const std::size_t before = story.host.fetches.size();
      story.on_google = [](const FetchRequest&, int) {
        return google_error(401, "UNAUTHENTICATED");
      };
      const Received& got = story.ask(streamed());
      CHECK(Story::summary(got) == "403 upstream_permission_denied");
      // One refresh for each account; a second call only where the token was an old one.
      std::size_t calls = static_cast<std::size_t>(accounts) + (has_cached ? 1 : 0);
      const auto refreshes = static_cast<std::size_t>(accounts);
      CHECK(story.host.fetches.size() - before == calls + refreshes);
    }
  }
}

TEST_CASE("each account may renew its token once in a request", "[O-17][O-18]") {
  Story story(0, 2);
  for (int i = 0; i < 2; ++i) story.ask(whole());
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_good = request.header("authorization").ends_with("-1-2");
    return is_good ? good_answer() : google_error(401, "UNAUTHENTICATED");
  };
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 1 0 0 1 1");
}

TEST_CASE("a caller's 401 is about the caller's key only") {
  Story story;
  story.on_google = [](const FetchRequest&, int) { return google_error(401, "UNAUTHENTICATED"); };
  CHECK(story.ask(whole()).status == 403);
}

TEST_CASE("a revoked account is passed over for the next", "[O-01][O-21]") {
  Story story(0, 2);
  story.on_token = [](const std::string& refresh_token, int) {
    return refresh_token.ends_with("0") ? refusal("invalid_grant")
                                        : token_answer("marked-access-1-1");
  };
  for (int i = 0; i < 3; ++i) CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.accounts_asked() == "1 1 1");
  CHECK(story.token_requests().size() == 2);  // the dead one is remembered
  CHECK(story.host.log_count(R"(error {"ev":"account_dead")") == 1);
  CHECK(story.host.log_count(R"("ev":"failover")") == 1);
  CHECK(story.host.kv_keys() == std::vector<std::string>{"dead_0", "token_1"});
  // Another isolate learns it from KV; ten minutes later it is tried again.
  story.evict();
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 2);
  story.host.now_ms += 600'000;
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 3);
}

TEST_CASE("a disabled account is never asked", "[A-07]") {
  Story story;
  story.set("ACCOUNTS", R"([{"refresh_token":"marked-refresh-0","disabled":true},)"
                        R"({"refresh_token":"marked-refresh-1"}])");
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "1");
  CHECK(story.token_requests().size() == 1);
}

TEST_CASE("an error inside a stream does not tell the account's project", "[T-13][K-13]") {
  Story story;
  story.set("ACCOUNTS", R"([{"refresh_token":"marked-refresh-0","projectId":"marked-project-7"}])");
  story.on_google = [](const FetchRequest&, int) {
    return answer_of(
        {text_event("private-answer"),
         error_json(429, "RESOURCE_EXHAUSTED", "Quota of marked-project-7 is spent.")});
  };
  const Received& got = story.ask(streamed());
  CHECK(Story::summary(got) == "200 private-answer!rate_limit_exceeded");
  CHECK(got.body.find("Quota of [redacted] is spent.") != std::string::npos);
}

TEST_CASE("when every account is dead there is no token for anyone", "[O-01]") {
  Story story(0, 2);
  story.on_token = [](const std::string&, int) { return refusal("invalid_grant"); };
  for (const Ask& ask : {streamed(), whole()}) {
    const Received& got = story.ask(ask);
    CHECK(Story::summary(got) == "503 all_accounts_dead");
    const std::string message = error_message(got.body);
    CHECK(message.starts_with("No available token: Google refuses every account. "));
    CHECK(message.find("No available token", 1) == std::string::npos);
    CHECK(got.header("x-should-retry") == "false");
  }
  CHECK(story.google_requests().empty());
  CHECK(story.token_requests().size() == 2);
}

TEST_CASE("an account that dies in the middle of a request is told like any other",
          "[O-01][O-17]") {
  Story story;
  story.ask(whole());
  story.on_google = [](const FetchRequest&, int) { return google_error(401, "UNAUTHENTICATED"); };
  story.on_token = [](const std::string&, int) { return refusal("invalid_grant"); };
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "503 all_accounts_dead");
  CHECK(error_message(got.body).starts_with("No available token"));
}

TEST_CASE("when no refresh succeeds for now the caller is told so", "[O-05][O-06][O-15]") {
  struct TokenRow {
    FetchAnswer answer;
    const char* should_retry;
    const char* retry_after;
    std::size_t requests;  // for two accounts
  };
  const TokenRow rows[] = {
      {error_answer(503), "true", "", 4},
      {no_connection(), "true", "", 4},
      {silence(), "true", "", 4},
      {error_answer(200, "<html>"), "true", "", 2},
      {error_answer(302, "", {{"location", "https://evil.example"}}), "true", "", 2},
      {error_answer(429, "", {{"retry-after", "40"}}), "true", "40", 2},
      {refusal("invalid_client", 401), "false", "", 1},  // both accounts are of one client
  };
  for (const TokenRow& row : rows) {
    INFO(row.answer.status);
    Story story(0, 2);
    story.on_token = [&row](const std::string&, int) { return row.answer; };
    const std::int64_t begun_ms = story.host.now_ms;
    const Received& got = story.ask(whole());
    CHECK(Story::summary(got) == "503 token_refresh_failed");
    CHECK(error_message(got.body).starts_with("Failed to refresh token"));
    CHECK(got.header("x-should-retry") == row.should_retry);
    if (row.retry_after[0] != '\0') CHECK(got.header("retry-after") == row.retry_after);
    CHECK(story.token_requests().size() == row.requests);
    CHECK(story.google_requests().empty());
    CHECK(story.host.now_ms - begun_ms <= 2 * 21'000);
    CHECK(story.host.log_count("Failed to refresh token") >= 1);
  }
}

TEST_CASE("few accounts are asked for a token in one request, and none that is known to be dead") {
  Story story(0, 2 * limits::kTokenAccounts);
  story.on_token = [](const std::string&, int) { return refusal("invalid_grant"); };
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "503 token_refresh_failed");  // as there are others
  CHECK(got.header("x-should-retry") == "true");
  CHECK(got.header("retry-after") == "1");
  CHECK(story.token_requests().size() == limits::kTokenAccounts);
  // Those known to be dead cost nothing, so the next request finds the one that works.
  const std::string last = std::to_string(2 * limits::kTokenAccounts - 1);
  story.on_token = [&last](const std::string& refresh_token, int) {
    return refresh_token.ends_with('-' + last) ? token_answer("marked-access-" + last + "-1")
                                               : refusal("invalid_grant");
  };
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 2 * limits::kTokenAccounts);
  CHECK(story.accounts_asked() == last);
}

TEST_CASE("no request goes beyond the subrequests that the Free plan allows", "[P-11]") {
  constexpr std::size_t kFreePlan = 50;
  const FetchAnswer refusals[] = {refusal("invalid_grant"), error_answer(503), no_connection(),
                                  error_answer(200, "<html>"), token_answer("marked-access-9-9")};
  const FetchAnswer answers[] = {error_answer(401), error_answer(429), error_answer(500),
                                 error_answer(503), answer_of({}, BodyEnd::broken)};
  for (const FetchAnswer& token : refusals) {
    for (const FetchAnswer& answer : answers) {
      for (const KvFault fault : {KvFault::none, KvFault::fails}) {
        Story story(0, 20);
        story.host.kv_put_fault = fault;
        story.host.kv_get_fault = fault;
        story.on_google = [&](const FetchRequest&, int) { return answer; };
        story.on_token = [&](const std::string& refresh_token, int n) {
          // From the fifth account on they work at first.
          const bool works = n == 1 && refresh_token.back() >= '4';
          return works ? token_answer("marked-access-5-5") : token;
        };
        CHECK(story.ask(streamed()).status >= 400);
        const std::size_t drops = story.host.count("drop fetch") + story.host.count("drop kv_");
        CHECK(story.host.count("fetch POST") + story.host.count("kv_") - drops <= kFreePlan);
      }
    }
  }
}

TEST_CASE("the search begins at another account in another isolate") {
  Story story(0, 3);
  for (const std::size_t first : {std::size_t{1}, std::size_t{2}, std::size_t{0}}) {
    story.first_account = first;
    story.evict();
    CHECK(story.tell(whole()) == kServed);
  }
  CHECK(story.accounts_asked() == "1 2 0");
}

TEST_CASE("a failed account is followed by the next in a ring") {
  Story story(0, 3);
  story.first_account = 1;
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_first = request.header("authorization").find("access-0") != std::string::npos;
    return is_first ? good_answer() : google_error(429, "RESOURCE_EXHAUSTED");
  };
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "1 2 0");
  CHECK(story.host.log_count(R"("ev":"failover")") == 2);
  const LogView line = view_log(story.host.logs.back());
  CHECK(line.get("acct") == "0");
  CHECK(line.get("try") == "3");
  CHECK(line.get("up") == "200");
  CHECK(line.get("code").empty());
}

TEST_CASE("what upstream errors say about the owner goes no further", "[K-13]") {
  Story story;
  story.on_google = [](const FetchRequest&, int) {
    return google_error(403, "PERMISSION_DENIED",
                        "Bearer marked-access-0-1 of projects/marked-7, key=marked-8, "
                        "owner marked-9@mail.example, token=marked-10, has no access.");
  };
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "403 upstream_permission_denied");
  CHECK(error_message(got.body).find("[redacted]") != std::string::npos);
}

}  // namespace proxy::flow
