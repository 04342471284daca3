// Encodings that other people's protocols ask for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace proxy::encode {

// Everything but the unreserved characters as %XX (RFC 3986 2.3): safe in a path segment and in
// application/x-www-form-urlencoded values alike.
std::string percent(std::string_view text);

// The bytes behind percent-encoding (RFC 3986 2.1); nothing if a `%` is not followed by two hex
// digits.
std::optional<std::string> from_percent(std::string_view text);

// Appends `name=value`, with `&` before it unless `out` is empty.
void append_form_field(std::string& out, std::string_view name, std::string_view value);

}  // namespace proxy::encode
