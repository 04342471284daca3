// What libFuzzer calls beside a target: its mutator and its start. And the one part of a host that
// is linked with the targets.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "fuzz/support/json_mutator.h"
#include "host/host.h"

extern "C" {
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
int LLVMFuzzerInitialize(int* argc, char*** argv);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed);
}

namespace {

proxy::fuzz::Words& words() {
  static proxy::fuzz::Words words;
  return words;
}

}  // namespace

// gateway/config.cpp reads variables, but not where a target calls it.
std::optional<std::string> proxy::host::env(std::string_view) { return std::nullopt; }

// The dictionary that the command line names serves the mutator, too.
int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string flag = "-dict=";
  for (int i = 1; i < *argc; ++i) {
    const std::string argument = (*argv)[i];
    if (!argument.starts_with(flag)) continue;
    std::ifstream file(argument.substr(flag.size()), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    words() = proxy::fuzz::read_words(text);
  }
  return 0;
}

// Two of three times a document is changed as JSON, else libFuzzer changes bytes in its own ways.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed) {
  std::mt19937 random(seed);
  const std::string before(reinterpret_cast<const char*>(data), size);
  if (random() % 3 != 0) {
    std::string text = before;
    for (unsigned changes = 1 + random() % 3; changes != 0; --changes) {
      text = proxy::fuzz::changed_json_within(text, words(), random);
    }
    if (text.size() <= max_size && text != before) {
      std::copy(text.begin(), text.end(), data);
      return text.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
