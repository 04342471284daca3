// Tools, the choice among them, and the deprecated functions.
#include "unit/fronts/openai_chat/field_matrix.h"

namespace proxy::test {
namespace {

// clang-format off
constexpr MatrixRow kRows[] = {
    //                                                null   true  0     -1    1.5   1e308 ""    "x"   []    {}    [null]   1 MB
    {"tools", "tools",                               "absent type  type  type  type  type  type  type  drop  type  type@[0] type"},
    {"tools", "tools[0]",                            "type   type  type  type  type  type  type  type  type  miss@.type type type"},
    // Some clients leave the type of a function out.
    {"tools", "tools[0].type",                       "absent type  type  type  type  type  value value type  type  type     value"},
    {"tools", "tools[1].type",                       "miss   type  type  type  type  type  value value type  type  type     value"},
    {"tools", "tools[3].type",                       "miss   type  type  type  type  type  value value type  type  type     value"},
    {"tools", "tools[0].function",                   "miss   type  type  type  type  type  type  type  type  miss@.name type type"},
    {"tools", "tools[0].function.name",              "miss   type  type  type  type  type  value ok    type  type  type     value"},
    {"tools", "tools[0].function.description",       "absent type  type  type  type  type  drop  ok    type  type  type     ok"},
    // F-16: what is no schema of an object is left out.
    {"tools", "tools[0].function.parameters",        "absent drop  type  type  type  type  type  type  drop  drop  drop     type"},
    {"tools", "tools[0].function.strict",            "absent ok    type  type  type  type  type  type  type  type  type     type"},
    {"tools", "tools[1].custom",                     "miss   type  type  type  type  type  type  type  type  miss@.name type type"},
    {"tools", "tools[1].custom.name",                "miss   type  type  type  type  type  value ok    type  type  type     value"},
    {"tools", "tools[1].custom.description",         "absent type  type  type  type  type  drop  ok    type  type  type     ok"},
    {"tools", "tools[1].custom.format",              "absent type  type  type  type  type  type  type  type  drop  type     type"},
    {"tools", "tools[1].custom.format.type",         "absent type  type  type  type  type  value value type  type  type     value"},
    {"tools", "tools[1].custom.format.grammar",      "miss   type  type  type  type  type  type  type  type  miss@.syntax type type"},
    {"tools", "tools[1].custom.format.grammar.syntax",
                                                     "miss   type  type  type  type  type  value value type  type  type     value"},
    {"tools", "tools[1].custom.format.grammar.definition",
                                                     "miss   type  type  type  type  type  ok    ok    type  type  type     ok"},
    {"tools", "tools[2].custom.format.syntax",       "miss   type  type  type  type  type  value value type  type  type     value"},
    {"tools", "tools[2].custom.format.definition",   "miss   type  type  type  type  type  ok    ok    type  type  type     ok"},

    {"choice", "tool_choice",                        "absent type  type  type  type  type  value value type  miss@.type type value"},
    {"choice", "tool_choice.type",                   "miss   type  type  type  type  type  value value type  type  type     value"},
    {"choice", "tool_choice.function",               "miss   type  type  type  type  type  type  type  type  miss@.name type type"},
    // F-17: a tool that there is not is the choice's fault.
    {"choice", "tool_choice.function.name",          "miss   type  type  type  type  type  value@=tool_choice value@=tool_choice type type type value@=tool_choice"},
    {"choice_flat", "tool_choice.name",              // the published place is asked for
                                                     "miss@=tool_choice.function type type type type type value@=tool_choice value@=tool_choice type type type value@=tool_choice"},
    {"choice_custom", "tool_choice.type",            "miss   type  type  type  type  type  value value type  type  type     value"},
    {"choice_custom", "tool_choice.custom",          "miss   type  type  type  type  type  type  type  type  miss@.name type type"},
    {"choice_custom", "tool_choice.custom.name",     "miss   type  type  type  type  type  value@=tool_choice value@=tool_choice type type type value@=tool_choice"},
    {"allowed", "tool_choice.allowed_tools",         "miss   type  type  type  type  type  type  type  type  miss@.mode type type"},
    {"allowed", "tool_choice.allowed_tools.mode",    "miss   type  type  type  type  type  value value type  type  type     value"},
    {"allowed", "tool_choice.allowed_tools.tools",   "miss   type  type  type  type  type  type  type  empty type  type@[0] type"},
    {"allowed", "tool_choice.allowed_tools.tools[0]","type   type  type  type  type  type  type  type  type  miss@.function type type"},
    {"allowed", "tool_choice.allowed_tools.tools[0].type",
                                                     "absent type  type  type  type  type  value value type  type  type     value"},
    {"allowed", "tool_choice.allowed_tools.tools[0].function",
                                                     "miss   type  type  type  type  type  type  type  type  miss@.name type type"},
    {"allowed", "tool_choice.allowed_tools.tools[0].function.name",
                                                     "miss   type  type  type  type  type  value@=tool_choice value@=tool_choice type type type value@=tool_choice"},

    {"legacy", "functions",                          "absent type  type  type  type  type  type  type  drop  type  type@[0] type"},
    {"legacy", "functions[0]",                       "type   type  type  type  type  type  type  type  type  miss@.name type type"},
    {"legacy", "functions[0].name",                  "miss   type  type  type  type  type  value ok    type  type  type     value"},
    {"legacy", "functions[0].description",           "absent type  type  type  type  type  drop  ok    type  type  type     ok"},
    {"legacy", "functions[0].parameters",            "absent drop  type  type  type  type  type  type  drop  drop  drop     type"},
    {"function_call", "function_call",               "absent type  type  type  type  type  value value type  miss@.name type value"},
    {"function_call", "function_call.name",          "miss   type  type  type  type  type  value@=function_call value@=function_call type type type value@=function_call"},
};
// clang-format on

}  // namespace

std::span<const MatrixRow> tool_rows() { return kRows; }

}  // namespace proxy::test
