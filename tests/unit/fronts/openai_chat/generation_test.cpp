// Sampling, limits, stop sequences and log probabilities, each with its warning.
#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::asking;
using proxy::test::Reading;

namespace {

// The inside of generationConfig; "" if there is none.
std::string config(const Reading& reading) {
  if (!reading.ok()) return std::string(reading.code()) + " " + std::string(reading.param());
  const std::string upstream = reading.upstream();
  const std::string begin = R"("generationConfig":{)";
  const std::size_t at = upstream.find(begin);
  return at == std::string::npos
             ? ""
             : upstream.substr(at + begin.size(), upstream.size() - 2 - at - begin.size());
}

std::string joined(const std::vector<std::string>& warnings) {
  std::string out;
  for (const std::string& warning : warnings) out += (out.empty() ? "" : "; ") + warning;
  return out;
}

struct Row {
  const char* asked;
  const char* config;
  const char* warnings;
};

void check(std::initializer_list<Row> rows, std::string_view model) {
  for (const Row& row : rows) {
    INFO(row.asked);
    const Reading reading(asking(row.asked, model));
    CHECK(config(reading) == row.config);
    if (reading.ok()) CHECK(joined(reading->warnings) == row.warnings);
  }
}

}  // namespace

TEST_CASE("numbers reach Google with every digit, clamped only where its range is smaller") {
  check(
      {
          {R"("temperature":0)", R"("temperature":0)", ""},
          {R"("temperature":1.0500)", R"("temperature":1.0500)", ""},
          {R"("top_p":1e-1)", R"("topP":1e-1)", ""},
          {R"("top_k":40)", R"("topK":40)", ""},
          {R"("top_k":0)", "integer_below_min_value top_k", ""},
          {R"("presence_penalty":0,"frequency_penalty":-0.0)", "", ""},
          {R"("presence_penalty":2)", R"("presencePenalty":1.99)",
           "presence_penalty: reduced to 1.99"},
          {R"("frequency_penalty":-2)", R"("frequencyPenalty":-2)", ""},
          {R"("frequency_penalty":2.01)", "decimal_above_max_value frequency_penalty", ""},
          {R"("seed":-5)", R"("seed":-5)", ""},
          {R"("seed":4294967297)", R"("seed":1)", "seed: reduced to 31 bits"},
          {R"("seed":-9223372036854775808)", R"("seed":0)", "seed: reduced to 31 bits"},
          {R"("seed":1.5)", "invalid_type seed", ""},
      },
      "gemini-2.5-flash-lite");
}

TEST_CASE("strict families get no sampling, and the caller is told") {
  check(
      {
          {R"("temperature":0.5,"top_p":0.5,"top_k":3)",
           R"("thinkingConfig":{"includeThoughts":true})",
           "temperature: ignored, this model has no sampling; top_p: ignored, this model has no "
           "sampling; top_k: ignored, this model has no sampling"},
          {R"("temperature":3)", "decimal_above_max_value temperature", ""},
          {R"("seed":1)", R"("seed":1,"thinkingConfig":{"includeThoughts":true})", ""},
      },
      "gemini-3.8-flash");
}

TEST_CASE("the newer limit wins, and none is above the model's") {
  check(
      {
          {R"("max_tokens":5)", R"("maxOutputTokens":5)", ""},
          {R"("max_tokens":5,"max_completion_tokens":7)", R"("maxOutputTokens":7)",
           "max_tokens: ignored beside max_completion_tokens"},
          {R"("max_tokens":7,"max_completion_tokens":7)", R"("maxOutputTokens":7)", ""},
          {R"("max_completion_tokens":65536)", R"("maxOutputTokens":65536)", ""},
          {R"("max_completion_tokens":65537)", R"("maxOutputTokens":65536)",
           "max_completion_tokens: reduced to the model's limit of 65536"},
          {R"("max_tokens":0)", "integer_below_min_value max_tokens", ""},
      },
      "gemini-2.5-flash-lite");
  check({{R"("max_tokens":2000000000)", R"("maxOutputTokens":2000000000)", ""}}, "unknown-model");
}

TEST_CASE("up to five stop sequences, empty ones left out") {
  check(
      {
          {R"("stop":"a\n")", R"("stopSequences":["a\n"])", ""},
          {R"("stop":"")", "", ""},
          {R"("stop":["","b",""])", R"("stopSequences":["b"])", ""},
          {R"("stop":["1","2","3","4","5"])", R"("stopSequences":["1","2","3","4","5"])", ""},
          {R"("stop":["1","2","3","4","5","6"])", "array_above_max_length stop", ""},
          {R"("stop":["a",1])", "invalid_type stop[1]", ""},
          {R"("stop":{})", "invalid_type stop", ""},
      },
      "gemini-2.5-flash-lite");
}

TEST_CASE("log probabilities, and as many alternatives as asked for") {
  check(
      {
          {R"("logprobs":true)", R"("responseLogprobs":true)", ""},
          {R"("logprobs":true,"top_logprobs":0)", R"("responseLogprobs":true)", ""},
          {R"("logprobs":true,"top_logprobs":20)", R"("responseLogprobs":true,"logprobs":20)", ""},
          {R"("logprobs":true,"top_logprobs":21)", "integer_above_max_value top_logprobs", ""},
          {R"("top_logprobs":1)", "invalid_value top_logprobs", ""},
          {R"("logprobs":false,"top_logprobs":null)", "", ""},
      },
      "gemini-2.5-flash-lite");
  CHECK(Reading(asking(R"("logprobs":true)"))->wants_logprobs);
  CHECK_FALSE(Reading(asking(R"("logprobs":false)"))->wants_logprobs);
}

TEST_CASE("logit_bias has no effect, but mistakes in it are told") {
  check(
      {
          {R"("logit_bias":{"50256":-100,"1":5})", "", "logit_bias: ignored"},
          {R"("logit_bias":{"50256":-101})", "decimal_below_min_value logit_bias.50256", ""},
          {R"("logit_bias":{"1":"x"})", "invalid_type logit_bias.1", ""},
          {R"("logit_bias":{"1":null})", "invalid_type logit_bias.1", ""},
      },
      "gemini-2.5-flash-lite");
}
