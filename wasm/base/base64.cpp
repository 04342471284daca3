#include "base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace proxy::base64 {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

consteval std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNone;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kValues = make_values();

std::uint8_t value_of(char c) { return kValues[static_cast<unsigned char>(c)]; }

// What GCC and Clang make instructions for 16 bytes at once of, in WebAssembly (-msimd128) as well.
using Block = std::uint8_t __attribute__((vector_size(16)));

Block load(const char* bytes) {
  Block block;
  std::memcpy(&block, bytes, sizeof block);
  return block;
}

// The bytes that are not of the alphabet, as 0xFF.
Block strangers(Block block) {
  const auto letters = (block | 0x20) - 'a' < 26;
  const auto slash_and_digits = block - '/' < 11;  // neighbours in ASCII
  return (Block) ~(letters | slash_and_digits | (block == '+'));
}

}  // namespace

bool is_standard(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return false;
  std::size_t end = text.size();
  if (text.ends_with('=')) --end;
  if (text.ends_with("==")) --end;
  Block strange{};
  std::size_t at = 0;
  for (; at + sizeof strange <= end; at += sizeof strange) strange |= strangers(load(&text[at]));
  std::uint64_t halves[2];
  std::memcpy(halves, &strange, sizeof halves);
  if ((halves[0] | halves[1]) != 0) return false;
  // Only a stranger has the top bit.
  std::uint8_t seen = 0;
  for (; at < end; ++at) seen = static_cast<std::uint8_t>(seen | value_of(text[at]));
  return (seen & 0x80) == 0;
}

std::size_t padding(std::size_t characters) { return (4 - characters % 4) % 4; }

std::optional<std::size_t> standardize(std::span<char> text) {
  std::size_t size = 0;
  bool padded = false;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
    if (c == '=') {
      padded = true;
      continue;
    }
    const char translated = c == '-' ? '+' : c == '_' ? '/' : c;
    if (padded || value_of(translated) == kNone) return std::nullopt;
    text[size++] = translated;
  }
  if (size % 4 == 1) return std::nullopt;
  return size;
}

std::optional<std::string> standard(std::string_view text) {
  std::string out(text);
  const auto size = standardize(out);
  if (!size) return std::nullopt;
  out.resize(*size);
  out.append(padding(*size), '=');
  return out;
}

std::size_t encoded_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

// From the end, where no group covers bytes that have not been read.
void expand(char* data, std::size_t bytes) {
  for (std::size_t groups = (bytes + 2) / 3; groups-- > 0;) {
    const char* const in = data + 3 * groups;
    const std::size_t left = bytes - 3 * groups;
    const auto byte = [in, left](std::size_t j) {
      return j < left ? std::uint32_t{static_cast<unsigned char>(in[j])} : 0u;
    };
    const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    char* const out = data + 4 * groups;
    out[3] = left > 2 ? kAlphabet[group & 63] : '=';
    out[2] = left > 1 ? kAlphabet[group >> 6 & 63] : '=';
    out[1] = kAlphabet[group >> 12 & 63];
    out[0] = kAlphabet[group >> 18];
  }
}

std::string encode(std::string_view bytes) {
  std::string out;
  out.reserve(encoded_size(bytes.size()));
  out += bytes;
  out.resize(encoded_size(bytes.size()));
  expand(out.data(), bytes.size());
  return out;
}

std::string encode_for_url(std::string_view bytes) {
  std::string out = encode(bytes);
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::optional<std::string> decode(std::string_view standard) {
  if (!is_standard(standard)) return std::nullopt;
  std::string out;
  out.reserve(standard.size() / 4 * 3);
  for (std::size_t i = 0; i < standard.size(); i += 4) {
    std::uint32_t group = 0;
    std::size_t bytes = 3;
    for (std::size_t j = 0; j < 4; ++j) {
      const bool padding = standard[i + j] == '=';
      if (padding) --bytes;
      group = group << 6 | (padding ? 0u : value_of(standard[i + j]));
    }
    for (std::size_t j = 0; j < bytes; ++j) out += static_cast<char>(group >> (16 - 8 * j) & 0xFF);
  }
  return out;
}

}  // namespace proxy::base64
