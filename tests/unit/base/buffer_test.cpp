#include "base/buffer.h"

#include <string>
#include <utility>

#include "support/catch.h"

using proxy::base::Buffer;
using proxy::base::is_allocatable;

TEST_CASE("a buffer holds what was appended, piece by piece") {
  Buffer buffer;
  std::string expected;
  for (std::size_t i = 0; i != 300; ++i) {
    const std::string piece(i % 17, static_cast<char>('a' + i % 26));
    buffer.append(piece);
    expected += piece;
    REQUIRE(buffer.view() == expected);
    REQUIRE(buffer.capacity() >= buffer.size());
  }
  CHECK(buffer.span().data() == buffer.view().data());
}

TEST_CASE("what was reserved is enough, and is not given back by less") {
  Buffer buffer;
  buffer.reserve(1'000);
  const char* const block = buffer.span().data();
  buffer.append(std::string(1'000, 'x'));
  CHECK(buffer.span().data() == block);
  buffer.reserve(10);
  CHECK(buffer.capacity() == 1'000);
}

TEST_CASE("clear keeps the room, release does not") {
  Buffer buffer;
  buffer.append(std::string("text"));
  buffer.clear();
  CHECK(buffer.empty());
  CHECK(buffer.capacity() >= 4);
  buffer.append(std::string("other"));
  CHECK(buffer.view() == "other");
  buffer.release();
  CHECK(buffer.empty());
  CHECK(buffer.capacity() == 0);
  buffer.append(std::string("again"));
  CHECK(buffer.view() == "again");
}

TEST_CASE("room is given back, but not what is in use") {
  Buffer buffer;
  buffer.reserve(1'000'000);
  buffer.append(std::string(1'000, 'x'));
  buffer.shrink(2'000);
  CHECK(buffer.capacity() == 2'000);
  buffer.shrink(10);
  CHECK(buffer.capacity() == 1'000);
  CHECK(buffer.view() == std::string(1'000, 'x'));
  buffer.shrink(5'000);
  CHECK(buffer.capacity() == 1'000);
}

TEST_CASE("what there is no memory for is refused, and nothing is changed") {
  constexpr std::size_t kFarTooMuch = std::size_t{1} << 60;
  Buffer buffer;
  buffer.append(std::string("text"));
  const std::size_t capacity = buffer.capacity();
  CHECK_FALSE(buffer.try_reserve(kFarTooMuch));
  CHECK(buffer.view() == "text");
  CHECK(buffer.capacity() == capacity);
  CHECK_FALSE(is_allocatable(kFarTooMuch));
  CHECK(is_allocatable(1'000'000));
}

TEST_CASE("a moved buffer leaves nothing behind") {
  Buffer first;
  first.append(std::string("text"));
  Buffer second(std::move(first));
  CHECK(second.view() == "text");
  Buffer third;
  third = std::move(second);
  CHECK(third.view() == "text");
}
