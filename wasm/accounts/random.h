// Random times, so that isolates and calls that failed together do not come back together.
#pragma once

#include <array>
#include <cstdint>

#include "host/host.h"

namespace proxy::accounts {

// From `low` to `high`, both included; they are less than 2^31 apart.
inline std::int64_t random_between(std::int64_t low, std::int64_t high) {
  std::array<std::uint8_t, 4> bytes;
  host::random(bytes);
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return low + value % (high - low + 1);
}

}  // namespace proxy::accounts
