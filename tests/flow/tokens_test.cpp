// Tokens through the whole program: when Google's token endpoint is asked, what KV holds, and which
// account serves. The many cases of a single refresh are those of tests/unit/accounts.
#include <string>
#include <vector>

#include "accounts/account.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

std::string fingerprint(int account) {
  accounts::AccountSettings settings;
  settings.client = {"client-id", SecretString("marked-client-secret")};
  const auto list = accounts::parse_accounts(
      {R"({"refresh_token":"marked-refresh-)" + std::to_string(account) + R"("})"}, settings);
  return list.accounts[0].fingerprint;
}

std::string record(std::string_view token, std::int64_t written_ms, const std::string& fp) {
  return R"({"access_token":")" + std::string(token) + R"(","expires_in":3599,"timestamp":)" +
         std::to_string(written_ms) + R"(,"fp":")" + fp + "\"}";
}

std::string token_seen(const Story& story, std::size_t request) {
  return story.google_requests().at(request).header("authorization");
}

}  // namespace

TEST_CASE("the first chat writes the token to KV, and nothing else") {
  Story story;
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.host.kv_keys() == std::vector<std::string>{"token_0"});
  CHECK(story.host.kv("token_0") == record("marked-access-0-1", 1'700'000'000'000, fingerprint(0)));
  CHECK(story.host.count("kv_put token_0 ttl=3599") == 1);
}

TEST_CASE("a second chat makes no OAuth call, nor does one in a new isolate") {
  Story story;
  for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 1);
  CHECK(story.host.count("kv_get token_0") == 1);  // then it is in memory
  story.evict();
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 1);
  CHECK(story.host.count("kv_get token_0") == 2);
  CHECK(story.host.count("kv_put") == 1);
}

TEST_CASE("a token in KV serves the first request of an isolate") {
  Story story;
  story.host.set_kv("token_0",
                    record("marked-access-kv", story.host.now_ms - 60'000, fingerprint(0)));
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.token_requests().empty());
  CHECK(token_seen(story, 0) == "Bearer marked-access-kv");
  CHECK(story.host.count("kv_put") == 0);
}

TEST_CASE("deleting the key and starting anew makes one OAuth call") {
  Story story;
  story.ask(whole());
  story.host.set_kv("token_0", "", -1);
  story.evict();
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 2);
  CHECK(token_seen(story, 1) == "Bearer marked-access-0-2");
}

TEST_CASE("an expired token is refreshed and written back") {
  for (const bool in_memory : {true, false}) {
    Story story;
    story.ask(whole());
    story.host.now_ms += 3'600'000;
    if (!in_memory) story.evict();
    CHECK(story.tell(whole()) == kServed);
    CHECK(token_seen(story, 1) == "Bearer marked-access-0-2");
    CHECK(story.host.kv("token_0") ==
          record("marked-access-0-2", 1'700'003'600'000, fingerprint(0)));
    CHECK(story.token_requests().size() == 2);
  }
}

TEST_CASE("a token near its end serves once more and is renewed behind the caller's back",
          "[B-08]") {
  Story story;
  story.ask(whole());
  story.host.now_ms += 3'599'000 - 61'000;
  story.on_token = [](const std::string&, int) {
    FetchAnswer slow = token_answer("marked-access-0-2");
    slow.delay_ms = 5'000;
    return slow;
  };
  story.ask(whole());
  CHECK(token_seen(story, 1) == "Bearer marked-access-0-1");
  const LogView line = view_log(story.host.logs.at(story.host.logs.size() - 2));
  CHECK(line.get("ev") == "req");
  CHECK(line.get("ms") == "0");
  CHECK(view_log(story.host.logs.back()).get("ev") == "token_refreshed");
  CHECK(story.host.kv("token_0")->find("marked-access-0-2") != std::string::npos);
  story.ask(whole());
  CHECK(token_seen(story, 2) == "Bearer marked-access-0-2");
  CHECK(story.token_requests().size() == 2);
}

