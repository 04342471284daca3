#include "base/ids.h"

#include <string_view>

#include "base/text.h"

namespace proxy::ids {

std::string request_id(std::span<const std::uint8_t, 16> random) {
  const std::string_view bytes(reinterpret_cast<const char*>(random.data()), random.size());
  return "req_" + text::hex(bytes);
}

std::string Base62::take(std::size_t characters) {
  static constexpr char kDigits[] =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out;
  out.reserve(characters);
  while (out.size() < characters) {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t bits = state_;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    bits ^= bits >> 31;
    // Ten characters of 62 values take 59.5 of the 64 bits.
    for (int i = 0; i < 10 && out.size() < characters; ++i, bits /= 62) out += kDigits[bits % 62];
  }
  return out;
}

}  // namespace proxy::ids
