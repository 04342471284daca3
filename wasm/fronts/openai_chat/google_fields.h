// The types of Google's own settings, which are passed on as they are: a value of another type
// would cost the caller a round trip and a message about protobuf. What a value means is Google's
// to judge. Source: the GenerationConfig, SafetySetting and Tool messages of the Gemini API and of
// Vertex AI.
#pragma once

#include <cstdint>
#include <span>

#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/request.h"

namespace proxy::fronts::openai_chat {

enum class Kind : std::uint8_t {
  boolean,
  integer,  // 32 bits
  decimal,
  string,
  strings,   // an array of them
  object,    // whose members are not looked at
  labels,    // an object of strings
  thinking,  // ThinkingConfig
  image,     // ImageConfig
  safety,    // an array of SafetySetting
  tools,     // an array of objects
};

// A key in Python's spelling and in the one that is sent.
struct Spelling {
  const char* snake;
  const char* camel;
  Kind kind;
};

// Whether the members of an object that are named here, in either spelling, are of their kinds; if
// one is not, it was refused. Null is of every kind, but inside of an array or a label it is of
// none.
bool have_kinds(const Field& object, std::span<const Spelling> members);

// A value of that kind as it is sent: of ThinkingConfig and SafetySetting only the members that are
// known, as Google refuses a request for any other; all else as it came.
//   where  of what is unknown, for the warning: "google.safety_settings"
json::RawValue as_sent(json::Cursor value, Kind kind, const char* where, Reading& reading);

}  // namespace proxy::fronts::openai_chat
