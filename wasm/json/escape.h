// Between plain text and the inside of a JSON string (RFC 8259 section 7).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "json/raw.h"

namespace proxy::json {

// Appends `plain` as the inside of a JSON string: quote, backslash and control characters escaped.
//   plain  valid UTF-8; bytes above 0x7F pass unchanged
void append_escaped(std::string& out, std::string_view plain);

// Appends the decoded text of `raw` (a string the index has checked): surrogate pairs become one
// character, a lone surrogate U+FFFD.
void append_unescaped(std::string& out, RawString raw);

std::string unescaped(RawString raw);
// The same in place; how many bytes are left.
std::size_t unescape(std::span<char> raw);

// Whether `raw` decodes to `plain`, without allocating.
bool equals(RawString raw, std::string_view plain);

}  // namespace proxy::json
