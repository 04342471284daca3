// What form the answer is to have. The translations are golden cases (json_*, image_*, speech*);
// here are the refusals and the families.
#include "fronts/openai_chat/output.h"

#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::asking;
using proxy::test::no_options;
using proxy::test::Reading;

namespace {

std::string outcome(const std::string& members, const char* model = "gemini-2.5-flash-lite") {
  const Reading reading(asking(members, model));
  if (!reading.ok()) return std::string(reading.code()) + " " + std::string(reading.param());
  const std::string upstream = reading.upstream();
  const std::string before = R"("parts":[{"text":"x"}]}])";
  return upstream.substr(upstream.find(before) + before.size());
}

}  // namespace

TEST_CASE("a response format that is none is refused by its place") {
  const struct {
    const char* format;
    const char* outcome;
  } rows[] = {
      {R"({"type":"text"})", "}"},
      {R"({"type":"json_object"})",
       R"(,"generationConfig":{"responseMimeType":"application/json"}})"},
      {R"({"type":"json_schema","json_schema":{"name":"n"}})",
       R"(,"generationConfig":{"responseMimeType":"application/json"}})"},
      {R"({"type":"json_schema"})", "missing_required_parameter response_format.json_schema"},
      {R"({"type":"json_schema","json_schema":1})", "invalid_type response_format.json_schema"},
      {R"({"type":"json_schema","json_schema":{"schema":[]}})",
       "invalid_type response_format.json_schema.schema"},
      {R"({"type":"yaml"})", "invalid_value response_format.type"},
      {R"({"type":1})", "invalid_type response_format.type"},
      {"{}", "missing_required_parameter response_format.type"},
  };
  for (const auto& row : rows) {
    INFO(row.format);
    CHECK(outcome(R"("response_format":)" + std::string(row.format)) == row.outcome);
  }
  for (const char* model :
       {"gemini-2.5-flash-image", "gemini-2.5-flash-preview-tts", "gemini-3.5-transcribe"}) {
    CHECK(outcome(R"("response_format":{"type":"json_object"})", model) ==
          "unsupported_value response_format.type");
  }
}

TEST_CASE("modalities are what the model has") {
  const std::string both = R"(,"generationConfig":{"responseModalities":["TEXT","IMAGE"]}})";
  const std::string speech = R"(,"generationConfig":{"responseModalities":["AUDIO"]}})";
  const struct {
    const char* model;
    const char* asked;
    std::string outcome;
  } rows[] = {
      {"gemini-2.5-flash-lite", "null", "}"},
      {"gemini-2.5-flash-lite", R"(["text"])", "}"},
      {"gemini-2.5-flash-lite", R"(["text","image"])", both},
      {"gemini-2.5-flash-lite", R"(["audio"])", "unsupported_value modalities"},
      {"gemini-2.5-flash-lite", R"(["smell"])", "invalid_value modalities[0]"},
      {"gemini-2.5-flash-image", "null", both},
      {"gemini-2.5-flash-image", "[]", both},
      {"gemini-2.5-flash-image", R"(["image"])", both},
      {"gemini-2.5-flash-image", R"(["text"])", "}"},
      {"gemini-2.5-flash-preview-tts", "null", speech},
      {"gemini-2.5-flash-preview-tts", R"(["text","audio"])", speech},
  };
  for (const auto& row : rows) {
    INFO(row.model << " " << row.asked);
    CHECK(outcome(R"("modalities":)" + std::string(row.asked), row.model) == row.outcome);
  }
}

TEST_CASE("speech has a voice, and a file only when it is whole") {
  const char* const model = "gemini-2.5-flash-preview-tts";
  const std::string voice = R"("speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":)";
  const std::string sent = R"(,"generationConfig":{"responseModalities":["AUDIO"],)" + voice;
  CHECK(outcome(R"("audio":{"voice":"Kore","format":"pcm16"})", model) == sent + R"("Kore"}}}}})");
  CHECK(outcome(R"("audio":{"voice":{"id":"Puck"}})", model) == sent + R"("Puck"}}}}})");
  CHECK(outcome(R"("audio":{"format":"pcm16"})", model) ==
        "missing_required_parameter audio.voice");
  CHECK(outcome(R"("audio":{"voice":{}})", model) == "missing_required_parameter audio.voice.id");
  CHECK(outcome(R"("audio":{"voice":"Kore","format":"mp3"})", model) ==
        "unsupported_value audio.format");
  CHECK(outcome(R"("audio":{"voice":"Kore","format":"wav"},"stream":true)", model) ==
        "unsupported_value audio.format");
  CHECK(Reading(asking(R"("audio":{"voice":"Kore","format":"wav"},"stream":false)", model))->wav);
  const Reading mute(asking(R"("audio":{"voice":"Kore"})"));
  REQUIRE(mute.ok());
  CHECK(mute->warnings == std::vector<std::string>{"audio: ignored, this model does not speak"});
}

TEST_CASE("as many choices as the deployment allows") {
  CHECK(Reading(asking(""))->choices == 1);
  CHECK(Reading(asking(R"("n":5)"))->choices == 5);
  CHECK(outcome(R"("n":6)") == "invalid_value n");
  CHECK(outcome(R"("n":128)") == "invalid_value n");
  CHECK(outcome(R"("n":129)") == "integer_above_max_value n");
  CHECK(outcome(R"("n":0)") == "integer_below_min_value n");
  auto options = no_options();
  options.most_choices = 2;
  CHECK(Reading(asking(R"("n":2)"), options).ok());
  CHECK(Reading(asking(R"("n":3)"), options).code() == "invalid_value");
}

TEST_CASE("service tiers have Google's names") {
  const struct {
    const char* tier;
    const char* outcome;
  } rows[] = {{"auto", "}"},
              {"default", "}"},
              {"scale", "}"},
              {"flex", R"(,"serviceTier":"flex"})"},
              {"priority", R"(,"serviceTier":"priority"})"},
              {"fast", R"(,"serviceTier":"priority"})"},
              {"slow", "invalid_value service_tier"}};
  for (const auto& row : rows) {
    CHECK(outcome(R"("service_tier":")" + std::string(row.tier) + "\"") == row.outcome);
  }
}
