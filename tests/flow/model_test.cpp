// `GET /v1/models/{id}`.
#include <nlohmann/json.hpp>
#include <string>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {

TEST_CASE("one model is told as the list tells it, on every path that clients build") {
  Story story;
  const Ask all = get("/v1/models").without("authorization");
  const auto list = nlohmann::json::parse(story.ask(all).body, nullptr, false);
  for (const auto& model : list["data"]) {
    const auto id = model["id"].get<std::string>();
    INFO(id);
    for (const std::string& path : {"/v1/models/" + id, "/v1/models/" + id + "/", "/models/" + id,
                                    "/v1beta/openai/models/" + id, "/v1/models/" + id + "?a=b"}) {
      const Received& got = story.ask(get(path).without("authorization"));
      CHECK(got.status == 200);
      CHECK(nlohmann::json::parse(got.body, nullptr, false) == model);
    }
  }
  for (const char* path :
       {"/v1/models/models/gemini-2.5-pro", "/v1/models/models%2Fgemini-2.5-pro"}) {
    CHECK(story.tell(get(path).without("authorization")) == "200 ?");
  }
  CHECK(story.host.fetches.empty());
}

TEST_CASE("an alias is told by its name, however it must be written in a path") {
  Story story;
  story.set("MODEL_ALIASES", R"({"my/model é":"gemini-2.5-pro","gpt-*":"gemini-2.5-pro"})");
  for (const char* path : {"/v1/models/my/model%20%C3%A9", "/v1/models/my%2fmodel%20%c3%a9"}) {
    const Received& got = story.ask(get(path));
    CHECK(got.status == 200);
    CHECK(got.body.find(R"("id":"my/model é")") != std::string::npos);
  }
  CHECK(story.tell(get("/v1/models/gpt-*")) == "404 model_not_found");
  CHECK(story.tell(get("/v1/models/gpt-4o")) == "404 model_not_found");
}

TEST_CASE("a model that is not known is a 404 that does no harm to its name") {
  Story story;
  for (const char* path :
       {"/v1/models/nope", "/v1/models/%", "/v1/models/%zz", "/v1/models/..%2f..%2fx",
        "/v1/models/%00", "/v1/models/%ff", "/v1/models/a%0d%0ab", "/v1/models/<script>"}) {
    INFO(path);
    const Received& got = story.ask(get(path).without("authorization"));
    CHECK(Story::summary(got) == "404 model_not_found");
    CHECK(got.header("x-should-retry") == "false");
  }
  CHECK(story.host.fetches.empty());
}

TEST_CASE("one model has the methods and the doors of the list") {
  Story story;
  Ask ask = get("/v1/models/gemini-2.5-pro");
  ask.method = "HEAD";
  CHECK(story.ask(ask).status == 200);
  CHECK(story.ask(ask).body.empty());
  ask.method = "POST";
  CHECK(story.tell(ask) == "405 method_not_allowed");
  ask.method = "GET";
  CHECK(story.tell(ask.with("authorization", "Bearer wrong")) == "401 invalid_api_key");
  story.set("MODELS_REQUIRE_KEY", "true");
  CHECK(story.tell(ask.without("authorization")) == "401 missing_api_key");
  CHECK(story.tell(ask) == "200 ?");
}

}  // namespace proxy::flow
