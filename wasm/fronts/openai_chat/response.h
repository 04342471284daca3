// Gemini events -> chat.completion.chunk events, or one chat.completion.
// OpenAI API: chat/streaming, chat/object
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fronts/renderer.h"

namespace proxy::fronts::openai_chat {

// What an answer takes from its request, and what a plain function cannot know.
struct AnswerContext {
  std::string model;  // exactly as the caller sent it
  bool include_usage = false;
  std::int64_t created_s = 0;  // unix time
  std::uint64_t id_seed = 0;   // for ids that Google did not give
};

// Server-sent events, ended by `[DONE]`.
std::unique_ptr<Renderer> stream_renderer(AnswerContext context);
// One JSON object, given out by on_end().
std::unique_ptr<Renderer> whole_renderer(AnswerContext context);

}  // namespace proxy::fronts::openai_chat
