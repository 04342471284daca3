// Gemini events -> chat.completion.chunk events, or one chat.completion.
// OpenAI API: chat/streaming, chat/object
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fronts/openai_chat/request.h"
#include "fronts/openai_chat/tool_names.h"
#include "fronts/renderer.h"

namespace proxy::fronts::openai_chat {

// What an answer takes from its request, and what a plain function cannot know.
struct AnswerContext {
  std::string model;  // exactly as the caller sent it
  int choices = 1;
  bool include_usage = false;
  ToolNames tools = {};
  bool one_call_only = false;     // parallel_tool_calls: false
  bool legacy_functions = false;  // function_call instead of tool_calls
  bool wants_logprobs = false;
  bool wav = false;  // a whole audio answer as a WAV file
  bool images_as_markdown = false;
  bool text_signatures = true;  // signatures of texts as extra_content
  std::int64_t created_s = 0;   // unix time
  std::uint64_t id_seed = 0;    // for ids that Google did not give
};

// For the answer to `request`, whose tools it takes over. The clock, the seed and the deployment's
// options are left as they are.
AnswerContext context_for(ChatRequest& request);

// Server-sent events, ended by `[DONE]`.
std::unique_ptr<Renderer> stream_renderer(AnswerContext context);
// One JSON object, given out by on_end().
std::unique_ptr<Renderer> whole_renderer(AnswerContext context);

}  // namespace proxy::fronts::openai_chat