TEST_CASE("what KV holds is not believed unless it is a record of this account", "[B-03][B-04]") {
  const std::int64_t now = 1'700'000'000'000;
  const std::string values[] = {
      "",
      "null",
      "[]",
      "7",
      "{",
      "{}",
      R"("marked-access-kv")",
      R"({"access_token":"marked-access-kv"})",
      R"({"access_token":"","expires_in":3599,"timestamp":1700000000000})",
      R"({"access_token":"a\r\nx: y","expires_in":3599,"timestamp":1700000000000})",
      record("marked-access-kv", now - 3'599'000, fingerprint(0)),  // expired
      record("marked-access-kv", now - 3'540'000, fingerprint(0)),  // 59 s left
      record("marked-access-kv", now + 600'000, fingerprint(0)),    // of the future
      record("marked-access-kv", now, fingerprint(1)),              // another account's
      std::string(200'000, '['),
  };
  for (const std::string& value : values) {
    INFO(value.substr(0, 100));
    Story story;
    story.host.set_kv("token_0", value);
    CHECK(story.tell(whole()) == kServed);
    CHECK(token_seen(story, 0) == "Bearer marked-access-0-1");
    CHECK(story.host.kv("token_0") == record("marked-access-0-1", now, fingerprint(0)));
  }
}

TEST_CASE("after a change of ACCOUNTS no account gets another's token", "[A-13]") {
  Story story;
  story.set_accounts(2);
  story.ask(whole());
  story.first_account = 1;
  story.evict();
  story.ask(whole());
  REQUIRE(story.host.kv_keys() == std::vector<std::string>{"token_0", "token_1"});
  // Now account 1 comes first in the list, and the search begins there.
  story.set("ACCOUNTS",
            R"([{"refresh_token":"marked-refresh-1"},{"refresh_token":"marked-refresh-0"}])");
  for (const std::size_t first : {std::size_t{0}, std::size_t{1}}) {
    story.first_account = first;
    story.evict();
    CHECK(story.tell(whole()) == kServed);
  }
  CHECK(story.accounts_asked() == "0 1 1 0");
  CHECK(story.token_requests().size() == 4);
  CHECK(story.host.kv("token_0") == record("marked-access-1-2", 1'700'000'000'000, fingerprint(1)));
}

TEST_CASE("ACCOUNTS that give no account: chats answer 503, all else works", "[A-01][A-02][A-05]") {
  struct Row {
    const char* accounts;
    const char* code;
    const char* says;
  };
  const Row rows[] = {
      {"", "accounts_not_configured", "ACCOUNTS is not set"},
      {" \n", "accounts_not_configured", "ACCOUNTS is not set"},
      {R"([{"refresh_token":"marked-)", "accounts_invalid", "at byte 26"},
      {R"('[{"refresh_token":"marked-a"}]')", "accounts_invalid", "at byte 0"},
      {"7", "accounts_invalid", "neither a JSON array nor an object"},
      {"\"marked-a\"", "accounts_invalid", "neither a JSON array nor an object"},
      {"[]", "no_enabled_account", "empty list"},
      {R"([{"refresh_token":"marked-a","disabled":true}])", "no_enabled_account", "disabled"},
      {R"([null,7,{},{"refresh_token":""},{"refresh_token":7}])", "no_enabled_account", "entry 0"},
  };
  for (const Row& row : rows) {
    INFO(row.accounts);
    Story story;
    story.set("ACCOUNTS", row.accounts);
    for (const Ask& ask : {streamed(), whole()}) {
      const Received& got = story.ask(ask);
      CHECK(Story::summary(got) == "503 " + std::string(row.code));
      CHECK(error_message(got.body).starts_with("No available token: "));
      CHECK(error_message(got.body).find(row.says) != std::string::npos);
      CHECK(got.header("x-should-retry") == "false");
    }
    for (const char* path : {"/", "/health", "/v1/models"}) {
      CHECK(story.ask(get(path)).status == 200);
    }
    const bool is_invalid = std::string_view(row.code) == "accounts_invalid";
    CHECK(story.host.log_count(R"("code":"accounts_invalid","msg")") == 0);
    CHECK(story.host.log_count(R"("ev":"config","msg":"No available token)") ==
          (is_invalid ? 1 : 0));
    CHECK(story.host.fetches.empty());
    CHECK(story.host.count("kv_get") == 0);
  }
  Story story;
  story.host.env.erase("ACCOUNTS");
  CHECK(story.tell(whole()) == "503 accounts_not_configured");
}

TEST_CASE("entries that cannot serve keep their index", "[A-03][A-06][A-07]") {
  Story story;
  story.set("ACCOUNTS", R"([null,{"refresh_token":"marked-refresh-1","disabled":"yes"},)"
                        R"({"refresh_token":" marked-refresh-2\n"}])");
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.host.kv_keys() == std::vector<std::string>{"token_2"});
  CHECK(view_log(story.host.logs.back()).get("acct") == "2");
  CHECK(story.host.log_count(R"("code":"account_invalid","acct":0)") == 1);
  // One object instead of an array.
  story.set("ACCOUNTS", R"({"refresh_token":"marked-refresh-0"})");
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "2 0");
}

TEST_CASE("an account without an OAuth client is told so", "[O-03]") {
  Story story;
  story.set("OAUTH_CLIENT_ID", "");
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "503 token_refresh_failed");
  CHECK(error_message(got.body).starts_with("Failed to refresh token: set OAUTH_CLIENT_ID"));
  CHECK(got.header("x-should-retry") == "false");
  CHECK(story.host.fetches.empty());
}

