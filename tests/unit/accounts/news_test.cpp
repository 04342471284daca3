#include "accounts/news.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "scene.h"
#include "support/catch.h"

using namespace proxy::accounts;
using proxy::ErrorCode;
using proxy::SecretString;
using proxy::host::Call;
using proxy::host::Task;
using proxy::test::KvFault;

namespace {

const std::string kModel = "gemini-2.5-flash";
constexpr std::size_t kKey = 3;  // the account that is an API key
constexpr std::int64_t kHour = 3'600'000;

struct NewsScene : Scene {
  // What was asked of KV since the last time.
  std::string kv_work() {
    std::string work;
    for (const std::string& line : host.transcript) {
      if (!line.starts_with("kv_")) continue;
      if (!work.empty()) work += ", ";
      work += line.substr(3);
    }
    host.transcript.clear();
    return work;
  }
  // Returns how long it took.
  std::int64_t play(const std::function<Task<void>(Call&)>& root) {
    results.emplace_back();
    const std::int64_t began = host.now_ms;
    host.start("GET\nhttp://localhost/", {}, root);
    CHECK(host.run());
    return host.now_ms - began;
  }
  std::int64_t publish_rest_of(std::size_t account, const std::string& model, std::int64_t ms) {
    const std::int64_t until = host.now_ms + ms;
    return play([this, account, model, until](Call& call) {
      return publish_rest(call, tokens, list.accounts[account], model, until);
    });
  }
  void set_cool(const std::string& model, std::int64_t ms, const std::string& fp,
                std::size_t account = 0) {
    host.set_kv(cool_key(account), write_cool_record(model, host.now_ms + ms, fp));
  }
  const Rest* rest(std::string_view model = kModel, std::size_t account = 0) const {
    return tokens.pool.resting(list.accounts[account], model, host.now_ms);
  }
};

}  // namespace

TEST_CASE("the first look of an isolate reads token and rest, later ones the token alone") {
  NewsScene scene;
  scene.cache("access-1", kHour);
  CHECK(scene.ask() == "access-1");
  CHECK(scene.kv_work() == "get token_0, get cool_0");
  CHECK(scene.ask() == "access-1");
  CHECK(scene.kv_work().empty());
  scene.pass(kHour);
  scene.cache("access-2", kHour);
  CHECK(scene.ask() == "access-2");
  CHECK(scene.kv_work() == "get token_0");
  scene.evict();
  CHECK(scene.ask() == "access-2");
  CHECK(scene.kv_work() == "get token_0, get cool_0");
}

TEST_CASE("before a refresh the news of the refresh token is read") {
  NewsScene scene;
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK(scene.kv_work() ==
        "get token_0, get cool_0, get dead_0, get refresh_0, put token_0 ttl=3599");
}

TEST_CASE("an API key's first look reads whether it is refused or rests, later ones nothing") {
  NewsScene scene;
  CHECK(scene.ask(kKey) == "key-a");
  CHECK(scene.kv_work() == "get dead_3, get cool_3");
  CHECK(scene.ask(kKey) == "key-a");
  CHECK(scene.kv_work().empty());

  scene.evict();
  scene.host.set_kv(dead_key(kKey), write_dead_record("api_key_invalid", scene.fingerprint(kKey),
                                                      scene.host.now_ms));
  scene.set_cool(kModel, kHour, scene.fingerprint(kKey), kKey);
  CHECK(scene.ask(kKey) == "!all_accounts_dead");
  CHECK(scene.rest(kModel, kKey) != nullptr);
  CHECK(scene.host.fetches.empty());
}

