#include "upstreams/vertex/vertex.h"

#include <string>

#include "base/version.h"
#include "support/catch.h"

using namespace proxy::upstreams;

TEST_CASE("each location has its address") {
  const struct {
    const char* location;
    const char* url;
  } rows[] = {
      {"global", "https://aiplatform.googleapis.com"},
      {"us", "https://aiplatform.us.rep.googleapis.com"},
      {"eu", "https://aiplatform.eu.rep.googleapis.com"},
      {"us-central1", "https://us-central1-aiplatform.googleapis.com"},
      {"europe-west4", "https://europe-west4-aiplatform.googleapis.com"},
  };
  for (const auto& row : rows) CHECK(vertex::default_base_url(row.location) == row.url);
}

TEST_CASE("a token goes to a project and a location, a key to neither") {
  const proxy::SecretString secret("test-secret");
  Target target;
  target.base_url = "https://aiplatform.googleapis.com";
  target.model = "gemini-2.5-flash";
  target.project_id = "project-a";
  target.location = "global";
  target.secret = &secret;
  target.quota_project = true;
  const std::string fields =
      ":streamGenerateContent?alt=sse\ncontent-type\napplication/json\nuser-agent\n" +
      std::string(proxy::kUserAgent);
  CHECK(vertex::head(target, "v1beta1") ==
        "POST\nhttps://aiplatform.googleapis.com/v1beta1/projects/project-a/locations/global/"
        "publishers/google/models/gemini-2.5-flash" +
            fields + "\nauthorization\nBearer test-secret");
  target.is_key = true;
  CHECK(vertex::head(target, "v1") ==
        "POST\nhttps://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-flash" +
            fields + "\nx-goog-api-key\ntest-secret");
}
