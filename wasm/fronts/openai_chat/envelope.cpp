#include "fronts/openai_chat/envelope.h"

#include <algorithm>

#include "base/ids.h"

namespace proxy::fronts::openai_chat {
namespace {

// Google's id is taken over only if it looks like one of OpenAI's.
bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace

void Envelope::observe(const gemini::Event& event) {
  if (response_id_.empty()) response_id_ = event.response_id.escaped;
  if (fingerprint_.empty()) fingerprint_ = event.model_version.escaped;
}

std::string Envelope::open(std::string_view object) const {
  constexpr std::size_t kIdCharacters = 24;
  std::string out;
  json::Writer json(out);
  json.begin_object().key("id");
  json.string("chatcmpl-" + (is_plain_id(response_id_)
                                 ? response_id_
                                 : ids::Base62(context_.id_seed).take(kIdCharacters)));
  json.key("object").string(object);
  json.key("created").integer(context_.created_s);
  json.key("model").string(std::string_view(context_.model));
  if (!fingerprint_.empty()) json.key("system_fingerprint").string(json::RawString{fingerprint_});
  return out;
}

std::string_view finish_reason(const gemini::Answer& answer) {
  if (answer.blocked()) return "content_filter";
  switch (answer.finish()) {
    case gemini::FinishReason::max_tokens:
      return "length";
    case gemini::FinishReason::filtered:
      return "content_filter";
    case gemini::FinishReason::other:
      return answer.has_text() ? "stop" : "content_filter";
    case gemini::FinishReason::none:
    case gemini::FinishReason::stop:
    case gemini::FinishReason::malformed:
      return "stop";
  }
  return "stop";
}

void write_usage(json::Writer& json, const gemini::Usage& usage) {
  const std::int64_t prompt = usage.prompt.value_or(0) + usage.tool_use_prompt.value_or(0);
  const std::int64_t thoughts = usage.thoughts.value_or(0);
  std::int64_t completion = usage.candidates.value_or(0) + thoughts;
  if (!usage.candidates && usage.total) completion = std::max(*usage.total - prompt, thoughts);
  json.begin_object();
  json.key("prompt_tokens").integer(prompt);
  json.key("completion_tokens").integer(completion);
  json.key("total_tokens").integer(prompt + completion);
  json.key("prompt_tokens_details").begin_object();
  json.key("cached_tokens").integer(usage.cached.value_or(0));
  json.key("audio_tokens").integer(usage.prompt_audio.value_or(0));
  json.end_object();
  json.key("completion_tokens_details").begin_object();
  json.key("reasoning_tokens").integer(thoughts);
  json.key("audio_tokens").integer(usage.candidates_audio.value_or(0));
  json.key("accepted_prediction_tokens").integer(0);
  json.key("rejected_prediction_tokens").integer(0);
  json.end_object().end_object();
}

std::string_view service_tier(const gemini::Answer& answer) {
  if (answer.service_tier() == "standard") return "default";
  if (answer.service_tier() == "flex") return "flex";
  if (answer.service_tier() == "priority") return "priority";
  return {};
}

}  // namespace proxy::fronts::openai_chat
