#include "fronts/openai_chat/output.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "gemini/schema.h"
#include "json/escape.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::Output;
using json::RawString;

// Families before Gemini 3 refuse functions beside a response format: there the wish goes into
// words.
bool ask_in_words(const Field& schema, Reading& reading) {
  std::string escaped = "Answer with a single JSON value and nothing else.";
  if (!schema.missing()) {
    const std::string_view text = schema.value().raw().text;
    if (!reading.may_rewrite(schema, 2 * text.size())) return false;  // all quotes are escaped
    escaped += " It must match this JSON Schema: ";
    json::append_escaped(escaped, text);
  }
  reading.request.upstream.system.push_back({reading.keep(std::move(escaped))});
  reading.request.warn("response_format", "asked for in words, as this model has tools");
  return true;
}

bool read_format(const Field& format, Reading& reading) {
  if (format.missing()) return true;
  if (!format.check_object()) return false;
  const Field type = format["type"];
  RawString name;
  if (!type.need(name)) return false;
  if (type.equals("text")) return true;
  const bool has_schema = type.equals("json_schema");
  if (!has_schema && !type.equals("json_object")) {
    return type.invalid("supported values are 'text', 'json_object', 'json_schema'.");
  }
  const Field definition = format["json_schema"];
  if (has_schema && !definition.need_object()) return false;
  const Field schema = definition["schema"];
  if (has_schema && !schema.check_object()) return false;
  if (reading.family.output != Output::text) {
    return type.unsupported_value("This model does not answer in JSON.");
  }
  gemini::Request& upstream = reading.request.upstream;
  if (!upstream.functions.empty() && !reading.family.modern) {
    return ask_in_words(schema, reading);
  }
  upstream.config.set("responseMimeType", {R"("application/json")"});
  if (!has_schema || schema.missing()) return true;
  if (!reading.may_rewrite(schema, schema.value().raw().text.size())) return false;
  std::string text;
  gemini::write_json_schema(schema.value(), text);
  upstream.config.set("responseJsonSchema", {reading.keep(std::move(text))});
  return true;
}

// `audio: {voice, format}`, for models that speak.
bool read_audio(const Field& audio, Reading& reading) {
  auto& config = reading.request.upstream.config;
  config.set("responseModalities", {R"(["AUDIO"])"});
  if (audio.missing()) return true;
  if (!audio.check_object()) return false;
  const Field format = audio["format"];
  RawString name;
  if (!format.take(name)) return false;
  reading.request.wav = format.equals("wav");
  if (!format.missing() && !reading.request.wav && !format.equals("pcm16")) {
    return format.unsupported_value("Supported values are 'wav' and 'pcm16'.");
  }
  if (reading.request.wav && reading.request.stream) {
    return format.unsupported_value(
        "A streamed answer has the format 'pcm16'; for 'wav' set 'stream' to false.");
  }
  // A voice is a name, or an object with one.
  const Field outer = audio["voice"];
  const Field inner = outer["id"];
  RawString voice;
  const Field& name_of_voice = outer.is(json::Type::object) ? inner : outer;
  if (!name_of_voice.need() || !name_of_voice.take_word(voice)) return false;
  std::string speech = R"({"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":")";
  speech.append(voice.escaped).append(R"("}}})");
  config.set("speechConfig", {reading.keep(std::move(speech))});
  return true;
}

bool read_modalities(const Field& root, Reading& reading) {
  const Field modalities = root["modalities"];
  const Field audio = root["audio"];
  bool wants_text = false;
  bool wants_image = false;
  bool wants_audio = false;
  if (!modalities.check_array(8)) return false;
  std::size_t position = 0;
  for (const json::Cursor item : modalities.value().items()) {
    const Field field(modalities, position++, item);
    if (!item.is(json::Type::string)) return field.wrong_type("a string");
    wants_text = wants_text || item.equals("text");
    wants_image = wants_image || item.equals("image");
    wants_audio = wants_audio || item.equals("audio");
    if (!item.equals("text") && !item.equals("image") && !item.equals("audio")) {
      return field.invalid("supported values are 'text', 'audio', 'image'.");
    }
  }
  const Output output = reading.family.output;
  if (output == Output::speech) return read_audio(audio, reading);
  if (wants_audio) {
    return modalities.unsupported_value("Only text-to-speech models answer with audio.");
  }
  if (!audio.check_object()) return false;
  if (!audio.missing()) reading.request.warn("audio", "ignored, this model does not speak");
  if (wants_image || (output == Output::image && !wants_text)) {
    reading.request.upstream.config.set("responseModalities", {R"(["TEXT","IMAGE"])"});
  }
  return true;
}

bool read_choices(const Field& n, Reading& reading) {
  constexpr std::int64_t kMost = 128;  // OpenAI's
  std::int64_t choices = 1;
  if (!n.take(choices, 1, kMost)) return false;
  if (choices > reading.options.most_choices) {
    return n.invalid("this proxy makes at most " + text::decimal(reading.options.most_choices) +
                     " choices at once.");
  }
  reading.request.choices = static_cast<int>(choices);
  return true;
}

bool read_service_tier(const Field& tier, Reading& reading) {
  static constexpr std::pair<std::string_view, std::string_view> kTiers[] = {
      {"auto", ""},
      {"default", ""},
      {"scale", ""},
      {"flex", R"("flex")"},
      {"priority", R"("priority")"},
      {"fast", R"("priority")"},
  };
  RawString given;
  if (!tier.take(given)) return false;
  if (tier.missing()) return true;
  for (const auto& [name, sent] : kTiers) {
    if (!tier.equals(name)) continue;
    if (!sent.empty()) reading.request.upstream.others.set("serviceTier", {sent});
    return true;
  }
  return tier.invalid("supported values are 'auto', 'default', 'flex', 'priority', 'scale'.");
}

}  // namespace

bool read_output(const Field& root, Reading& reading) {
  return read_format(root["response_format"], reading) && read_modalities(root, reading) &&
         read_choices(root["n"], reading) && read_service_tier(root["service_tier"], reading);
}

}  // namespace proxy::fronts::openai_chat
