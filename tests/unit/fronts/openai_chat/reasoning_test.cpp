// How much a model is to think: the table of efforts, and the other forms of the same wish.
#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::asking;
using proxy::test::no_options;
using proxy::test::Reading;

namespace {

// The inside of `thinkingConfig`, in short: `thoughts`, the budget or the level.
std::string thinking(const Reading& reading) {
  if (!reading.ok()) return std::string(reading.code()) + " " + std::string(reading.param());
  const std::string upstream = reading.upstream();
  const std::string begin = R"("thinkingConfig":{)";
  const std::size_t at = upstream.find(begin);
  if (at == std::string::npos) return "";
  const std::size_t from = at + begin.size();
  std::string inside = upstream.substr(from, upstream.find('}', from) - from);
  const auto shorten = [&inside](const std::string& text, const std::string& to) {
    const std::size_t found = inside.find(text);
    if (found != std::string::npos) inside.replace(found, text.size(), to);
  };
  shorten(R"("includeThoughts":true)", "thoughts");
  shorten(R"("thinkingBudget":)", "");
  shorten(R"("thinkingLevel":)", "");
  return inside;
}

std::string effort(const std::string& name) {
  return name.empty() ? "" : R"("reasoning_effort":")" + name + "\"";
}

}  // namespace

TEST_CASE("each effort becomes what the model's family has") {
  const char* const models[] = {"gemini-2.5-pro",       "gemini-2.5-flash", "gemini-2.5-flash-lite",
                                "gemini-3-pro-preview", "gemini-3.1-pro",   "gemini-3.5-flash",
                                "gemini-3.8-flash"};
  const struct {
    const char* effort;
    const char* amounts[7];
  } rows[] = {
      {"none", {"128", "0", "0", "\"LOW\"", "\"LOW\"", "\"MINIMAL\"", "\"LOW\""}},
      {"minimal", {"1024", "1024", "1024", "\"LOW\"", "\"LOW\"", "\"MINIMAL\"", "\"LOW\""}},
      {"low", {"1024", "1024", "1024", "\"LOW\"", "\"LOW\"", "\"LOW\"", "\"LOW\""}},
      {"medium", {"8192", "8192", "8192", "\"HIGH\"", "\"MEDIUM\"", "\"MEDIUM\"", "\"MEDIUM\""}},
      {"high", {"24576", "24576", "24576", "\"HIGH\"", "\"HIGH\"", "\"HIGH\"", "\"HIGH\""}},
      {"xhigh", {"32768", "24576", "24576", "\"HIGH\"", "\"HIGH\"", "\"HIGH\"", "\"HIGH\""}},
      {"max", {"32768", "24576", "24576", "\"HIGH\"", "\"HIGH\"", "\"HIGH\"", "\"HIGH\""}},
  };
  for (std::size_t i = 0; i < 7; ++i) {
    INFO(models[i]);
    CHECK(thinking(Reading(asking("", models[i]))) == (i == 2 ? "" : "thoughts"));
    for (const auto& row : rows) {
      INFO(row.effort);
      const bool off = std::string_view(row.effort) == "none";
      CHECK(thinking(Reading(asking(effort(row.effort), models[i]))) ==
            (off ? "" : "thoughts,") + std::string(row.amounts[i]));
    }
  }
}

