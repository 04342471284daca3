// Google's own settings in an OpenAI request: `extra_body.google`, as the Python SDK sends it, or
// `google` at the top. Both spellings of each key are taken. Only what is named here is passed on,
// as Google refuses a request with a field it does not know.
#pragma once

#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/request.h"

namespace proxy::fronts::openai_chat {

// google   an object or missing
// returns  false if it refused
bool read_google(const Field& google, Reading& reading);

}  // namespace proxy::fronts::openai_chat
