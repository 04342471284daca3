// One event, parsed, and its parts in short.
#pragma once

#include <string>
#include <string_view>

#include "gemini/event_parser.h"
#include "support/catch.h"
#include "support/json_tools.h"

namespace proxy::test {

using gemini::Event;
using gemini::EventPart;

// Its texts live as long as it does.
struct Parsed {
  explicit Parsed(std::string_view text) : scanned(text) {
    REQUIRE_FALSE(scanned.error.has_value());
    gemini::read_event(scanned.root(), event);
  }
  Scanned scanned;
  Event event;
};

// All parts in a row: `text` for a text, `[text]` for a thought, else its kind and what it holds in
// braces.
inline std::string shown(const EventPart& part) {
  const std::string text(part.text.escaped);
  const std::string mime(part.mime_type.escaped);
  const std::string data(part.data.escaped);
  switch (part.kind) {
    case EventPart::Kind::text:
      return text;
    case EventPart::Kind::thought:
      return "[" + text + "]";
    case EventPart::Kind::call:
      return "{call " + std::string(part.name.escaped) + " " + std::string(part.id.escaped) + " " +
             std::string(part.args.text) + "}";
    case EventPart::Kind::image:
      return "{image " + mime + " " + data + "}";
    case EventPart::Kind::audio:
      return "{audio " + mime + " " + data + "}";
    case EventPart::Kind::transcript:
      return "{transcript " + text + "}";
    case EventPart::Kind::file:
      return "{file " + text + "}";
    case EventPart::Kind::code:
      return "{code " + std::string(part.language.escaped) + " " + text + "}";
    case EventPart::Kind::code_output:
      return (part.failed ? "{error " : "{output ") + text + "}";
  }
  return "?";
}

inline std::string shown(const Event& event) {
  std::string out;
  for (const auto& part : event.parts) out += shown(part);
  return out;
}

inline std::string with_parts(std::string_view parts) {
  return R"({"candidates":[{"content":{"parts":)" + std::string(parts) + "}}]}";
}

}  // namespace proxy::test
