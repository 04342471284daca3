// One loop over the bytes; what is open stands in a vector. Each function reads one thing that
// begins at `at_` and moves behind it, or notes the error and returns false; the first error is the
// answer. An error stands at the first byte that cannot be right, so a text that was merely cut
// fails at its end. Grammar: RFC 8259; UTF-8: RFC 3629 section 4.
#include "json/index.h"

#include <cassert>
#include <cstring>
#include <limits>

#include "json/bytes.h"
#include "json/number.h"

namespace proxy::json {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "fffd";  // of an escape: U+FFFD
constexpr std::ptrdiff_t kSafeDigits = 308;  // so many digits without an exponent fit a double

// Text of JSON begins with two ASCII characters, so its zeros tell the encodings apart (RFC 4627
// section 3). Callers learn more from "not UTF-8" than from "a NUL byte".
bool is_utf16_or_32(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.size() < 4) return false;
  int zeros = 0;
  for (int i = 0; i < 4; ++i) zeros = zeros * 2 + (text[static_cast<std::size_t>(i)] == 0 ? 1 : 0);
  return zeros == 0b0101 || zeros == 0b0111 || zeros == 0b1010 || zeros == 0b1110 ||
         text.starts_with("\0\0\xFE\xFF"sv);
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

// From `at` over what may stand in a string as it is: ASCII that must not be escaped.
char* skip_plain(char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    const std::uint64_t word = load_8(at);
    const std::uint64_t marks = mark_must_escape(word) | mark_non_ascii(word);
    if (marks != 0) return at + first_marked(marks);
  }
  while (at != end && is_ascii(*at) && !must_escape(*at)) ++at;
  return at;
}

}  // namespace

class Scanner {
 public:
  Scanner(Index& index, std::span<char> text, const ScanLimits& limits)
      : nodes_(index.nodes_),
        open_(index.open_),
        limits_(limits),
        begin_(text.data()),
        at_(text.data()),
        end_(text.data() + text.size()) {}

  bool document();
  const ScanError& error() const { return error_; }
  bool saw_infinite() const { return saw_infinite_; }

 private:
  using Kind = ScanError::Kind;

  // No value, separator or string may hold a NUL, so it also stands for the end.
  char peek() const { return at_ == end_ ? '\0' : *at_; }
  bool starts(std::string_view word) const { return between(at_, end_).starts_with(word); }
  void skip_space() {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }
  std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }

  bool fail(Kind kind, const char* at);
  bool unexpected();
  bool add(Type type, const char* begin, const char* end);

  bool value();
  bool word(std::string_view word, Type type);
  bool number();
  bool digits();
  bool string();
  bool escape();
  bool code_unit();
  bool low_surrogate_follows() const;
  bool character();

  bool open(Type type);
  bool close();
  bool separator();
  bool member();
  bool element();

  std::vector<Node>& nodes_;
  std::vector<std::uint32_t>& open_;  // nodes of the containers around `at_`, outermost first
  const ScanLimits limits_;
  const char* const begin_;
  char* at_;
  const char* const end_;
  bool needs_comma_ = false;  // a value of the innermost container stands before
  bool saw_infinite_ = false;
  ScanError error_{};
};

bool Scanner::fail(Kind kind, const char* at) {
  error_ = {kind, offset(at)};
  return false;
}

// Says what is wrong with the byte at `at_`, which fits no rule.
bool Scanner::unexpected() {
  const char* const at = at_;
  if (at == end_) return fail(Kind::syntax, at);
  if (!is_ascii(*at) && !character()) return false;
  const bool wide = *at == '\0' && is_utf16_or_32(between(begin_, end_));
  return fail(wide ? Kind::invalid_utf8 : Kind::syntax, at);
}

bool Scanner::add(Type type, const char* begin, const char* end) {
  if (nodes_.size() == limits_.values) return fail(Kind::too_many_values, begin);
  const auto next = static_cast<std::uint32_t>(nodes_.size() + 1);
  nodes_.push_back({offset(begin), offset(end), next, type, false, false, false});
  return true;
}

bool Scanner::document() {
  if (starts(kBom)) at_ += kBom.size();
  skip_space();
  if (at_ == end_) return fail(Kind::empty, end_);
  if (!value()) return false;
  while (!open_.empty()) {
    const bool in_object = nodes_[open_.back()].type == Type::object;
    if (!(in_object ? member() : element())) return false;
  }
  skip_space();
  if (at_ != end_) return unexpected();
  return true;
}

bool Scanner::value() {
  needs_comma_ = true;
  switch (peek()) {
    case '"':
      return string();
    case '{':
      return open(Type::object);
    case '[':
      return open(Type::array);
    case 't':
      return word("true", Type::boolean);
    case 'f':
      return word("false", Type::boolean);
    case 'n':
      return word("null", Type::null);
    case 'N':
      return starts("NaN") ? fail(Kind::not_a_number, at_) : unexpected();
    case 'I':
      return starts("Infinity") ? fail(Kind::not_a_number, at_) : unexpected();
    default:
      return peek() == '-' || is_digit(peek()) ? number() : unexpected();
  }
}

bool Scanner::word(std::string_view word, Type type) {
  const char* const begin = at_;
  for (const char c : word) {
    if (peek() != c) return unexpected();
    ++at_;
  }
  return add(type, begin, at_);
}

