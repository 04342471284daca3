#include "fronts/openai_chat/request.h"

#include <algorithm>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/text.h"
#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/generation.h"
#include "fronts/openai_chat/google.h"
#include "fronts/openai_chat/messages.h"
#include "fronts/openai_chat/output.h"
#include "fronts/openai_chat/parameters.h"
#include "fronts/openai_chat/reasoning.h"
#include "fronts/openai_chat/tools.h"
#include "json/cursor.h"
#include "json/escape.h"

namespace proxy::fronts::openai_chat {
namespace {

using json::Cursor;

constexpr std::size_t kMostWarnings = 16;

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

bool read_model(const Field& model, const RequestOptions& options, ChatRequest& request) {
  request.model = options.default_model;
  if (model.missing() && request.model.empty()) return model.need();
  if (!model.missing()) {
    json::RawString name;
    if (!model.take(name)) return false;
    if (name.empty()) return model.invalid("the name is empty.");
    // A name that is too long to be one is not worth decoding.
    if (name.escaped.size() > 16 * limits::kModelNameBytes) {
      return model.refuse(ApiError(ErrorCode::model_not_found,
                                   "The model named is longer than any model's name.", "model"));
    }
    request.model = json::unescaped(name);
  }
  if (request.model.find('\0') != std::string::npos) {
    return model.invalid("it holds a NUL character.");
  }
  auto resolved = gemini::resolve_model(request.model, *options.aliases);
  if (!resolved.ok()) return model.refuse(std::move(resolved).error());
  request.upstream.model = *std::move(resolved);
  request.upstream.gemini_api_only = request.upstream.model.starts_with("tunedModels/");
  return true;
}

bool read_streaming(const Field& root, const RequestOptions& options, ChatRequest& request) {
  request.stream = options.stream_default;
  const Field stream_options = root["stream_options"];
  bool obfuscation = false;  // checked, then without effect: no chunk carries padding
  return root["stream"].take(request.stream) && stream_options.check_object() &&
         stream_options["include_usage"].take(request.include_usage) &&
         root["prompt_cache_key"].take(request.cache_key) &&
         stream_options["include_obfuscation"].take(obfuscation);
}

// Nothing is dropped in silence. The types of what has no effect are checked all the same, so that
// a mistake does not go unnoticed.
bool read_others(const Field& root, ChatRequest& request) {
  const auto known = parameters();
  std::vector<Cursor> values(known.size());  // of duplicates the last counts, as everywhere
  std::vector<Cursor> unknown;
  for (const auto [key, value] : root.value().members()) {
    const auto entry = std::find_if(known.begin(), known.end(), [key = key](const Parameter& one) {
      return key.equals(one.name);
    });
    if (entry != known.end()) {
      values[static_cast<std::size_t>(entry - known.begin())] = value;
    } else if (unknown.size() < kMostWarnings) {
      unknown.push_back(key);
    }
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    const Field field(root, known[i].name, values[i]);
    if (known[i].treatment == Treatment::translated || field.missing()) continue;
    if (!known[i].type.empty() && known[i].type != type_name(values[i])) {
      return field.wrong_type(known[i].type);
    }
    request.warn(known[i].name, "ignored");
  }
  if (!root["google"].missing() && !root["extra_body"]["google"].missing()) {
    request.warn("google", "ignored beside extra_body.google");
  }
  for (const auto [key, value] : root["extra_body"].value().members()) {
    if (!key.equals("google")) request.warn("extra_body." + printable(key), "unknown, ignored");
  }
  for (const Cursor key : unknown) {
    request.warn(printable(key), "unknown, ignored");
  }
  return true;
}

bool read_all(const Field& root, std::span<char> body, const RequestOptions& options,
              ChatRequest& request) {
  const Field model = root["model"];
  if (!read_model(model, options, request)) return false;
  const gemini::Profiles none;
  const gemini::Family& family = gemini::family_of(
      request.upstream.model, options.profiles != nullptr ? *options.profiles : none);
  if (!family.chats) return model.invalid("this is not a chat model.");
  const Field extra = root["extra_body"];
  const Field nested = extra["google"];
  const Field top = root["google"];
  const Field& google = nested.missing() ? top : nested;
  Reading reading{.family = family, .options = options, .request = request, .body = body};
  // Tools come before the messages, whose calls are named by them; Google's own settings last, as
  // they win.
  return extra.check_object() && google.check_object() &&
         reading.may_rewrite(google, google.value().raw().text.size()) &&
         read_streaming(root, options, request) && read_generation(root, reading) &&
         read_tools(root, reading) && read_messages(root["messages"], reading) &&
         read_output(root, reading) && read_reasoning(root, google, reading) &&
         read_google(google, reading) && read_others(root, request);
}

}  // namespace

void ChatRequest::warn(std::string_view parameter, std::string_view what) {
  if (warnings.size() >= kMostWarnings) return;
  std::string warning(parameter);
  warning.append(": ").append(what);
  if (std::find(warnings.begin(), warnings.end(), warning) != warnings.end()) return;
  warnings.push_back(std::move(warning));
}

bool Reading::may_rewrite(const Field& field, std::size_t bytes) {
  if (bytes > rewritable_bytes) {
    return field.refuse(
        ErrorCode::request_too_large,
        "too long. What is not passed on as it stands, as calls' arguments, schemas and data "
        "without base64, has to be shorter than 6 MiB in all.");
  }
  rewritable_bytes -= bytes;
  constexpr std::size_t kSmall = limits::kMiB / 4;
  if (bytes < kSmall || base::is_allocatable(limits::kRewritingTakes * bytes)) return true;
  return field.refuse(ErrorCode::server_busy, "there is no memory for it at the moment.");
}

json::RawString Reading::escaped(std::string_view plain) const {
  std::string text;
  json::append_escaped(text, plain);
  return {keep(std::move(text))};
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
  ErrorBox refusal;
  if (!read_all({root, refusal}, body, options, request)) return refusal;
  if (index.has_infinite_number()) {
    return ApiError(ErrorCode::invalid_value, "The request holds a number that is out of range.");
  }
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
