// The 37 parameters of the published schema, those that clients send beside them, and what is
// inside of them, but for messages and tools.
#include "unit/fronts/openai_chat/field_matrix.h"

namespace proxy::test {
namespace {

// clang-format off
constexpr MatrixRow kRows[] = {
    //                                    null   true  0     -1    1.5   1e308 ""    "x"   []    {}    [null]   1 MB
    {"settings", "model",                "miss   type  type  type  type  type  value ok    type  type  type     404"},
    {"settings", "messages",             "miss   type  type  type  type  type  type  type  empty type  type@[0] type"},
    {"settings", "stream",               "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"settings", "stream_options",       "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"settings", "stream_options.include_usage",
                                         "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"settings", "stream_options.include_obfuscation",
                                         "absent drop  type  type  type  type  type  type  type  type  type     type"},
    {"settings", "temperature",          "absent type  ok    d<    ok    d>    type  type  type  type  type     type"},
    {"settings", "top_p",                "absent type  ok    d<    d>    d>    type  type  type  type  type     type"},
    {"settings", "max_completion_tokens","absent type  i<    i<    type  i>    type  type  type  type  type     type"},
    {"max_tokens", "max_tokens",         "absent type  i<    i<    type  i>    type  type  type  type  type     type"},
    // Empty stop sequences are left out, as Gemini has none.
    {"settings", "stop",                 "absent type  type  type  type  type  drop  ok    drop  type  type@[0] ok"},
    {"settings", "stop[0]",              "type   type  type  type  type  type  ok    ok    type  type  type     ok"},
    // A penalty of 0 is none.
    {"settings", "presence_penalty",     "absent type  drop  ok    ok    d>    type  type  type  type  type     type"},
    {"settings", "frequency_penalty",    "absent type  drop  ok    ok    d>    type  type  type  type  type     type"},
    {"settings", "seed",                 "absent type  ok    ok    type  i>    type  type  type  type  type     type"},
    {"settings", "n",                    "absent type  i<    i<    type  i>    type  type  type  type  type     type"},
    {"settings", "logprobs",             "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"alternatives", "logprobs",         // top_logprobs may not stand alone
                                         "value@=top_logprobs ok type type type type type type type type type   type"},
    {"alternatives", "top_logprobs",     "absent type  drop  i<    type  i>    type  type  type  type  type     type"},
    {"settings", "logit_bias",           "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"settings", "logit_bias.50256",     "type   type  drop  drop  drop  d>    type  type  type  type  type     type"},
    {"settings", "parallel_tool_calls",  "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"settings", "modalities",           "absent type  type  type  type  type  type  type  drop  type  type@[0] type"},
    {"settings", "modalities[0]",        "type   type  type  type  type  type  value value type  type  type     value"},
    {"settings", "reasoning_effort",     "absent type  type  type  type  type  value value type  type  type     value"},
    {"settings", "service_tier",         "absent type  type  type  type  type  value value type  type  type     value"},

    {"settings", "response_format",      "absent type  type  type  type  type  type  type  type  miss@.type type type"},
    {"settings", "response_format.type", "miss   type  type  type  type  type  value value type  type  type     value"},
    {"settings", "response_format.json_schema",
                                         "miss   type  type  type  type  type  type  type  type  ok    type     type"},
    {"settings", "response_format.json_schema.schema",
                                         "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"settings", "response_format.json_schema.name",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "response_format.json_schema.description",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "response_format.json_schema.strict",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},

    {"audio", "modalities",              "absent type  type  type  type  type  type  type  drop  type  type@[0] type"},
    {"audio", "audio",                   "absent type  type  type  type  type  type  type  type  miss@.voice type type"},
    {"audio", "audio.voice",             "miss   type  type  type  type  type  ok    ok    type  miss@.id type  ok"},
    {"voice", "audio.voice.id",          "miss   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"audio", "audio.format",            "absent type  type  type  type  type  unsup unsup type  type  type     unsup"},

    {"settings", "web_search_options",   "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"settings", "web_search_options.search_context_size",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "web_search_options.user_location",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "web_search_options.user_location.type",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "web_search_options.user_location.approximate",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "web_search_options.user_location.approximate.city",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "web_search_options.user_location.approximate.country",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "web_search_options.user_location.approximate.region",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "web_search_options.user_location.approximate.timezone",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},

    // What Gemini has nothing like: the type is checked where the schema has one, the inside is not.
    {"settings", "metadata",             "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"settings", "metadata.k",           "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "moderation",           "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "moderation.model",     "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "prediction",           "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"settings", "prediction.type",      "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "prediction.content",   "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "prompt_cache_key",     "absent type  type  type  type  type  drop  drop  type  type  type     drop"},
    {"settings", "prompt_cache_options", "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "prompt_cache_options.mode",
                                         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"settings", "prompt_cache_retention","absent type type  type  type  type  drop  drop  type  type  type     drop"},
    {"settings", "safety_identifier",    "absent type  type  type  type  type  drop  drop  type  type  type     drop"},
    {"settings", "store",                "absent drop  type  type  type  type  type  type  type  type  type     type"},
    {"settings", "user",                 "absent type  type  type  type  type  drop  drop  type  type  type     drop"},
    {"settings", "verbosity",            "absent type  type  type  type  type  drop  drop  type  type  type     drop"},

    // Not in the schema, but sent by clients.
    {"settings", "top_k",                "absent type  i<    i<    type  i>    type  type  type  type  type     type"},
    {"reasoning", "reasoning",           "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"reasoning", "reasoning.effort",    "absent type  type  type  type  type  value value type  type  type     value"},
    {"reasoning", "reasoning.max_tokens","absent type  ok    i<    type  i>    type  type  type  type  type     type"},
    {"reasoning", "reasoning.enabled",   "absent drop  type  type  type  type  type  type  type  type  type     type"},
    {"reasoning", "reasoning.exclude",   "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"thinking", "thinking",             "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"thinking", "thinking.type",        "absent type  type  type  type  type  value value type  type  type     value"},
    {"thinking", "thinking.budget_tokens","absent type ok    i<    type  i>    type  type  type  type  type     type"},
};
// clang-format on

}  // namespace

std::span<const MatrixRow> setting_rows() { return kRows; }

}  // namespace proxy::test
