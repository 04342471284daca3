// One strict pass over a JSON document (RFC 8259) that checks it and notes where each value stands.
// Nothing is copied or decoded; json/cursor.h walks the notes. The pass keeps its own stack, so
// that depth costs heap and never the C stack. A reused Index allocates nothing in the steady
// state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace proxy::json {

enum class Type : std::uint8_t { null, boolean, number, string, array, object };

// One value, or one key of an object (type string; its value is the next node).
struct Node {
  std::uint32_t begin;  // first byte; strings: behind the opening quote
  std::uint32_t end;    // one past the last byte; strings: at the closing quote
  std::uint32_t next;   // index of the first node that is not part of this value
  Type type;
  bool escaped;      // strings: holds at least one backslash
  bool is_integer;   // numbers: neither fraction nor exponent
  bool is_infinite;  // numbers: beyond the range of double (RFC 8259 section 6 leaves it to us)
};

struct ScanError {
  enum class Kind : std::uint8_t {
    empty,           // no value at all
    syntax,          // not JSON
    not_a_number,    // NaN, Infinity, -Infinity: what JavaScript prints but JSON lacks
    invalid_utf8,    // RFC 3629
    too_deep,        // nested deeper than ScanLimits::depth
    too_many_values  // more values than ScanLimits::values
  };
  Kind kind;
  std::size_t offset;  // of the first byte that cannot be right; the text's size if it was cut
};

struct ScanLimits {
  std::size_t depth;
  std::size_t values;  // values and keys together
};

class Index {
 public:
  // Reads exactly one document; white space around it and a UTF-8 BOM in front are accepted.
  // A lone surrogate escape (`\ud83d` without its partner) is overwritten in place by `\ufffd`,
  // since Google's parser refuses it and an agent's saved conversation would fail for ever.
  //   text     at most 2^32-1 bytes; must outlive the index; nothing else in it is changed
  //   returns  nothing, or the first error; the index is empty then
  [[nodiscard]] std::optional<ScanError> scan(std::span<char> text, const ScanLimits& limits);

  std::string_view text() const { return text_; }
  std::span<const Node> nodes() const { return nodes_; }
  // Whether any number of the document is out of the range of double.
  bool has_infinite_number() const { return has_infinite_number_; }

 private:
  friend class Scanner;

  std::string_view text_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> open_;  // containers being read; kept for its capacity
  bool has_infinite_number_ = false;
};

}  // namespace proxy::json
