// tools, functions, tool_choice, web_search_options -> Gemini's declarations and calling mode.
// OpenAI API: chat/create
#pragma once

#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/request.h"

namespace proxy::fronts::openai_chat {

// root     the request's body
// returns  false if it refused
bool read_tools(const Field& root, Reading& reading);

}  // namespace proxy::fronts::openai_chat
