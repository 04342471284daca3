// What a host that has lost its mind may answer to an operation: none of it is what host/host.h
// promises, or what Google would say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::test {

struct Garbage {
  std::uint32_t status;
  std::string bytes;
  std::vector<std::string> body{};  // of a fetch
};

// The most kinds that a verb has; of one that has fewer they come again.
inline constexpr std::size_t kGarbageKinds = 10;

//   verb  as in host/host.h
//   kind  any number; the same bytes for the same kind
Garbage garbage_for(std::string_view verb, std::size_t kind);

// Bytes of every value, the same for the same seed.
std::string noise(std::size_t bytes, std::uint32_t seed);

}  // namespace proxy::test
