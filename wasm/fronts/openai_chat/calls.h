// Calls of functions in the history: `tool_calls` and the deprecated `function_call` of an
// assistant's message -> functionCall parts. OpenAI API: chat/create, messages
#pragma once

#include <vector>

#include "fronts/openai_chat/conversation.h"
#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/request.h"
#include "gemini/request.h"

namespace proxy::fronts::openai_chat {

// Each appends its calls to `parts`.
//   returns  false if it refused
bool read_tool_calls(const Field& calls, Reading& reading, Conversation& conversation,
                     Conversation::Parts& parts);
bool read_function_call(const Field& call, Reading& reading, Conversation& conversation,
                        Conversation::Parts& parts);

// A required name of a function as Gemini accepts it, whose alphabet needs no escaping.
bool read_tool_name(const Field& field, Reading& reading, json::RawString& name);

// The id of a call, or of the answer to one: without the signature that travels behind it, and in
// one way of escaping.
bool read_call_id(const Field& field, Reading& reading, json::RawString& id);

// The signature in `extra_content`, Google's documented place; empty if there is none.
json::RawString signature_in(json::Cursor extra_content);

}  // namespace proxy::fronts::openai_chat
