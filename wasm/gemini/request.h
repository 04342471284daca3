// The canonical request every front produces and every upstream sends: a Gemini
// GenerateContentRequest whose texts are still the caller's escaped bytes. It views the caller's
// body and must die before it. Gemini API: models/generateContent
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/raw.h"

namespace proxy::gemini {

enum class Role : std::uint8_t { user, model };

struct Part {
  json::RawString text;
};

struct Content {
  Role role;
  std::vector<Part> parts;  // never empty: Google refuses that
};

// Absent members are not sent, so that Google's own defaults hold.
struct GenerationConfig {
  json::RawValue temperature;
  json::RawValue top_p;
  json::RawValue presence_penalty;
  json::RawValue frequency_penalty;
  std::optional<std::int64_t> max_output_tokens;
  std::vector<json::RawString> stop_sequences;
  std::optional<std::int64_t> seed;
  bool include_thoughts = false;
};

struct Request {
  std::string model;                    // bare id such as `gemini-3.5-flash`, checked
  std::vector<json::RawString> system;  // one text part each
  std::vector<Content> contents;        // never empty
  GenerationConfig config;
};

}  // namespace proxy::gemini
