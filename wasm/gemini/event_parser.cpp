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

void read_part(Cursor part, Event& event) {
  static constexpr std::array<std::string_view, 3> kKeys = {"text", "thought", "thoughtSignature"};
  if (!part.is(json::Type::object)) {
    ++event.bad_parts;
    return;
  }
  const auto [text, thought, signature] = part.pick(kKeys);
  if (!text.exists()) {
    // `{}` and a part that only carries a signature say nothing; anything else is a kind unknown
    // here.
    if (part.size() > (signature.exists() ? 1u : 0u) + (thought.exists() ? 1u : 0u)) {
      ++event.unknown_parts;
    }
    return;
  }
  const auto value = text.string();
  if (!value) {
    ++event.bad_parts;
    return;
  }
  if (!value->empty()) {
    event.parts.push_back({.thought = thought.boolean().value_or(false), .text = *value});
  }
}

void read_candidate(Cursor candidate, Event& event) {
  static constexpr std::array<std::string_view, 4> kKeys = {"content", "finishReason",
                                                            "finishMessage", "index"};
  const auto [content, finish, message, index] = candidate.pick(kKeys);
  if (!candidate.is(json::Type::object) || index.count().value_or(0) != 0) return;
  event.has_candidate = true;
  const Cursor parts = content["parts"];
  if (!parts.missing() && !parts.is(json::Type::array)) ++event.bad_parts;
  for (const Cursor part : parts.items()) read_part(part, event);
  if (const RawString name = string_or_empty(finish); !name.empty()) {
    read_finish(name, event);
    event.finish_message = string_or_empty(message);
  }
}

std::optional<std::int64_t> audio_tokens(Cursor details) {
  for (const Cursor entry : details.items()) {
    if (entry["modality"].equals("AUDIO")) return entry["tokenCount"].count();
  }
  return std::nullopt;
}

void read_usage(Cursor metadata, Usage& usage) {
  static constexpr std::array<std::string_view, 8> kKeys = {
      "promptTokenCount",        "candidatesTokenCount",    "thoughtsTokenCount",
      "toolUsePromptTokenCount", "cachedContentTokenCount", "totalTokenCount",
      "promptTokensDetails",     "candidatesTokensDetails"};
  const auto found = metadata.pick(kKeys);
  usage = {.prompt = found[0].count(),
           .candidates = found[1].count(),
           .thoughts = found[2].count(),
           .tool_use_prompt = found[3].count(),
           .cached = found[4].count(),
           .total = found[5].count(),
           .prompt_audio = audio_tokens(found[6]),
           .candidates_audio = audio_tokens(found[7])};
}

}  // namespace

void Usage::update(const Usage& later) {
  // Far above any real count, and far enough below int64 that sums cannot overflow.
  static constexpr std::int64_t kMostTokens = std::int64_t{1} << 40;
  const auto take = [](std::optional<std::int64_t>& mine,
                       const std::optional<std::int64_t>& theirs) {
    if (theirs) mine = std::clamp<std::int64_t>(*theirs, 0, kMostTokens);
  };
  take(prompt, later.prompt);
  take(candidates, later.candidates);
  take(thoughts, later.thoughts);
  take(tool_use_prompt, later.tool_use_prompt);
  take(cached, later.cached);
  take(total, later.total);
  take(prompt_audio, later.prompt_audio);
  take(candidates_audio, later.candidates_audio);
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
