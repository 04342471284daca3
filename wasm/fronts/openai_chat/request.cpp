#include "fronts/openai_chat/request.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/limits.h"
#include "base/text.h"
#include "fronts/openai_chat/fields.h"
#include "fronts/openai_chat/messages.h"
#include "fronts/openai_chat/parameters.h"
#include "json/cursor.h"

namespace proxy::fronts::openai_chat {
namespace {

using json::Cursor;

constexpr std::int64_t kMostTokens = std::numeric_limits<std::int32_t>::max();

ApiError scan_failure(const json::ScanError& error) {
  using Kind = json::ScanError::Kind;
  const std::string at = " at byte " + text::decimal(static_cast<std::int64_t>(error.offset)) + ".";
  constexpr std::string_view kIntro = "We could not parse the JSON body of your request: ";
  const auto refuse = [&](ErrorCode code, std::string message) {
    return ApiError(code, std::move(message.insert(0, kIntro)));
  };
  switch (error.kind) {
    case Kind::empty:
      return refuse(ErrorCode::invalid_json, "the request body is empty. JSON was expected.");
    case Kind::not_a_number:
      return refuse(ErrorCode::invalid_json, "JSON has no such number as NaN or Infinity" + at);
    case Kind::invalid_utf8:
      return refuse(ErrorCode::invalid_utf8, "it is not valid UTF-8" + at);
    case Kind::too_deep:
      return refuse(ErrorCode::body_too_complex, "it is nested deeper than 128 levels" + at);
    case Kind::too_many_values:
      return refuse(ErrorCode::body_too_complex, "it holds more than 250000 values" + at);
    case Kind::syntax:
      break;
  }
  return refuse(ErrorCode::invalid_json, "it is not valid JSON" + at);
}

Result<void> read_model(Cursor model, const RequestOptions& options, ChatRequest& request) {
  if (model.missing() && !options.default_model.empty()) {
    request.model = options.default_model;
  } else if (model.missing()) {
    return missing_parameter("model");
  }
  const auto name =
      model.missing() ? std::optional(json::RawString{request.model}) : model.string();
  if (!name) return wrong_type("model", "a string", model);
  if (name->empty()) return invalid_value("model", "the name is empty.");
  // A name that is too long to be one is not worth decoding.
  if (name->escaped.size() > 16 * limits::kModelNameBytes) {
    return ApiError(ErrorCode::model_not_found, "The model named is longer than any model's name.",
                    "model");
  }
  if (!model.missing()) request.model = model.text();
  if (request.model.find('\0') != std::string::npos) {
    return invalid_value("model", "it holds a NUL character.");
  }
  TRY(request.upstream.model, gemini::resolve_model(request.model, *options.aliases));
  if (!gemini::family_of(request.upstream.model).chats) {
    return invalid_value("model", "this is not a chat model.");
  }
  return {};
}

// Sampling parameters of strict families are checked like all others, then left out.
Result<void> read_sampling(Cursor root, const gemini::Family& family, ChatRequest& request) {
  static constexpr std::array<std::string_view, 5> kKeys = {
      "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed"};
  const auto [temperature, top_p, presence, frequency, seed] = root.pick(kKeys);
  gemini::GenerationConfig& config = request.upstream.config;
  TRY(config.temperature, number_field(temperature, "temperature", 0, 2));
  TRY(config.top_p, number_field(top_p, "top_p", 0, 1));
  TRY(config.presence_penalty, number_field(presence, "presence_penalty", -2, 2));
  TRY(config.frequency_penalty, number_field(frequency, "frequency_penalty", -2, 2));
  for (const auto& [value, penalty] : {std::pair(presence, &config.presence_penalty),
                                       std::pair(frequency, &config.frequency_penalty)}) {
    if (penalty->empty()) continue;
    if (value.compare("0") == 0) *penalty = {};
    if (value.compare("1.99") > 0) *penalty = {"1.99"};  // Google's range ends before 2
  }
  TRY(config.seed, integer_field(seed, "seed", std::numeric_limits<std::int64_t>::min(),
                                 std::numeric_limits<std::int64_t>::max()));
  if (config.seed && *config.seed != static_cast<std::int32_t>(*config.seed)) {
    config.seed = *config.seed & 0x7fffffff;
    request.warn("seed", "reduced to 31 bits");
  }
  if (!family.strict) return {};
  for (const auto& [name, value] :
       {std::pair("temperature", &config.temperature), std::pair("top_p", &config.top_p)}) {
    if (value->empty()) continue;
    request.warn(name, "ignored, this model has no sampling");
    *value = {};
  }
  return {};
}

Result<void> read_token_limit(Cursor root, const gemini::Family& family, ChatRequest& request) {
  TRY(const auto total,
      integer_field(root["max_completion_tokens"], "max_completion_tokens", 1, kMostTokens));
  TRY(const auto legacy, integer_field(root["max_tokens"], "max_tokens", 1, kMostTokens));
  auto& limit = request.upstream.config.max_output_tokens;
  limit = total ? total : legacy;
  if (limit && family.output_tokens > 0 && *limit > family.output_tokens) {
    limit = family.output_tokens;
    request.warn(total ? "max_completion_tokens" : "max_tokens",
                 "reduced to the model's limit of " + text::decimal(family.output_tokens));
  }
  return {};
}

Result<void> read_stop(Cursor stop, std::vector<json::RawString>& sequences) {
  constexpr std::size_t kMost = 5;  // Gemini's limit; OpenAI's is 4
  if (stop.missing()) return {};
  if (const auto string = stop.string()) {
    if (!string->empty()) sequences.push_back(*string);
    return {};
  }
  const Path path = "stop";
  if (!stop.is(json::Type::array)) return wrong_type(path, "a string or an array of strings", stop);
  if (stop.size() > kMost) {
    return out_of_range(ErrorCode::array_above_max_length, path,
                        "array too long. Expected at most 5 strings.");
  }
  std::size_t index = 0;
  for (const Cursor item : stop.items()) {
    const Path item_path(path, index++);
    const auto string = item.string();
    if (!string) return wrong_type(item_path, "a string", item);
    if (!string->empty()) sequences.push_back(*string);
  }
  return {};
}

Result<void> read_streaming(Cursor root, const RequestOptions& options, ChatRequest& request) {
  TRY(const auto stream, boolean_field(root["stream"], "stream"));
  request.stream = stream.value_or(options.stream_default);
  const Path path = "stream_options";
  const Cursor stream_options = root["stream_options"];
  if (stream_options.missing()) return {};
  if (!stream_options.is(json::Type::object)) {
    return wrong_type(path, "an object", stream_options);
  }
  TRY(const auto include_usage,
      boolean_field(stream_options["include_usage"], Path(path, "include_usage")));
  // Checked, then without effect: no chunk carries padding.
  const auto obfuscation =
      boolean_field(stream_options["include_obfuscation"], Path(path, "include_obfuscation"));
  if (!obfuscation.ok()) return obfuscation.error();
  request.include_usage = include_usage.value_or(false);
  return {};
}

Result<void> read_choice_count(Cursor n) {
  constexpr std::int64_t kMost = 128;
  TRY(const auto count, integer_field(n, "n", 1, kMost));
  if (count.value_or(1) == 1) return {};
  return unsupported_parameter("n", "This version gives one choice only.");
}

Result<void> read_other(const Parameter& parameter, Cursor value, ChatRequest& request) {
  const auto& [name, treatment, type] = parameter;
  if (treatment == Treatment::translated || value.missing()) return {};
  if (!type.empty() && type.find(type_name(value)) == std::string_view::npos) {
    return wrong_type(name, type, value);
  }
  if (treatment == Treatment::ignored) {
    request.warn(name, "ignored");
  } else if (!is_neutral(name, value)) {
    return unsupported_parameter(name, "It is not translated by this version.");
  }
  return {};
}

// Nothing is dropped in silence: what cannot be translated is refused or named in a warning.
Result<void> read_others(Cursor root, ChatRequest& request) {
  const auto known = parameters();
  std::vector<Cursor> values(known.size());  // of duplicates the last counts, as everywhere
  for (const auto [key, value] : root.members()) {
    const auto entry = std::find_if(known.begin(), known.end(), [key = key](const Parameter& one) {
      return key.equals(one.name);
    });
    if (entry != known.end()) {
      values[static_cast<std::size_t>(entry - known.begin())] = value;
    } else {
      request.warn(text::printable(key.text(), limits::kLogStringBytes), "unknown, ignored");
    }
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    TRY_VOID(read_other(known[i], values[i], request));
  }
  return {};
}

}  // namespace

void ChatRequest::warn(std::string_view parameter, std::string_view what) {
  constexpr std::size_t kMost = 16;
  if (warnings.size() >= kMost) return;
  warnings.push_back(std::string(parameter).append(": ").append(what));
}

Result<ChatRequest> read_request(std::span<char> body, json::Index& index,
                                 const RequestOptions& options) {
  constexpr json::ScanLimits kLimits = {.depth = limits::kJsonDepth, .values = limits::kJsonValues};
  if (const auto error = index.scan(body, kLimits)) return scan_failure(*error);
  const Cursor root(index);
  if (!root.is(json::Type::object)) {
    return ApiError(ErrorCode::invalid_type,
                    "We could not parse the JSON body of your request: expected an object, but "
                    "got " +
                        std::string(type_name(root)) + " instead.");
  }
  ChatRequest request;
  TRY_VOID(read_model(root["model"], options, request));
  const gemini::Family& family = gemini::family_of(request.upstream.model);
  TRY_VOID(read_streaming(root, options, request));
  TRY_VOID(read_choice_count(root["n"]));
  TRY_VOID(read_others(root, request));
  TRY_VOID(read_sampling(root, family, request));
  TRY_VOID(read_token_limit(root, family, request));
  TRY_VOID(read_stop(root["stop"], request.upstream.config.stop_sequences));
  TRY_VOID(read_messages(root["messages"], family, request.upstream));
  if (index.has_infinite_number()) {
    return ApiError(ErrorCode::invalid_value, "The request holds a number that is out of range.");
  }
  request.upstream.config.include_thoughts = options.include_thoughts && family.thoughts_shown;
  return request;
}

bool streams_by_default(std::string_view accept, std::string_view user_agent) {
  if (text::contains_ignoring_case(accept, "application/json") &&
      !text::contains_ignoring_case(accept, "text/event-stream")) {
    return false;
  }
  return !user_agent.starts_with("ai/") && !user_agent.starts_with("ai-sdk/");
}

}  // namespace proxy::fronts::openai_chat
