#include "fronts/openai_chat/parameters.h"

namespace proxy::fronts::openai_chat {
namespace {

using enum Treatment;

constexpr Parameter kParameters[] = {
    // The official schema.
    {"audio", translated, ""},
    {"frequency_penalty", translated, ""},
    {"function_call", translated, ""},
    {"functions", translated, ""},
    {"logit_bias", ignored, "an object"},
    {"logprobs", translated, ""},
    {"max_completion_tokens", translated, ""},
    {"max_tokens", translated, ""},
    {"messages", translated, ""},
    {"metadata", ignored, "an object"},
    {"modalities", translated, ""},
    {"model", translated, ""},
    {"moderation", ignored, ""},
    {"n", translated, ""},
    {"parallel_tool_calls", translated, ""},
    {"prediction", ignored, "an object"},
    {"presence_penalty", translated, ""},
    {"prompt_cache_key", translated, ""},
    {"prompt_cache_options", ignored, ""},
    {"prompt_cache_retention", ignored, "a string"},
    {"reasoning_effort", translated, ""},
    {"response_format", translated, ""},
    {"safety_identifier", ignored, "a string"},
    {"seed", translated, ""},
    {"service_tier", translated, ""},
    {"stop", translated, ""},
    {"store", ignored, "a boolean"},
    {"stream", translated, ""},
    {"stream_options", translated, ""},
    {"temperature", translated, ""},
    {"tool_choice", translated, ""},
    {"tools", translated, ""},
    {"top_logprobs", translated, ""},
    {"top_p", translated, ""},
    {"user", ignored, "a string"},
    {"verbosity", ignored, "a string"},
    {"web_search_options", translated, ""},
    // Not official, but sent by clients who count on them.
    {"extra_body", translated, ""},
    {"google", translated, ""},
    {"reasoning", translated, ""},
    {"thinking", translated, ""},
    {"top_k", translated, ""},
};

}  // namespace

std::span<const Parameter> parameters() { return kParameters; }

}  // namespace proxy::fronts::openai_chat
