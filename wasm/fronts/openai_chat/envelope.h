// The parts that a streamed and a whole chat answer have in common.
#pragma once

#include <string>
#include <string_view>

#include "fronts/openai_chat/response.h"
#include "gemini/answer.h"
#include "json/raw.h"
#include "json/writer.h"

namespace proxy::fronts::openai_chat {

// The members that are the same in every chunk, fixed when the first is written: `id`, `object`,
// `created`, `model`, and `system_fingerprint` if Google named its version.
class Envelope {
 public:
  explicit Envelope(AnswerContext context) : context_(std::move(context)) {}

  const AnswerContext& context() const { return context_; }
  // Keeps what the first event that names them says.
  void observe(const gemini::Event& event);
  // `{"id":...,"created":...,"model":...`, the object still open.
  std::string open(std::string_view object) const;

 private:
  AnswerContext context_;
  std::string response_id_;
  std::string fingerprint_;  // still escaped
};

// `stop`, `length` or `content_filter`: never a word of Google's.
std::string_view finish_reason(const gemini::Answer& answer);

// OpenAI's `usage` object: prompt + completion is always the total.
void write_usage(json::Writer& json, const gemini::Usage& usage);

// OpenAI's word for Google's service tier, "" for none.
std::string_view service_tier(const gemini::Answer& answer);

}  // namespace proxy::fronts::openai_chat
