// Where the characters of a text lie among its bytes: Google's citations count UTF-8 bytes,
// OpenAI's characters. The text itself is not kept, as each stream of an isolate would hold all it
// has said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::fronts::openai_chat {

class TextMap {
 public:
  // What comes next, as the inside of a JSON string.
  void add(std::string_view escaped);

  std::size_t bytes() const { return bytes_; }
  bool ends_with_space() const { return ends_with_space_; }
  // Characters that begin before byte `offset`; beyond the end there are none. Behind the first
  // MiB, which is more than any model says, a byte passes for a character.
  std::size_t characters_before(std::size_t offset) const;

 private:
  void add_plain(std::string_view text);

  std::size_t bytes_ = 0;
  bool ends_with_space_ = false;
  std::vector<std::uint32_t> continuations_;  // a bit for each byte up to the last that is one
  std::string decoded_;                       // reused
};

}  // namespace proxy::fronts::openai_chat
