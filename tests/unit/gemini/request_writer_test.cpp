#include "gemini/request_writer.h"

#include <string>

#include "json/index.h"
#include "support/catch.h"
#include "support/json_tools.h"

using proxy::gemini::Request;
using proxy::gemini::Role;
using proxy::gemini::write_request;

namespace {

std::string written(const Request& request) {
  std::string out;
  write_request(request, out);
  const proxy::test::Scanned scanned(out);
  CHECK_FALSE(scanned.error.has_value());
  return out;
}

Request asking(std::string_view text) {
  return {.model = "m", .system = {}, .contents = {{Role::user, {{{text}}}}}, .config = {}};
}

}  // namespace

TEST_CASE("a request of one text is written without anything that was not asked for") {
  CHECK(written(asking("Hi")) == R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
}

TEST_CASE("texts are copied as they are, escapes included") {
  CHECK(written(asking(R"(\u00e9 \ud83d\ude00 \/ \" \\ é)")) ==
        R"({"contents":[{"role":"user","parts":[{"text":"\u00e9 \ud83d\ude00 \/ \" \\ é"}]}]})");
}

TEST_CASE("system texts and turns keep their order and their parts") {
  Request request = asking("a");
  request.contents.push_back({Role::model, {{{"b"}}, {{"c"}}}});
  request.contents.push_back({Role::user, {{{" "}}}});
  request.system = {{"one"}, {"two"}};
  CHECK(written(request) ==
        R"({"systemInstruction":{"parts":[{"text":"one"},{"text":"two"}]},"contents":[)"
        R"({"role":"user","parts":[{"text":"a"}]},)"
        R"({"role":"model","parts":[{"text":"b"},{"text":"c"}]},)"
        R"({"role":"user","parts":[{"text":" "}]}]})");
}

TEST_CASE("each setting is written alone under Google's name for it") {
  const struct {
    void (*set)(proxy::gemini::GenerationConfig&);
    const char* member;
  } rows[] = {
      {[](auto& config) { config.temperature = {"0.20"}; }, R"("temperature":0.20)"},
      {[](auto& config) { config.temperature = {"0"}; }, R"("temperature":0)"},
      {[](auto& config) { config.top_p = {"1e-1"}; }, R"("topP":1e-1)"},
      {[](auto& config) { config.max_output_tokens = 1; }, R"("maxOutputTokens":1)"},
      {[](auto& config) {
         config.stop_sequences = {{"a"}, {R"(\n)"}};
       },
       R"("stopSequences":["a","\n"])"},
      {[](auto& config) { config.presence_penalty = {"-2"}; }, R"("presencePenalty":-2)"},
      {[](auto& config) { config.frequency_penalty = {"1.99"}; }, R"("frequencyPenalty":1.99)"},
      {[](auto& config) { config.seed = 0; }, R"("seed":0)"},
      {[](auto& config) { config.seed = -2147483648; }, R"("seed":-2147483648)"},
      {[](auto& config) { config.include_thoughts = true; },
       R"("thinkingConfig":{"includeThoughts":true})"},
  };
  for (const auto& row : rows) {
    Request request = asking("x");
    row.set(request.config);
    CHECK(written(request) ==
          R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{)" +
              std::string(row.member) + "}}");
  }
}

TEST_CASE("all settings together, and what stands before them, stay") {
  Request request = asking("x");
  request.config = {.temperature = {"1"},
                    .top_p = {"0.5"},
                    .presence_penalty = {"0.1"},
                    .frequency_penalty = {"0.2"},
                    .max_output_tokens = 9,
                    .stop_sequences = {{"E"}},
                    .seed = 7,
                    .include_thoughts = true};
  std::string out = "before ";
  write_request(request, out);
  CHECK(out == R"(before {"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":)"
               R"({"temperature":1,"topP":0.5,"maxOutputTokens":9,"stopSequences":["E"],)"
               R"("presencePenalty":0.1,"frequencyPenalty":0.2,"seed":7,)"
               R"("thinkingConfig":{"includeThoughts":true}}})");
}
