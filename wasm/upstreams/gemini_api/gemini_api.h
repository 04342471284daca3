// The Gemini API (generativelanguage.googleapis.com). Always asked for a stream of events: a whole
// answer is the same events through another renderer. Gemini API: models.streamGenerateContent,
// models.list
#pragma once

#include <string>
#include <string_view>

#include "upstreams/target.h"

namespace proxy::upstreams::gemini_api {

inline constexpr std::string_view kDefaultBaseUrl = "https://generativelanguage.googleapis.com";

// Method, URL and headers.
std::string head(const Target& target);

// GET of the list of models, at most 1,000.
std::string list_head(const Target& target);

}  // namespace proxy::upstreams::gemini_api
