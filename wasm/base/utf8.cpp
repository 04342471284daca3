// One function knows Table 3-7 of the Unicode standard; the others walk with it and skip ASCII,
// which is most of what passes, 8 bytes at a time.
#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace proxy::base {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Sequence {
  std::size_t length;  // of the character, or of the maximal subpart if ill-formed; at least 1
  bool well_formed;
};

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

bool is_continuation(std::string_view text, std::size_t at) {
  return (byte_at(text, at) & 0xC0) == 0x80;
}

// Unicode Table 3-7: the lead byte gives the number of bytes that follow and narrows the second.
Sequence sequence_at(std::string_view text, std::size_t at) {
  const std::uint8_t lead = byte_at(text, at);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint8_t lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no overlong forms
  std::uint8_t highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogates
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i == text.size()) return {i, false};
    const std::uint8_t next = byte_at(text, at + i);
    if (next < lowest || next > highest) return {i, false};
    lowest = 0x80;
    highest = 0xBF;
  }
  return {length, true};
}

// First byte at or after `at` that is not ASCII, else the size.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
  for (; text.size() - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & 0x8080808080808080) != 0) break;
  }
  while (at != text.size() && byte_at(text, at) < 0x80) ++at;
  return at;
}

}  // namespace

std::optional<std::size_t> invalid_utf8_at(std::string_view text) {
  std::size_t at = 0;
  while (at != text.size()) {
    if (byte_at(text, at) < 0x80) {
      at = skip_ascii(text, at);
      continue;
    }
    const Sequence sequence = sequence_at(text, at);
    if (!sequence.well_formed) return at;
    at += sequence.length;
  }
  return std::nullopt;
}

std::string repair_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (const auto invalid = invalid_utf8_at(text)) {
    repaired += text.substr(0, *invalid);
    repaired += kReplacement;
    text.remove_prefix(*invalid + sequence_at(text, *invalid).length);
  }
  repaired += text;
  return repaired;
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i != text.size(); ++i) count += is_continuation(text, i) ? 0u : 1u;
  return count;
}

std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  // A character is at most 4 bytes long: behind more continuation bytes lies no character to save.
  std::size_t cut = max_bytes;
  while (cut != 0 && max_bytes - cut < 3 && is_continuation(text, cut)) --cut;
  return text.substr(0, is_continuation(text, cut) ? max_bytes : cut);
}

}  // namespace proxy::base
