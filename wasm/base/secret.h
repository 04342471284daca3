// A string that must not be seen. It has no way to be printed, compared or logged; the one place
// that puts it on the wire says so by name.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace proxy {

class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }
  std::size_t size() const { return value_.size(); }
  // For a request to the secret's owner, or for hashing. Nowhere else.
  const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

}  // namespace proxy
