// A text in a heap buffer of exactly its size, so that the sanitizer sees a reader that goes one
// byte too far.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace proxy::test {

class ExactBytes {
 public:
  explicit ExactBytes(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    text.copy(bytes_.get(), size_);
  }

  std::string_view view() const { return {bytes_.get(), size_}; }
  std::span<char> span() { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

}  // namespace proxy::test