TEST_CASE("the other forms of the wish are understood") {
  const char* const kFlash = "gemini-2.5-flash";
  const char* const kLevels = "gemini-3.5-flash";
  const struct {
    const char* model;
    const char* members;
    const char* thinking;
  } rows[] = {
      {kFlash, R"("reasoning":{"effort":"medium"})", "thoughts,8192"},
      {kFlash, R"("reasoning":{"max_tokens":2000})", "thoughts,2000"},
      {kFlash, R"("reasoning":{"max_tokens":99999})", "thoughts,24576"},
      {kFlash, R"("reasoning":{"enabled":false})", "0"},
      {kFlash, R"("reasoning":{"enabled":false,"max_tokens":500})", "0"},
      {kFlash, R"("reasoning":{"exclude":true})", ""},
      {kFlash, R"("reasoning":{"effort":"low","exclude":true})", "1024"},
      {kFlash, R"("thinking":{"type":"enabled","budget_tokens":0})", "0"},
      {kFlash, R"("thinking":{"type":"disabled"})", "0"},
      {kFlash, R"("thinking":{"type":"adaptive"})", "thoughts"},
      {kFlash, R"("thinking":{"type":"enabled","budget_tokens":512},"reasoning_effort":"high")",
       "thoughts,512"},
      {"gemini-2.5-pro", R"("thinking":{"type":"enabled","budget_tokens":1})", "thoughts,128"},
      {"gemini-2.5-flash-lite", R"("reasoning":{"max_tokens":1})", "thoughts,512"},
      {kLevels, R"("reasoning":{"max_tokens":1024})", R"(thoughts,"MINIMAL")"},
      {kLevels, R"("reasoning":{"max_tokens":1025})", R"(thoughts,"LOW")"},
      {kLevels, R"("reasoning":{"max_tokens":8192})", R"(thoughts,"LOW")"},
      {kLevels, R"("reasoning":{"max_tokens":16384})", R"(thoughts,"MEDIUM")"},
      {kLevels, R"("reasoning":{"max_tokens":16385})", R"(thoughts,"HIGH")"},
      {kFlash, R"("google":{"thinking_config":{"thinking_budget":5}},"reasoning_effort":"low")",
       "5"},
      {kLevels, R"("extra_body":{"google":{"thinkingConfig":{"includeThoughts":true}}})",
       "thoughts"},
      {"gemma-4-31b", R"("reasoning_effort":"high")", ""},
      {kFlash, R"("reasoning_effort":"x")", "invalid_value reasoning_effort"},
      {kFlash, R"("reasoning":{"effort":1})", "invalid_type reasoning.effort"},
      {kFlash, R"("thinking":{"type":"x"})", "invalid_value thinking.type"},
  };
  for (const auto& row : rows) {
    INFO(row.model << ": " << row.members);
    CHECK(thinking(Reading(asking(row.members, row.model))) == row.thinking);
  }
}

TEST_CASE("thoughts the owner does not want are not asked for") {
  auto options = no_options();
  options.include_thoughts = false;
  CHECK(thinking(Reading(asking(effort("low"), "gemini-2.5-flash"), options)) == "1024");
  CHECK(thinking(Reading(asking("", "gemini-2.5-flash"), options)).empty());
}

TEST_CASE("image models think only when asked to, and do not tell") {
  const struct {
    const char* model;
    const char* effort;
    const char* sent;
  } rows[] = {
      {"gemini-3-pro-image", "", ""},
      {"gemini-3-pro-image", "low", "\"LOW\""},
      {"gemini-3-pro-image", "medium", "\"HIGH\""},
      {"gemini-3.1-flash-image", "none", "\"MINIMAL\""},
      {"gemini-3.1-flash-image", "low", "\"HIGH\""},
      {"gemini-2.5-flash-image", "high", ""},
  };
  for (const auto& row : rows) {
    INFO(row.model << " " << row.effort);
    CHECK(thinking(Reading(asking(effort(row.effort), row.model))) == row.sent);
  }
}

TEST_CASE("an effort that the model has not got is named") {
  const struct {
    const char* model;
    const char* effort;
    const char* warning;
  } rows[] = {
      {"gemini-3.8-flash", "low", ""},
      {"gemini-3.8-flash", "xhigh", ""},
      {"gemini-2.5-flash", "none", ""},
      {"gemini-3.8-flash", "minimal",
       "reasoning_effort: changed to the nearest this model has, LOW"},
      {"gemini-2.5-pro", "none", "reasoning_effort: changed to the nearest this model has, 128"},
      {"gemma-4-31b", "high", "reasoning_effort: ignored, this model does not think"},
      {"gemma-4-31b", "none", ""},
  };
  for (const auto& row : rows) {
    INFO(row.model << " " << row.effort);
    const Reading reading(asking(effort(row.effort), row.model));
    REQUIRE(reading.ok());
    CHECK((reading->warnings.empty() ? "" : reading->warnings[0]) == row.warning);
  }
}
