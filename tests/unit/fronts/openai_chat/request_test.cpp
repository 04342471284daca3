// The members of a chat request that are no messages. What is wrong with a body as such is in
// request_body_test.cpp. Rows named F-.. are those of the fault list.
#include "fronts/openai_chat/request.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using namespace std::string_literals;
using proxy::fronts::openai_chat::RequestOptions;
using proxy::fronts::openai_chat::streams_by_default;
using proxy::gemini::Aliases;
using proxy::test::asking;
using proxy::test::kMessages;
using proxy::test::no_options;
using proxy::test::Reading;

namespace {

// What stands in `generationConfig`, without its brackets.
std::string config_of(const Reading& reading) {
  const std::string upstream = reading.upstream();
  const std::string begin = R"("generationConfig":{)";
  const std::size_t at = upstream.find(begin);
  if (at == std::string::npos) return "";
  return upstream.substr(at + begin.size(), upstream.size() - at - begin.size() - 2);
}

}  // namespace

TEST_CASE("settings are sent under Google's names, with every digit", "[J-09][J-15][J-21]") {
  const struct {
    const char* members;
    const char* config;
    const char* why;
  } rows[] = {
      {"", "", "nothing is made up"},
      {R"("temperature":0.20,"top_p":1e-1)", R"("temperature":0.20,"topP":1e-1)", "verbatim"},
      {R"("temperature":0)", R"("temperature":0)", "zero is a value"},
      {R"("max_tokens":50)", R"("maxOutputTokens":50)", "the old name"},
      {R"("max_tokens":50,"max_completion_tokens":60)", R"("maxOutputTokens":60)",
       "the new one wins"},
      {R"("max_tokens":1e2)", R"("maxOutputTokens":100)", "J-09"},
      {R"("max_tokens":1000000)", R"("maxOutputTokens":65536)", "no more than the model writes"},
      {R"("stop":"END")", R"("stopSequences":["END"])", "one"},
      {R"("stop":["a","","b\n"])", R"("stopSequences":["a","b\n"])", "several, without the empty"},
      {R"("stop":["1","2","3","4","5"])", R"("stopSequences":["1","2","3","4","5"])", "five"},
      {R"("stop":"")", "", "none"},
      {R"("stop":["",""])", "", "none"},
      {R"("stop":[])", "", "none"},
      {R"("presence_penalty":0,"frequency_penalty":0.0)", "", "zero changes nothing"},
      {R"("presence_penalty":-0,"frequency_penalty":1e-400)", "", "however it is written"},
      {R"("presence_penalty":2,"frequency_penalty":2.0)",
       R"("presencePenalty":1.99,"frequencyPenalty":1.99)", "Google's range ends before 2"},
      {R"("presence_penalty":1.995,"frequency_penalty":-2)",
       R"("presencePenalty":1.99,"frequencyPenalty":-2)", "just before 2"},
      {R"("presence_penalty":1.99,"frequency_penalty":1.5)",
       R"("presencePenalty":1.99,"frequencyPenalty":1.5)", "as it is"},
      {R"("seed":7)", R"("seed":7)", "a seed"},
      {R"("seed":-1)", R"("seed":-1)", "a negative one"},
      {R"("seed":2147483648)", R"("seed":0)", "one beyond 32 bits"},
      {R"("seed":4294967297)", R"("seed":1)", "its low 31 bits"},
      {R"("seed":-9223372036854775808)", R"("seed":0)", "the least"},
      {R"("seed":9223372036854775807)", R"("seed":2147483647)", "the greatest"},
      {R"("temperature":null,"stop":null,"seed":null,"max_tokens":null)", "", "null is absent"},
      {R"("temperature":1,"temperature":0.5)", R"("temperature":0.5)", "J-15 the last wins"},
      {R"("t\u0065mperature":0.5)", R"("temperature":0.5)", "J-21 an escaped key"},
  };
  for (const auto& row : rows) {
    INFO(row.why << ": " << row.members);
    const Reading reading(asking(row.members));
    REQUIRE(reading.ok());
    CHECK(config_of(reading) == row.config);
  }
}

TEST_CASE("strict models get no sampling, but it is checked") {
  const Reading reading(
      asking(R"("temperature":0,"top_p":0.5,"seed":1,"presence_penalty":1)", "gemini-3.8-flash"));
  REQUIRE(reading.ok());
  CHECK(config_of(reading) ==
        R"("presencePenalty":1,"seed":1,"thinkingConfig":{"includeThoughts":true})");
  CHECK(reading->warnings ==
        std::vector<std::string>{"temperature: ignored, this model has no sampling",
                                 "top_p: ignored, this model has no sampling"});
  CHECK(Reading(asking(R"("temperature":3)", "gemini-3.8-flash")).param() == "temperature");
}