bool Scanner::number() {
  const char* const begin = at_;
  if (*at_ == '-') {
    ++at_;
    if (starts("Infinity")) return fail(Kind::not_a_number, at_);
  }
  if (peek() == '0') {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  const bool long_integer = at_ - begin > kSafeDigits;
  const bool has_fraction = peek() == '.';
  if (has_fraction) {
    ++at_;
    if (!digits()) return false;
  }
  const bool has_exponent = peek() == 'e' || peek() == 'E';
  if (has_exponent) {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return false;
  }
  if (!add(Type::number, begin, at_)) return false;
  Node& node = nodes_.back();
  node.is_integer = !has_fraction && !has_exponent;
  if (has_exponent || long_integer) {
    node.is_infinite = is_out_of_double(between(begin, at_));
    saw_infinite_ |= node.is_infinite;
  }
  return true;
}

// One digit or more.
bool Scanner::digits() {
  if (!is_digit(peek())) return unexpected();
  char* at = at_ + 1;
  while (at != end_ && is_digit(*at)) ++at;
  at_ = at;
  return true;
}

bool Scanner::string() {
  const char* const begin = ++at_;
  bool escaped = false;
  for (;;) {
    at_ = skip_plain(at_, end_);
    const char c = peek();
    if (c == '"') break;
    if (c == '\\') {
      escaped = true;
      if (!escape()) return false;
    } else if (is_ascii(c)) {
      return unexpected();  // a control character, or the end
    } else {
      do {
        if (!character()) return false;
      } while (!is_ascii(peek()));
    }
  }
  if (!add(Type::string, begin, at_)) return false;
  nodes_.back().escaped = escaped;
  ++at_;
  return true;
}

bool Scanner::escape() {
  ++at_;
  switch (peek()) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      ++at_;
      return true;
    case 'u':
      ++at_;
      return code_unit();
    default:
      return unexpected();
  }
}

// The four digits of `\u`. A surrogate without its partner becomes U+FFFD, here in the text.
bool Scanner::code_unit() {
  char* const begin = at_;
  int unit = 0;
  for (; at_ != begin + 4; ++at_) {
    const int digit = hex_value(peek());
    if (digit < 0) return unexpected();
    unit = unit * 16 + digit;
  }
  if (is_high_surrogate(unit) && low_surrogate_follows()) {
    at_ += 6;
  } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
    std::memcpy(begin, kReplacement.data(), kReplacement.size());
  }
  return true;
}

bool Scanner::low_surrogate_follows() const {
  if (end_ - at_ < 6 || at_[0] != '\\' || at_[1] != 'u') return false;
  return hex_value(at_[2]) == 0xD && hex_value(at_[3]) >= 0xC && hex_value(at_[4]) >= 0 &&
         hex_value(at_[5]) >= 0;
}

// One character of two to four bytes.
bool Scanner::character() {
  const auto lead = static_cast<unsigned char>(*at_);
  if (lead < 0xC2 || lead > 0xF4) return fail(Kind::invalid_utf8, at_);
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  int lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no overlong forms
  int highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogates, no U+110000
  ++at_;
  for (int i = 0; i < more; ++i) {
    if (at_ == end_) return fail(Kind::syntax, end_);
    const auto next = static_cast<unsigned char>(*at_);
    if (next < lowest || next > highest) return fail(Kind::invalid_utf8, at_);
    lowest = 0x80;
    highest = 0xBF;
    ++at_;
  }
  return true;
}

bool Scanner::open(Type type) {
  if (open_.size() == limits_.depth) return fail(Kind::too_deep, at_);
  if (!add(type, at_, at_)) return false;
  open_.push_back(static_cast<std::uint32_t>(nodes_.size() - 1));
  needs_comma_ = false;
  ++at_;
  return true;
}

bool Scanner::close() {
  ++at_;
  Node& node = nodes_[open_.back()];
  node.end = offset(at_);
  node.next = static_cast<std::uint32_t>(nodes_.size());
  open_.pop_back();
  needs_comma_ = true;
  return true;
}

// The comma between two values, if one stands before.
bool Scanner::separator() {
  if (!needs_comma_) return true;
  if (peek() != ',') return unexpected();
  ++at_;
  skip_space();
  return true;
}

// The next member of the innermost object, up to the value if that is a container; or the end.
bool Scanner::member() {
  skip_space();
  if (peek() == '}') return close();
  if (!separator()) return false;
  if (peek() != '"') return unexpected();
  if (!string()) return false;
  skip_space();
  if (peek() != ':') return unexpected();
  ++at_;
  skip_space();
  return value();
}

// The same for an array.
bool Scanner::element() {
  skip_space();
  if (peek() == ']') return close();
  return separator() && value();
}

std::optional<ScanError> Index::scan(std::span<char> text, const ScanLimits& limits) {
  assert(text.size() <= std::numeric_limits<std::uint32_t>::max());
  nodes_.clear();
  open_.clear();
  text_ = {text.data(), text.size()};
  Scanner scanner(*this, text, limits);
  const bool valid = scanner.document();
  has_infinite_number_ = valid && scanner.saw_infinite();
  if (valid) return std::nullopt;
  nodes_.clear();
  text_ = {};
  return scanner.error();
}

}  // namespace proxy::json
