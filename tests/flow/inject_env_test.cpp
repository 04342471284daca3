// Variables with values that no owner means: whatever they hold, each caller gets a complete
// answer, no secret of theirs is told, and with the right value all is well again.
#include <cstdio>
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"
#include "support/garbage.h"

namespace proxy::flow {
namespace {

// Those that hold secrets; what they hold is not to be seen anywhere.
const std::vector<std::string> kSecrets = {
    "API_KEY",         "ACCOUNTS", "ACCOUNTS_2", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET",
    "AI_GATEWAY_TOKEN"};

const std::vector<std::string> kOthers = {"ACCOUNT_AFFINITY",
                                          "ALLOWED_ORIGINS",
                                          "ALLOW_ANONYMOUS",
                                          "CODE_ASSIST_BASE_URL",
                                          "CODE_ASSIST_ONBOARD",
                                          "DEFAULT_MODEL",
                                          "DEFAULT_UPSTREAM",
                                          "ENABLE_CODE_ASSIST",
                                          "GEMINI_BASE_URL",
                                          "IMAGES_AS_MARKDOWN",
                                          "INCLUDE_THOUGHTS",
                                          "MAX_BODY_BYTES",
                                          "MAX_N",
                                          "MODELS_REQUIRE_KEY",
                                          "MODEL_ALIASES",
                                          "MODEL_PROFILES",
                                          "OAUTH_BASE_URL",
                                          "RETURN_TEXT_SIGNATURES",
                                          "SAFETY_SETTINGS",
                                          "STREAM_DEFAULT",
                                          "STREAM_PACE_MS",
                                          "UPSTREAM_IDLE_MS",
                                          "UPSTREAM_TIMEOUT_MS",
                                          "VERTEX_API_VERSION",
                                          "VERTEX_BASE_URL"};

std::vector<std::string> values() {
  return {"",
          "\n \t",
          "true",
          "-1",
          "0",
          "99999999999999999999",
          "null",
          "[]",
          "{}",
          "[null,[],7,{\"a\":{}}]",
          "{\"a\":7,\"b\":[],\"\":{\"c\":\"d\"}}",
          "{\"a\":\"b\"",
          "\"text\"",
          "https://",
          "https://user:secret@host.example/a?b#c",
          "http://169.254.169.254/latest",
          std::string("a\0b\r\nx-injected: 1", 19),
          "\xFF\xFE\x80\xED\xA0\x80",
          std::string(1'000, '['),
          test::noise(300, 21),
          std::string(1'000'000, 'x'),
          "[" + std::string(500'000, '0') + "]"};
}

const std::vector<Ask>& asks() {
  static const std::vector<Ask> all = {streamed(), whole(), get("/v1/models"), get("/v1/status")};
  return all;
}

// A story with the variable set to that; the caller has its key if that is what was changed.
void check(const std::string& name, const std::string& value, const std::string& mark) {
  Story story(0, 2);
  const std::string before = story.host.env.contains(name) ? story.host.env[name] : "";
  story.set(name, value);
  for (const Ask& ask : asks()) {
    INFO(ask.path);
    const std::string outcome = story.tell(ask);
    INFO(outcome);
    CHECK((outcome[0] == '2' || outcome[0] == '4' || outcome[0] == '5'));
    CHECK(outcome.size() > 4);
    CHECK(outcome.find("...") == std::string::npos);
  }
  if (!mark.empty()) CHECK(story.host.leak({mark}) == "");
  story.set(name, before);
  story.host.now_ms += 60'000;
  CHECK(story.tell(whole()) == "200 private-answer one two");
}

}  // namespace

TEST_CASE("a variable that is no secret may hold anything") {
  std::size_t runs = 0;
  for (const std::string& name : kOthers) {
    std::size_t number = 0;
    for (const std::string& value : values()) {
      INFO(name << ", value " << number++);
      check(name, value, "");
      ++runs;
    }
  }
  std::printf("variables: %zu values, %zu requests\n", runs, runs * (asks().size() + 1));
}

TEST_CASE("a secret may hold anything, and none of it is told", "[A-02]") {
  const std::string mark = "marked-within";
  for (const std::string& name : kSecrets) {
    std::size_t number = 0;
    for (const std::string& value : values()) {
      for (const bool is_before : {true, false}) {
        INFO(name << ", value " << number);
        check(name, is_before ? mark + value : value + mark, mark);
      }
      ++number;
    }
  }
}

}  // namespace proxy::flow
