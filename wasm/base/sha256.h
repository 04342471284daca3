// SHA-256 (FIPS 180-4). Ours, as the key check needs it inside every request and WebCrypto answers
// only through a promise, which costs a request more than the hash does.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace proxy::base {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

// Whether both are equal, in time that does not depend on where they differ.
bool equal_in_constant_time(const Digest& a, const Digest& b);

// The first `digits` hex digits of the digest (at most 64), for fingerprints.
std::string hex_prefix(const Digest& digest, std::size_t digits);

}  // namespace proxy::base
