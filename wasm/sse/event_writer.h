// Writes text/event-stream: one data line for each event, since hand-written clients read no more.
// Whatever the text holds, one call makes one event or one comment: a line end would begin a line
// of its own, so it becomes a space. In JSON a raw line end only stands between tokens, where a
// space means the same. Source: WHATWG HTML standard 9.2.5.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace proxy::sse {

// What an OpenAI stream ends with.
inline constexpr std::string_view kDone = "data: [DONE]\n\n";

inline void append_block(std::string& out, std::string_view prefix, std::string_view text) {
  out += prefix;
  const std::size_t start = out.size();
  out += text;
  if (text.find('\n') != std::string_view::npos || text.find('\r') != std::string_view::npos) {
    const auto from = out.begin() + static_cast<std::ptrdiff_t>(start);
    std::replace(from, out.end(), '\n', ' ');
    std::replace(from, out.end(), '\r', ' ');
  }
  out += "\n\n";
}

inline void append_event(std::string& out, std::string_view data) {
  append_block(out, "data: ", data);
}

// Readers skip it; it keeps a quiet connection open.
inline void append_comment(std::string& out, std::string_view text) {
  append_block(out, ": ", text);
}

}  // namespace proxy::sse
