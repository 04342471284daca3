// Bytes handed over by the host, which their holder may rewrite: one malloc'ed block of its own, or
// a place that it gave for them.
#pragma once

#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace proxy::host {

class Bytes {
 public:
  Bytes() = default;
  // Takes over `data`, which came from malloc.
  Bytes(char* data, std::size_t size) : data_(data), size_(size) {}
  Bytes(Bytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        owned_(other.owned_) {}
  Bytes& operator=(Bytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(owned_, other.owned_);
    return *this;
  }
  ~Bytes() {
    if (owned_) std::free(data_);
  }

  // Bytes that stand in the holder's own memory.
  static Bytes placed(char* data, std::size_t size) {
    Bytes bytes(data, size);
    bytes.owned_ = false;
    return bytes;
  }

  static Bytes copy_of(std::string_view text) {
    if (text.empty()) return {};
    char* data = static_cast<char*>(std::malloc(text.size()));
    if (data == nullptr) std::abort();
    std::memcpy(data, text.data(), text.size());
    return {data, text.size()};
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<char> span() { return {data_, size_}; }
  std::string_view view() const { return {data_, size_}; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
  bool owned_ = true;
};

}  // namespace proxy::host
