// Base64 (RFC 4648).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace proxy::base64 {

// Whether `text` is non-empty base64 of the standard alphabet, rightly padded. Nothing is decoded.
bool is_standard(std::string_view text);

// `text` in the standard alphabet with padding: white space dropped, `-` and `_` translated.
//   returns  nothing if it is not base64 even so
std::optional<std::string> standard(std::string_view text);
// The same in place, where there is no memory for both forms.
//   returns  how many bytes are left, without the padding
std::optional<std::size_t> standardize(std::span<char> text);
// How many `=` belong behind so many characters.
std::size_t padding(std::size_t characters);

std::size_t encoded_size(std::size_t bytes);
std::string encode(std::string_view bytes);
// In place, where there is no memory for both forms.
//   data  `bytes` of them, and room for all of encoded_size()
void expand(char* data, std::size_t bytes);
// Of the alphabet for URLs, without padding (RFC 4648 5).
std::string encode_for_url(std::string_view bytes);
std::optional<std::string> decode(std::string_view standard);

}  // namespace proxy::base64
