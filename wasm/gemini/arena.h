// Keeps text that had to be made new while everything else is a view of the caller's body.
#pragma once

#include <forward_list>
#include <string>
#include <string_view>
#include <utility>

namespace proxy::gemini {

class Arena {
 public:
  // The text stays where it is until the arena dies, also when the arena is moved.
  std::string_view keep(std::string text) {
    texts_.push_front(std::move(text));
    return texts_.front();
  }

 private:
  std::forward_list<std::string> texts_;
};

}  // namespace proxy::gemini
