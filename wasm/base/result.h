// Result<T>: a value or the ApiError that explains its absence. The code builds without exceptions.
//   TRY(auto request, parse_request(body));      // returns the error from the enclosing function
//   CO_TRY(auto token, co_await token_for(...)); // the same inside a coroutine
// The error is boxed: it is rare, large, and would otherwise be taken apart in place at every TRY.
#pragma once

#include <optional>
#include <utility>

#include "base/api_error.h"

namespace proxy {

// Owns an ApiError, or nothing.
class ErrorBox {
 public:
  ErrorBox() = default;
  explicit ErrorBox(ApiError error);
  ErrorBox(ErrorBox&& other) noexcept : error_(std::exchange(other.error_, nullptr)) {}
  ErrorBox& operator=(ErrorBox&& other) noexcept {
    std::swap(error_, other.error_);
    return *this;
  }
  ~ErrorBox() {
    if (error_ != nullptr) destroy();
  }

  explicit operator bool() const { return error_ != nullptr; }
  ApiError& operator*() const { return *error_; }

 private:
  void destroy();

  ApiError* error_ = nullptr;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(ApiError error) : error_(std::move(error)) {}
  Result(ErrorBox error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return *std::move(value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  ApiError& error() & { return *error_; }
  const ApiError& error() const& { return *error_; }
  ApiError&& error() && { return std::move(*error_); }
  ErrorBox&& box() && { return std::move(error_); }

 private:
  std::optional<T> value_;
  ErrorBox error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(ApiError error) : error_(std::move(error)) {}
  Result(ErrorBox error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  ApiError& error() & { return *error_; }
  const ApiError& error() const& { return *error_; }
  ApiError&& error() && { return std::move(*error_); }
  ErrorBox&& box() && { return std::move(error_); }

 private:
  ErrorBox error_;
};

}  // namespace proxy

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration, and what leaves, stand in none.
#define PROXY_JOIN2(a, b) a##b
#define PROXY_JOIN(a, b) PROXY_JOIN2(a, b)
#define PROXY_TRY(result, declaration, expression, leave) \
  auto result = (expression);                             \
  if (!result.ok()) leave std::move(result).box();        \
  declaration = std::move(result).value()
#define PROXY_TRY_VOID(result, expression, leave) \
  if (auto result = (expression); !result.ok()) leave std::move(result).box()

#define TRY(declaration, ...) \
  PROXY_TRY(PROXY_JOIN(result_, __LINE__), declaration, (__VA_ARGS__), return )
#define CO_TRY(declaration, ...) \
  PROXY_TRY(PROXY_JOIN(result_, __LINE__), declaration, (__VA_ARGS__), co_return )
// For Result<void>.
#define TRY_VOID(...) PROXY_TRY_VOID(PROXY_JOIN(result_, __LINE__), (__VA_ARGS__), return )
#define CO_TRY_VOID(...) PROXY_TRY_VOID(PROXY_JOIN(result_, __LINE__), (__VA_ARGS__), co_return )
// NOLINTEND(bugprone-macro-parentheses)
