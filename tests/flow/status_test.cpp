// GET /v1/status, and the header x-proxy-account: how owners see and try their accounts.
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

using Json = nlohmann::json;

const std::string kServed = "200 private-answer one two";

Json status_of(Story& story) {
  const Received& got = story.ask(get("/v1/status"));
  CHECK(got.status == 200);
  CHECK(got.header("content-type") == "application/json");
  return Json::parse(got.body);
}

Ask by(const std::string& account) { return whole().with("x-proxy-account", account); }

}  // namespace

TEST_CASE("the status is for those who may call", "[K-01]") {
  for (const char* path : {"/v1/status", "/status", "/v1/status/", "/v1beta/openai/status"}) {
    Story story;
    CHECK(Story::summary(story.ask(get(path).without("authorization"))).starts_with("401 "));
    const Ask wrong = get(path).with("authorization", "Bearer marked-kex");
    CHECK(Story::summary(story.ask(wrong)).starts_with("401 "));
    CHECK(story.ask(get(path)).status == 200);
    CHECK(story.host.fetches.empty());
    CHECK(story.host.count("kv_") == 0);
  }
  Story story;
  story.set("API_KEY", "");
  CHECK(story.ask(get("/v1/status")).status >= 400);
}

TEST_CASE("HEAD of the status is as GET without the body", "[H-02]") {
  Story story;
  const std::string length = story.ask(get("/v1/status")).header("content-length");
  Ask head = get("/v1/status");
  head.method = "HEAD";
  const Received& got = story.ask(head);
  CHECK(got.status == 200);
  CHECK(got.body.empty());
  CHECK(got.header("content-length") == length);
  Ask post = head;
  post.method = "POST";
  CHECK(Story::summary(story.ask(post)) == "405 method_not_allowed");
}

