// Feeds a renderer with Gemini's events, as the gateway does.
#pragma once

#include <cstddef>
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
  explicit Rendering(std::unique_ptr<fronts::Renderer> renderer, std::size_t choices = 1)
      : renderer_(std::move(renderer)), answers_(choices) {
    for (std::size_t i = 0; i < choices; ++i) renderer_->on_start(static_cast<int>(i));
  }

  // What this event brings the caller. Its bytes are gone afterwards, as a network's are.
  std::string event(std::string_view text, std::size_t choice = 0) {
    const Scanned scanned(text);
    gemini::Event event;
    gemini::read_event(scanned.root(), event);
    answers_[choice].observe(event);
    std::string out;
    renderer_->on_event(static_cast<int>(choice), event, answers_[choice], out);
    return out;
  }
  // Begins the choice anew, as after an attempt that showed nothing.
  void restart(std::size_t choice) {
    answers_[choice] = {};
    renderer_->on_start(static_cast<int>(choice));
  }
  std::string end_choice(std::size_t choice = 0) {
    std::string out;
    renderer_->on_choice_end(static_cast<int>(choice), answers_[choice], out);
    return out;
  }
  // Only what comes after the choices' ends.
  std::string end_all() {
    gemini::Usage usage;
    for (const gemini::Answer& answer : answers_) usage.add(answer.usage());
    std::string out;
    renderer_->on_end(usage, out);
    return out;
  }
  // Of an answer of one choice.
  std::string end() {
    std::string out = end_choice();
    return out += end_all();
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
  std::vector<gemini::Answer> answers_;
};

// An event with these parts and more members of the candidate, such as `,"finishReason":"STOP"`.
inline std::string event_with(std::string_view parts, std::string_view more = "") {
  return R"({"candidates":[{"content":{"parts":[)" + std::string(parts) + "]}" + std::string(more) +
         R"(}],"responseId":"r1","modelVersion":"v"})";
}

inline constexpr std::string_view kStop = R"(,"finishReason":"STOP")";

}  // namespace proxy::test
