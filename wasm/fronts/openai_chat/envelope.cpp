#include "fronts/openai_chat/envelope.h"

#include <algorithm>
#include <utility>

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

// Where images are involved, the counts of images and of the text beside them.
void write_modalities(json::Writer& json, std::optional<std::int64_t> image,
                      std::optional<std::int64_t> audio, std::int64_t all) {
  if (!image) return;
  json.key("image_tokens").integer(*image);
  json.key("text_tokens").integer(std::max<std::int64_t>(all - *image - audio.value_or(0), 0));
}

}  // namespace

AnswerContext context_for(ChatRequest& request) {
  AnswerContext context;
  context.model = request.model;
  context.choices = request.choices;
  context.include_usage = request.include_usage;
  context.tools = std::move(request.tools);
  context.one_call_only = request.one_call_only;
  context.legacy_functions = request.legacy_functions;
  context.wants_logprobs = request.wants_logprobs;
  context.wav = request.wav;
  return context;
}

void Envelope::observe(const gemini::Event& event) {
  if (response_id_.empty()) response_id_ = event.response_id.escaped;
  if (fingerprint_.empty()) fingerprint_ = event.model_version.escaped;
}

void Envelope::restart() {
  if (!id_.empty()) return;
  response_id_.clear();
  fingerprint_.clear();
}

const std::string& Envelope::id() {
  constexpr std::size_t kIdCharacters = 24;
  if (id_.empty()) id_ = is_plain_id(response_id_) ? response_id_ : ids_.take(kIdCharacters);
  return id_;
}

std::string Envelope::new_id(std::string_view prefix) {
  constexpr std::size_t kIdCharacters = 24;
  return std::string(prefix) + ids_.take(kIdCharacters);
}

std::string Envelope::open(std::string_view object) {
  std::string out;
  json::Writer json(out);
  json.begin_object().key("id").open_string();
  json.text(std::string_view("chatcmpl-")).text(std::string_view(id())).close_string();
  json.key("object").string(object);
  json.key("created").integer(context_.created_s);
  json.key("model").string(std::string_view(context_.model));
  if (!fingerprint_.empty()) json.key("system_fingerprint").string(json::RawString{fingerprint_});
  return out;
}

std::string_view finish_reason(const gemini::Answer& answer, const AnswerContext& context) {
  if (answer.blocked()) return "content_filter";
  const std::string_view well_ended = !answer.has_calls()        ? "stop"
                                      : context.legacy_functions ? "function_call"
                                                                 : "tool_calls";
  switch (answer.finish()) {
    case gemini::FinishReason::max_tokens:
      return "length";
    case gemini::FinishReason::filtered:
      return "content_filter";
    case gemini::FinishReason::other:
      return answer.has_content() ? well_ended : "content_filter";
    case gemini::FinishReason::none:
    case gemini::FinishReason::stop:
    case gemini::FinishReason::malformed:
      return well_ended;
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
  write_modalities(json, usage.prompt_image, usage.prompt_audio, prompt);
  json.end_object();
  json.key("completion_tokens_details").begin_object();
  json.key("reasoning_tokens").integer(thoughts);
  json.key("audio_tokens").integer(usage.candidates_audio.value_or(0));
  json.key("accepted_prediction_tokens").integer(0);
  json.key("rejected_prediction_tokens").integer(0);
  write_modalities(json, usage.candidates_image, usage.candidates_audio, completion - thoughts);
  json.end_object().end_object();
}

std::string_view service_tier(std::string_view tier) {
  if (tier == "standard") return "default";
  return tier == "flex" || tier == "priority" ? tier : std::string_view();
}

}  // namespace proxy::fronts::openai_chat
