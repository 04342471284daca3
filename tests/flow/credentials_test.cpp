// API keys, service accounts, and accounts with an OAuth client of their own.
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/base64.h"
#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

FetchAnswer refused_key() {
  return google_error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                      detail("ErrorInfo", R"("reason":"API_KEY_INVALID")"));
}

FetchAnswer token_error(std::string_view word, std::string_view description) {
  return error_answer(400, R"({"error":")" + std::string(word) + R"(","error_description":")" +
                               std::string(description) + "\"}");
}

const FetchAnswer kWrongTime =
    token_error("invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim.");

std::string part_of(const std::string& token, int n) {
  std::size_t begin = 0;
  for (int i = 0; i < n; ++i) begin = token.find('.', begin) + 1;
  const std::string part = token.substr(begin, token.find('.', begin) - begin);
  return base64::decode(base64::standard(part).value_or("")).value_or("?");
}

}  // namespace

TEST_CASE("a key goes to Google in its own header, and needs no token") {
  Story story;
  set_entries(story, {with_key(0), with_key(1)});
  for (const Ask& ask : {streamed(), whole()}) CHECK(story.ask(ask).status == 200);
  CHECK(story.accounts_asked() == "0 1");
  for (const FetchRequest& request : story.host.fetches) {
    CHECK(request.header("x-goog-api-key").starts_with("marked-api-key-"));
    CHECK(request.header("authorization").empty());
    CHECK(request.header("x-goog-user-project").empty());
    CHECK(request.url ==
          "https://generativelanguage.googleapis.com/v1beta/models/"
          "gemini-2.5-flash:streamGenerateContent?alt=sse");
  }
  CHECK(story.host.kv_keys().empty());
  CHECK(story.host.count("token_") == 0);
}

TEST_CASE("a key that Google refuses is dead for ten minutes, in every isolate", "[U-04]") {
  for (const FetchAnswer& refusal : {refused_key(), google_error(401, "UNAUTHENTICATED")}) {
    Story story;
    set_entries(story, {with_key(0), with_key(1)});
    story.on_google = [&refusal](const FetchRequest& request, int) {
      return account_of(request) == "0" ? refusal : good_answer();
    };
    for (int i = 0; i < 2; ++i) CHECK(story.tell(whole()) == kServed);
    story.evict();
    CHECK(story.tell(streamed()) == kServed + "[DONE]");
    CHECK(story.accounts_asked() == "0 1 1 1");
    CHECK(story.host.log_count(R"(error {"ev":"account_dead")") == 1);
    CHECK(story.host.log_count(R"("reason":"api_key_invalid")") == 1);
    CHECK(story.host.kv_keys() == std::vector<std::string>{"dead_0"});
    CHECK(story.host.count("kv_delete") == 0);
    story.host.now_ms += 600'000;
    for (int i = 0; i < 2; ++i) CHECK(story.tell(whole()) == kServed);
    CHECK(story.accounts_asked().find("0", 1) != std::string::npos);
  }
}

TEST_CASE("where all keys are refused there is no token for anyone", "[U-04]") {
  for (const int keys : {1, 2}) {
    Story story;
    keys == 1 ? set_entries(story, {with_key(0)}) : set_entries(story, {with_key(0), with_key(1)});
    story.on_google = [](const FetchRequest&, int) { return refused_key(); };
    for (int i = 0; i < 2; ++i) {
      const Received& got = story.ask(streamed());
      CHECK(Story::summary(got) == "503 all_accounts_dead");
      CHECK(error_message(got.body).starts_with("No available token"));
      CHECK(error_message(got.body).find("API key") != std::string::npos);
      CHECK(got.header("x-should-retry") == "false");
      story.evict();
    }
    CHECK(story.google_requests().size() == static_cast<std::size_t>(keys));
  }
}

TEST_CASE("a refused key is not a part of the request that could be mended", "[U-04]") {
  Story story;
  set_entries(story, {with_key(0), signed_in(1)});
  story.on_google = [](const FetchRequest& request, int) {
    return account_of(request) == "0" ? refused_key() : good_answer();
  };
  CHECK(story.tell(post(chat_body(R"(,"top_p":0.5,"stream":false)"))) == kServed);
  CHECK(story.host.log_count("request_repaired") == 0);
}

TEST_CASE("a service account signs for its token, which every isolate then has") {
  Story story;
  set_entries(story, {robot(0)});
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.tell(whole()) == kServed);
  story.evict();
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 0 0");
  CHECK(story.host.count("sign") == 1);
  REQUIRE(story.token_requests().size() == 1);
  const FetchRequest request = story.token_requests().front();
  CHECK(request.url == "https://oauth2.googleapis.com/token");
  const std::string begin =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  REQUIRE(request.body.starts_with(begin));
  const std::string assertion = request.body.substr(begin.size());
  CHECK(part_of(assertion, 0) == R"({"alg":"RS256","typ":"JWT","kid":"key-id"})");
  const auto claims = nlohmann::json::parse(part_of(assertion, 1));
  CHECK(claims["iss"] == "marked-robot-0");
  CHECK(claims["aud"] == "https://oauth2.googleapis.com/token");
  CHECK(claims["iat"] == 1'700'000'000 - 10);
  CHECK(claims["exp"] == 1'700'000'000 - 10 + 3'600);
  const std::string signed_part = assertion.substr(0, assertion.rfind('.'));
  CHECK(part_of(assertion, 2) == FakeHost::signature("0marked-der-0", signed_part));
  CHECK(story.google_requests().front().header("x-goog-user-project").empty());
  CHECK(story.host.kv_keys() == std::vector<std::string>{"token_0"});
}

