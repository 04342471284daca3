// Google's own settings: which of them are passed on, and what is said of the rest.
#include "fronts/openai_chat/google.h"

#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::asking;
using proxy::test::no_options;
using proxy::test::Reading;

namespace {

std::string outcome(const Reading& reading) {
  if (!reading.ok()) return std::string(reading.code()) + " " + std::string(reading.param());
  const std::string upstream = reading.upstream();
  const std::string before = R"("parts":[{"text":"x"}]}])";
  return upstream.substr(upstream.find(before) + before.size());
}
std::string google(const std::string& members, const char* model = "gemini-2.5-flash-lite") {
  return outcome(Reading(asking(R"("extra_body":{"google":{)" + members + "}}", model)));
}
std::string config(const std::string& members) {
  return R"(,"generationConfig":{)" + members + "}}";
}

}  // namespace

TEST_CASE("each setting is taken in both spellings, from both places") {
  const struct {
    const char* snake;
    const char* camel;
    const char* value;
    std::string sent;
  } rows[] = {
      {"thinking_config", "thinkingConfig", R"({"thinking_budget":5,"includeThoughts":true})",
       config(R"("thinkingConfig":{"includeThoughts":true,"thinkingBudget":5})")},
      {"safety_settings", "safetySettings", R"([{"category":"C","threshold":"OFF"}])",
       R"(,"safetySettings":[{"category":"C","threshold":"OFF"}]})"},
      {"generation_config", "generationConfig", R"({"top_k":3,"topP":0.50,"seed":null})",
       config(R"("topK":3,"topP":0.50)")},
      {"response_modalities", "responseModalities", R"(["TEXT"])",
       config(R"("responseModalities":["TEXT"])")},
      {"speech_config", "speechConfig", R"({"a":1})", config(R"("speechConfig":{"a":1})")},
      {"media_resolution", "mediaResolution", R"("MEDIA_RESOLUTION_LOW")",
       config(R"("mediaResolution":"MEDIA_RESOLUTION_LOW")")},
      {"image_config", "imageConfig", R"({"aspectRatio":"1:1"})",
       config(R"("imageConfig":{"aspectRatio":"1:1"})")},
      {"aspect_ratio", "aspectRatio", R"("16:9")",
       config(R"("imageConfig":{"aspectRatio":"16:9"})")},
      {"image_size", "imageSize", R"("2K")", config(R"("imageConfig":{"imageSize":"2K"})")},
      {"tool_config", "toolConfig", R"({"retrieval_config":{"languageCode":"de"},"x":1})",
       R"(,"toolConfig":{"retrievalConfig":{"languageCode":"de"}}})"},
      {"labels", "labels", R"({"team":"a"})", R"(,"labels":{"team":"a"}})"},
      {"model_armor_config", "modelArmorConfig", R"({"promptTemplateName":"t"})",
       R"(,"modelArmorConfig":{"promptTemplateName":"t"}})"},
      {"generation_config", "generationConfig", R"({"routing_config":{"a":1},"modelConfig":{}})",
       config(R"("routingConfig":{"a":1},"modelConfig":{})")},
      {"generation_config", "generationConfig", R"({"audio_timestamp":true})",
       config(R"("audioTimestamp":true)")},
      {"cached_content", "cachedContent", R"("cachedContents/a")",
       R"(,"cachedContent":"cachedContents/a"})"},
  };
  for (const auto& row : rows) {
    INFO(row.snake);
    for (const char* name : {row.snake, row.camel}) {
      const std::string members = "\"" + std::string(name) + "\":" + row.value;
      CHECK(google(members) == row.sent);
      CHECK(outcome(Reading(asking(R"("google":{)" + members + "}"))) == row.sent);
    }
  }
}

