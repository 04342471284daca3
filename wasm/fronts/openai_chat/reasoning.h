// How much the model thinks and whether it tells: `reasoning_effort`, `reasoning`, `thinking` and
// Google's own thinking_config -> thinkingConfig, as the model's family takes it.
#pragma once

#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/request.h"

namespace proxy::fronts::openai_chat {

// google   of extra_body, see google.h
// returns  false if it refused
bool read_reasoning(const Field& root, const Field& google, Reading& reading);

}  // namespace proxy::fronts::openai_chat
