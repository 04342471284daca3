// Identifiers made from given random bytes, so that the code that needs them stays a plain
// function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace proxy::ids {

// `req_` + 32 hex digits, from 16 random bytes.
std::string request_id(std::span<const std::uint8_t, 16> random);

// A stream of base62 characters from one seed, for the ids inside an answer (`chatcmpl-`, `call_`).
// SplitMix64: the ids must be unique, not unguessable.
class Base62 {
 public:
  explicit Base62(std::uint64_t seed) : state_(seed) {}
  std::string take(std::size_t characters);

 private:
  std::uint64_t state_;
};

}  // namespace proxy::ids
