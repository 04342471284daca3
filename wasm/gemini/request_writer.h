// gemini::Request -> the JSON that Google reads.
#pragma once

#include <cstddef>
#include <string_view>

#include "gemini/request.h"
#include "json/writer.h"

namespace proxy::gemini {

// Appends the request's JSON object. Only fields named in request.h are written, in camelCase: an
// unknown field anywhere is a 400 of Google's. The same request always gives the same bytes, else
// Google's implicit prompt cache would never hit.
void write_request(const Request& request, json::Writer json);

// The same as a rope. Of an image that is to be fetched, type and URL are two gaps, one after the
// other, to be filled with type and data.
//   lasting  the caller's body, which outlives it: long strings of it are not copied
json::Rope rope_of(const Request& request, std::string_view lasting);

// Bytes of the rope's text, at most as a rule. Reserved at once, a body of many megabytes is not
// copied while it grows, for which there would be no memory.
std::size_t written_size(const Request& request, std::string_view lasting);

}  // namespace proxy::gemini
