#include "fronts/openai_chat/generation.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/text.h"
#include "json/writer.h"

namespace proxy::fronts::openai_chat {
namespace {

using json::RawString;
using json::RawValue;

constexpr std::int64_t kMostTokens = std::numeric_limits<std::int32_t>::max();
constexpr std::string_view kNoSampling = "ignored, this model has no sampling";

void set(std::string_view name, std::int64_t value, Reading& reading) {
  reading.request.upstream.config.set(name, {reading.keep(text::decimal(value))});
}

struct Decimal {
  const char* name;
  std::string_view sent;
  int least;
  int most;
};

// Strict families have no sampling: the parameters are checked like all others, then left out.
bool read_sampling(const Field& root, Reading& reading) {
  for (const Decimal& entry :
       {Decimal{"temperature", "temperature", 0, 2}, Decimal{"top_p", "topP", 0, 1}}) {
    RawValue value;
    if (!root[entry.name].take_decimal(value, entry.least, entry.most)) return false;
    if (value.empty()) continue;
    if (reading.family.strict) {
      reading.request.warn(entry.name, kNoSampling);
    } else {
      reading.request.upstream.config.set(entry.sent, value);
    }
  }
  std::int64_t top_k = 0;
  if (!root["top_k"].take(top_k, 1, kMostTokens)) return false;
  if (top_k == 0) return true;
  reading.family.strict ? reading.request.warn("top_k", kNoSampling) : set("topK", top_k, reading);
  return true;
}

bool read_penalties(const Field& root, Reading& reading) {
  for (const Decimal& entry : {Decimal{"presence_penalty", "presencePenalty", -2, 2},
                               Decimal{"frequency_penalty", "frequencyPenalty", -2, 2}}) {
    const Field field = root[entry.name];
    RawValue value;
    if (!field.take_decimal(value, entry.least, entry.most)) return false;
    if (value.empty() || field.value().compare("0") == 0) continue;
    if (field.value().compare("1.99") > 0) {
      value = {"1.99"};  // Google's range ends before 2
      reading.request.warn(entry.name, "reduced to 1.99");
    }
    reading.request.upstream.config.set(entry.sent, value);
  }
  return true;
}

bool read_seed(const Field& field, Reading& reading) {
  using Limits = std::numeric_limits<std::int64_t>;
  std::int64_t seed = 0;
  if (!field.take(seed, Limits::min(), Limits::max())) return false;
  if (field.missing()) return true;
  if (seed != static_cast<std::int32_t>(seed)) {
    seed &= 0x7fffffff;
    reading.request.warn("seed", "reduced to 31 bits");
  }
  set("seed", seed, reading);
  return true;
}

bool read_token_limit(const Field& root, Reading& reading) {
  std::int64_t total = 0;
  std::int64_t legacy = 0;
  if (!root["max_completion_tokens"].take(total, 1, kMostTokens) ||
      !root["max_tokens"].take(legacy, 1, kMostTokens)) {
    return false;
  }
  std::int64_t limit = total > 0 ? total : legacy;
  if (limit == 0) return true;
  if (total > 0 && legacy > 0 && total != legacy) {
    reading.request.warn("max_tokens", "ignored beside max_completion_tokens");
  }
  const std::int64_t most = reading.family.output_tokens;
  if (most > 0 && limit > most) {
    limit = most;
    reading.request.warn(total > 0 ? "max_completion_tokens" : "max_tokens",
                         "reduced to the model's limit of " + text::decimal(most));
  }
  set("maxOutputTokens", limit, reading);
  return true;
}

bool read_stop(const Field& stop, Reading& reading) {
  constexpr std::size_t kMost = 5;  // Gemini's limit; OpenAI's is 4
  std::string sequences;
  json::Writer json(sequences);
  json.begin_array();
  const auto add = [&](const Field& field) {
    RawString text;
    if (!field.take(text)) return false;
    if (field.missing()) return field.wrong_type("a string");
    if (!reading.may_rewrite(field, text.escaped.size())) return false;
    if (!text.empty()) json.string(text);
    return true;
  };
  if (stop.is(json::Type::string)) {
    if (!add(stop)) return false;
  } else if (!stop.missing() && !stop.is(json::Type::array)) {
    return stop.wrong_type("a string or an array of strings");
  } else if (!stop.check_array(kMost)) {
    return false;
  }
  std::size_t position = 0;
  for (const json::Cursor item : stop.value().items()) {
    if (!add({stop, position++, item})) return false;
  }
  json.end_array();
  if (sequences.size() > 2) {
    reading.request.upstream.config.set("stopSequences", {reading.keep(std::move(sequences))});
  }
  return true;
}

bool read_logprobs(const Field& root, Reading& reading) {
  constexpr std::int64_t kMostAlternatives = 20;
  bool& wanted = reading.request.wants_logprobs;
  const Field top = root["top_logprobs"];
  std::int64_t alternatives = 0;
  if (!root["logprobs"].take(wanted) || !top.take(alternatives, 0, kMostAlternatives)) return false;
  if (!wanted) {
    return top.missing() || top.invalid("it is only allowed when 'logprobs' is true.");
  }
  reading.request.upstream.config.set("responseLogprobs", {"true"});
  if (alternatives > 0) set("logprobs", alternatives, reading);
  return true;
}

// Checked although it has no effect: a mistake must not go unnoticed.
bool check_logit_bias(const Field& bias) {
  if (!bias.check_object()) return false;
  for (const auto [token, value] : bias.value().members()) {
    const std::string name = printable(token);
    const Field field(bias, name.c_str(), value);
    RawValue number;
    if (!field.take_decimal(number, -100, 100)) return false;
    if (number.empty()) return field.wrong_type("a decimal");
  }
  return true;
}

}  // namespace

bool read_generation(const Field& root, Reading& reading) {
  return read_sampling(root, reading) && read_token_limit(root, reading) &&
         read_stop(root["stop"], reading) && read_penalties(root, reading) &&
         read_seed(root["seed"], reading) && read_logprobs(root, reading) &&
         check_logit_bias(root["logit_bias"]);
}

}  // namespace proxy::fronts::openai_chat
