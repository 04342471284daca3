#include "gemini/models.h"

#include <set>
#include <string>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::ErrorCode;
using proxy::gemini::Aliases;
using proxy::gemini::Family;
using proxy::gemini::family_of;
using proxy::gemini::kHigh;
using proxy::gemini::kLow;
using proxy::gemini::kMedium;
using proxy::gemini::kMinimal;
using proxy::gemini::listed_models;
using proxy::gemini::Output;
using proxy::gemini::Profiles;
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

// All that a family says, but for its pattern.
std::string told(const Family& family) {
  std::string out;
  for (const bool flag : {family.chats, family.system_role, family.can_stop, family.thoughts_shown,
                          family.strict, family.modern}) {
    out += flag ? '1' : '0';
  }
  for (const std::int64_t number :
       {static_cast<std::int64_t>(family.output), static_cast<std::int64_t>(family.thinking),
        static_cast<std::int64_t>(family.levels), static_cast<std::int64_t>(family.least_budget),
        static_cast<std::int64_t>(family.most_budget), family.output_tokens}) {
    out += ' ' + std::to_string(number);
  }
  return out;
}

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

TEST_CASE("every row of the specification's table says what may be asked of its models") {
  constexpr std::uint8_t kThree = kLow | kMedium | kHigh;
  constexpr std::uint8_t kFour = kMinimal | kThree;
  constexpr std::int64_t kMost = 65'536;
  struct Row {
    const char* number;
    const char* model;
    Family family;
  };
  const auto none = [](Family family) { return family; };
  const auto level = [](std::uint8_t levels, bool strict, std::int64_t output_tokens) {
    return Family{.pattern = "",
                  .thinking = Thinking::level,
                  .levels = levels,
                  .thoughts_shown = true,
                  .strict = strict,
                  .modern = true,
                  .output_tokens = output_tokens};
  };
  const auto image = [](std::uint8_t levels) {
    return Family{.pattern = "",
                  .output = Output::image,
                  .thinking = Thinking::level,
                  .levels = levels,
                  .modern = true};
  };
  const auto budget = [](std::int32_t least, std::int32_t most, bool can_stop, bool shown) {
    return Family{.pattern = "",
                  .thinking = Thinking::budget,
                  .least_budget = least,
                  .most_budget = most,
                  .can_stop = can_stop,
                  .thoughts_shown = shown,
                  .output_tokens = kMost};
  };
  const Row rows[] = {
      {"1", "gemini-embedding-001", none({.pattern = "", .chats = false})},
      {"2", "gemini-2.5-pro-preview-tts",
       none({.pattern = "", .output = Output::speech, .strict = true})},
      {"3", "gemini-3-transcribe",
       none({.pattern = "", .output = Output::transcript, .strict = true})},
      {"4", "gemma-3-27b-it", none({.pattern = "", .system_role = false})},
      {"5", "gemma-4-31b", none({})},
      {"6", "gemini-2.5-flash-image", none({.pattern = "", .output = Output::image})},
      {"7", "gemini-3-pro-image-preview", image(kLow | kHigh)},
      {"8", "gemini-3.1-flash-image", image(kMinimal | kHigh)},
      {"8", "gemini-3.1-flash-lite-image", image(kMinimal | kHigh)},
      {"9", "gemini-2.5-pro", budget(128, 32'768, false, true)},
      {"10", "gemini-2.5-flash-lite", budget(512, 24'576, true, false)},
      {"11", "gemini-2.5-flash", budget(0, 24'576, true, true)},
      {"12", "gemini-3-pro-preview", level(kLow | kHigh, false, kMost)},
      {"13", "gemini-3.1-pro-preview", level(kThree, false, kMost)},
      {"14", "gemini-3-flash-preview", level(kFour, false, kMost)},
      {"15", "gemini-3.1-flash-lite", level(kFour, false, kMost)},
      {"16", "gemini-3.5-flash-lite", level(kFour, true, kMost)},
      {"17", "gemini-3.5-flash", level(kFour, false, kMost)},
      {"18", "gemini-3.6-flash", level(kFour, true, kMost)},
      {"19", "gemini-3.7-flash", level(kThree, true, kMost)},
      {"19", "gemini-3.8-flash", level(kThree, true, kMost)},
      {"20", "gemini-1.5-pro", none({})},
      {"20", "gemini-2.0-flash", none({})},
      {"20", "learnlm-2", none({})},
      {"21", "gemini-4-ultra", level(kThree, true, 0)},
      {"21", "gemini-flash-latest", level(kThree, true, 0)},
      {"22", "llama-3", none({.pattern = "", .strict = true})},
  };
  for (const Row& row : rows) {
    INFO("row " << row.number << ": " << row.model);
    CHECK(told(family_of(row.model)) == told(row.family));
  }
}

TEST_CASE("profiles of the deployment stand before the built-in ones, first match first") {
  const auto profiles = Profiles::parse(R"([
      {"pattern":"gemini-3.9*","thinking":"budget","least_budget":1,"most_budget":2,
       "can_stop":true},
      {"pattern":"GEMINI-3*","levels":["high"],"strict":true},
      {"pattern":"*","output":"speech"}])");
  REQUIRE(profiles.has_value());
  const Family& first = family_of("gemini-3.9-pro", *profiles);
  CHECK(first.pattern == "gemini-3.9*");
  CHECK(first.thinking == Thinking::budget);
  CHECK(first.most_budget == 2);
  CHECK(first.strict);  // as any gemini model that is not known
  CHECK(family_of("Gemini-3.5-Flash", *profiles).pattern == "gemini-3*");
  CHECK(family_of("anything", *profiles).output == Output::speech);
  CHECK(profiles->find("gemini-3.5-flash") == &family_of("gemini-3.5-flash", *profiles));
  CHECK(Profiles().find("gemini-3.5-flash") == nullptr);
}

TEST_CASE("a profile sets each member by its name and takes the rest from the built-in family") {
  const struct {
    const char* member;
    void (*change)(Family&);
  } rows[] = {
      {R"("chats":false)", [](Family& family) { family.chats = false; }},
      {R"("system_role":false)", [](Family& family) { family.system_role = false; }},
      {R"("output":"image")", [](Family& family) { family.output = Output::image; }},
      {R"("output":"speech")", [](Family& family) { family.output = Output::speech; }},
      {R"("output":"transcript")", [](Family& family) { family.output = Output::transcript; }},
      {R"("output":"text")", [](Family&) {}},
      {R"("thinking":"none")", [](Family& family) { family.thinking = Thinking::none; }},
      {R"("thinking":"budget")", [](Family& family) { family.thinking = Thinking::budget; }},
      {R"("thinking":"level")", [](Family&) {}},
      {R"("levels":[])", [](Family& family) { family.levels = 0; }},
      {R"("levels":["minimal"])", [](Family& family) { family.levels = kMinimal; }},
      {R"("levels":["high","low","high"])", [](Family& family) { family.levels = kLow | kHigh; }},
      {R"("levels":["medium","extreme",1])", [](Family& family) { family.levels = kMedium; }},
      {R"("least_budget":7)", [](Family& family) { family.least_budget = 7; }},
      {R"("most_budget":8)", [](Family& family) { family.most_budget = 8; }},
      {R"("can_stop":true)", [](Family& family) { family.can_stop = true; }},
      {R"("thoughts_shown":false)", [](Family& family) { family.thoughts_shown = false; }},
      {R"("strict":true)", [](Family& family) { family.strict = true; }},
      {R"("modern":false)", [](Family& family) { family.modern = false; }},
      {R"("output_tokens":9)", [](Family& family) { family.output_tokens = 9; }},
      // Of a wrong type or not known: as if it were not there.
      {R"("chats":"no")", [](Family&) {}},
      {R"("levels":"high")", [](Family&) {}},
      {R"("thinking":"deep","output":7,"most_budget":"x","output_tokens":1.5)", [](Family&) {}},
      {R"("no_such_member":1)", [](Family&) {}},
  };
  for (const auto& row : rows) {
    INFO(row.member);
    const auto profiles =
        Profiles::parse(R"([{"pattern":"gemini-3.5-flash*",)" + std::string(row.member) + "}]");
    REQUIRE(profiles.has_value());
    Family expected = family_of("gemini-3.5-flash");
    row.change(expected);
    CHECK(told(family_of("gemini-3.5-flash", *profiles)) == told(expected));
    CHECK(told(family_of("gemini-3.6-flash", *profiles)) == told(family_of("gemini-3.6-flash")));
  }
}

TEST_CASE("what is no array of rows with a pattern is refused") {
  for (const char* text :
       {"", "null", "{}", R"({"pattern":"a"})", "[1]", "[null]", "[{}]", R"([{"pattern":""}])",
        R"([{"pattern":7}])", R"([{"pattern":"a"},{}])", R"([{"pattern":"a"})", "[", "x"}) {
    INFO(text);
    CHECK_FALSE(Profiles::parse(text).has_value());
  }
  CHECK(Profiles::parse("[]").has_value());
  CHECK(Profiles::parse(R"( [ {"pattern":"a"} ] )").has_value());
}

TEST_CASE("profiles keep their patterns when they are moved") {
  auto profiles = Profiles::parse(R"([{"pattern":"a*"},{"pattern":"b*"}])");
  REQUIRE(profiles.has_value());
  const Profiles moved = *std::move(profiles);
  profiles.reset();  // NOLINT(bugprone-use-after-move): what was moved from must not matter
  CHECK(family_of("abc", moved).pattern == "a*");
  CHECK(family_of("bcd", moved).pattern == "b*");
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
