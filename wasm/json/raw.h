// JSON text that has been checked but not decoded. Client text and model output travel through the
// gateway in this form: the same escaped bytes on both sides, so they are never unescaped.
#pragma once

#include <string_view>

namespace proxy::json {

// What stands between the quotes of a JSON string, still escaped: `a\nb` is four characters.
// A type of its own, so that it cannot be mistaken for plain text.
struct RawString {
  std::string_view escaped;

  bool empty() const { return escaped.empty(); }
};

// The whole text of one JSON value, e.g. `{"a": [1, 2]}`, as it stood in its document.
struct RawValue {
  std::string_view text;

  bool empty() const { return text.empty(); }
};

}  // namespace proxy::json
