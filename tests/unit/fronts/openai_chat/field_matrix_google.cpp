// Google's own settings. Their types are checked, as no wrong one may reach Google; what they mean
// is left to it, so that a string is any string and an object any object. Numbers fit 32 bits
// there.
#include "unit/fronts/openai_chat/field_matrix.h"

namespace proxy::test {
namespace {

// clang-format off
constexpr MatrixRow kRows[] = {
    //                                                    null   true  0     -1    1.5   1e308 ""    "x"   []    {}    [null]   1 MB
    {"google", "",                                       "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"google", "thinking_config",                        "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "thinking_config.include_thoughts",       "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"google", "thinking_config.thinking_budget",        "absent type  ok    ok    type  i>    type  type  type  type  type     type"},
    {"google", "thinking_config.thinking_level",         "absent type  type  type  type  type  ok    ok    type  type  type     ok"},

    {"google", "safety_settings",                        "absent type  type  type  type  type  type  type  ok    type  type@[0] type"},
    {"google", "safety_settings[0]",                     "type   type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "safety_settings[0].category",            "absent type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "safety_settings[0].threshold",           "absent type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "safety_settings[0].method",              "absent type  type  type  type  type  ok    ok    type  type  type     ok"},

    {"google", "generation_config",                      "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"google", "generation_config.temperature",          "absent type  ok    ok    ok    d>    type  type  type  type  type     type"},
    {"google", "generation_config.top_p",                "absent type  ok    ok    ok    d>    type  type  type  type  type     type"},
    {"google", "generation_config.top_k",                "absent type  ok    ok    type  i>    type  type  type  type  type     type"},
    {"google", "generation_config.max_output_tokens",    "absent type  ok    ok    type  i>    type  type  type  type  type     type"},
    {"google", "generation_config.stop_sequences",       "absent type  type  type  type  type  type  type  ok    type  type@[0] type"},
    {"google", "generation_config.presence_penalty",     "absent type  ok    ok    ok    d>    type  type  type  type  type     type"},
    {"google", "generation_config.frequency_penalty",    "absent type  ok    ok    ok    d>    type  type  type  type  type     type"},
    {"google", "generation_config.seed",                 "absent type  ok    ok    type  i>    type  type  type  type  type     type"},
    {"google", "generation_config.response_mime_type",   "absent type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "generation_config.response_schema",      "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "generation_config.response_modalities",  "absent type  type  type  type  type  type  type  ok    type  type@[0] type"},
    {"google", "generation_config.media_resolution",     "absent type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "generation_config.speech_config",        "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "generation_config.thinking_config",      "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "generation_config.thinking_config.thinking_budget",
                                                         "absent type  ok    ok    type  i>    type  type  type  type  type     type"},
    {"google", "generation_config.image_config",         "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "generation_config.image_config.aspect_ratio",
                                                         "ok     type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "generation_config.audio_transcription_config",
                                                         "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "generation_config.response_logprobs",    "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"google", "generation_config.logprobs",             "absent type  ok    ok    type  i>    type  type  type  type  type     type"},
    {"google", "generation_config.routing_config",       "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "generation_config.model_config",         "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "generation_config.audio_timestamp",      "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"google", "generation_config.stop_sequences[0]",    "type   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "generation_config.response_modalities[0]",
                                                         "type   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google_schema", "generation_config.response_json_schema",
                                                         "absent type  type  type  type  type  type  type  type  ok    type     type"},

    {"google", "tools",                                  "absent type  type  type  type  type  type  type  drop  type  type@[0] type"},
    {"google", "tools[0]",                               "type   type  type  type  type  type  type  type  type  drop  type     type"},
    {"google", "tools[0].google_search",                 "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "tools[1].url_context",                   "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "tools[2].code_execution",                "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "tools[3].google_maps",                   "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "tools[4].file_search",                   "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "tools[5].computer_use",                  "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "tools[6].retrieval",                     "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "tools[7].enterprise_web_search",         "absent type  type  type  type  type  type  type  type  ok    type     type"},

    {"google", "tool_config",                            "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"google", "tool_config.retrieval_config",           "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "aspect_ratio",                           "absent type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "image_size",                             "absent type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google_schema", "image_config",                    "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google_schema", "image_config.aspect_ratio",       "ok     type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google_schema", "image_config.image_size",         "ok     type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "response_modalities",                    "absent type  type  type  type  type  type  type  ok    type  type@[0] type"},
    {"google", "response_modalities[0]",                 "type   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "speech_config",                          "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "media_resolution",                       "absent type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "labels",                                 "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google", "labels.team",                            "type   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"google", "model_armor_config",                     "absent type  type  type  type  type  type  type  type  ok    type     type"},
    {"google_cache", "cached_content",                   "absent type  type  type  type  type  value ok    type  type  type     ok"},
    {"google", "thought_tag_marker",                     "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
};
// clang-format on

}  // namespace

std::span<const MatrixRow> google_rows() { return kRows; }

}  // namespace proxy::test
