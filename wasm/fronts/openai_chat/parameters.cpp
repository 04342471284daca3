#include "fronts/openai_chat/parameters.h"

#include <algorithm>

namespace proxy::fronts::openai_chat {
namespace {

using enum Treatment;

constexpr std::string_view kAny = "";
constexpr std::string_view kStringOrObject = "a string or an object";

constexpr Parameter kParameters[] = {
    // The official schema.
    {"messages", translated, kAny},
    {"model", translated, kAny},
    {"stream", translated, kAny},
    {"stream_options", translated, kAny},
    {"temperature", translated, kAny},
    {"top_p", translated, kAny},
    {"max_completion_tokens", translated, kAny},
    {"max_tokens", translated, kAny},
    {"stop", translated, kAny},
    {"presence_penalty", translated, kAny},
    {"frequency_penalty", translated, kAny},
    {"seed", translated, kAny},
    {"n", translated, kAny},
    {"logit_bias", ignored, "an object"},
    {"metadata", ignored, "an object"},
    {"moderation", ignored, kAny},
    {"prediction", ignored, "an object"},
    {"prompt_cache_key", ignored, "a string"},
    {"prompt_cache_options", ignored, kAny},
    {"prompt_cache_retention", ignored, "a string"},
    {"safety_identifier", ignored, "a string"},
    {"store", ignored, "a boolean"},
    {"user", ignored, "a string"},
    {"verbosity", ignored, "a string"},
    {"audio", refused, "an object"},
    {"function_call", refused, kStringOrObject},
    {"functions", refused, "an array"},
    {"logprobs", refused, "a boolean"},
    {"modalities", refused, "an array"},
    {"parallel_tool_calls", refused, "a boolean"},
    {"reasoning_effort", refused, "a string"},
    {"response_format", refused, "an object"},
    {"service_tier", refused, "a string"},
    {"tool_choice", refused, kStringOrObject},
    {"tools", refused, "an array"},
    {"top_logprobs", refused, "an integer"},
    {"web_search_options", refused, "an object"},
    // Not official, but sent by clients who count on them.
    {"extra_body", refused, kAny},
    {"google", refused, kAny},
    {"reasoning", refused, kAny},
    {"thinking", refused, kAny},
    {"top_k", refused, kAny},
};

bool is_one_of(json::Cursor value, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [value](std::string_view word) { return value.equals(word); });
}

}  // namespace

std::span<const Parameter> parameters() { return kParameters; }

bool is_neutral(std::string_view name, json::Cursor value) {
  if (value.missing()) return true;
  if (name == "logprobs") return value.boolean() == false;
  if (name == "top_logprobs") return value.integer() == 0;
  if (name == "parallel_tool_calls")
    return value.boolean().has_value();  // without tools: no effect
  if (name == "service_tier") return is_one_of(value, {"auto", "default", "scale"});
  if (name == "tool_choice" || name == "function_call") return is_one_of(value, {"none", "auto"});
  if (name == "response_format") return value["type"].equals("text");
  if (name == "modalities") return value.size() == 1 && value[std::size_t{0}].equals("text");
  if (name == "tools" || name == "functions")
    return value.is(json::Type::array) && value.size() == 0;
  return name == "extra_body" && value.is(json::Type::object) && value.size() == 0;
}

}  // namespace proxy::fronts::openai_chat
