// What the bytes of JSON text are, one at a time and eight at a time. Strings are nearly all of a
// body, so they are read in words ("SIMD within a register"): the same code is fast native and in
// wasm. A mark is 0x80 in each byte found. The arithmetic may carry from a found byte into later
// ones, so only the first mark is exact; nobody needs more.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace proxy::json {

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest one");

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
inline bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// -1 if `c` is no hexadecimal digit.
inline int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The halves of a character beyond U+FFFF in `\uXXXX\uXXXX`.
inline bool is_high_surrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
inline bool is_low_surrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

// What RFC 8259 section 7 wants escaped in a string: quote, backslash, control characters.
inline bool must_escape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

constexpr std::uint64_t every_byte(std::uint8_t byte) { return 0x0101010101010101u * byte; }

inline std::uint64_t load_8(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

inline std::size_t first_marked(std::uint64_t marks) {
  return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

inline std::uint64_t mark_must_escape(std::uint64_t word) {
  const std::uint64_t control = word - every_byte(0x20);
  const std::uint64_t quote = (word ^ every_byte('"')) - every_byte(1);
  const std::uint64_t backslash = (word ^ every_byte('\\')) - every_byte(1);
  return (control | quote | backslash) & ~word & every_byte(0x80);
}

inline std::uint64_t mark_non_ascii(std::uint64_t word) { return word & every_byte(0x80); }

}  // namespace proxy::json
