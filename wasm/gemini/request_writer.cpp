#include "gemini/request_writer.h"

#include "json/writer.h"

namespace proxy::gemini {
namespace {

void write_parts(json::Writer& json, const std::vector<Part>& parts) {
  json.key("parts").begin_array();
  for (const Part& part : parts) json.begin_object().key("text").string(part.text).end_object();
  json.end_array();
}

void write_config(json::Writer& json, const GenerationConfig& config) {
  const auto number = [&json](std::string_view name, json::RawValue value) {
    if (!value.empty()) json.key(name).raw(value);
  };
  json.begin_object();
  number("temperature", config.temperature);
  number("topP", config.top_p);
  if (config.max_output_tokens) json.key("maxOutputTokens").integer(*config.max_output_tokens);
  if (!config.stop_sequences.empty()) {
    json.key("stopSequences").begin_array();
    for (const json::RawString stop : config.stop_sequences) json.string(stop);
    json.end_array();
  }
  number("presencePenalty", config.presence_penalty);
  number("frequencyPenalty", config.frequency_penalty);
  if (config.seed) json.key("seed").integer(*config.seed);
  if (config.include_thoughts) {
    json.key("thinkingConfig").begin_object().key("includeThoughts").boolean(true).end_object();
  }
  json.end_object();
}

bool is_empty(const GenerationConfig& config) {
  return config.temperature.empty() && config.top_p.empty() && config.presence_penalty.empty() &&
         config.frequency_penalty.empty() && !config.max_output_tokens &&
         config.stop_sequences.empty() && !config.seed && !config.include_thoughts;
}

}  // namespace

void write_request(const Request& request, std::string& out) {
  json::Writer json(out);
  json.begin_object();
  if (!request.system.empty()) {
    json.key("systemInstruction").begin_object().key("parts").begin_array();
    for (const json::RawString text : request.system) {
      json.begin_object().key("text").string(text).end_object();
    }
    json.end_array().end_object();
  }
  json.key("contents").begin_array();
  for (const Content& content : request.contents) {
    json.begin_object().key("role").string(
        std::string_view(content.role == Role::user ? "user" : "model"));
    write_parts(json, content.parts);
    json.end_object();
  }
  json.end_array();
  if (!is_empty(request.config)) {
    json.key("generationConfig");
    write_config(json, request.config);
  }
  json.end_object();
}

std::size_t written_size(const Request& request) {
  constexpr std::size_t kAround = 64;     // what stands around a text or a turn
  constexpr std::size_t kSettings = 512;  // generationConfig
  std::size_t size = kSettings;
  for (const json::RawString text : request.system) size += text.escaped.size() + kAround;
  for (const Content& content : request.contents) {
    size += kAround;
    for (const Part& part : content.parts) size += part.text.escaped.size() + kAround;
  }
  for (const json::RawString stop : request.config.stop_sequences) {
    size += stop.escaped.size() + kAround;
  }
  return size;
}

}  // namespace proxy::gemini
