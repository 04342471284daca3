#include "gemini/answer.h"

#include "gemini/errors.h"

namespace proxy::gemini {

void Answer::observe(Event& event) {
  if (finish_ != FinishReason::none && event.finish == FinishReason::none && !event.parts.empty()) {
    ++late_events_;
    event.parts.clear();
  }
  for (const EventPart& part : event.parts) {
    const bool is_thought = part.kind == EventPart::Kind::thought;
    const bool is_call = part.kind == EventPart::Kind::call;
    (is_thought ? has_thoughts_ : has_content_) = true;
    has_calls_ = has_calls_ || is_call;
    text_follows_calls_ = !is_call && (text_follows_calls_ || has_calls_);
  }
  has_candidate_ = has_candidate_ || event.has_candidate;
  if (event.finish != FinishReason::none) {
    finish_ = event.finish;
    finish_name_ = event.finish_name.escaped;
    finish_message_ = event.finish_message.escaped;
  }
  if (!event.block_reason.empty()) {
    blocked_ = true;
    block_reason_ = event.block_reason.escaped;
    block_message_ = event.block_message.escaped;
  }
  if (!event.service_tier.empty()) service_tier_ = event.service_tier.escaped;
  if (!event.unknown_enum.empty()) unknown_enum_ = event.unknown_enum.escaped;
  usage_.update(event.usage);
  unknown_parts_ += event.unknown_parts;
  bad_parts_ += event.bad_parts;
}

Answer::Verdict Answer::verdict() const {
  if (blocked_) return Verdict::complete;
  if (!has_candidate_) return Verdict::silent;
  if (has_content_) {
    // A whole call is usable, whatever became of the rest of the stream.
    const bool usable = finish_ != FinishReason::none || (has_calls_ && !text_follows_calls_);
    return usable ? Verdict::complete : Verdict::cut;
  }
  switch (finish_) {
    case FinishReason::none:
      return Verdict::cut;
    case FinishReason::stop:
      return Verdict::empty;
    case FinishReason::malformed:
      return Verdict::malformed;
    case FinishReason::max_tokens:
    case FinishReason::filtered:
    case FinishReason::other:
      return Verdict::complete;
  }
  return Verdict::complete;
}

std::string Answer::refusal() const {
  if (has_content_) return {};
  if (blocked_) {
    std::string text =
        "The request was blocked by Google's content filter (" + block_reason_ + ").";
    if (!block_message_.empty()) text += " " + shown_words(block_message_);
    return text;
  }
  if (finish_ != FinishReason::filtered && finish_ != FinishReason::other) return {};
  if (!finish_message_.empty()) return shown_words(finish_message_);
  return "The response was blocked by Google's content filter (" + finish_name_ + ").";
}

}  // namespace proxy::gemini