TEST_CASE("built-in tools, each once, in Google's spelling") {
  CHECK(google(R"("tools":[{"google_search":{}},{"urlContext":{}},{"code_execution":{}},)"
               R"({"googleMaps":{}},{"file_search":{"fileSearchStoreNames":["a"]}},)"
               R"({"computer_use":{"environment":"E"}}])") ==
        R"(,"tools":[{"googleSearch":{}},{"urlContext":{}},{"codeExecution":{}},{"googleMaps":{}},)"
        R"({"fileSearch":{"fileSearchStoreNames":["a"]}},{"computerUse":{"environment":"E"}}]})");
  CHECK(outcome(Reading(asking(R"("web_search_options":{},"google":{"tools":[{"googleSearch":)"
                               R"({"timeRangeFilter":{}}}]})"))) ==
        R"(,"tools":[{"googleSearch":{"timeRangeFilter":{}}}]})");
  CHECK(google(R"("tools":[{"retrieval":{}}])") == "invalid_value extra_body.google.tools[0]");
  CHECK(google(R"("tools":[1])") == "invalid_type extra_body.google.tools[0]");
  CHECK(google(R"("tools":{})") == "invalid_type extra_body.google.tools");
}

TEST_CASE("functions go together with built-in tools on Gemini 3 only") {
  const std::string asked = R"("tools":[{"type":"function","function":{"name":"f"}}],)"
                            R"("google":{"tools":[{"code_execution":{}}]})";
  CHECK(outcome(Reading(asking(asked))) == "unsupported_parameter tools");
  CHECK(outcome(Reading(asking(asked, "gemini-3.5-flash")))
            .find(R"("toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"},)"
                  R"("includeServerSideToolInvocations":true})") != std::string::npos);
  CHECK(outcome(Reading(asking(asked + R"(,"tool_choice":"required")", "gemini-3.5-flash")))
            .find(R"("mode":"ANY")") != std::string::npos);
}

TEST_CASE("a wrong type is refused by its place") {
  for (const char* name : {"thinking_config", "generation_config"}) {
    CHECK(google("\"" + std::string(name) + "\":1") ==
          "invalid_type extra_body.google." + std::string(name));
  }
  CHECK(google(R"("safety_settings":{})") == "invalid_type extra_body.google.safety_settings");
  CHECK(google(R"("cached_content":1)") == "invalid_type extra_body.google.cached_content");
  CHECK(outcome(Reading(asking(R"("extra_body":1)"))) == "invalid_type extra_body");
  CHECK(outcome(Reading(asking(R"("extra_body":{"google":[]})"))) ==
        "invalid_type extra_body.google");
  CHECK(outcome(Reading(asking(R"("google":"x")"))) == "invalid_type google");
}

TEST_CASE("what is unknown is never passed on, and is named") {
  const Reading reading(
      asking(R"("google":{"labelled":{"a":"b"},"generation_config":{"candidateCount":2}})"));
  REQUIRE(reading.ok());
  CHECK(outcome(reading) == "}");
  CHECK(reading->warnings ==
        std::vector<std::string>{"google.generation_config.candidateCount: unknown, ignored",
                                 "google.labelled: unknown, ignored"});
}

TEST_CASE("one form of a schema excludes the other") {
  CHECK(outcome(Reading(asking(R"("response_format":{"type":"json_schema","json_schema":)"
                               R"({"schema":{"type":"object"}}},"google":{"generation_config":)"
                               R"({"response_schema":{"type":"OBJECT"}}})"))) ==
        config(R"("responseMimeType":"application/json","responseSchema":{"type":"OBJECT"})"));
}

TEST_CASE("the deployment's safety settings are for requests that bring none") {
  auto options = no_options();
  options.safety_settings = R"([{"category":"A","threshold":"OFF"}])";
  CHECK(outcome(Reading(asking(""), options)) ==
        R"(,"safetySettings":[{"category":"A","threshold":"OFF"}]})");
  CHECK(outcome(Reading(asking(R"("google":{"safety_settings":[]})"), options)) ==
        R"(,"safetySettings":[]})");
  CHECK_FALSE(Reading(asking(""), options)->upstream.foreign_fields);
  options.safety_settings = R"([{"category":"A","method":"SEVERITY"}])";
  CHECK(Reading(asking(""), options)->upstream.foreign_fields);
}

