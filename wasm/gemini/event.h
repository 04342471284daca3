// One GenerateContentResponse, be it an event of a stream or a whole answer, as far as the product
// uses it. Views show the event's text: they are good until the next event is read. Gemini API:
// models/generateContent, response body
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "json/cursor.h"
#include "json/raw.h"

namespace proxy::gemini {

struct EventPart {
  enum class Kind : std::uint8_t {
    text,
    thought,
    call,         // of a function: name, args, id if Google gave one
    image,        // mime_type, data
    audio,        // the same
    file,         // anything else: `text` names it
    transcript,   // `text` is what was heard
    code,         // `text` is a program in `language`
    code_output,  // `text` is what it printed; `failed`
  };
  Kind kind = Kind::text;
  json::RawString text;
  json::RawString name;
  json::RawString id;
  json::RawValue args;  // empty = none
  json::RawString mime_type;
  json::RawString data;  // base64
  json::RawString language;
  bool failed = false;
  json::RawString thought_signature;
};

enum class FinishReason : std::uint8_t {
  none,  // the answer goes on
  stop,  // STOP, FINISH_REASON_UNSPECIFIED
  max_tokens,
  filtered,   // SAFETY, RECITATION and their kin
  malformed,  // MALFORMED_FUNCTION_CALL and its kin: the model's fault, worth one more try
  other       // OTHER and its kin, values unknown here
};

// Token counts; cumulative in a stream, each may be missing in any event.
struct Usage {
  std::optional<std::int64_t> prompt;
  std::optional<std::int64_t> candidates;
  std::optional<std::int64_t> thoughts;
  std::optional<std::int64_t> tool_use_prompt;
  std::optional<std::int64_t> cached;
  std::optional<std::int64_t> total;
  std::optional<std::int64_t> prompt_audio;
  std::optional<std::int64_t> candidates_audio;
  std::optional<std::int64_t> prompt_image;
  std::optional<std::int64_t> candidates_image;

  // Takes over what `later` has, impossible counts brought into range.
  void update(const Usage& later);
  // Adds what another call used.
  void add(const Usage& other);
};

// Only the first candidate: several choices are several upstream calls.
struct Event {
  std::vector<EventPart> parts;
  FinishReason finish = FinishReason::none;
  json::RawString finish_name;  // as Google wrote it
  json::RawString finish_message;
  json::RawString block_reason;  // the prompt was refused
  json::RawString block_message;
  bool has_candidate = false;
  json::RawString thought_signature;  // of a part that holds nothing else, or a text
  json::Cursor grounding;             // groundingMetadata
  json::Cursor citations;             // citationMetadata's list
  json::Cursor logprobs;              // logprobsResult
  Usage usage;
  json::RawString model_version;
  json::RawString response_id;
  json::RawString service_tier;
  // What is new to us or had to be passed over, for the log.
  json::RawString unknown_enum;  // a finish or block reason
  int unknown_parts = 0;
  int bad_parts = 0;

  void clear();
};

}  // namespace proxy::gemini