TEST_CASE("the status of a new isolate") {
  Story story;
  set_entries(story, {signed_in(0), with_key(1, R"(,"disabled":true)"), "{}",
                      robot(3, R"(,"upstream":"vertex","location":"eu")")});
  const Json status = status_of(story);
  CHECK(status["object"] == "proxy.status");
  CHECK(status["version"].is_string());
  CHECK(status["now"] == 1'700'000'000);
  CHECK(status["started"] == 1'700'000'000);
  CHECK(status["kv"] ==
        Json::parse(R"({"bound":true,"reads_failing":false,"writes_failing":false})"));
  CHECK(status["error"].is_null());
  REQUIRE(status["notes"].size() == 1);
  CHECK(status["notes"][0]["code"] == "account_invalid");
  CHECK(status["notes"][0]["account"] == 2);
  REQUIRE(status["accounts"].size() == 4);
  CHECK(status["accounts"][0] ==
        Json::parse(R"({"index":0,"credential":"refresh_token","upstream":"gemini_api",)"
                    R"("location":null,"state":"healthy","reason":null,"message":null,)"
                    R"("until":null,"token_expires":null,"models":[],"requests":0,"failures":0,)"
                    R"("refreshes":0,"last_used":null})"));
  CHECK(status["accounts"][1]["state"] == "disabled");
  CHECK(status["accounts"][2]["state"] == "invalid");
  CHECK(status["accounts"][2]["credential"].is_null());
  CHECK(status["accounts"][2]["reason"] == "account_invalid");
  CHECK(status["accounts"][3]["credential"] == "service_account");
  CHECK(status["accounts"][3]["upstream"] == "vertex");
  CHECK(status["accounts"][3]["location"] == "eu");
}

TEST_CASE("the status counts what the isolate did") {
  Story story(0, 2);
  for (int i = 0; i < 3; ++i) story.ask(whole());
  story.host.now_ms += 5'000;
  story.on_google = [](const FetchRequest&, int) { return google_error(400, "INVALID_ARGUMENT"); };
  story.ask(whole());
  const Json accounts = status_of(story)["accounts"];
  CHECK(accounts[0]["requests"] == 2);
  CHECK(accounts[0]["failures"] == 0);
  CHECK(accounts[0]["last_used"] == 1'700'000'000);
  CHECK(accounts[1]["requests"] == 2);
  CHECK(accounts[1]["failures"] == 1);
  CHECK(accounts[1]["refreshes"] == 1);
  CHECK(accounts[1]["last_used"] == 1'700'000'005);
  CHECK(accounts[1]["token_expires"] == 1'700'003'599);
  story.evict();
  CHECK(status_of(story)["accounts"][0]["requests"] == 0);
}

TEST_CASE("the status shows who rests, for which model and how long") {
  Story story(0, 3);
  story.on_google = [](const FetchRequest& request, int) {
    const std::string account = account_of(request);
    if (account == "0") return limited_for("20s");
    if (account == "1") return google_error(401, "UNAUTHENTICATED");
    return forbidden();
  };
  story.ask(whole());
  const Json accounts = status_of(story)["accounts"];
  CHECK(accounts[0]["state"] == "healthy");
  REQUIRE(accounts[0]["models"].size() == 1);
  CHECK(accounts[0]["models"][0]["model"] == "gemini-2.5-flash");
  CHECK(accounts[0]["models"][0]["reason"] == "rate_limit_exceeded");
  CHECK(accounts[0]["models"][0]["until"] == 1'700'000'020);
  CHECK(accounts[1]["state"] == "cooling");
  CHECK(accounts[1]["reason"] == "upstream_permission_denied");
  CHECK(accounts[1]["until"] == 1'700'000'060);
  CHECK(accounts[2]["models"][0]["until"] == 1'700'000'600);
  CHECK(accounts.dump().find("accounts.example") == std::string::npos);
  story.host.now_ms += 60'000;
  const Json later = status_of(story)["accounts"];
  CHECK(later[0]["models"].empty());
  CHECK(later[1]["state"] == "healthy");
  CHECK(later[1]["until"].is_null());
}

TEST_CASE("the status shows who is dead, and what mends it") {
  Story story;
  set_entries(story, {signed_in(0), with_key(1), robot(2), signed_in(3, R"(,"client_id":"own")")});
  story.host.sign_fault = KvFault::fails;
  story.on_token = [](const std::string& asker, int) {
    return asker.back() == '0' ? refusal("invalid_grant") : error_answer(503);
  };
  story.on_google = [](const FetchRequest&, int) { return google_error(401, "UNAUTHENTICATED"); };
  CHECK(story.ask(whole()).status == 503);
  const Json accounts = status_of(story)["accounts"];
  const std::pair<const char*, const char*> rows[] = {{"dead", "invalid_grant"},
                                                      {"dead", "api_key_invalid"},
                                                      {"dead", "key_unreadable"},
                                                      {"cooling", "http_5xx"}};
  for (std::size_t i = 0; i < 4; ++i) {
    INFO(accounts[i].dump());
    CHECK(accounts[i]["state"] == rows[i].first);
    CHECK(accounts[i]["reason"] == rows[i].second);
    CHECK(accounts[i]["message"].get<std::string>().find("account " + std::to_string(i)) !=
          std::string::npos);
    CHECK(accounts[i]["until"] > 1'700'000'000);
  }
  // The next isolate learns of it when it looks.
  story.evict();
  CHECK(status_of(story)["accounts"][0]["state"] == "healthy");
  story.ask(whole());
  CHECK(status_of(story)["accounts"][0]["state"] == "dead");
}

TEST_CASE("the status says why no account can serve at all") {
  const std::pair<const char*, const char*> rows[] = {{"", "accounts_not_configured"},
                                                      {"[{", "accounts_invalid"},
                                                      {"[{}]", "no_enabled_account"},
                                                      {"[]", "no_enabled_account"}};
  for (const auto& [text, code] : rows) {
    Story story;
    story.set("ACCOUNTS", text);
    CHECK(status_of(story)["error"]["code"] == code);
  }
  Story story;
  story.set("GEMINI_BASE_URL", "http://private.example");
  story.host.kv_bound = false;
  const Json status = status_of(story);
  CHECK(status["error"]["code"] == "configuration_invalid");
  CHECK(status["kv"]["bound"] == false);
}

TEST_CASE("the status shows that TOKEN_CACHE fails") {
  Story story;
  story.host.kv_get_fault = KvFault::fails;
  story.host.kv_put_fault = KvFault::fails;
  story.ask(whole());
  const Json kv = status_of(story)["kv"];
  CHECK(kv["reads_failing"] == true);
  CHECK(kv["writes_failing"] == true);
}

TEST_CASE("x-proxy-account names the account that serves, and no other does") {
  Story story(0, 3);
  for (const char* account : {"2", "0", "2"}) CHECK(story.tell(by(account)) == kServed);
  CHECK(story.accounts_asked() == "2 0 2");
  story.on_google = [](const FetchRequest&, int) { return limited_for("30s"); };
  CHECK(story.ask(by("1")).header("retry-after") == "30");
  CHECK(story.accounts_asked() == "2 0 2 1");
  // However long it rests, its owner may try it.
  story.on_google = nullptr;
  CHECK(story.tell(by("1")) == kServed);
  CHECK(story.accounts_asked() == "2 0 2 1 1");
}

TEST_CASE("x-proxy-account must be the index of an account that is enabled") {
  Story story;
  set_entries(story, {signed_in(0), signed_in(1, R"(,"disabled":true)"), "{}"});
  for (const char* value : {"", "1", "2", "3", "-1", "+0", "0x0", "00000000000000000000001", "zero",
                            "0,0", "0.0", "9223372036854775808"}) {
    INFO(value);
    const Received& got = story.ask(by(value));
    CHECK(Story::summary(got) == "400 invalid_value");
    CHECK(error_message(got.body).find("x-proxy-account") != std::string::npos);
  }
  CHECK(story.host.fetches.empty());
  CHECK(story.tell(by("0")) == kServed);
}

TEST_CASE("an account that is asked for and dead says so") {
  Story story(0, 2);
  story.on_token = [](const std::string& asker, int n) {
    return asker.ends_with("0") ? refusal("invalid_grant")
                                : token_answer("marked-access-1-" + std::to_string(n));
  };
  for (int i = 0; i < 2; ++i) {
    const Received& got = story.ask(by("0"));
    CHECK(Story::summary(got) == "503 all_accounts_dead");
    CHECK(error_message(got.body).find("account 0") != std::string::npos);
  }
  CHECK(story.google_requests().empty());
}

TEST_CASE("an account of another upstream than the request needs is asked all the same") {
  Story story;
  set_entries(story, {signed_in(0), signed_in(1, R"(,"upstream":"vertex","projectId":"p-a")")});
  story.on_google = [](const FetchRequest&, int) { return google_error(404, "NOT_FOUND", "No."); };
  CHECK(story.tell(ask_of("tunedModels/own-1").with("x-proxy-account", "1")) ==
        "404 model_not_found");
  CHECK(story.accounts_asked() == "1");
}

}  // namespace proxy::flow
