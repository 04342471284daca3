// What repairs change in a request's body, and that they change nothing else. Rows named R.. are
// those of the list of repairs; bodies are as the request writer makes them.
#include <string>
#include <vector>

#include "gemini/repair.h"
#include "support/catch.h"
#include "support/json_tools.h"

using proxy::gemini::name_of;
using proxy::gemini::Repair;
using proxy::gemini::repaired;
using proxy::gemini::Repairs;
using enum proxy::gemini::Repair;

namespace {

std::string mended(const std::string& body, Repairs repairs) {
  proxy::json::Rope whole{body, {}};
  std::string out = repaired(whole, repairs).text;
  const proxy::test::Scanned scanned(out);
  CHECK_FALSE(scanned.error.has_value());
  return out;
}

struct Change {
  const char* row;
  Repairs repairs;
  std::string body;
  std::string mended;
};

void check(const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    INFO(change.row << ": " << change.body);
    CHECK(mended(change.body, change.repairs) == change.mended);
    // What is mended stays so.
    if (!change.repairs.has(end_with_user) && !change.repairs.has(system_as_user)) {
      CHECK(mended(change.mended, change.repairs) == change.mended);
    }
    // Others do not touch it: here the one that has nothing to do.
    CHECK(mended(change.body, {}) == change.body);
  }
}

// A request with that turn of the model between two of the user.
std::string with_model_parts(const std::string& parts) {
  return R"({"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[)" +
         parts + R"(]},{"role":"user","parts":[{"text":"b"}]}]})";
}

std::string with_config(const std::string& config) {
  return R"({"contents":[{"role":"user","parts":[{"text":"a"}]}],"generationConfig":{)" + config +
         "}}";
}

const std::string kUser = R"({"role":"user","parts":[{"text":"a"}]})";

}  // namespace

TEST_CASE("R1 calls and their answers lose their ids, and nothing else does") {
  check({
      {"calls",
       {drop_call_ids},
       with_model_parts(R"({"functionCall":{"id":"c1","name":"f","args":{"id":"x"}}})"),
       with_model_parts(R"({"functionCall":{"name":"f","args":{"id":"x"}}})")},
      {"answers",
       {drop_call_ids},
       with_model_parts(R"({"functionResponse":{"id":"c1","name":"f","response":{"id":1}}})"),
       with_model_parts(R"({"functionResponse":{"name":"f","response":{"id":1}}})")},
      {"without ids",
       {drop_call_ids},
       with_model_parts(R"({"text":"\"id\":1"})"),
       with_model_parts(R"({"text":"\"id\":1"})")},
  });
}

TEST_CASE("R2 first calls get the placeholder, all other signatures go") {
  const std::string dummy = R"(,"thoughtSignature":"skip_thought_signature_validator"})";
  const std::string call = R"({"functionCall":{"name":"f","args":{}})";
  check({
      {"a signed call",
       {dummy_signatures},
       with_model_parts(call + R"(,"thoughtSignature":"U0lH"})"),
       with_model_parts(call + dummy)},
      {"an unsigned call",
       {dummy_signatures},
       with_model_parts(call + "}"),
       with_model_parts(call + dummy)},
      {"parallel calls",
       {dummy_signatures},
       with_model_parts(call + "}," + call + R"(,"thoughtSignature":"U0lH"})"),
       with_model_parts(call + dummy + "," + call + "}")},
      {"a signed text before a call",
       {dummy_signatures},
       with_model_parts(R"({"text":"t","thoughtSignature":"QQ=="},)" + call + "}"),
       with_model_parts(R"({"text":"t"},)" + call + dummy)},
      {"no call at all",
       {dummy_signatures},
       with_model_parts(R"({"text":"t","thoughtSignature":"QQ=="})"),
       with_model_parts(R"({"text":"t"})")},
      {"answers are never signed",
       {dummy_signatures},
       with_model_parts(R"({"functionResponse":{"name":"f","response":{"output":"o"}}})"),
       with_model_parts(R"({"functionResponse":{"name":"f","response":{"output":"o"}}})")},
  });
  // Every turn of the model has a first call of its own.
  const std::string turn = R"({"role":"model","parts":[)" + call + "}]}";
  const std::string signed_turn = R"({"role":"model","parts":[)" + call + dummy + "]}";
  CHECK(mended(
            R"({"contents":[)" + kUser + "," + turn + "," + kUser + "," + turn + "," + kUser + "]}",
            {dummy_signatures}) == R"({"contents":[)" + kUser + "," + signed_turn + "," + kUser +
                                       "," + signed_turn + "," + kUser + "]}");
}

TEST_CASE("R3 a turn of the model at the end gets a user's turn behind it") {
  const std::string model = R"({"role":"model","parts":[{"text":"1, 2,"}]})";
  const std::string go_on = R"({"role":"user","parts":[{"text":"Continue."}]})";
  CHECK(mended(R"({"contents":[)" + kUser + "," + model + "]}", {end_with_user}) ==
        R"({"contents":[)" + kUser + "," + model + "," + go_on + "]}");
  for (const std::string& body :
       {R"({"contents":[)" + kUser + "]}", R"({"contents":[)" + model + "," + kUser + "]}"}) {
    CHECK(mended(body, {end_with_user}) == body);
  }
}

