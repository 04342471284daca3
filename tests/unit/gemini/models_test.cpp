#include "gemini/models.h"

#include <set>
#include <string>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::ErrorCode;
using proxy::gemini::Aliases;
using proxy::gemini::Family;
using proxy::gemini::family_of;
using proxy::gemini::listed_models;
using proxy::gemini::resolve_model;
using proxy::gemini::Thinking;
using proxy::test::ExactBytes;

namespace {

const Aliases kAliases = {{"gpt-4o", "gemini-3.5-flash"},
                          {"gpt-*", "gemini-3.1-flash-lite"},
                          {"gpt-5*", "never-reached"},
                          {"claude-*haiku*", "models/gemini-3.1-flash-lite"},
                          {"gemini-3.5-flash", "gemini-3.8-flash"},
                          {"broken", "../x"},
                          {"nothing", ""}};

}  // namespace

TEST_CASE("a model's name is followed to a bare id") {
  const struct {
    const char* name;
    const char* id;
    const char* why;
  } rows[] = {
      {"gemini-3.1-pro-preview", "gemini-3.1-pro-preview", "itself"},
      {"models/gemini-2.5-pro", "gemini-2.5-pro", "Google's own prefix"},
      {"google/gemini-2.5-pro", "gemini-2.5-pro", "Vertex AI's spelling"},
      {"publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro", "Vertex AI's path"},
      {"tunedModels/my-model-1", "tunedModels/my-model-1", "the prefix belongs to the name"},
      {"Gemini-2.5-Pro", "Gemini-2.5-Pro", "case is Google's business"},
      {"gemini_2.5.pro-1", "gemini_2.5.pro-1", "every mark that a name may hold"},
      {"4o", "4o", "a digit first"},
      {"gemini-pro", "gemini-3.1-pro-preview", "the alias that every deployment has"},
      {"models/gemini-pro", "gemini-3.1-pro-preview", "the same with Google's prefix"},
      {"gpt-4o", "gemini-3.5-flash", "an exact alias, which is not followed again"},
      {"gpt-4o-mini", "gemini-3.1-flash-lite", "a pattern"},
      {"gpt-5", "gemini-3.1-flash-lite", "the first pattern that fits"},
      {"claude-4-haiku-x", "gemini-3.1-flash-lite", "two stars; the target's prefix is taken off"},
      {"gemini-3.5-flash", "gemini-3.8-flash", "an alias may take a model's name"},
      {"nothing", "nothing", "an alias without a target is none"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const auto id = resolve_model(ExactBytes(row.name).view(), kAliases);
    REQUIRE(id.ok());
    CHECK(*id == row.id);
  }
}

TEST_CASE("F-02 S-10 no name leaves its place in the upstream's path") {
  const std::string names[] = {
      "",
      "../../v1/x",
      "a/../../b",
      "models/../x",
      "x?key=1",
      "x#f",
      "x:generateContent?",
      "x:generateContent",
      "%2e%2e%2f",
      "a\\b",
      "a\r\nb",
      "a b",
      " a",
      "a/b",
      "models/",
      "models/models/a",
      "tunedModels/",
      "tunedModels/a/b",
      "tunedModels/../a",
      "projects/p/locations/l/endpoints/1",
      ".hidden",
      "-x",
      "_x",
      "..",
      "\xC3\xA9",
      std::string("a\0b", 3),
      std::string(129, 'a'),
      "broken",
  };
  for (const std::string& name : names) {
    INFO(name);
    const auto id = resolve_model(ExactBytes(name).view(), kAliases);
    REQUIRE_FALSE(id.ok());
    CHECK(id.error().code == ErrorCode::model_not_found);
    CHECK(id.error().param == "model");
    CHECK(id.error().message.find('\n') == std::string::npos);
    CHECK(id.error().message.size() < 250);
  }
  CHECK(resolve_model(std::string(128, 'a'), {}).ok());
  CHECK(resolve_model("a b", {}).error().message ==
        "The model `a b` does not exist or you do not have access to it.");
}

TEST_CASE("a family is found by the first pattern that fits, whatever the case") {
  const struct {
    const char* model;
    const char* pattern;
  } rows[] = {
      {"gemini-embedding-001", "*embedding*"},
      {"text-embedding-004", "*embedding*"},
      {"gemini-2.5-flash-preview-tts", "*-tts*"},
      {"gemini-3-transcribe", "*transcribe*"},
      {"gemma-3-27b-it", "gemma-3*"},
      {"gemma-4-31b", "gemma-*"},
      {"gemini-2.5-flash-image", "gemini-2.5-flash-image*"},
      {"gemini-3-pro-image-preview", "gemini-3-pro-image*"},
      {"gemini-3.1-flash-image", "gemini-3.1-flash-image*"},
      {"gemini-3.1-flash-lite-image", "gemini-3.1-flash-lite-image*"},
      {"gemini-2.5-pro", "gemini-2.5-pro*"},
      {"gemini-2.5-flash-lite-preview", "gemini-2.5-flash-lite*"},
      {"gemini-2.5-flash", "gemini-2.5-*"},
      {"gemini-3-pro-preview", "gemini-3-pro*"},
      {"gemini-3.1-pro-preview", "gemini-3.1-pro*"},
      {"gemini-3-flash-preview", "gemini-3-flash*"},
      {"gemini-3.1-flash-lite", "gemini-3.1-flash-lite*"},
      {"gemini-3.5-flash-lite", "gemini-3.5-flash-lite*"},
      {"gemini-3.5-flash", "gemini-3.5-flash*"},
      {"GEMINI-3.5-Flash", "gemini-3.5-flash*"},
      {"gemini-3.6-flash", "gemini-3.6*"},
      {"gemini-3.7-flash", "gemini-3.7*"},
      {"gemini-3.8-flash", "gemini-3.8*"},
      {"gemini-1.5-pro", "gemini-1*"},
      {"gemini-2.0-flash", "gemini-2.0*"},
      {"learnlm-2", "learnlm*"},
      {"gemini-4-ultra", "gemini-*"},
      {"gemini-flash-latest", "gemini-*"},
      {"gemini-3.5-pro", "gemini-*"},
      {"tunedModels/gemini-2.5-pro-1", "*"},
      {"llama-3", "*"},
      {"", "*"},
  };
  for (const auto& row : rows) {
    INFO(row.model);
    CHECK(family_of(row.model).pattern == row.pattern);
  }
}

TEST_CASE("families say what may be asked of them") {
  const struct {
    const char* model;
    bool chats;
    bool system_role;
    Thinking thinking;
    bool thoughts_shown;
    bool strict;
    std::int64_t output_tokens;
  } rows[] = {
      {"gemini-embedding-001", false, true, Thinking::none, false, false, 0},
      {"gemini-2.5-pro-preview-tts", true, true, Thinking::none, false, true, 0},
      {"gemma-3-1b", true, false, Thinking::none, false, false, 0},
      {"gemma-4-31b", true, true, Thinking::none, false, false, 0},
      {"gemini-2.5-flash-image", true, true, Thinking::none, false, false, 0},
      {"gemini-3-pro-image", true, true, Thinking::level, false, false, 0},
      {"gemini-2.5-pro", true, true, Thinking::budget, true, false, 65'536},
      {"gemini-2.5-flash-lite", true, true, Thinking::budget, false, false, 65'536},
      {"gemini-3.1-pro-preview", true, true, Thinking::level, true, false, 65'536},
      {"gemini-3.5-flash-lite", true, true, Thinking::level, true, true, 65'536},
      {"gemini-3.5-flash", true, true, Thinking::level, true, false, 65'536},
      {"gemini-3.8-flash", true, true, Thinking::level, true, true, 65'536},
      {"gemini-2.0-flash", true, true, Thinking::none, false, false, 0},
      {"gemini-9", true, true, Thinking::level, true, true, 0},
      {"anything", true, true, Thinking::none, false, true, 0},
  };
  for (const auto& row : rows) {
    INFO(row.model);
    const Family& family = family_of(row.model);
    CHECK(family.chats == row.chats);
    CHECK(family.system_role == row.system_role);
    CHECK(family.thinking == row.thinking);
    CHECK(family.thoughts_shown == row.thoughts_shown);
    CHECK(family.strict == row.strict);
    CHECK(family.output_tokens == row.output_tokens);
  }
}

TEST_CASE("every listed model has a name that can be asked for, and each only once") {
  std::set<std::string_view> ids;
  for (const auto& model : listed_models()) {
    INFO(model.id);
    const auto id = resolve_model(model.id, {});
    REQUIRE(id.ok());
    CHECK(*id == model.id);
    CHECK(family_of(model.id).chats == (model.output_tokens > 0));
    CHECK(model.input_tokens > 0);
    CHECK(ids.insert(model.id).second);
  }
  CHECK(ids.size() == 15);
}
