#include "upstreams/gemini_api/gemini_api.h"

#include <string>

#include "base/version.h"
#include "support/catch.h"

using proxy::SecretString;
using proxy::gemini::Request;
using proxy::gemini::Role;
using proxy::upstreams::gemini_api::body;
using proxy::upstreams::gemini_api::Credential;
using proxy::upstreams::gemini_api::head;
using proxy::upstreams::gemini_api::kDefaultBaseUrl;

namespace {

std::string first_lines(std::string_view model, std::string_view base_url = kDefaultBaseUrl) {
  const SecretString token("test-token");
  return head(base_url, model, {.access_token = &token, .project_id = {}});
}

}  // namespace

TEST_CASE("the head is a fixed list of fields and the account's credential") {
  const SecretString token("test-token");
  const std::string begin =
      "POST\nhttps://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro"
      ":streamGenerateContent?alt=sse\n"
      "content-type\napplication/json\nuser-agent\n" +
      std::string(proxy::kUserAgent) + "\nauthorization\nBearer test-token";
  CHECK(head(kDefaultBaseUrl, "gemini-2.5-pro", {.access_token = &token, .project_id = {}}) ==
        begin);
  CHECK(head(kDefaultBaseUrl, "gemini-2.5-pro",
             {.access_token = &token, .project_id = "project-a"}) ==
        begin + "\nx-goog-user-project\nproject-a");
}

TEST_CASE("the URL is the base, the version and the model") {
  CHECK(first_lines("m-1", "http://localhost:8791")
            .starts_with("POST\nhttp://localhost:8791/v1beta/models/m-1:streamGenerateContent"
                         "?alt=sse\n"));
  CHECK(first_lines("m-1", "https://example.test/google")
            .starts_with("POST\nhttps://example.test/google/v1beta/models/m-1:"));
  CHECK(first_lines("tunedModels/t-1")
            .starts_with("POST\nhttps://generativelanguage.googleapis.com/v1beta/tunedModels/t-1:"
                         "streamGenerateContent?alt=sse\n"));
}

TEST_CASE("S-15 a value that would begin a line of its own is left out") {
  const SecretString token("a\nx-evil\n1");
  const std::string text =
      head(kDefaultBaseUrl, "m", {.access_token = &token, .project_id = "p\r\nx-evil: 1"});
  CHECK(text.find("evil") == std::string::npos);
  CHECK(text.find("authorization") == std::string::npos);
}

TEST_CASE("the body is the request's JSON") {
  Request request;
  request.system = {{"s"}};
  request.parts.resize(1);
  request.parts[0].text = {"x"};
  request.contents.push_back({.role = Role::user, .answers_calls = false, .end = 1});
  CHECK(body(request) == R"({"systemInstruction":{"parts":[{"text":"s"}]},)"
                         R"("contents":[{"role":"user","parts":[{"text":"x"}]}]})");
}
