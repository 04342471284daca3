#include "base/result.h"

#include <memory>
#include <string>
#include <utility>

#include "support/catch.h"

using proxy::ApiError;
using proxy::ErrorCode;
using proxy::Result;

namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return ApiError(ErrorCode::invalid_value, "It is odd.", "value");
  return value / 2;
}

Result<int> quarter(int value) {
  TRY(const int halved, half(value));
  return half(halved);
}

Result<std::string> quarter_in_words(int value) {
  TRY(const int quartered, quarter(value));
  return std::to_string(quartered) + " of " + std::to_string(value);
}

Result<void> must_be_even(int value) {
  TRY_VOID(half(value));
  return {};
}

}  // namespace

TEST_CASE("a result is its value or the error that explains its absence") {
  const Result<int> good = half(8);
  REQUIRE(good.ok());
  CHECK(static_cast<bool>(good));
  CHECK(*good == 4);
  CHECK(good.value() == 4);
  const Result<int> bad = half(7);
  REQUIRE_FALSE(bad.ok());
  CHECK_FALSE(static_cast<bool>(bad));
  CHECK(bad.error().code == ErrorCode::invalid_value);
  CHECK(bad.error().param == "value");
}

TEST_CASE("TRY gives the value or leaves with the error, through results of any kind") {
  REQUIRE(quarter_in_words(8).ok());
  CHECK(*quarter_in_words(8) == "2 of 8");
  for (const int value : {3, 6}) {
    const auto result = quarter_in_words(value);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().message == "It is odd.");
    CHECK(result.error().param == "value");
  }
}

TEST_CASE("TRY_VOID leaves with the error and needs no value") {
  CHECK(must_be_even(4).ok());
  const auto result = must_be_even(5);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().message == "It is odd.");
}

TEST_CASE("results are moved, values and errors alike") {
  Result<std::unique_ptr<int>> owner(std::make_unique<int>(3));
  Result<std::unique_ptr<int>> moved = std::move(owner);
  REQUIRE(moved.ok());
  const std::unique_ptr<int> value = std::move(moved).value();
  CHECK(*value == 3);

  Result<int> first = half(1);
  Result<int> second = std::move(first);
  REQUIRE_FALSE(second.ok());
  second = half(4);
  REQUIRE(second.ok());
  CHECK(*second == 2);
  second = half(1);
  REQUIRE_FALSE(second.ok());
  const ApiError error = std::move(second).error();
  CHECK(error.message == "It is odd.");
}
