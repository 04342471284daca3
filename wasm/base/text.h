// Small ASCII text tools.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/views.h"

namespace proxy::text {

// Without white space (space, \t, \r, \n, \f, \v) at both ends.
std::string_view trim(std::string_view text VIEWS_ARGUMENT);

std::string lower(std::string_view text);  // ASCII only
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool contains_ignoring_case(std::string_view text, std::string_view part);

// Pieces between separators, trimmed; empty ones left out.
std::vector<std::string_view> split(std::string_view text VIEWS_ARGUMENT, char separator);

std::string decimal(std::int64_t value);
// Digits only, with an optional sign. Nothing for anything else or beyond int64.
std::optional<std::int64_t> parse_decimal(std::string_view text);
// "Sun, 06 Nov 1994 08:49:37 GMT" -> milliseconds since 1970. Nothing for another form of a date.
// RFC 9110 5.6.7
std::optional<std::int64_t> http_date_ms(std::string_view text);
// `{0x1f}` -> "1f".
std::string hex(std::string_view bytes);

// A `*` in the pattern stands for any run of characters. Case counts.
bool matches(std::string_view pattern, std::string_view text);

// Makes room for `more` bytes. Large texts grow by an eighth, where appending would double them: of
// 64 MiB in all that is what there is not.
void make_room(std::string& text, std::size_t more);
// The size of the block that a large text of `bytes` is moved to then.
std::size_t grown_size(std::size_t bytes, std::size_t more);

// Text from outside made fit for a sentence of ours: white space becomes a space, other control
// characters `?`, and it is cut to `max_bytes` without splitting a character.
std::string printable(std::string_view text, std::size_t max_bytes);

}  // namespace proxy::text
