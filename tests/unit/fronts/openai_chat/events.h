// Feeds a renderer with Gemini's events, as the gateway does.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fronts/renderer.h"
#include "gemini/event_parser.h"
#include "support/json_tools.h"

namespace proxy::test {

class Rendering {
 public:
  explicit Rendering(std::unique_ptr<fronts::Renderer> renderer) : renderer_(std::move(renderer)) {}

  // What this event brings the caller. Its bytes are gone afterwards, as a network's are.
  std::string event(std::string_view text) {
    const Scanned scanned(text);
    gemini::Event event;
    gemini::read_event(scanned.root(), event);
    answer_.observe(event);
    std::string out;
    renderer_->on_event(event, answer_, out);
    return out;
  }
  std::string end() {
    std::string out;
    renderer_->on_end(answer_, out);
    return out;
  }
  std::string error(const ApiError& error) {
    std::string out;
    renderer_->on_error(error, out);
    return out;
  }
  std::string all(const std::vector<std::string>& events) {
    std::string out;
    for (const std::string& text : events) out += event(text);
    return out + end();
  }

 private:
  std::unique_ptr<fronts::Renderer> renderer_;
  gemini::Answer answer_;
};

// An event with these parts and more members of the candidate, such as `,"finishReason":"STOP"`.
inline std::string event_with(std::string_view parts, std::string_view more = "") {
  return R"({"candidates":[{"content":{"parts":[)" + std::string(parts) + "]}" + std::string(more) +
         R"(}],"responseId":"r1","modelVersion":"v"})";
}

inline constexpr std::string_view kStop = R"(,"finishReason":"STOP")";

}  // namespace proxy::test