TEST_CASE("a rest that another isolate decided holds here, for the account that it is of") {
  const struct {
    const char* why;
    std::string model;
    std::int64_t ms;
    bool own;
    bool rests;
    bool rests_for_others;
    ErrorCode code;
  } rows[] = {
      {"one model", kModel, kHour, true, true, false, ErrorCode::insufficient_quota},
      {"whatever the model", "", kHour, true, true, true, ErrorCode::insufficient_quota},
      {"a short one", "", 300'000, true, true, true, ErrorCode::rate_limit_exceeded},
      {"over", kModel, 0, true, false, false, {}},
      {"of an account that stood there before", kModel, kHour, false, false, false, {}},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    NewsScene scene;
    scene.cache("access-1", kHour);
    scene.set_cool(row.model, row.ms, scene.fingerprint(row.own ? 0 : 1));
    CHECK(scene.ask() == "access-1");  // who is chosen is not decided here
    const Rest* const rest = scene.rest();
    REQUIRE((rest != nullptr) == row.rests);
    CHECK((scene.rest("another-model") != nullptr) == row.rests_for_others);
    if (rest == nullptr) continue;
    CHECK(rest->until_ms == scene.host.now_ms + row.ms);
    CHECK(rest->error.code == row.code);
    CHECK_FALSE(rest->error.message.empty());
  }
}

TEST_CASE("A-13 nothing is taken from the records of another account") {
  NewsScene scene;
  const std::string other = scene.fingerprint(1);
  NewToken token;
  token.access_token = SecretString("access-other");
  token.expires_in_s = 3'600;
  const std::int64_t now = scene.host.now_ms;
  scene.host.set_kv(token_key(0), write_token_record(token, other, now));
  scene.host.set_kv(cool_key(0), write_cool_record("", now + kHour, other));
  scene.host.set_kv(dead_key(0), write_dead_record("invalid_grant", other, now));
  scene.host.set_kv(refresh_key(0), write_refresh_record(SecretString("refresh-new"), other));
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK(scene.rest() == nullptr);
}

TEST_CASE("B-03 a token record that is none is named in the log by its key alone") {
  NewsScene scene;
  scene.host.set_kv(token_key(0), R"({"access_token":"access-1","expires_in":"soon"})");
  scene.host.set_kv(cool_key(0), "access-1");
  CHECK(scene.ask() == "access-refresh-a-1");
  CHECK(scene.host.log_count("kv_bad_value") == 1);
  CHECK(scene.host.log_count("\"key\":\"token_0\"") == 1);
  CHECK(scene.host.leak(kSecrets).empty());
}

TEST_CASE("a rest is written if it is long, and if KV does not say it already") {
  const struct {
    const char* why;
    std::string known;  // model
    std::int64_t known_ms;
    bool own;
    std::string model;
    std::int64_t ms;
    std::string put;
  } rows[] = {
      {"a minute", "", 0, true, kModel, 60'000, "put cool_0 ttl=60"},
      {"less", "", 0, true, kModel, 59'999, ""},
      {"two hours", "", 0, true, kModel, 2 * kHour, "put cool_0 ttl=7200"},
      {"a day of 25 hours", "", 0, true, kModel, 25 * kHour, "put cool_0 ttl=86400"},
      {"the same is there", kModel, kHour, true, kModel, kHour, ""},
      {"a little shorter", kModel, kHour - 60'000, true, kModel, kHour, ""},
      {"much shorter", kModel, kHour - 60'001, true, kModel, kHour, "put cool_0 ttl=3600"},
      {"longer", kModel, 2 * kHour, true, kModel, kHour, ""},
      {"for every model", "", kHour, true, kModel, kHour, ""},
      {"for one, now for every", kModel, kHour, true, "", kHour, "put cool_0 ttl=3600"},
      {"for another model", "other", kHour, true, kModel, kHour, "put cool_0 ttl=3600"},
      {"of another account", kModel, kHour, false, kModel, kHour, "put cool_0 ttl=3600"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    NewsScene scene;
    if (row.known_ms > 0) {
      scene.set_cool(row.known, row.known_ms, scene.fingerprint(row.own ? 0 : 1));
    }
    scene.publish_rest_of(0, row.model, row.ms);
    CHECK(scene.kv_work() == "get cool_0" + (row.put.empty() ? "" : ", " + row.put));
    if (row.put.empty()) continue;
    CHECK(scene.host.kv(cool_key(0)) ==
          write_cool_record(row.model, scene.host.now_ms + row.ms, scene.fingerprint()));
    // Another isolate that finds out the same.
    scene.evict();
    scene.publish_rest_of(0, row.model, row.ms);
    CHECK(scene.kv_work() == "get cool_0");
  }
}

TEST_CASE("a rest that has become short while KV was read is not written") {
  NewsScene scene;
  scene.host.kv_delay_ms = 1'500;
  scene.publish_rest_of(0, kModel, 61'000);
  CHECK(scene.kv_work() == "get cool_0");
}

TEST_CASE("a refused credential is written for ten minutes, and its token is taken away") {
  for (const std::size_t account : {std::size_t{0}, kKey}) {
    NewsScene scene;
    const Account& its = scene.list.accounts[account];
    scene.play([&](Call& call) { return publish_death(call, scene.tokens, its, "invalid_grant"); });
    const std::string index = std::to_string(account);
    CHECK(scene.kv_work() ==
          "put dead_" + index + " ttl=600" + (account == kKey ? "" : ", delete token_" + index));
    CHECK(scene.host.kv(dead_key(account)) ==
          write_dead_record("invalid_grant", its.fingerprint, scene.host.now_ms));
  }
}

TEST_CASE("a token is written if it lives for a minute, later if it was just deleted") {
  const struct {
    std::int64_t expires_in_s;
    bool was_removed;
    std::string work;
  } rows[] = {
      {60, false, "put token_0 ttl=60"},
      {59, false, ""},
      {3'599, true, "put token_0 ttl=3599"},
      {59, true, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expires_in_s, row.was_removed);
    NewsScene scene;
    NewToken token;
    token.access_token = SecretString("access-1");
    token.expires_in_s = row.expires_in_s;
    const std::int64_t made_at = scene.host.now_ms - 7;
    const std::int64_t took = scene.play([&](Call& call) {
      return publish_token(call, scene.tokens, scene.list.accounts[0], token, made_at,
                           row.was_removed);
    });
    const bool waits = row.was_removed && !row.work.empty();
    CHECK(took >= (waits ? 1'100 : 0));
    CHECK(took <= (waits ? 2'000 : 0));
    CHECK(scene.kv_work() == row.work);
    if (row.work.empty()) continue;
    CHECK(scene.host.kv(token_key(0)) == write_token_record(token, scene.fingerprint(), made_at));
  }
}

TEST_CASE("B-01 B-02 a KV that fails, hangs or is not there harms nobody") {
  const struct {
    const char* why;
    KvFault fault;
    bool bound;
    std::int64_t read_ms;
    std::int64_t write_ms;  // at most, with its second try
  } rows[] = {
      {"fails", KvFault::fails, true, 0, 2'000},
      {"hangs", KvFault::hangs, true, 2'000, 6'000},
      {"is not there", KvFault::none, false, 0, 0},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    NewsScene scene;
    scene.host.kv_bound = row.bound;
    scene.host.kv_get_fault = row.fault;
    scene.host.kv_put_fault = row.fault;
    scene.host.kv_delete_fault = row.fault;
    const auto took = [&](auto&& work) {
      const std::int64_t began = scene.host.now_ms;
      work();
      return scene.host.now_ms - began;
    };
    CHECK(took([&] { CHECK(scene.ask(kKey) == "key-a"); }) == row.read_ms);
    CHECK(took([&] { CHECK(scene.ask(kKey) == "key-a"); }) == 0);
    CHECK(scene.publish_rest_of(0, kModel, kHour) <= row.read_ms + row.write_ms);
    CHECK(scene.play([&](Call& call) {
      return publish_death(call, scene.tokens, scene.list.accounts[0], "invalid_grant");
    }) <= row.write_ms + row.read_ms);
    CHECK(took([&] { CHECK(scene.ask() == "access-refresh-a-1"); }) <=
          2 * row.read_ms + row.write_ms);
    CHECK(scene.host.kv_keys().empty());
  }
}