TEST_CASE("R4 R5 R8 R10 settings are left out, the others stay as they stand") {
  check({
      {"R4",
       {drop_penalties},
       with_config(R"("seed":1,"presencePenalty":0.50,"frequencyPenalty":-1,"topP":0.10)"),
       with_config(R"("seed":1,"topP":0.10)")},
      {"R4 one of them", {drop_penalties}, with_config(R"("frequencyPenalty":1)"), with_config("")},
      {"R5",
       {drop_logprobs},
       with_config(R"("responseLogprobs":true,"logprobs":5,"seed":1)"),
       with_config(R"("seed":1)")},
      {"R8 a level",
       {drop_thinking_settings},
       with_config(R"("thinkingConfig":{"includeThoughts":true,"thinkingLevel":"LOW"})"),
       with_config(R"("thinkingConfig":{"includeThoughts":true})")},
      {"R8 a budget",
       {drop_thinking_settings},
       with_config(R"("thinkingConfig":{"thinkingBudget":0})"),
       with_config(R"("thinkingConfig":{})")},
      {"R8 all of it",
       {drop_thinking_settings, drop_thinking},
       with_config(R"("seed":1,"thinkingConfig":{"includeThoughts":true})"),
       with_config(R"("seed":1)")},
      {"R10",
       {drop_temperature},
       with_config(R"("temperature":0.2,"topP":1,"topK":2)"),
       with_config(R"("topP":1,"topK":2)")},
      {"R10",
       {drop_top_p},
       with_config(R"("temperature":0.2,"topP":1,"topK":2)"),
       with_config(R"("temperature":0.2,"topK":2)")},
      {"R10",
       {drop_top_k},
       with_config(R"("temperature":0.2,"topP":1,"topK":2)"),
       with_config(R"("temperature":0.2,"topP":1)")},
      {"nothing to leave out",
       {drop_top_k, drop_logprobs, drop_thinking},
       with_config(R"("seed":1)"),
       with_config(R"("seed":1)")},
  });
}

TEST_CASE("R6 schemas are written in Google's older dialect") {
  const std::string before = R"({"contents":[)" + kUser + R"(],"tools":[{"functionDeclarations":[)";
  const std::string after = R"(]},{"googleSearch":{}}]})";
  check({
      {"of functions",
       {openapi_schemas},
       before +
           R"({"name":"f","description":"d","parametersJsonSchema":{"type":"object",)"
           R"("properties":{"a":{"type":["integer","null"]}},"additionalProperties":false}},)"
           R"({"name":"g"})" +
           after,
       before +
           R"({"name":"f","description":"d","parameters":{"type":"OBJECT","properties":)"
           R"({"a":{"type":"INTEGER","nullable":true}}}},{"name":"g"})" +
           after},
      {"of a function without arguments",
       {openapi_schemas},
       before + R"({"name":"f","parametersJsonSchema":{"type":"object","properties":{}}})" + after,
       before + R"({"name":"f"})" + after},
      {"of the answer",
       {openapi_schemas},
       with_config(R"("responseMimeType":"application/json","responseJsonSchema":)"
                   R"({"type":"object","properties":{"a":{"type":"string"}}})"),
       with_config(R"("responseMimeType":"application/json","responseSchema":)"
                   R"({"type":"OBJECT","properties":{"a":{"type":"STRING"}}})")},
  });
  // A tool's arguments must be an object, also where alternatives were declared.
  const std::string out = mended(
      before +
          R"({"name":"f","parametersJsonSchema":{"anyOf":[{"type":"object","properties":)"
          R"({"a":{"type":"string"}}},{"type":"object","properties":{"b":{"type":"string"}}}]}})" +
          after,
      {openapi_schemas});
  CHECK(out.starts_with(before + R"({"name":"f","parameters":{"type":"OBJECT","properties":{"a")"));
}

TEST_CASE("R7 the answer's form is asked for in words") {
  const std::string ask = "Answer with a single JSON value and nothing else.";
  const std::string contents = R"("contents":[)" + kUser + "]";
  const std::string json = R"("responseMimeType":"application/json")";
  check({
      {"without a schema",
       {json_in_words},
       "{" + contents + R"(,"generationConfig":{"seed":1,)" + json + "}}",
       R"({"systemInstruction":{"parts":[{"text":")" + ask + R"("}]},)" + contents +
           R"(,"generationConfig":{"seed":1}})"},
      {"behind the caller's own words",
       {json_in_words},
       R"({"systemInstruction":{"parts":[{"text":"s"}]},)" + contents + R"(,"generationConfig":{)" +
           json + R"(,"responseJsonSchema":{"type":"object","title":"a \"b\"\n"}}})",
       R"({"systemInstruction":{"parts":[{"text":"s"},{"text":")" + ask +
           R"( It must match this JSON Schema: {\"type\":\"object\",\"title\":\"a \\\"b\\\"\\n\"})" +
           R"("}]},)" + contents + R"(,"generationConfig":{}})"},
      {"nothing to say",
       {json_in_words},
       R"({"systemInstruction":{"parts":[{"text":"s"}]},)" + contents + "}",
       R"({"systemInstruction":{"parts":[{"text":"s"}]},)" + contents + "}"},
  });
}

