#include "json/rope.h"

#include <functional>

namespace proxy::json {

bool is_gap(RawString string, std::string_view lasting) {
  return string.escaped.size() >= kGapBytes && is_within(string.escaped, lasting);
}

bool is_within(std::string_view text, std::string_view whole) {
  return std::greater_equal<>()(text.data(), whole.data()) &&
         std::less_equal<>()(text.data() + text.size(), whole.data() + whole.size());
}

std::size_t Rope::size() const {
  std::size_t size = text.size();
  for (const Gap& gap : gaps) size += gap.bytes.size();
  return size;
}

std::vector<std::string_view> Rope::pieces() const {
  const std::string_view all = text;
  std::vector<std::string_view> pieces;
  pieces.reserve(2 * gaps.size() + 1);
  std::size_t at = 0;
  for (const Gap& gap : gaps) {
    pieces.push_back(all.substr(at, gap.at - at));
    pieces.push_back(gap.bytes);
    at = gap.at;
  }
  pieces.push_back(all.substr(at));
  return pieces;
}

std::string Rope::flat() const {
  std::string out;
  out.reserve(size());
  for (const std::string_view piece : pieces()) out += piece;
  return out;
}

}  // namespace proxy::json
