// Cuts a text into chunks as a network may. Each chunk is a heap buffer of exactly its size, so the
// sanitizer sees a reader that goes one byte too far, or that looks at a chunk after it was freed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::test {

struct Chunk {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;

  explicit Chunk(std::string_view text) : bytes(new char[text.size()]), size(text.size()) {
    text.copy(bytes.get(), size);
  }
  std::span<char> span() { return {bytes.get(), size}; }
};

using Chunks = std::vector<Chunk>;

// Cuts before each of the offsets, which must ascend; equal ones give empty chunks.
inline Chunks cut_at(std::string_view text, std::span<const std::size_t> offsets) {
  Chunks chunks;
  std::size_t from = 0;
  for (const std::size_t offset : offsets) {
    chunks.emplace_back(text.substr(from, offset - from));
    from = offset;
  }
  chunks.emplace_back(text.substr(from));
  return chunks;
}

inline Chunks every_byte(std::string_view text) {
  Chunks chunks;
  for (std::size_t i = 0; i != text.size(); ++i) chunks.emplace_back(text.substr(i, 1));
  return chunks;
}

// Calls fn(Chunks, std::string name of the split): whole, in two at every offset (an empty half at
// both ends), byte by byte.
template <class Fn>
void for_each_split(std::string_view text, Fn&& fn) {
  fn(cut_at(text, {}), std::string("whole"));
  for (std::size_t offset = 0; offset <= text.size(); ++offset) {
    fn(cut_at(text, {&offset, 1}), "cut at " + std::to_string(offset));
  }
  fn(every_byte(text), std::string("byte by byte"));
}

// Random tests print this seed; PROXY_TEST_SEED in the environment gives it back.
inline std::uint32_t test_seed() {
  static const std::uint32_t seed = [] {
    const char* given = std::getenv("PROXY_TEST_SEED");
    return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                            : static_cast<std::uint32_t>(std::random_device{}());
  }();
  return seed;
}

// Some chunks of 0 bytes, most of a few, some long.
inline Chunks random_split(std::string_view text, std::mt19937& random) {
  std::vector<std::size_t> offsets;
  for (std::size_t at = 0;;) {
    const std::size_t longest = std::size_t{1} << (random() % 12);
    at += random() % (longest + 1);
    if (at >= text.size()) return cut_at(text, offsets);
    offsets.push_back(at);
  }
}

}  // namespace proxy::test
