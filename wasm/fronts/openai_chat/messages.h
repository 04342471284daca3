// The messages of a chat -> systemInstruction and contents. OpenAI API: chat/create, `messages`
#pragma once

#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/request.h"

namespace proxy::fronts::openai_chat {

// messages  the field of that name
// returns   false if it refused
bool read_messages(const Field& messages, Reading& reading);

}  // namespace proxy::fronts::openai_chat
