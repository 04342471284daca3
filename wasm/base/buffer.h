// Bytes that grow by realloc. A large block at the end of the heap then grows in place, where a
// vector or string needs its old and its new block side by side: of 64 MiB in all, that is what a
// body of 25 MiB cannot have.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace proxy::base {

// Whether a block of that size can be had: there may be less in one piece than all together, where
// small blocks that are kept lie between large ones that were freed.
bool is_allocatable(std::size_t bytes);

class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer();

  void append(std::span<const char> bytes);
  // Where append() would put the next bytes. Those that stand there already are not copied.
  std::span<char> room() { return {data_ + size_, capacity_ - size_}; }
  // Room for `capacity` bytes in all.
  void reserve(std::size_t capacity);
  // The same; false, and nothing is changed, if there is no memory for it.
  bool try_reserve(std::size_t capacity);
  // Gives back the room above `capacity` bytes.
  void shrink(std::size_t capacity);
  // Forgets the bytes and keeps the room.
  void clear() { size_ = 0; }
  // Gives the room back, too.
  void release();

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t capacity() const { return capacity_; }
  std::span<char> span() { return {data_, size_}; }
  std::string_view view() const { return {data_, size_}; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace proxy::base
