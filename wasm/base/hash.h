// A quick 64-bit hash for choosing among equals; not for secrets and not against attackers.
#pragma once

#include <cstdint>
#include <string_view>

namespace proxy::base {

// A bijection in which every bit of the input changes about half of the output's.
inline std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 32)) * 0xD6E8'FEB8'6659'FD93u;
  x = (x ^ (x >> 32)) * 0xD6E8'FEB8'6659'FD93u;
  return x ^ (x >> 32);
}

// `text` put behind what `hash` stands for.
inline std::uint64_t hashed(std::uint64_t hash, std::string_view text) {
  hash = mixed(hash ^ text.size());
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::string_view piece = text.substr(0, sizeof word);
    for (const char c : piece) word = word << 8 | static_cast<std::uint8_t>(c);
    hash = mixed(hash ^ word);
    text.remove_prefix(piece.size());
  }
  return hash;
}

}  // namespace proxy::base