TEST_CASE("a key that cannot sign makes a dead account", "[O-01]") {
  for (const bool has_other : {false, true}) {
    Story story;
    has_other ? set_entries(story, {robot(0), with_key(1)}) : set_entries(story, {robot(0)});
    story.host.sign_fault = KvFault::fails;
    const Received& got = story.ask(whole());
    CHECK(story.host.log_count(R"(error {"ev":"account_dead")") == 1);
    CHECK(story.host.kv("dead_0").has_value());
    CHECK(story.token_requests().empty());
    if (has_other) {
      CHECK(Story::summary(got) == kServed);
    } else {
      CHECK(Story::summary(got) == "503 all_accounts_dead");
      CHECK(error_message(got.body).find("cannot be read") != std::string::npos);
    }
  }
}

TEST_CASE("a signature that does not come is waited for like a token", "[O-06]") {
  Story story;
  set_entries(story, {robot(0)});
  story.host.sign_fault = KvFault::hangs;
  const std::int64_t begun_ms = story.host.now_ms;
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "503 token_refresh_failed");
  CHECK(got.header("x-should-retry") == "true");
  CHECK(story.host.now_ms - begun_ms <= 21'000);
  story.host.sign_fault = KvFault::none;
  story.host.now_ms += 5'000;
  CHECK(story.tell(whole()) == kServed);
}

TEST_CASE("a signature made at the wrong time is made once more") {
  Story story;
  set_entries(story, {robot(0)});
  story.on_token = [](const std::string&, int n) {
    return n == 1 ? kWrongTime : token_answer("marked-access-0-2");
  };
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.host.count("sign") == 2);
}

TEST_CASE("a clock that stays wrong is the owner's business") {
  Story story;
  set_entries(story, {robot(0)});
  story.on_token = [](const std::string&, int) { return kWrongTime; };
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "503 all_accounts_dead");
  CHECK(error_message(got.body).find("clock") != std::string::npos);
  CHECK(story.host.count("sign") == 2);
  CHECK(story.host.log_count("account_dead") == 1);
}

TEST_CASE("what Google says of a service account is told with what mends it", "[O-01][O-03]") {
  const std::pair<FetchAnswer, const char*> rows[] = {
      {token_error("invalid_grant", "Invalid grant: account not found"), "503 all_accounts_dead"},
      {token_error("invalid_grant", "Invalid JWT Signature."), "503 all_accounts_dead"},
      {token_error("unauthorized_client", "Client is unauthorized."), "503 token_refresh_failed"},
      {token_error("invalid_scope", "Invalid OAuth scope."), "503 all_accounts_dead"}};
  for (const auto& [answer, summary] : rows) {
    Story story;
    set_entries(story, {robot(0)});
    story.on_token = [&refusal = answer](const std::string&, int) { return refusal; };
    const Received& got = story.ask(whole());
    CHECK(Story::summary(got) == summary);
    CHECK(error_message(got.body).find("service account") != std::string::npos);
    CHECK(error_message(got.body).find("OAUTH_CLIENT_ID") == std::string::npos);
    CHECK(story.token_requests().size() == 1);
  }
}

TEST_CASE("an account with a client of its own never gets the common secret") {
  Story story;
  set_entries(story, {signed_in(0, R"(,"client_id":"own-id")"),
                      signed_in(1, R"(,"client_id":"own-id","client_secret":"marked-own-secret")"),
                      signed_in(2)});
  for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == kServed);
  const auto requests = story.token_requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].body.starts_with("client_id=own-id&refresh_token="));
  CHECK(requests[1].body.starts_with("client_id=own-id&client_secret=marked-own-secret&"));
  CHECK(requests[2].body.starts_with("client_id=client-id&client_secret=marked-client-secret&"));
}

TEST_CASE("a client that Google refuses takes only its own accounts with it", "[O-03]") {
  Story story;
  set_entries(story, {signed_in(0, R"(,"client_id":"own-id")"),
                      signed_in(1, R"(,"client_id":"own-id")"), signed_in(2), with_key(3)});
  story.on_token = [](const std::string& asker, int) {
    return asker.back() == '2' ? token_answer("marked-access-2-1") : refusal("invalid_client", 401);
  };
  for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "2 3 2");
  CHECK(story.token_requests().size() == 2);
}

TEST_CASE("ACCOUNTS_2 continues the list", "[A-11]") {
  Story story;
  story.set("ACCOUNTS_2", '[' + with_key(1) + ',' + robot(2) + ']');
  story.set("ACCOUNTS_4", with_key(3));
  for (int i = 0; i < 4; ++i) CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 1 2 3");
  CHECK(story.host.kv_keys() == std::vector<std::string>{"token_0", "token_2"});
  // One that cannot be read leaves the others.
  story.set("ACCOUNTS_2", "[{");
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.host.log_count(R"("code":"accounts_invalid")") == 1);
}

}  // namespace proxy::flow
