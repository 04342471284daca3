// A JSON document of ours without the long strings of the caller's body: those stay where they are,
// as a copy of an image of 20 MB would cost time and 20 MB.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "json/raw.h"

namespace proxy::json {

// What is shorter is copied: a piece costs as much as some kilobytes.
inline constexpr std::size_t kGapBytes = 16 * 1024;

// Whether `text` is a view into `whole`.
bool is_within(std::string_view text, std::string_view whole);

// Whether a string is left out: it is long, and stands in `lasting`.
bool is_gap(RawString string, std::string_view lasting);

struct Rope {
  struct Gap {
    std::size_t at;          // in `text`, where an empty string stands
    std::string_view bytes;  // what belongs there
  };

  std::string text;       // valid JSON as it is
  std::vector<Gap> gaps;  // in the order of their places

  std::size_t size() const;  // with what belongs into the gaps
  // All of it, in order. They view the rope, and what its gaps view.
  std::vector<std::string_view> pieces() const;
  std::string flat() const;
};

}  // namespace proxy::json
