// `GET /v1/models` and `GET /v1/models/{id}`. OpenAI API: models/list, models/retrieve
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gemini/models.h"

namespace proxy::fronts::openai_models {

// `{"object":"list","data":[...]}`: the models, then the aliases without `*`.
std::string list_body(std::span<const gemini::ListedModel> models,
                      const gemini::Aliases& configured);

// One of that list. `models/` may stand before its id.
//   errors  model_not_found
Result<std::string> model_body(std::string_view id, std::span<const gemini::ListedModel> models,
                               const gemini::Aliases& configured);

}  // namespace proxy::fronts::openai_models
