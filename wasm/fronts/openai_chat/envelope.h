// The parts that a streamed and a whole chat answer have in common.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "fronts/openai_chat/response.h"
#include "gemini/answer.h"
#include "json/raw.h"
#include "json/writer.h"

namespace proxy::fronts::openai_chat {

// The members that are the same in every chunk, fixed when the first is written: `id`, `object`,
// `created`, `model`, and `system_fingerprint` if Google named its version.
class Envelope {
 public:
  explicit Envelope(AnswerContext context) : context_(std::move(context)), ids_(context_.id_seed) {}

  const AnswerContext& context() const { return context_; }
  // Keeps what the first event that names them says.
  void observe(const gemini::Event& event);
  // Forgets it, unless it has been written.
  void restart();
  // `{"id":...,"created":...,"model":...`, the object still open.
  std::string open(std::string_view object);
  // The answer's own id without its prefix.
  const std::string& id();
  // A new id for something inside the answer.
  std::string new_id(std::string_view prefix);

 private:
  AnswerContext context_;
  ids::Base62 ids_;
  std::string id_;           // set when first used
  std::string response_id_;  // Google's
  std::string fingerprint_;  // still escaped
};

// `stop`, `length`, `tool_calls`, `function_call` or `content_filter`: never a word of Google's.
std::string_view finish_reason(const gemini::Answer& answer, const AnswerContext& context);

// OpenAI's `usage` object: prompt + completion is always the total.
void write_usage(json::Writer& json, const gemini::Usage& usage);

// OpenAI's word for Google's service tier, "" for none.
std::string_view service_tier(std::string_view tier);

}  // namespace proxy::fronts::openai_chat
