// Tokens of a service account, from the key to the answer.
#include <string>
#include <string_view>

#include "base/base64.h"
#include "parsed.h"
#include "scene.h"
#include "support/catch.h"

using namespace proxy::accounts;
using proxy::test::FakeHost;
using proxy::test::FetchAnswer;
using proxy::test::KvFault;

namespace {

struct RobotScene : Scene {
  RobotScene() {
    list = parse(key_file());
    set_up(tokens);
    on_token = [this](const std::string&, int) {
      ++requests;
      return requests <= refusals ? answer_of(status, refusal)
                                  : token_answer("access-" + std::to_string(requests));
    };
  }
  std::string assertion(std::size_t fetch) const {
    const std::string& body = host.fetches.at(fetch).body;
    return body.substr(body.find("assertion=") + 10);
  }
  int requests = 0;
  int refusals = 0;
  int status = 400;
  std::string refusal;
};

// What a request's claims say of the time.
std::string claims(const std::string& assertion) {
  const std::size_t begin = assertion.find('.') + 1;
  const auto standard = proxy::base64::standard(
      std::string_view(assertion).substr(begin, assertion.rfind('.') - begin));
  return *proxy::base64::decode(*standard);
}

constexpr std::string_view kTime =
    R"({"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived )"
    R"(token (60 minutes) and in a reasonable timeframe. Check your iat and exp values."})";

}  // namespace

TEST_CASE("a service account's token is asked for with a signature, once") {
  RobotScene scene;
  CHECK(scene.ask() == "access-1");
  CHECK(scene.ask() == "access-1");
  REQUIRE(scene.host.fetches.size() == 1);
  CHECK(scene.host.count("sign") == 1);
  const std::string assertion = scene.assertion(0);
  const std::size_t dot = assertion.rfind('.');
  const std::string signature = FakeHost::signature(kDer, assertion.substr(0, dot));
  CHECK(assertion.substr(dot + 1) == proxy::base64::encode_for_url(signature));
  CHECK(claims(assertion).find(R"("iat":1699999990)") != std::string::npos);
  CHECK(scene.host.leak({"key-of", "access-1"}).empty());
  CHECK(scene.host.count("key-of") == 0);
}

TEST_CASE("O-06 trouble that passes: signed anew for the second try") {
  RobotScene scene;
  scene.refusals = 1;
  scene.status = 503;
  CHECK(scene.ask() == "access-2");
  CHECK(scene.host.count("sign") == 2);
  CHECK(scene.host.fetches.size() == 2);
}

TEST_CASE("O-01 a signature whose time Google finds wrong: once more with a fresh clock") {
  RobotScene scene;
  scene.refusal = kTime;
  scene.refusals = 1;
  const auto answer = scene.host.on_fetch;
  scene.host.on_fetch = [&](const proxy::test::FetchRequest& request) {
    FetchAnswer slow = answer(request);
    slow.delay_ms = 5'000;
    return slow;
  };
  CHECK(scene.ask() == "access-2");
  CHECK(claims(scene.assertion(0)).find(R"("iat":1699999990)") != std::string::npos);
  CHECK(claims(scene.assertion(1)).find(R"("iat":1699999995)") != std::string::npos);
}

TEST_CASE("O-01 what ends a service account") {
  struct Row {
    std::string_view refusal;
    std::size_t requests;
    std::string_view reason, says;
  };
  const Row rows[] = {
      {kTime, 2, "jwt_time", "clock"},
      {R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})", 1,
       "invalid_grant", "(invalid_grant)"},
      {R"({"error":"invalid_grant","error_description":"Invalid grant: account not found"})", 1,
       "invalid_grant", "(invalid_grant)"},
      {R"({"error":"invalid_scope"})", 1, "invalid_scope", "(invalid_scope)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.refusal);
    RobotScene scene;
    scene.refusal = row.refusal;
    scene.refusals = 9;
    CHECK(scene.ask() == "!all_accounts_dead");
    CHECK(scene.error().message.find(row.says) != std::string::npos);
    CHECK(scene.host.fetches.size() == row.requests);
    CHECK(scene.host.log_count(R"("reason":")" + std::string(row.reason)) == 1);
    CHECK(scene.ask() == "!all_accounts_dead");
    CHECK(scene.host.fetches.size() == row.requests);
  }
}

TEST_CASE("a key that the platform cannot read: nothing is sent, and the owner is told") {
  RobotScene scene;
  scene.host.sign_fault = KvFault::fails;
  CHECK(scene.ask() == "!all_accounts_dead");
  CHECK(scene.host.fetches.empty());
  CHECK(scene.host.count("sign") == 1);
  CHECK(scene.host.log_count("key_unreadable") == 1);
}

TEST_CASE("O-15 a signature that never comes: the caller waits less than 21 s") {
  RobotScene scene;
  scene.host.sign_fault = KvFault::hangs;
  const std::int64_t begin_ms = scene.host.now_ms;
  CHECK(scene.ask() == "!token_refresh_failed");
  CHECK(scene.host.now_ms - begin_ms < 21'000);
  CHECK(scene.host.fetches.empty());
  CHECK(scene.host.open_count() == 0);
}
