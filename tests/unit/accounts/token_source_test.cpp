// One call at a time: where its token comes from, and what is left behind in memory, KV and log.
#include "accounts/token_source.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "unit/accounts/scene.h"

using namespace proxy::accounts;
using proxy::test::KvFault;

namespace {

constexpr std::int64_t kSecond = 1'000;

}  // namespace

TEST_CASE("the order is isolate memory, then KV, then a refresh") {
  Scene scene;
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK(scene.token().refreshed);
  CHECK(scene.host.kv_keys() == std::vector<std::string>{"token_0"});
  CHECK(
      scene.host.kv("token_0") ==
      R"({"access_token":"access-refresh-a-1","expires_in":3599,"timestamp":1700000000000,"fp":")" +
          scene.fingerprint() + "\"}");
  CHECK(scene.host.count("kv_put token_0 ttl=3599") == 1);
  CHECK(scene.host.log_count("token_refreshed") == 1);

  const auto operations = scene.host.operation_count();
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK_FALSE(scene.token().refreshed);
  CHECK(scene.host.operation_count() == operations);  // memory costs nothing

  scene.evict();
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK_FALSE(scene.token().refreshed);
  CHECK(scene.host.fetches.size() == 1);

  scene.evict();
  scene.host.set_kv("token_0", "", 0);  // deleted by hand
  CHECK(scene.ask() == "access-refresh-a-2");
  CHECK(scene.host.leak(kSecrets) == "");
}

TEST_CASE("the refresh is sent as Google wants it, with the client of the account") {
  Scene scene;
  scene.ask(2);
  const auto& request = scene.host.fetches.at(0);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://oauth.example/token");
  CHECK(request.header("content-type") == "application/x-www-form-urlencoded");
  CHECK(request.body ==
        "client_id=id-own&client_secret=secret-own&refresh_token=refresh-c"
        "&grant_type=refresh_token");
}

