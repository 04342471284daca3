#include "gemini/event_parser.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace proxy::gemini {
namespace {

using json::Cursor;
using json::RawString;

constexpr std::pair<std::string_view, FinishReason> kFinishReasons[] = {
    {"STOP", FinishReason::stop},
    {"FINISH_REASON_UNSPECIFIED", FinishReason::stop},
    {"MAX_TOKENS", FinishReason::max_tokens},
    {"SAFETY", FinishReason::filtered},
    {"RECITATION", FinishReason::filtered},
    {"LANGUAGE", FinishReason::filtered},
    {"BLOCKLIST", FinishReason::filtered},
    {"PROHIBITED_CONTENT", FinishReason::filtered},
    {"SPII", FinishReason::filtered},
    {"IMAGE_SAFETY", FinishReason::filtered},
    {"IMAGE_PROHIBITED_CONTENT", FinishReason::filtered},
    {"IMAGE_RECITATION", FinishReason::filtered},
    {"MODEL_ARMOR", FinishReason::filtered},
    {"MALFORMED_FUNCTION_CALL", FinishReason::malformed},
    {"UNEXPECTED_TOOL_CALL", FinishReason::malformed},
    {"TOO_MANY_TOOL_CALLS", FinishReason::malformed},
    {"MALFORMED_RESPONSE", FinishReason::malformed},
    {"MISSING_THOUGHT_SIGNATURE", FinishReason::malformed},
    {"OTHER", FinishReason::other},
    {"IMAGE_OTHER", FinishReason::other},
    {"NO_IMAGE", FinishReason::other},
};

// All of them mean the same to the caller; the list only tells which are new.
constexpr std::string_view kBlockReasons[] = {
    "BLOCKED_REASON_UNSPECIFIED", "SAFETY",       "OTHER",       "BLOCKLIST",
    "PROHIBITED_CONTENT",         "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK"};

RawString string_or_empty(Cursor value) { return value.string().value_or(RawString{}); }

void read_finish(RawString name, Event& event) {
  event.finish_name = name;
  for (const auto& [known, reason] : kFinishReasons) {
    if (name.escaped != known) continue;
    event.finish = reason;
    return;
  }
  event.finish = FinishReason::other;
  event.unknown_enum = name;
}

void read_feedback(Cursor feedback, Event& event) {
  event.block_reason = string_or_empty(feedback["blockReason"]);
  if (event.block_reason.empty()) return;
  event.block_message = string_or_empty(feedback["blockReasonMessage"]);
  const auto* const end = std::end(kBlockReasons);
  if (std::find(std::begin(kBlockReasons), end, event.block_reason.escaped) == end) {
    event.unknown_enum = event.block_reason;
  }
}

using Kind = EventPart::Kind;

bool starts_with(RawString text, std::string_view prefix) {
  return text.escaped.starts_with(prefix);
}

// Images, audio, anything else in base64.
bool read_inline_data(Cursor blob, EventPart& part) {
  const auto mime = blob["mimeType"].string();
  const auto data = blob["data"].string();
  if (!mime || !data) return false;
  part.kind = starts_with(*mime, "image/")   ? Kind::image
              : starts_with(*mime, "audio/") ? Kind::audio
                                             : Kind::file;
  part.mime_type = *mime;
  part.data = *data;
  part.text = *mime;
  return true;
}

bool read_call(Cursor call, EventPart& part) {
  const auto name = call["name"].string();
  if (!name || name->empty()) return false;
  part.kind = Kind::call;
  part.name = *name;
  part.id = string_or_empty(call["id"]);
  const Cursor args = call["args"];
  if (args.is(json::Type::object)) part.args = args.raw();
  return args.missing() || args.is(json::Type::object);
}

bool read_text(Cursor text, Kind kind, EventPart& part) {
  const auto value = text.string();
  if (!value) return false;
  part.kind = kind;
  part.text = *value;
  return true;
}

enum class Reading : std::uint8_t { taken, bad, nothing, unknown };

Reading taken_if(bool good) { return good ? Reading::taken : Reading::bad; }

// The kinds in the order of how often they come.
Reading read_kind(Cursor json, EventPart& part) {
  static constexpr std::array<std::string_view, 9> kKeys = {"text",
                                                            "thought",
                                                            "thoughtSignature",
                                                            "functionCall",
                                                            "inlineData",
                                                            "executableCode",
                                                            "codeExecutionResult",
                                                            "fileData",
                                                            "audioTranscription"};
  const auto [text, thought, signature, call, blob, code, result, file, speech] = json.pick(kKeys);
  part.thought_signature = string_or_empty(signature);
  const bool is_thought = thought.boolean().value_or(false);
  if (text.exists())
    return taken_if(read_text(text, is_thought ? Kind::thought : Kind::text, part));
  if (is_thought) return Reading::nothing;  // draft images of image models
  if (call.exists()) return taken_if(read_call(call, part));
  if (blob.exists()) return taken_if(read_inline_data(blob, part));
  if (code.exists()) {
    part.language = string_or_empty(code["language"]);
    return taken_if(read_text(code["code"], Kind::code, part));
  }
  if (result.exists()) {
    const Cursor outcome = result["outcome"];
    part.failed = outcome.equals("OUTCOME_FAILED") || outcome.equals("OUTCOME_DEADLINE_EXCEEDED");
    const Cursor output = result["output"];
    if (output.missing()) return Reading::nothing;
    return taken_if(read_text(output, Kind::code_output, part));
  }
  if (file.exists()) return taken_if(read_text(file["fileUri"], Kind::file, part));
  if (speech.exists()) return taken_if(read_text(speech["text"], Kind::transcript, part));
  const std::size_t known = (signature.exists() ? 1u : 0u) + (thought.exists() ? 1u : 0u);
  return json.size() > known ? Reading::unknown : Reading::nothing;
}

void read_part(Cursor json, Event& event) {
  if (!json.is(json::Type::object)) {
    ++event.bad_parts;
    return;
  }
  EventPart part;
  switch (read_kind(json, part)) {
    case Reading::bad:
      ++event.bad_parts;
      return;
    case Reading::unknown:
      ++event.unknown_parts;
      return;
    case Reading::nothing:
    case Reading::taken:
      break;
  }
  const bool is_text = part.kind == Kind::text || part.kind == Kind::thought;
  if (part.kind == Kind::text && !part.thought_signature.empty()) {
    event.thought_signature = part.thought_signature;
  }
  if (!is_text || !part.text.empty()) event.parts.push_back(part);
}

void read_candidate(Cursor candidate, Event& event) {
  static constexpr std::array<std::string_view, 7> kKeys = {
      "content",           "finishReason",     "finishMessage", "index",
      "groundingMetadata", "citationMetadata", "logprobsResult"};
  const auto [content, finish, message, index, grounding, citations, logprobs] =
      candidate.pick(kKeys);
  if (!candidate.is(json::Type::object) || index.count().value_or(0) != 0) return;
  event.has_candidate = true;
  const Cursor parts = content["parts"];
  if (!parts.missing() && !parts.is(json::Type::array)) ++event.bad_parts;
  for (const Cursor part : parts.items()) read_part(part, event);
  if (!grounding.missing()) event.grounding = grounding;
  // The Gemini API and Vertex name the list differently.
  for (const std::string_view name : {"citationSources", "citations"}) {
    if (citations[name].exists()) event.citations = citations[name];
  }
  if (!logprobs.missing()) event.logprobs = logprobs;
  if (const RawString name = string_or_empty(finish); !name.empty()) {
    read_finish(name, event);
    event.finish_message = string_or_empty(message);
  }
}

std::optional<std::int64_t> tokens_of(Cursor details, std::string_view modality) {
  for (const Cursor entry : details.items()) {
    if (entry["modality"].equals(modality)) return entry["tokenCount"].count();
  }
  return std::nullopt;
}

void read_usage(Cursor metadata, Usage& usage) {
  static constexpr std::array<std::string_view, 8> kKeys = {
      "promptTokenCount",        "candidatesTokenCount",    "thoughtsTokenCount",
      "toolUsePromptTokenCount", "cachedContentTokenCount", "totalTokenCount",
      "promptTokensDetails",     "candidatesTokensDetails"};
  const auto found = metadata.pick(kKeys);
  usage.prompt = found[0].count();
  usage.candidates = found[1].count();
  usage.thoughts = found[2].count();
  usage.tool_use_prompt = found[3].count();
  usage.cached = found[4].count();
  usage.total = found[5].count();
  usage.prompt_audio = tokens_of(found[6], "AUDIO");
  usage.candidates_audio = tokens_of(found[7], "AUDIO");
  usage.prompt_image = tokens_of(found[6], "IMAGE");
  usage.candidates_image = tokens_of(found[7], "IMAGE");
}

}  // namespace