TEST_CASE("without TOKEN_CACHE tokens live in memory", "[A-14]") {
  Story story;
  story.host.kv_bound = false;
  for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 1);
  CHECK(story.host.log_count("kv_unbound") == 1);
  CHECK(story.host.count("kv_") == 0);
}

TEST_CASE("a KV that fails or hangs costs time, never an answer", "[B-01][B-02][B-12]") {
  for (const KvFault get_fault : {KvFault::none, KvFault::fails, KvFault::hangs}) {
    for (const KvFault put_fault : {KvFault::none, KvFault::fails, KvFault::hangs}) {
      INFO(static_cast<int>(get_fault) << ' ' << static_cast<int>(put_fault));
      Story story;
      story.host.kv_get_fault = get_fault;
      story.host.kv_put_fault = put_fault;
      const std::int64_t begun_ms = story.host.now_ms;
      CHECK(story.tell(streamed()) == kServed + "[DONE]");
      CHECK(story.host.now_ms - begun_ms <=
            4'000 + 6'000);  // reads; then writes, in the background
      CHECK(story.tell(whole()) == kServed);
      CHECK(story.token_requests().size() == 1);
      CHECK(story.host.log_count("kv_get_fail") == (get_fault == KvFault::none ? 0 : 1));
      CHECK(story.host.log_count("kv_put_fail") == (put_fault == KvFault::none ? 0 : 1));
      CHECK(story.host.kv("token_0").has_value() == (put_fault == KvFault::none));
    }
  }
}

TEST_CASE("a hundred requests at once on a cold isolate share one refresh", "[O-16]") {
  for (const std::uint32_t seed : {0u, 1u, 2u}) {
    Story story(seed);
    constexpr int kCalls = 100;
    std::vector<host::CallId> calls;
    for (int i = 0; i < kCalls; ++i)
      calls.push_back(story.start(i % 2 == 0 ? streamed() : whole()));
    story.run();
    for (const host::CallId call : calls) {
      CHECK(story.summary(story.host.received(call)).starts_with(kServed));
    }
    CHECK(story.token_requests().size() == 1);
    CHECK(story.host.count("kv_put") == 1);
  }
}

}  // namespace proxy::flow