TEST_CASE("thoughts are asked for where there are some and the owner wants them") {
  RequestOptions without = no_options();
  without.include_thoughts = false;
  const std::string thoughts = R"("thinkingConfig":{"includeThoughts":true})";
  const struct {
    const char* model;
    bool shown;
  } rows[] = {
      {"gemini-3.5-flash", true},       {"gemini-2.5-pro", true}, {"gemini-2.5-flash", true},
      {"gemini-2.5-flash-lite", false}, {"gemini-4-new", true},   {"gemma-4-31b", false},
      {"gemini-2.0-flash", false},      {"llama", false},
  };
  for (const auto& row : rows) {
    INFO(row.model);
    CHECK(config_of(Reading(asking("", row.model))) == (row.shown ? thoughts : ""));
    CHECK(config_of(Reading(asking("", row.model), without)).empty());
  }
}

TEST_CASE("a model is resolved, and the answer will name it as the caller did",
          "[F-01][F-02][J-14][S-10]") {
  const Aliases aliases = {{"gpt-*", "gemini-3.5-flash"}, {"emb", "gemini-embedding-001"}};
  RequestOptions options = no_options();
  options.aliases = &aliases;
  const struct {
    const char* model;
    const char* upstream;  // else the code
    const char* why;
  } rows[] = {
      {"\"gemini-2.5-pro\"", "gemini-2.5-pro", "itself"},
      {"\"models/gemini-2.5-pro\"", "gemini-2.5-pro", "prefix"},
      {"\"gpt-4o\"", "gemini-3.5-flash", "alias"},
      {"\"gemini-pro\"", "gemini-3.1-pro-preview", "built-in alias"},
      {R"("gemini\u002dpro")", "gemini-3.1-pro-preview", "escaped"},
      {"\"emb\"", "invalid_value", "no chat model"},
      {"\"gemini-embedding-2\"", "invalid_value", "no chat model"},
      {"\"\"", "invalid_value", "F-01"},
      {"3", "invalid_type", "F-01"},
      {"null", "missing_required_parameter", "F-01"},
      {"\"../x\"", "model_not_found", "F-02"},
      {"\"a b\"", "model_not_found", "F-02"},
      {R"("a\u0000b")", "invalid_value", "J-14"},
      {R"("a\nb")", "model_not_found", "S-10"},
      {R"("\ud800")", "model_not_found", "a lone surrogate"},
  };
  for (const auto& row : rows) {
    INFO(row.why << ": " << row.model);
    const Reading reading(R"({"model":)" + std::string(row.model) + "," + kMessages + "}", options);
    CHECK((reading.ok() ? reading->upstream.model : reading.code()) == row.upstream);
    if (reading.ok()) {
      CHECK("\"" + reading->model + "\"" ==
            (row.model == R"("gemini\u002dpro")"s ? "\"gemini-pro\"" : std::string(row.model)));
    } else {
      CHECK(reading.param() == "model");
    }
  }
  CHECK(Reading("{"s + kMessages + "}").code() == "missing_required_parameter");
}

TEST_CASE("a request without a model takes the owner's") {
  RequestOptions options = no_options();
  options.default_model = "models/gemini-2.5-pro";
  for (const std::string& body : {"{"s + kMessages + "}", R"({"model":null,)"s + kMessages + "}"}) {
    const Reading reading(body, options);
    REQUIRE(reading.ok());
    CHECK(reading->upstream.model == "gemini-2.5-pro");
    CHECK(reading->model == "models/gemini-2.5-pro");
  }
  CHECK(Reading(asking("", "gemini-2.5-flash"), options)->upstream.model == "gemini-2.5-flash");
  CHECK(Reading(R"({"model":"",)"s + kMessages + "}", options).code() == "invalid_value");
}