TEST_CASE("what a cache holds is not sent beside it, and one account is asked") {
  const Reading reading(R"({"model":"gemini-3.5-flash","messages":[)"
                        R"({"role":"system","content":"s"},{"role":"user","content":"x"}],)"
                        R"("tools":[{"type":"function","function":{"name":"f"}}],)"
                        R"("tool_choice":"required","web_search_options":{},)"
                        R"("google":{"cached_content":"cachedContents/a"}})");
  REQUIRE(reading.ok());
  CHECK(reading->first_account_only);
  CHECK(reading.upstream() ==
        R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":)"
        R"({"thinkingConfig":{"includeThoughts":true}},"cachedContent":"cachedContents/a"})");
}

TEST_CASE("what not every upstream takes is known by its name, and only that") {
  const struct {
    const char* members;
    const char* without_vertex;
    const char* with_vertex;
  } rows[] = {
      {R"("tools":[{"google_search":{}},{"url_context":{}}])", "any", "any"},
      {R"("tools":[{"computer_use":{}}])", "any", "any"},
      {R"("tools":[{"retrieval":{}}])", "invalid_value google.tools[0]", "vertex"},
      {R"("tools":[{"enterprise_web_search":{}}])", "invalid_value google.tools[0]", "vertex"},
      {R"("tools":[{"enterpriseWebSearch":{}}])", "invalid_value google.tools[0]", "vertex"},
      {R"("tools":[{"google_search":{}},{"retrieval":{}}])", "invalid_value google.tools[1]",
       "vertex"},
      {R"("generation_config":{"response_logprobs":true,"logprobs":2})", "any", "any"},
      {R"("generation_config":{"routing_config":{}})", "foreign", "foreign"},
      {R"("generation_config":{"modelConfig":{}})", "foreign", "foreign"},
      {R"("generation_config":{"audio_timestamp":true})", "foreign", "foreign"},
      {R"("generation_config":{"audio_timestamp":null})", "any", "any"},
      {R"("tool_config":{})", "any", "any"},
      {R"("tools":[{"google_search":{"excludeDomains":[]}}])", "foreign", "foreign"},
      {R"("tools":[{"google_search":{"blockingConfidence":"X"}}])", "foreign", "foreign"},
      {R"("tools":[{"google_search":{"timeRangeFilter":{}}}])", "any", "any"},
      {R"("image_config":{"aspectRatio":"1:1"})", "any", "any"},
      {R"("image_config":{"personGeneration":"ALLOW_ALL"})", "foreign", "foreign"},
      {R"("image_config":{"outputMimeType":"image/png"})", "foreign", "foreign"},
      {R"("image_config":{"outputCompressionQuality":80})", "foreign", "foreign"},
      {R"("safety_settings":[{"category":"C","threshold":"OFF"}])", "any", "any"},
      {R"("safety_settings":[{"category":"C","method":"SEVERITY"}])", "foreign", "foreign"},
      {R"("labels":{"a":"b"})", "foreign", "foreign"},
      {R"("labels":null)", "any", "any"},
      {R"("modelArmorConfig":{})", "foreign", "foreign"},
      {R"("cached_content":"cachedContents/a")", "gemini", "gemini"},
      {R"("cached_content":"projects/p/locations/l/cachedContents/a")", "vertex", "vertex"},
  };
  for (const auto& row : rows) {
    INFO(row.members);
    for (const bool has_vertex : {false, true}) {
      auto options = no_options();
      options.has_vertex = has_vertex;
      const Reading reading(asking(R"("google":{)" + std::string(row.members) + "}"), options);
      std::string words;
      if (!reading.ok()) {
        words = outcome(reading);
      } else {
        const auto& upstream = reading->upstream;
        words += upstream.vertex_only ? "vertex" : "";
        words += upstream.gemini_api_only ? "gemini" : "";
        words += upstream.foreign_fields ? "foreign" : "";
      }
      CHECK((words.empty() ? "any" : words) == (has_vertex ? row.with_vertex : row.without_vertex));
    }
  }
}