TEST_CASE("A-13 a reordered ACCOUNTS never serves the other account's token") {
  Scene scene;
  scene.cache("access-of-b", 3'000 * kSecond, 1);
  scene.host.set_kv("token_0", *scene.host.kv("token_1"));
  CHECK(scene.ask(0) == "access-refresh-a-1");
  CHECK(scene.host.kv("token_0")->find("access-of-b") == std::string::npos);
  CHECK(scene.host.log_count("kv_bad_value") == 0);
  CHECK(scene.ask(1) == "access-of-b");
}

TEST_CASE("B-01 KV cannot be read: the request is served all the same") {
  for (const KvFault fault : {KvFault::fails, KvFault::hangs}) {
    Scene scene;
    scene.cache("cached", 3'000 * kSecond);
    scene.host.kv_get_fault = fault;
    const auto began_ms = scene.host.now_ms;
    CHECK(scene.ask() == "access-refresh-a-1");
    CHECK(scene.host.now_ms - began_ms <= 4 * kSecond);
    CHECK(scene.host.log_count("kv_get_fail") == 1);
  }
}

TEST_CASE(
    "B-02 KV cannot be written: memory holds the token, and nobody waits for the second try") {
  for (const KvFault fault : {KvFault::fails, KvFault::hangs}) {
    Scene scene;
    scene.host.kv_put_fault = fault;
    const auto call = scene.start();
    while (scene.got(call) == "nothing") REQUIRE_FALSE(scene.host.run(1));
    CHECK(scene.host.now_ms == 1'700'000'000'000);
    CHECK(scene.ask() == "access-refresh-a-1");
    CHECK(scene.host.count("kv_put") == 2);
    CHECK(scene.host.log_count("kv_put_fail") == 1);
    CHECK(scene.host.fetches.size() == 1);
  }
}

TEST_CASE("B-03 a bad value is a miss, logged by its key, and overwritten") {
  for (const std::string_view value :
       {"access-a", "null", "7", "[]", R"({"access_token":7})", ""}) {
    CAPTURE(value);
    Scene scene;
    scene.host.set_kv("token_0", std::string(value));
    CHECK(scene.ask() == "access-refresh-a-1");
    CHECK(scene.host.log_count("kv_bad_value") == 1);
    CHECK(scene.host.log_count("\"key\":\"token_0\"") == 1);
    CHECK(scene.host.leak(kSecrets) == "");
    CHECK(scene.host.kv("token_0")->find("access-refresh-a-1") != std::string::npos);
  }
}

TEST_CASE("B-05 a record of the first version is used, and replaced at the next refresh") {
  Scene scene;
  scene.host.set_kv("token_0",
                    R"({"access_token":"first","expires_in":3599,"timestamp":1699999999000})");
  CHECK(scene.ask() == "first");
  CHECK(scene.host.fetches.empty());
  scene.pass(3'599 * kSecond);
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK(scene.host.kv("token_0")->find(scene.fingerprint()) != std::string::npos);
}

TEST_CASE("B-06 a stale read does not replace the newer token in memory") {
  Scene scene;
  scene.cache("older", 200 * kSecond);
  scene.tokens.of(scene.list.accounts[0])
      .keep(proxy::SecretString("newer"), scene.host.now_ms + 250 * kSecond);
  scene.tokens.of(scene.list.accounts[0]).early_refresh_at_ms = 0;  // so that KV is read
  scene.on_token = [](const std::string&, int) { return answer_of(500); };
  CHECK(scene.ask() == "newer");
  CHECK(scene.ask() == "newer");
}

TEST_CASE("B-08 a token with less than a minute to live is a miss") {
  struct Row {
    std::int64_t life_ms;
    std::string expected;
  };
  const Row rows[] = {{59'999, "access-refresh-a-1"}, {60'000, "cached"}};
  for (const Row& row : rows) {
    for (const bool is_in_memory : {false, true}) {
      CAPTURE(row.life_ms, is_in_memory);
      Scene scene;
      if (is_in_memory) {
        scene.tokens.of(scene.list.accounts[0])
            .keep(proxy::SecretString("cached"), scene.host.now_ms + row.life_ms);
      } else {
        scene.cache("cached", row.life_ms);
      }
      CHECK(scene.ask() == row.expected);
    }
  }
}

TEST_CASE("B-08 O-19 in its last minutes a token is served, and renewed behind the caller's back") {
  Scene scene;
  scene.ask();
  TokenState& state = scene.tokens.of(scene.list.accounts[0]);
  scene.host.now_ms = state.early_refresh_at_ms - 1;
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK(scene.host.fetches.size() == 1);
  scene.pass(1);
  const auto call = scene.start();
  CHECK(scene.got(call) == "access-refresh-a-1");  // at once
  for (int i = 0; i < 10; ++i) scene.start();      // one refresh for all of them
  scene.host.run();
  CHECK(scene.host.fetches.size() == 2);
  CHECK(scene.ask() == "access-refresh-a-2");
}

TEST_CASE("O-19 what another isolate has renewed meanwhile is taken instead") {
  Scene scene;
  scene.ask();
  TokenState& state = scene.tokens.of(scene.list.accounts[0]);
  scene.host.now_ms = state.early_refresh_at_ms;
  scene.cache("of-another-isolate", 3'500 * kSecond);
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK(scene.ask() == "of-another-isolate");
  CHECK(scene.host.fetches.size() == 1);
}

TEST_CASE("B-08 an early refresh that fails harms nobody") {
  for (const int status : {400, 429, 500, 200}) {
    CAPTURE(status);
    Scene scene;
    scene.ask();
    scene.on_token = [status](const std::string&, int) { return answer_of(status, "{}"); };
    scene.host.now_ms = scene.tokens.of(scene.list.accounts[0]).early_refresh_at_ms;
    for (int i = 0; i < 20; ++i) CHECK(scene.ask() == "access-refresh-a-1");
    CHECK(scene.host.fetches.size() <= 3);  // the first, then one failed refresh of two tries
    CHECK(scene.host.count("kv_get") == 7);
  }
}

TEST_CASE("O-09 O-12 a token that hardly lives is used once and not cached") {
  for (const std::string_view life : {"30", "\"59\""}) {
    Scene scene;
    scene.on_token = [life](const std::string&, int count) {
      return answer_of(200, R"({"access_token":"short-)" + std::to_string(count) +
                                R"(","expires_in":)" + std::string(life) + "}");
    };
    CHECK(scene.ask() == "short-1");
    CHECK(scene.host.kv_keys().empty());
    CHECK(scene.ask() == "short-2");
  }
}

TEST_CASE("B-09 the time to live in KV is that of the token") {
  struct Row {
    std::string_view expires_in, line;
  };
  for (const Row& row : {Row{"60", "ttl=60"}, Row{"1e9", "ttl=86400"}, Row{"null", "ttl=300"},
                         Row{"\"1200\"", "ttl=1200"}}) {
    Scene scene;
    scene.on_token = [&row](const std::string&, int) {
      return answer_of(200,
                       R"({"access_token":"t","expires_in":)" + std::string(row.expires_in) + "}");
    };
    CHECK(scene.ask() == "t");
    CHECK(scene.host.count("kv_put token_0 " + std::string(row.line)) == 1);
    CHECK(scene.host.count("kv_put") == 1);
  }
}

TEST_CASE("A-14 without TOKEN_CACHE tokens live in memory") {
  Scene scene;
  scene.host.kv_bound = false;
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK(scene.ask() == "access-refresh-a-1");
  scene.evict();
  CHECK(scene.ask() == "access-refresh-a-2");
  CHECK(scene.host.count("kv_") == 0);
}
