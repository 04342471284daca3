#include "upstreams/code_assist/code_assist.h"

#include <string>

#include "support/catch.h"

using namespace proxy::upstreams;
using proxy::SecretString;

namespace {

const SecretString kSecret("test-token");
const std::string kMetadata =
    R"("metadata":{"ideType":"IDE_UNSPECIFIED","platform":"PLATFORM_UNSPECIFIED",)"
    R"("pluginType":"PLUGIN_UNSPECIFIED"})";

Target target(std::string_view project_id = {}) {
  Target target;
  target.base_url = "https://cloudcode-pa.googleapis.com";
  target.model = "gemini-2.5-flash";
  target.project_id = project_id;
  target.session_id = "session-a";
  target.secret = &kSecret;
  return target;
}

std::string first_lines(const std::string& head) { return head.substr(0, head.find("\ncontent")); }

}  // namespace

TEST_CASE("a request goes in an envelope") {
  CHECK(first_lines(code_assist::head(target())) ==
        "POST\nhttps://cloudcode-pa.googleapis.com/v1internal:streamGenerateContent?alt=sse");
  const proxy::json::Rope request{R"({"contents":[{"role":"user","parts":[{"text":"}"}]}]})", {}};
  const std::string inner =
      R"({"contents":[{"role":"user","parts":[{"text":"}"}]}],"session_id":"session-a"}})";
  CHECK(code_assist::body(request, target("project-a"), "prompt-1").text ==
        R"({"model":"gemini-2.5-flash","project":"project-a","user_prompt_id":"prompt-1",)"
        R"("request":)" +
            inner);
  CHECK(code_assist::body(request, target(), "prompt-1").text ==
        R"({"model":"gemini-2.5-flash","user_prompt_id":"prompt-1","request":)" + inner);
}

TEST_CASE("it is asked for the account's project without claiming to be another program") {
  const auto request = code_assist::load_request(target());
  CHECK(first_lines(request.head) ==
        "POST\nhttps://cloudcode-pa.googleapis.com/v1internal:loadCodeAssist");
  CHECK(request.body == "{" + kMetadata + "}");
  CHECK(request.head.find("openai-compatible-proxy") != std::string::npos);
}

TEST_CASE("what Google says of the account's project is read in every form") {
  const struct {
    const char* text;
    const char* project_id;
    const char* tier;
    bool has_tier;
    const char* reason;
  } rows[] = {
      {R"({"currentTier":{"id":"free-tier"},"cloudaicompanionProject":"p-1"})", "p-1", "", true,
       ""},
      {R"({"cloudaicompanionProject":{"id":"p-2","name":"P"}})", "p-2", "", false, ""},
      {R"({"currentTier":{"id":"standard-tier"}})", "", "", true, ""},
      {R"({"allowedTiers":[{"id":"legacy-tier"},{"id":"free-tier","isDefault":true}]})", "",
       "free-tier", false, ""},
      {R"({"ineligibleTiers":[{"reasonCode":"UNSUPPORTED_LOCATION","tierId":"free-tier"}]})", "",
       "", false, "UNSUPPORTED_LOCATION"},
      {"{}", "", "", false, ""},
      {"[]", "", "", false, ""},
      {"<html>", "", "", false, ""},
      {"", "", "", false, ""},
      {R"({"allowedTiers":{},"currentTier":1,"cloudaicompanionProject":7})", "", "", false, ""},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    const auto found = code_assist::read_load_reply(row.text);
    CHECK(found.project_id == row.project_id);
    CHECK(found.tier == row.tier);
    CHECK(found.has_tier == row.has_tier);
    CHECK(found.reason == row.reason);
  }
}

TEST_CASE("signing up names the tier, and a project only where Google takes one") {
  CHECK(code_assist::onboard_request(target("p-1"), "standard-tier").body ==
        R"({"cloudaicompanionProject":"p-1",)" + kMetadata + R"(,"tierId":"standard-tier"})");
  CHECK(code_assist::onboard_request(target("p-1"), "free-tier").body ==
        "{" + kMetadata + R"(,"tierId":"free-tier"})");
  CHECK(first_lines(code_assist::onboard_request(target(), "free-tier").head)
            .ends_with("/v1internal:onboardUser"));
  CHECK(first_lines(code_assist::operation_request(target(), "operations/x").head) ==
        "GET\nhttps://cloudcode-pa.googleapis.com/v1internal/operations/x");
}

TEST_CASE("an operation is read in every form") {
  const auto done = code_assist::read_operation(
      R"({"name":"operations/x","done":true,"response":{"cloudaicompanionProject":{"id":"p-1"}}})");
  CHECK(done.done);
  CHECK(done.project_id == "p-1");
  const auto open = code_assist::read_operation(R"({"name":"operations/x"})");
  CHECK_FALSE(open.done);
  CHECK(open.name == "operations/x");
  CHECK_FALSE(code_assist::read_operation("<html>").done);
  CHECK(code_assist::read_operation("null").name.empty());
}
