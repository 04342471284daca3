#include "upstreams/gemini_api/gemini_api.h"

#include <string>

#include "base/version.h"
#include "support/catch.h"

using proxy::SecretString;
using proxy::upstreams::Target;
using proxy::upstreams::gemini_api::head;
using proxy::upstreams::gemini_api::kDefaultBaseUrl;
using proxy::upstreams::gemini_api::list_head;

namespace {

const SecretString kSecret("test-token");

Target target(std::string_view model, std::string_view base_url = kDefaultBaseUrl) {
  Target target;
  target.base_url = base_url;
  target.model = model;
  target.secret = &kSecret;
  return target;
}

}  // namespace

TEST_CASE("the head is a fixed list of fields and the account's credential") {
  const std::string begin =
      "POST\nhttps://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro"
      ":streamGenerateContent?alt=sse\n"
      "content-type\napplication/json\nuser-agent\n" +
      std::string(proxy::kUserAgent);
  const std::string with_token = begin + "\nauthorization\nBearer test-token";
  Target it = target("gemini-2.5-pro");
  CHECK(head(it) == with_token);
  it.project_id = "project-a";
  CHECK(head(it) == with_token);  // a service account's token has a project of its own
  it.quota_project = true;
  CHECK(head(it) == with_token + "\nx-goog-user-project\nproject-a");
  it.quota_project = false;
  it.is_key = true;
  CHECK(head(it) == begin + "\nx-goog-api-key\ntest-token");
}

TEST_CASE("the URL is the base, the version and the model") {
  CHECK(head(target("m-1", "http://localhost:8791"))
            .starts_with("POST\nhttp://localhost:8791/v1beta/models/m-1:streamGenerateContent"
                         "?alt=sse\n"));
  CHECK(head(target("m-1", "https://example.test/google"))
            .starts_with("POST\nhttps://example.test/google/v1beta/models/m-1:"));
  CHECK(head(target("tunedModels/t-1"))
            .starts_with("POST\nhttps://generativelanguage.googleapis.com/v1beta/tunedModels/t-1:"
                         "streamGenerateContent?alt=sse\n"));
  CHECK(list_head(target(""))
            .starts_with("GET\nhttps://generativelanguage.googleapis.com/v1beta/models?"
                         "pageSize=1000\n"));
}

TEST_CASE("S-15 a value that would begin a line of its own is left out") {
  const SecretString token("a\nx-evil\n1");
  Target it = target("m");
  it.secret = &token;
  it.project_id = "p\r\nx-evil: 1";
  it.quota_project = true;
  for (const bool is_key : {false, true}) {
    it.is_key = is_key;
    CHECK(head(it).find("evil") == std::string::npos);
    CHECK(head(it).find("authorization") == std::string::npos);
  }
}
