// OpenAI's error object. OpenAI API: "Error codes"
#pragma once

#include <string>

#include "base/api_error.h"

namespace proxy::fronts::openai_chat {

// `{"error":{"message","type","param","code"}}`, all four members always present.
std::string error_body(const ApiError& error);

}  // namespace proxy::fronts::openai_chat