namespace {

// All counts; what is true of one is true of the others.
constexpr std::optional<std::int64_t> Usage::*kCounts[] = {
    &Usage::prompt,       &Usage::candidates,      &Usage::thoughts,     &Usage::tool_use_prompt,
    &Usage::cached,       &Usage::total,           &Usage::prompt_audio, &Usage::candidates_audio,
    &Usage::prompt_image, &Usage::candidates_image};

}  // namespace

void Usage::update(const Usage& later) {
  // Far above any real count, and far enough below int64 that sums cannot overflow.
  static constexpr std::int64_t kMostTokens = std::int64_t{1} << 40;
  for (const auto count : kCounts) {
    if (const auto theirs = later.*count) {
      this->*count = std::clamp<std::int64_t>(*theirs, 0, kMostTokens);
    }
  }
}

void Usage::add(const Usage& other) {
  for (const auto count : kCounts) {
    auto theirs = other.*count;
    // A count that only the total tells would be lost beside one that is told.
    if (count == &Usage::candidates && !theirs && other.total) {
      theirs =
          std::max<std::int64_t>(*other.total - other.prompt.value_or(0) -
                                     other.tool_use_prompt.value_or(0) - other.thoughts.value_or(0),
                                 0);
    }
    if (theirs) this->*count = (this->*count).value_or(0) + *theirs;
  }
}

void Event::clear() {
  std::vector<EventPart> kept = std::move(parts);
  kept.clear();
  *this = {};
  parts = std::move(kept);
}

void read_event(Cursor root, Event& event) {
  static constexpr std::array<std::string_view, 5> kKeys = {
      "candidates", "promptFeedback", "usageMetadata", "modelVersion", "responseId"};
  event.clear();
  const auto [candidates, feedback, usage, version, id] = root.pick(kKeys);
  for (const Cursor candidate : candidates.items()) read_candidate(candidate, event);
  read_feedback(feedback, event);
  if (usage.exists()) read_usage(usage, event.usage);
  event.model_version = string_or_empty(version);
  event.response_id = string_or_empty(id);
  event.service_tier = string_or_empty(usage["serviceTier"]);
}

}  // namespace proxy::gemini
