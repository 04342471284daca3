// `GET /v1/models`. OpenAI API: models/list
#pragma once

#include <string>

#include "gemini/models.h"

namespace proxy::fronts::openai_models {

// `{"object":"list","data":[...]}`: the built-in models, then the aliases without `*`.
std::string list_body(const gemini::Aliases& configured);

}  // namespace proxy::fronts::openai_models
