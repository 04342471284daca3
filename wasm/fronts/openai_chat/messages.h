// OpenAI `messages` -> Gemini `contents` and `systemInstruction`. OpenAI API: chat/create, messages
#pragma once

#include "base/result.h"
#include "gemini/models.h"
#include "gemini/request.h"
#include "json/cursor.h"

namespace proxy::fronts::openai_chat {

// Fills `request.system` and `request.contents` so that Google accepts them: no empty content, the
// first turn the user's, neighbours of one role merged part by part, and for strict families the
// last turn the user's.
//   messages  the caller's array
Result<void> read_messages(json::Cursor messages, const gemini::Family& family,
                           gemini::Request& request);

}  // namespace proxy::fronts::openai_chat