TEST_CASE("F-21 F-22 streaming is as the caller says, else as the deployment does") {
  RequestOptions whole = no_options();
  whole.stream_default = false;
  const struct {
    const char* members;
    bool streams;
    bool streams_else;  // where JSON is the default
    bool usage;
  } rows[] = {
      {"", true, false, false},
      {R"("stream":null)", true, false, false},
      {R"("stream":true)", true, true, false},
      {R"("stream":false)", false, false, false},
      {R"("stream":true,"stream_options":{"include_usage":true})", true, true, true},
      {R"("stream":false,"stream_options":{"include_usage":true})", false, false, true},
      {R"("stream_options":null)", true, false, false},
      {R"("stream_options":{})", true, false, false},
      {R"("stream_options":{"include_usage":null,"x":1})", true, false, false},
      {R"("stream_options":{"include_usage":false,"include_obfuscation":true})", true, false,
       false},
  };
  for (const auto& row : rows) {
    INFO(row.members);
    const Reading reading(asking(row.members));
    REQUIRE(reading.ok());
    CHECK(reading->stream == row.streams);
    CHECK(reading->include_usage == row.usage);
    CHECK(Reading(asking(row.members), whole)->stream == row.streams_else);
  }
  const struct {
    const char* members;
    const char* param;
  } refused[] = {
      {R"("stream_options":{"include_usage":1})", "stream_options.include_usage"},
      {R"("stream_options":{"include_usage":"true"})", "stream_options.include_usage"},
      {R"("stream_options":{"include_obfuscation":[]})", "stream_options.include_obfuscation"},
      {R"("stop":["a",1])", "stop[1]"},
      {R"("stop":["a",null])", "stop[1]"},
  };
  for (const auto& row : refused) {
    const Reading reading(asking(row.members));
    CHECK(reading.code() == "invalid_type");
    CHECK(reading.param() == row.param);
  }
  CHECK(Reading(asking(R"("stop":["1","2","3","4","5","6"])")).code() == "array_above_max_length");
}

TEST_CASE("an absent `stream` means what its client expects") {
  const struct {
    const char* accept;
    const char* user_agent;
    bool streams;
    const char* why;
  } rows[] = {
      {"*/*", "curl/8.5.0", true, "curl"},
      {"", "", true, "nothing known"},
      {"application/json", "OpenAI/JS 6.49.0", false, "official clients"},
      {"Application/JSON", "", false, "case does not matter"},
      {"application/json, text/plain, */*", "axios/1.7", false, "axios"},
      {"text/event-stream", "", true, "asks for events"},
      {"application/json, text/event-stream", "", true, "takes both"},
      {"*/*", "ai/5.0.0 ai-sdk/provider-utils/3.0.0", false, "Vercel AI SDK"},
      {"*/*", "ai-sdk/openai-compatible/1.0.0", false, "Vercel AI SDK"},
      {"*/*", "air/1", true, "another name"},
      {"*/*", "Mozilla ai/5", true, "not at the beginning"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(streams_by_default(row.accept, row.user_agent) == row.streams);
  }
}

TEST_CASE("J-20 what is unknown is named, and at most so much of it") {
  const Reading reading(asking(R"("min_p":0.1,"x\u000ay":{"deep":[1,2]},"user":"u")"));
  REQUIRE(reading.ok());
  CHECK(reading->warnings == std::vector<std::string>{"user: ignored", "min_p: unknown, ignored",
                                                      "x y: unknown, ignored"});
  CHECK(reading.upstream().find("min_p") == std::string::npos);

  std::string members;
  for (int i = 0; i < 100; ++i) members += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  CHECK(Reading(asking(members))->warnings.size() == 16);
  CHECK(Reading(asking(R"("extra_body":{"cached":1,"google":{}},"google":{"x":1})"))->warnings ==
        std::vector<std::string>{"google: ignored beside extra_body.google",
                                 "extra_body.cached: unknown, ignored"});
  CHECK(Reading(asking("\"" + std::string(1'000, 'k') + "\":1"))->warnings[0].size() < 200);
}

TEST_CASE("the caller's key for its prompts is taken, and never passed on") {
  const struct {
    const char* member;
    const char* outcome;
    const char* key;  // as it is escaped
  } rows[] = {
      {"", "ok", ""},
      {R"("prompt_cache_key":"chat-1")", "ok", "chat-1"},
      {R"("prompt_cache_key":"\u0061\"")", "ok", R"(\u0061\")"},
      {R"("prompt_cache_key":"")", "ok", ""},
      {R"("prompt_cache_key":null)", "ok", ""},
      {R"("prompt_cache_key":7)", "invalid_type", ""},
  };
  for (const auto& row : rows) {
    INFO(row.member);
    const Reading reading(asking(row.member));
    CHECK(reading.code() == row.outcome);
    if (!reading.ok()) continue;
    CHECK(reading->cache_key.escaped == row.key);
    CHECK(reading->warnings.empty());
    CHECK(reading.upstream() == Reading(asking("")).upstream());
  }
}

TEST_CASE("a tuned model is one of the Gemini API") {
  CHECK(Reading(asking("", "tunedModels/mine"))->upstream.gemini_api_only);
  const Reading other(asking("", "gemini-2.5-flash"));
  CHECK_FALSE(other->upstream.gemini_api_only);
  CHECK_FALSE(other->upstream.vertex_only);
  CHECK_FALSE(other->upstream.foreign_fields);
}
