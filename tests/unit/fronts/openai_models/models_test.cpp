#include "fronts/openai_models/models.h"

#include <map>
#include <string>

#include "base/limits.h"
#include "support/catch.h"
#include "support/exact_bytes.h"
#include "support/json_tools.h"

using proxy::ErrorCode;
using proxy::fronts::openai_models::list_body;
using proxy::fronts::openai_models::model_body;
using proxy::gemini::Aliases;
using proxy::gemini::listed_models;
using proxy::test::ExactBytes;
using proxy::test::Scanned;

namespace {

// Owners by id; an id that is there twice has both.
std::map<std::string, std::string> owners(const Aliases& aliases) {
  std::map<std::string, std::string> found;
  const Scanned scanned(list_body(listed_models(), aliases));
  REQUIRE_FALSE(scanned.error.has_value());
  CHECK(scanned.root()["object"].equals("list"));
  for (const auto model : scanned.root()["data"].items()) {
    CHECK(model["object"].equals("model"));
    CHECK(model["created"].integer() == 1'704'067'200);
    found[model["id"].text()] += model["owned_by"].text();
  }
  return found;
}

}  // namespace

TEST_CASE("the list holds the built-in models and the built-in alias") {
  const auto found = owners({});
  CHECK(found.size() == 16);
  CHECK(found.at("gemini-3.5-flash") == "google");
  CHECK(found.at("gemini-embedding-2") == "google");
  CHECK(found.at("gemini-pro") == "alias");
}

TEST_CASE("a model is written with what it can take and give") {
  const std::string body = list_body(listed_models(), {});
  CHECK(body.starts_with(
      R"({"object":"list","data":[{"id":"gemini-3.8-flash","object":"model","created":1704067200,)"
      R"("owned_by":"google","context_length":1048576,"max_output_tokens":65536},)"));
  CHECK(body.find(R"({"id":"gemini-embedding-001","object":"model","created":1704067200,)"
                  R"("owned_by":"google","context_length":2048})") != std::string::npos);
  CHECK(body.ends_with(R"({"id":"gemini-pro","object":"model","created":1704067200,)"
                       R"("owned_by":"alias"}]})"));
}

TEST_CASE("aliases are listed, patterns are not, and no id stands there twice") {
  const auto found = owners({{"gpt-4o", "gemini-3.5-flash"},
                             {"gpt-*", "gemini-3.5-flash"},
                             {"gpt-4o", "gemini-2.5-pro"},
                             {"gemini-pro", "gemini-2.5-pro"},
                             {"gemini-2.5-flash", "gemini-3.5-flash"},
                             {"a \"name\"", "x"}});
  CHECK(found.size() == 18);
  CHECK(found.at("gpt-4o") == "alias");
  CHECK(found.count("gpt-*") == 0);
  CHECK(found.at("gemini-pro") == "alias");
  CHECK(found.at("gemini-2.5-flash") == "google");
  CHECK(found.at("a \"name\"") == "alias");
}

TEST_CASE("one model is told as it stands in the list") {
  const Aliases aliases = {{"gpt-4o", "gemini-3.5-flash"}, {"gpt-*", "x"}, {"a/b", "x"}};
  const std::string list = list_body(listed_models(), aliases);
  const Scanned scanned(list);
  REQUIRE_FALSE(scanned.error.has_value());
  for (const auto model : scanned.root()["data"].items()) {
    const std::string id = model["id"].text();
    INFO(id);
    const auto body = model_body(ExactBytes(id).view(), listed_models(), aliases);
    REQUIRE(body.ok());
    CHECK(*body == model.raw().text);
  }
  CHECK(*model_body("models/gemini-2.5-pro", listed_models(), {}) ==
        *model_body("gemini-2.5-pro", listed_models(), {}));
  CHECK(model_body("gemini-pro", listed_models(), {}).ok());
}

TEST_CASE("a model that is not in the list is not found") {
  const Aliases aliases = {{"gpt-*", "gemini-3.5-flash"}};
  for (const std::string id : {"", "gpt-*", "gpt-4o", "models/", "models/models/gemini-2.5-pro",
                               "Gemini-2.5-Pro", "gemini-2.5-pro/", "gemini-9", "*", "a\nb"}) {
    INFO(id);
    const auto body = model_body(ExactBytes(id).view(), listed_models(), aliases);
    REQUIRE_FALSE(body.ok());
    CHECK(body.error().code == ErrorCode::model_not_found);
    CHECK(body.error().param == "model");
    CHECK(body.error().message.find('\n') == std::string::npos);
  }
  CHECK(model_body("nope", listed_models(), {}).error().message ==
        "The model 'nope' does not exist.");
  CHECK(model_body(std::string(5'000, 'x'), listed_models(), {}).error().message.size() <
        proxy::limits::kModelNameBytes + 50);
}
