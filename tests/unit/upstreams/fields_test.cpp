#include "upstreams/fields.h"

#include <string>
#include <vector>

#include "support/catch.h"

using namespace proxy::upstreams;

namespace {

constexpr Dialect kAll[] = {Dialect::gemini_api, Dialect::vertex, Dialect::code_assist};

std::string fit(std::string body, Dialect dialect, std::string* dropped = nullptr) {
  std::vector<std::string_view> names;
  proxy::json::Rope whole{std::move(body), {}};
  const std::string out = fitted(whole, dialect, names).text;
  for (const std::string_view name : names) {
    if (dropped != nullptr) dropped->append(name).append(" ");
  }
  return out;
}

}  // namespace

// The rows of the specification's table. G: Gemini API, V: Vertex AI, C: Code Assist.
TEST_CASE("each upstream gets the fields it knows and no other") {
  const struct {
    const char* with;
    const char* without;
    const char* known_to;
    const char* dropped;
  } rows[] = {
      {R"({"a":1,"serviceTier":"flex"})", R"({"a":1})", "G", "serviceTier "},
      {R"({"labels":{"a":"b"}})", "{}", "VC", "labels "},
      {R"({"modelArmorConfig":{}})", "{}", "V", "modelArmorConfig "},
      {R"({"generationConfig":{"topK":1,"audioTranscriptionConfig":{}}})",
       R"({"generationConfig":{"topK":1}})", "G", "audioTranscriptionConfig "},
      {R"({"generationConfig":{"imageConfig":{"aspectRatio":"1:1"}}})",
       R"({"generationConfig":{}})", "GV", "imageConfig "},
      {R"({"generationConfig":{"routingConfig":{}}})", R"({"generationConfig":{}})", "V",
       "routingConfig "},
      {R"({"generationConfig":{"modelConfig":{}}})", R"({"generationConfig":{}})", "V",
       "modelConfig "},
      {R"({"generationConfig":{"audioTimestamp":true}})", R"({"generationConfig":{}})", "V",
       "audioTimestamp "},
      {R"({"toolConfig":{"mode":1,"includeServerSideToolInvocations":true}})",
       R"({"toolConfig":{"mode":1}})", "G", ""},
      {R"({"tools":[{"functionDeclarations":[]},{"fileSearch":{}}]})",
       R"({"tools":[{"functionDeclarations":[]}]})", "G", "fileSearch "},
      {R"({"tools":[{"retrieval":{}}]})", R"({"tools":[]})", "V", "retrieval "},
      {R"({"tools":[{"enterpriseWebSearch":{},"x":1}]})", R"({"tools":[{"x":1}]})", "V",
       "enterpriseWebSearch "},
      {R"({"tools":[{"googleSearch":{"timeRangeFilter":{}}}]})",
       R"({"tools":[{"googleSearch":{}}]})", "G", "timeRangeFilter "},
      {R"({"tools":[{"googleSearch":{"excludeDomains":[]}}]})",
       R"({"tools":[{"googleSearch":{}}]})", "V", "excludeDomains "},
      {R"({"contents":[{"parts":[{"functionCall":{"id":"a","name":"f","args":{"id":1}}}]}]})",
       R"({"contents":[{"parts":[{"functionCall":{"name":"f","args":{"id":1}}}]}]})", "GC", ""},
      {R"({"contents":[{"parts":[{"functionResponse":{"id":"a","response":{"id":1}}}]}]})",
       R"({"contents":[{"parts":[{"functionResponse":{"response":{"id":1}}}]}]})", "GC", ""},
      {R"({"contents":[{"parts":[{"text":"x","mediaResolution":{}}]}]})",
       R"({"contents":[{"parts":[{"text":"x"}]}]})", "GV", "mediaResolution "},
      {R"({"safetySettings":[{"category":"c","method":"m"}]})",
       R"({"safetySettings":[{"category":"c"}]})", "V", "method "},
  };
  for (const auto& row : rows) {
    for (const Dialect dialect : kAll) {
      const char letter = "GVC"[static_cast<int>(dialect)];
      INFO(row.with << " for " << letter);
      const bool known = std::string(row.known_to).find(letter) != std::string::npos;
      std::string dropped;
      CHECK(fit(row.with, dialect, &dropped) == (known ? row.with : row.without));
      CHECK(dropped == (known ? "" : row.dropped));
    }
  }
}

TEST_CASE("names that count in one place mean nothing elsewhere") {
  const std::string body =
      R"({"contents":[{"role":"user","parts":[{"text":"{\"labels\":1}","inlineData":{"id":"x"}},)"
      R"({"functionCall":{"name":"f","args":{"serviceTier":[{"labels":{}}]}}}]}],)"
      R"("generationConfig":{"responseJsonSchema":{"properties":{"labels":{},"id":{}}}},)"
      R"("tools":[{"functionDeclarations":[{"name":"fileSearch","parametersJsonSchema":)"
      R"({"fileSearch":{}}}]}]})";
  for (const Dialect dialect : kAll) CHECK(fit(body, dialect) == body);
}

TEST_CASE("texts and numbers stay byte for byte, and each loss is named once") {
  const std::string body =
      R"({"contents":[{"parts":[{"text":"\u00e9\/ 😀"},{"functionCall":{"args":{"n":1.0e400,)"
      R"("m":12345678901234567890}}}]}],"labels":{},"labels":{}})";
  std::string dropped;
  const std::string out = fit(body, Dialect::gemini_api, &dropped);
  CHECK(out + R"(,"labels":{},"labels":{}})" ==
        body.substr(0, out.size() - 1) + R"(},"labels":{},"labels":{}})");
  CHECK(dropped == "labels ");
}

TEST_CASE("what is no request stays as it is") {
  CHECK(fit("no JSON", Dialect::vertex) == "no JSON");
  CHECK(fit("{}", Dialect::vertex) == "{}");
  CHECK(fit(R"({"tools":{"fileSearch":{}},"contents":1})", Dialect::vertex) ==
        R"({"tools":{},"contents":1})");
}
