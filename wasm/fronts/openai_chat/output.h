// response_format, modalities, audio, n, service_tier. OpenAI API: chat/create
#pragma once

#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/request.h"

namespace proxy::fronts::openai_chat {

// root     the request's body
// returns  false if it refused
bool read_output(const Field& root, Reading& reading);

}  // namespace proxy::fronts::openai_chat