TEST_CASE("R9 the system's texts open the first turn of the user") {
  const std::string model = R"({"role":"model","parts":[{"text":"m"}]})";
  check({
      {"two texts",
       {system_as_user},
       R"({"systemInstruction":{"parts":[{"text":"s\n"},{"text":"t"}]},"contents":[)" + kUser +
           "," + model + "," + kUser + "]}",
       R"({"contents":[{"role":"user","parts":[{"text":"s\n"},{"text":"t"},{"text":"a"}]},)" +
           model + "," + kUser + "]}"},
      {"no text",
       {system_as_user},
       R"({"contents":[)" + kUser + "]}",
       R"({"contents":[)" + kUser + "]}"},
  });
}

TEST_CASE("R11 VALIDATED becomes AUTO, a field of Google's own tools goes") {
  const std::string contents = R"({"contents":[)" + kUser + "]";
  const std::string tools =
      R"(,"tools":[{"functionDeclarations":[{"name":"f"},{"name":"g"},{"name":"h"}]}])";
  check({
      {"the mode",
       {auto_mode},
       contents + tools + R"(,"toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}}})",
       contents + tools + R"(,"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}})"},
      {"only the functions that were allowed are declared",
       {auto_mode},
       contents + tools +
           R"(,"toolConfig":{"functionCallingConfig":{"mode":"VALIDATED",)"
           R"("allowedFunctionNames":["g","h"]}}})",
       contents + R"(,"tools":[{"functionDeclarations":[{"name":"g"},{"name":"h"}]}])" +
           R"(,"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}})"},
      {"another mode",
       {auto_mode},
       contents + tools +
           R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY",)"
           R"("allowedFunctionNames":["g"]}}})",
       contents + tools +
           R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY",)"
           R"("allowedFunctionNames":["g"]}}})"},
      {"the field",
       {drop_server_side_tools},
       contents + R"(,"toolConfig":{"includeServerSideToolInvocations":true,)"
                  R"("retrievalConfig":{}}})",
       contents + R"(,"toolConfig":{"retrievalConfig":{}}})"},
  });
}

TEST_CASE("two repairs at once do what one after the other does") {
  const std::string body =
      R"({"systemInstruction":{"parts":[{"text":"s"}]},"contents":[)" + kUser +
      R"(,{"role":"model","parts":[{"functionCall":{"id":"1","name":"f","args":{}}}]}],)"
      R"("tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":)"
      R"({"type":"object","properties":{"a":{"type":"string"}}}}]}],)"
      R"("toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}},)"
      R"("generationConfig":{"temperature":1,"topP":1,"topK":1,"presencePenalty":1,)"
      R"("responseLogprobs":true,"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"LOW"},)"
      R"("responseMimeType":"application/json","responseJsonSchema":{"type":"string"}}})";
  const int count = static_cast<int>(drop_server_side_tools) + 1;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < count; ++j) {
      const auto first = static_cast<Repair>(i);
      const auto second = static_cast<Repair>(j);
      INFO(name_of(first) << " then " << name_of(second));
      // These two are told by what the other leaves out or moves.
      const Repairs pair = {first, second};
      if (pair.has(json_in_words) && (pair.has(openapi_schemas) || pair.has(system_as_user))) {
        continue;
      }
      if (i == j) continue;
      CHECK(mended(mended(body, {first}), {second}) == mended(body, pair));
    }
  }
  // The instruction goes where the system's texts go.
  const std::string both = mended(body, {json_in_words, system_as_user});
  CHECK(both.starts_with(R"({"contents":[{"role":"user","parts":[{"text":"s"},{"text":"Answer)"));
  CHECK(both.find("systemInstruction") == std::string::npos);
}

TEST_CASE("texts, numbers and arguments stay byte for byte, at any depth that a request may have") {
  const std::string odd = R"(\u00e9 \ud83d\ude00 \/ \" \\ é {\"id\":1} \u0000)";
  const std::string deep = [] {
    std::string text = "1";
    for (int depth = 0; depth < 128; ++depth) text = "[" + text + "]";
    return R"({"a":)" + text + "}";
  }();
  const std::string body = with_model_parts(
      R"({"text":")" + odd + R"("},{"functionCall":{"id":"c","name":"f","args":)" + deep + "}}");
  Repairs all;
  for (int i = 0; i <= static_cast<int>(drop_server_side_tools); ++i) {
    all.add(static_cast<Repair>(i));
  }
  const std::string out = mended(body, all);
  CHECK(out != body);
  CHECK(out.find(odd) != std::string::npos);
  CHECK(out.find(deep) != std::string::npos);
}

TEST_CASE("what is no request is given back as it is") {
  for (const char* body : {"", "{", R"({"contents":)", "\xFF"}) {
    proxy::json::Rope whole{body, {}};
    CHECK(repaired(whole, {drop_call_ids}).text == body);
  }
}
