// Where in the request a value stands, e.g. `messages[3].content[0].text`. The text is made only
// when a refusal needs it. A path refers to its parent, which must outlive it: make them on the
// stack.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace proxy::fronts::openai_chat {

class Path {
 public:
  Path(const char* name) : name_(name) {}
  Path(std::string_view name) : name_(name) {}
  Path(const Path& parent, std::string_view member) : parent_(&parent), name_(member) {}
  Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index) {}

  std::string text() const;

 private:
  const Path* parent_ = nullptr;
  std::string_view name_;  // empty for an element
  std::size_t index_ = 0;
};

}  // namespace proxy::fronts::openai_chat
