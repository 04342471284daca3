// Base64 (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace proxy::base64 {

// Whether `text` is non-empty base64 of the standard alphabet, rightly padded. Nothing is decoded.
bool is_standard(std::string_view text);

// `text` in the standard alphabet with padding: white space dropped, `-` and `_` translated.
//   returns  nothing if it is not base64 even so
std::optional<std::string> standard(std::string_view text);

std::string encode(std::string_view bytes);
// Of the alphabet for URLs, without padding (RFC 4648 5).
std::string encode_for_url(std::string_view bytes);
std::optional<std::string> decode(std::string_view standard);

}  // namespace proxy::base64
