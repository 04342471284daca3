// Which members of a request which upstream knows. An unknown one anywhere is a 400 of Google's.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "json/rope.h"

namespace proxy::upstreams {

enum class Dialect : std::uint8_t { gemini_api, vertex, code_assist };

// `body`, a request that gemini::rope_of() made, without what that upstream does not know.
//   dropped  gets the names of members that were left out and whose loss the caller may notice
json::Rope fitted(json::Rope& body, Dialect dialect, std::vector<std::string_view>& dropped);

}  // namespace proxy::upstreams
