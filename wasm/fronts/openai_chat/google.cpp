#include "fronts/openai_chat/google.h"

#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "fronts/openai_chat/google_fields.h"

namespace proxy::fronts::openai_chat {
namespace {

using json::Cursor;

// Of generation_config.
constexpr Spelling kConfigFields[] = {
    {"temperature", "temperature", Kind::decimal},
    {"top_p", "topP", Kind::decimal},
    {"top_k", "topK", Kind::integer},
    {"max_output_tokens", "maxOutputTokens", Kind::integer},
    {"stop_sequences", "stopSequences", Kind::strings},
    {"presence_penalty", "presencePenalty", Kind::decimal},
    {"frequency_penalty", "frequencyPenalty", Kind::decimal},
    {"seed", "seed", Kind::integer},
    {"response_mime_type", "responseMimeType", Kind::string},
    {"response_schema", "responseSchema", Kind::object},
    {"response_json_schema", "responseJsonSchema", Kind::object},
    {"response_modalities", "responseModalities", Kind::strings},
    {"media_resolution", "mediaResolution", Kind::string},
    {"speech_config", "speechConfig", Kind::object},
    {"thinking_config", "thinkingConfig", Kind::thinking},
    {"image_config", "imageConfig", Kind::image},
    {"audio_transcription_config", "audioTranscriptionConfig", Kind::object},
    {"response_logprobs", "responseLogprobs", Kind::boolean},
    {"logprobs", "logprobs", Kind::integer},
    // Of Vertex AI alone.
    {"routing_config", "routingConfig", Kind::object},
    {"model_config", "modelConfig", Kind::object},
    {"audio_timestamp", "audioTimestamp", Kind::boolean},
};
constexpr std::size_t kVertexConfigFields = 3;

// Of `google` itself.
constexpr Spelling kDirectFields[] = {
    // These go into generationConfig as they are.
    {"response_modalities", "responseModalities", Kind::strings},
    {"speech_config", "speechConfig", Kind::object},
    {"media_resolution", "mediaResolution", Kind::string},
    {"image_config", "imageConfig", Kind::image},
    // These are read one by one.
    {"aspect_ratio", "aspectRatio", Kind::string},
    {"image_size", "imageSize", Kind::string},
    {"cached_content", "cachedContent", Kind::string},
    {"thinking_config", "thinkingConfig", Kind::thinking},
    {"safety_settings", "safetySettings", Kind::safety},
    {"generation_config", "generationConfig", Kind::object},
    {"tools", "tools", Kind::tools},
    {"tool_config", "toolConfig", Kind::object},
    // These go beside `contents`.
    {"labels", "labels", Kind::labels},
    {"model_armor_config", "modelArmorConfig", Kind::object},
};
constexpr std::size_t kOtherFields = 2;
constexpr std::size_t kCopiedFields = 4;

constexpr Spelling kBuiltInTools[] = {
    {"google_search", "googleSearch", Kind::object},
    {"url_context", "urlContext", Kind::object},
    {"code_execution", "codeExecution", Kind::object},
    {"google_maps", "googleMaps", Kind::object},
    {"file_search", "fileSearch", Kind::object},
    {"computer_use", "computerUse", Kind::object},
    // Of Vertex AI alone.
    {"retrieval", "retrieval", Kind::object},
    {"enterprise_web_search", "enterpriseWebSearch", Kind::object},
};
constexpr std::size_t kVertexTools = 2;

// The entry that a key spells in either way.
const Spelling* find(std::span<const Spelling> known, Cursor key) {
  for (const Spelling& spelling : known) {
    if (key.equals(spelling.snake) || key.equals(spelling.camel)) return &spelling;
  }
  return nullptr;
}

void warn_of_unknown(std::string_view where, Cursor key, Reading& reading) {
  std::string name(where);
  reading.request.warn(name += printable(key), "unknown, ignored");
}

bool read_config(const Field& config, Reading& reading) {
  if (!have_kinds(config, kConfigFields)) return false;
  auto& fields = reading.request.upstream.config;
  for (const auto [key, value] : config.value().members()) {
    const Spelling* const known = find(kConfigFields, key);
    if (known == nullptr) {
      warn_of_unknown("google.generation_config.", key, reading);
    } else if (!value.is_null()) {
      fields.set(known->camel,
                 as_sent(value, known->kind, "google.generation_config.thinking_config", reading));
      if (known >= std::end(kConfigFields) - kVertexConfigFields) {
        reading.request.upstream.foreign_fields = true;
      }
    }
  }
  // The two forms of a schema exclude each other.
  if (fields.has("responseSchema")) fields.drop("responseJsonSchema");
  return true;
}

bool read_tools(const Field& tools, Reading& reading) {
  std::size_t position = 0;
  for (const Cursor item : tools.value().items()) {
    const Field tool(tools, position++, item);
    if (!have_kinds(tool, kBuiltInTools)) return false;
    for (const auto [key, value] : item.members()) {
      const Spelling* const known = find(kBuiltInTools, key);
      if (known == nullptr) return tool.invalid("this is no built-in tool of the Gemini API.");
      if (value.is_null()) continue;
      gemini::Request& upstream = reading.request.upstream;
      if (known >= std::end(kBuiltInTools) - kVertexTools) {
        if (!reading.options.has_vertex) return tool.invalid("only Vertex AI has this tool.");
        upstream.vertex_only = true;
      }
      upstream.built_in_tools.set(known->camel, value.raw());
    }
  }
  return true;
}

// Members of `google` that stand for members of generationConfig.
void read_direct_fields(const Field& google, Reading& reading) {
  auto& fields = reading.request.upstream.config;
  for (const Spelling& copied : std::span(kDirectFields).first(kCopiedFields)) {
    const Field value = google.either(copied.snake, copied.camel);
    if (!value.missing()) fields.set(copied.camel, value.value().raw());
  }
  for (const Spelling& other : std::span(kDirectFields).last(kOtherFields)) {
    const Field value = google.either(other.snake, other.camel);
    if (value.missing()) continue;
    reading.request.upstream.others.set(other.camel, value.value().raw());
    reading.request.upstream.foreign_fields = true;
  }
  const Field ratio = google.either("aspect_ratio", "aspectRatio");
  const Field size = google.either("image_size", "imageSize");
  std::string image;
  if (!ratio.missing()) image.append("\"aspectRatio\":").append(ratio.value().raw().text);
  if (!ratio.missing() && !size.missing()) image += ',';
  if (!size.missing()) image.append("\"imageSize\":").append(size.value().raw().text);
  if (image.empty()) return;
  image.insert(0, "{") += '}';
  fields.set("imageConfig", {reading.keep(std::move(image))});
}

// What a cache holds may not be sent beside it; and it belongs to one account.
bool read_cached_content(const Field& name, Reading& reading) {
  json::RawString given;
  if (!name.take(given)) return false;
  if (name.missing()) return true;
  if (given.empty()) return name.invalid("the name is empty.");
  gemini::Request& upstream = reading.request.upstream;
  upstream.others.set("cachedContent", name.value().raw());
  (given.escaped.starts_with("projects/") ? upstream.vertex_only : upstream.gemini_api_only) = true;
  upstream.system.clear();
  upstream.functions.clear();
  upstream.built_in_tools = {};
  upstream.calling_mode = {};
  upstream.allowed_functions.clear();
  upstream.tool_config = {};
  reading.request.first_account_only = true;
  return true;
}

// Whether members deep inside are Vertex AI's. Where a text only looks so no harm is done: it is
// looked at once more when it is sent.
bool names_vertex_member(std::string_view json) {
  for (const std::string_view name :
       {"excludeDomains", "blockingConfidence", "\"method\"", "personGeneration", "outputMimeType",
        "outputCompressionQuality"}) {
    if (json.find(name) != json.npos) return true;
  }
  return false;
}

// Functions beside built-in tools: only Gemini 3 and later, and only with these two settings.
bool combine_tools(const Field& google, Reading& reading) {
  gemini::Request& upstream = reading.request.upstream;
  if (upstream.functions.empty() || upstream.built_in_tools.empty()) return true;
  if (!reading.family.modern) {
    return google.refuse(ApiError(
        ErrorCode::unsupported_parameter,
        "This model cannot use functions together with web search or other built-in tools.",
        reading.request.searches ? "web_search_options" : "tools"));
  }
  if (upstream.calling_mode.empty() || upstream.calling_mode == "AUTO") {
    upstream.calling_mode = "VALIDATED";
  }
  upstream.tool_config.set("includeServerSideToolInvocations", {"true"});
  return true;
}

}  // namespace

bool read_google(const Field& google, Reading& reading) {
  gemini::Request& upstream = reading.request.upstream;
  if (!have_kinds(google, kDirectFields)) return false;
  if (!read_config(google.either("generation_config", "generationConfig"), reading)) return false;
  read_direct_fields(google, reading);
  if (!read_tools(google["tools"], reading)) return false;
  const Field tool_config = google.either("tool_config", "toolConfig");
  const Field retrieval = tool_config.either("retrieval_config", "retrievalConfig");
  if (!retrieval.check_object()) return false;
  if (!retrieval.missing()) upstream.tool_config.set("retrievalConfig", retrieval.value().raw());
  const Field safety = google.either("safety_settings", "safetySettings");
  if (!safety.missing()) {
    upstream.others.set("safetySettings",
                        as_sent(safety.value(), Kind::safety, "google.safety_settings", reading));
  } else if (!reading.options.safety_settings.empty()) {
    upstream.others.set("safetySettings", {reading.options.safety_settings});
  }
  if (names_vertex_member(google.value().raw().text) ||
      names_vertex_member(reading.options.safety_settings)) {
    upstream.foreign_fields = true;
  }
  for (const auto [key, value] : google.value().members()) {
    if (find(kDirectFields, key) == nullptr) warn_of_unknown("google.", key, reading);
  }
  return combine_tools(google, reading) &&
         read_cached_content(google.either("cached_content", "cachedContent"), reading);
}

}  // namespace proxy::fronts::openai_chat
