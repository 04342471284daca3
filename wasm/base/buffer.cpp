#include "base/buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace proxy::base {

bool is_allocatable(std::size_t bytes) {
  Buffer block;
  return block.try_reserve(bytes);
}

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

Buffer::~Buffer() { std::free(data_); }

void Buffer::append(std::span<const char> bytes) {
  if (bytes.empty()) return;
  const std::size_t needed = size_ + bytes.size();
  if (needed > capacity_) reserve(std::max(needed, capacity_ + capacity_ / 2));
  if (bytes.data() != data_ + size_) std::memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ = needed;
}

void Buffer::reserve(std::size_t capacity) {
  if (!try_reserve(capacity)) std::abort();  // as operator new does without exceptions
}

bool Buffer::try_reserve(std::size_t capacity) {
  if (capacity <= capacity_) return true;
  char* const grown = static_cast<char*>(std::realloc(data_, capacity));
  if (grown == nullptr) return false;
  data_ = grown;
  capacity_ = capacity;
  return true;
}

void Buffer::shrink(std::size_t capacity) {
  capacity = std::max({capacity, size_, std::size_t{1}});
  if (capacity >= capacity_) return;
  char* const less = static_cast<char*>(std::realloc(data_, capacity));
  if (less == nullptr) return;
  data_ = less;
  capacity_ = capacity;
}

void Buffer::release() {
  std::free(std::exchange(data_, nullptr));
  size_ = 0;
  capacity_ = 0;
}

}  // namespace proxy::base
