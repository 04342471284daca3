// Messages: every author, every kind of content, calls and their results.
#include "unit/fronts/openai_chat/field_matrix.h"

namespace proxy::test {
namespace {

// clang-format off
constexpr MatrixRow kRows[] = {
    //                                                null   true  0     -1    1.5   1e308 ""    "x"   []    {}    [null]   1 MB
    {"user", "messages[0]",                          "type   type  type  type  type  type  type  type  type  miss@.role type type"},
    {"user", "messages[0].role",                     "miss   type  type  type  type  type  value value type  type  type     value"},
    {"user", "messages[0].name",                     "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    // Saved conversations hold null, which stands for an empty text; without the field a message is
    // refused, but for an assistant's.
    {"user", "messages[0].content",                  "ok     type  type  type  type  type  ok    ok    ok    type  type@[0] ok"},
    {"system", "messages[0].role",                   "miss   type  type  type  type  type  value value type  type  type     value"},
    {"system", "messages[0].content",                "ok     type  type  type  type  type  ok    ok    ok    type  type@[0] ok"},
    {"system", "messages[0].name",                   "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"developer", "messages[1].content",             "ok     type  type  type  type  type  ok    ok    ok    type  type@[0] ok"},
    {"developer", "messages[1].content[0]",          "type   type  type  type  type  type  type  type  type  miss@.type type type"},
    {"developer", "messages[1].content[0].type",     "miss   type  type  type  type  type  value value type  type  type     value"},
    {"developer", "messages[1].content[0].text",     "type   type  type  type  type  type  ok    ok    type  type  type     ok"},

    {"assistant", "messages[1].role",                "miss   type  type  type  type  type  value value type  type  type     value"},
    {"assistant", "messages[1].content",             "absent type  type  type  type  type  drop  ok    drop  type  type@[0] ok"},
    {"assistant", "messages[1].name",                "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].audio",               "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].audio.id",            "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].annotations",         "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].reasoning_content",   "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].reasoning",           "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    // Signatures and images of answers come back from clients in any state; what is none is left out.
    {"assistant", "messages[1].extra_content",       "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].extra_content.google","absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].extra_content.google.thought_signature",
                                                     "absent drop  drop  drop  drop  drop  drop  ok    drop  drop  drop     ok"},
    {"assistant", "messages[1].images",              "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].images[0]",           "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].images[0].image_url", "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"assistant", "messages[1].images[0].image_url.url",
                                                     "absent drop  drop  drop  drop  drop  url   url   drop  drop  drop     url"},
    {"refusal", "messages[1].content[1]",            "type   type  type  type  type  type  type  type  type  miss@.type type type"},
    {"refusal", "messages[1].content[1].type",       "miss   type  type  type  type  type  value value type  type  type     value"},
    {"refusal", "messages[1].content[1].refusal",    "type   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"refusal", "messages[2].refusal",               "absent type  type  type  type  type  drop  ok    type  type  type     ok"},

    {"parts", "messages[0].content[0]",              "type   type  type  type  type  type  type  type  type  miss@.type type type"},
    {"parts", "messages[0].content[0].type",         "miss   type  type  type  type  type  value value type  type  type     value"},
    {"parts", "messages[0].content[0].text",         "type   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"parts", "messages[0].content[0].prompt_cache_breakpoint",
                                                     "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"parts", "messages[0].content[1].image_url",    "miss   type  type  type  type  type  url   url   type  miss@.url type  url"},
    {"parts", "messages[0].content[1].image_url.url","miss   type  type  type  type  type  url   url   type  type  type     url"},
    {"parts", "messages[0].content[1].image_url.detail",
                                                     "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"parts", "messages[0].content[2].image_url",    "miss   type  type  type  type  type  url   url   type  miss@.url type  url"},
    {"parts", "messages[0].content[3].video_url",    "miss   type  type  type  type  type  url   url   type  miss@.url type  url"},
    {"parts", "messages[0].content[3].video_url.url","miss   type  type  type  type  type  url   url   type  type  type     url"},
    {"parts", "messages[0].content[4].input_audio",  "miss   type  type  type  type  type  type  type  type  miss@.data type type"},
    {"parts", "messages[0].content[4].input_audio.data",
                                                     "miss   type  type  type  type  type  value value type  type  type     ok"},
    {"parts", "messages[0].content[4].input_audio.format",
                                                     "miss   type  type  type  type  type  value value type  type  type     value"},
    {"parts", "messages[0].content[5].file",         "miss   type  type  type  type  type  type  type  type  miss@.file_data type type"},
    {"parts", "messages[0].content[5].file.file_data",
                                                     "miss   type  type  type  type  type  value value type  type  type     ok"},
    {"parts", "messages[0].content[5].file.filename","absent type  type  type  type  type  drop  drop  type  type  type     drop"},
    {"parts", "messages[0].content[6].file.file_id", // without it, and without data, data is asked for
                                                     "miss@=messages[0].content[6].file.file_data type type type type type unsup unsup type type type unsup"},

    {"calls", "messages[1].content",                 "absent type  type  type  type  type  drop  ok    drop  type  type@[0] ok"},
    {"calls", "messages[1].tool_calls",              "absent type  type  type  type  type  type  type  drop  type  type@[0] type"},
    {"calls", "messages[1].tool_calls[0]",           "type   type  type  type  type  type  type  type  type  miss@.function type type"},
    {"calls", "messages[1].tool_calls[0].id",        "absent type  type  type  type  type  drop  ok    type  type  type     ok"},
    {"calls", "messages[1].tool_calls[0].type",      "absent type  type  type  type  type  value value type  type  type     value"},
    {"calls", "messages[1].tool_calls[0].function",  "miss   type  type  type  type  type  type  type  type  miss@.name type type"},
    // A name in the history is made acceptable, never refused: the conversation must go on.
    {"calls", "messages[1].tool_calls[0].function.name",
                                                     "miss   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"calls", "messages[1].tool_calls[0].function.arguments",
                                                     "absent type  type  type  type  type  drop  ok    type  type  type     ok"},
    {"calls", "messages[1].tool_calls[0].extra_content",
                                                     "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"calls", "messages[1].tool_calls[0].extra_content.google",
                                                     "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"calls", "messages[1].tool_calls[0].extra_content.google.thought_signature",
                                                     "absent drop  drop  drop  drop  drop  drop  ok    drop  drop  drop     ok"},
    {"calls", "messages[1].tool_calls[1].custom",    "miss   type  type  type  type  type  type  type  type  miss@.name type type"},
    {"calls", "messages[1].tool_calls[1].custom.name",
                                                     "miss   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"calls", "messages[1].tool_calls[1].custom.input",
                                                     "absent type  type  type  type  type  drop  ok    type  type  type     ok"},
    // Without an id it is the result of the first call that has none; of an unknown one it is a text.
    {"calls", "messages[2].tool_call_id",            "absent type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"calls", "messages[2].content",                 "ok     type  type  type  type  type  ok    ok    ok    type  type@[0] ok"},
    {"calls", "messages[2].name",                    "absent drop  drop  drop  drop  drop  drop  drop  drop  drop  drop     drop"},
    {"calls", "messages[3].content[0]",              "type   type  type  type  type  type  type  type  type  miss@.type type type"},
    {"calls", "messages[3].content[0].text",         "type   type  type  type  type  type  ok    ok    type  type  type     ok"},

    {"legacy", "messages[1].function_call",          "absent type  type  type  type  type  type  type  type  miss@.name type type"},
    {"legacy", "messages[1].function_call.name",     "miss   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"legacy", "messages[1].function_call.arguments","absent type  type  type  type  type  drop  ok    type  type  type     ok"},
    {"legacy", "messages[2].name",                   "miss   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"legacy", "messages[2].content",                "ok     type  type  type  type  type  ok    ok    ok    type  type@[0] ok"},
};
// clang-format on

}  // namespace

std::span<const MatrixRow> message_rows() { return kRows; }

}  // namespace proxy::test
