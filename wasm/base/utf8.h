// UTF-8: where text stops being valid, how to make it valid, and how to cut it.
// Well-formed means Unicode 15 Table 3-7: no surrogates, no overlong forms, nothing past U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/views.h"

namespace proxy::base {

// Offset where the first ill-formed sequence begins: all before it is valid. nullopt if none.
std::optional<std::size_t> invalid_utf8_at(std::string_view text);

// Each maximal subpart of an ill-formed sequence becomes U+FFFD (Unicode 3.9, as the WHATWG decoder
// does). A byte order mark stays.
std::string repair_utf8(std::string_view text);

// Code points in valid UTF-8. In other text: bytes that are no continuation bytes.
std::size_t code_points(std::string_view text);

// The longest prefix of at most `max_bytes` bytes that splits no character.
std::string_view cut_utf8(std::string_view text VIEWS_ARGUMENT, std::size_t max_bytes);

}  // namespace proxy::base
