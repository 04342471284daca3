// Both directions know the size first and then write runs between the characters that change: an
// append for each run costs five times as much in wasm.
#include "json/escape.h"

#include <cstdint>

#include "base/text.h"
#include "json/bytes.h"

namespace proxy::json {
namespace {

const char* skip_unchanged(const char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    const std::uint64_t marks = mark_must_escape(load_8(at));
    if (marks != 0) return at + first_marked(marks);
  }
  while (at != end && !must_escape(*at)) ++at;
  return at;
}

// The letter behind the backslash of each control character.
constexpr std::string_view kControlLetters = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";

char escape_letter(char c) {
  const bool is_control = c >= 0 && c < 0x20;
  return is_control ? kControlLetters[static_cast<std::size_t>(c)] : c;
}

std::size_t escaped_size(std::string_view plain) {
  const char* const end = plain.data() + plain.size();
  std::size_t size = plain.size();
  for (const char* at = skip_unchanged(plain.data(), end); at != end;) {
    size += escape_letter(*at) == 'u' ? 5 : 1;
    at = skip_unchanged(at + 1, end);
  }
  return size;
}

// Writers return the place behind what they wrote.

char* write(char* to, std::string_view run) {
  run.copy(to, run.size());
  return to + run.size();
}

char* write_escape(char* to, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  const char letter = escape_letter(c);
  *to++ = '\\';
  *to++ = letter;
  if (letter != 'u') return to;
  for (const char digit : {'0', '0', kHex[c >> 4], kHex[c & 15]}) *to++ = digit;
  return to;
}

char* write_utf8(char* to, int point) {
  const auto put = [&to](int byte) { *to++ = static_cast<char>(byte); };
  const auto put_tail = [&](int shift) { put(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put_tail(0);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put_tail(6);
    put_tail(0);
  } else {
    put(0xF0 | point >> 18);
    put_tail(12);
    put_tail(6);
    put_tail(0);
  }
  return to;
}

// Removes `\uXXXX` from the front of `text` and returns its code unit; -1 if none stands there.
int take_code_unit(std::string_view& text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
  int unit = 0;
  for (const char c : text.substr(2, 4)) {
    const int digit = hex_value(c);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  text.remove_prefix(6);
  return unit;
}

// Removes the escape at the front of `text` and returns the code point that it stands for, which is
// never longer than it in UTF-8. A backslash that begins no escape, as no index lets through,
// stands for itself.
int take_escape(std::string_view& text) {
  constexpr int kReplacement = 0xFFFD;
  if (const int unit = take_code_unit(text); unit >= 0) {
    if (!is_high_surrogate(unit)) return is_low_surrogate(unit) ? kReplacement : unit;
    std::string_view behind = text;
    const int low = take_code_unit(behind);
    if (!is_low_surrogate(low)) return kReplacement;
    text = behind;
    return 0x10000 + ((unit & 0x3FF) << 10 | (low & 0x3FF));
  }
  const char letter = text.size() > 1 ? text[1] : 'u';
  const bool is_itself = letter == '"' || letter == '\\' || letter == '/';
  const std::size_t control = letter == 'u' ? std::string_view::npos : kControlLetters.find(letter);
  if (!is_itself && control == std::string_view::npos) {
    text.remove_prefix(1);
    return '\\';
  }
  text.remove_prefix(2);
  return is_itself ? letter : static_cast<int>(control);
}

// The text up to the first backslash, which is removed from `text`.
std::string_view take_run(std::string_view& text) {
  const std::string_view run = text.substr(0, text.find('\\'));
  text.remove_prefix(run.size());
  return run;
}

// The end of what is written. It may be written over the beginning of `rest`.
char* write_unescaped(char* to, std::string_view rest) {
  while (!rest.empty()) {
    const std::string_view run = take_run(rest);
    if (!run.empty()) std::memmove(to, run.data(), run.size());
    to += run.size();
    if (!rest.empty()) to = write_utf8(to, take_escape(rest));
  }
  return to;
}

}  // namespace

void append_escaped(std::string& out, std::string_view plain) {
  const std::size_t size = escaped_size(plain);
  text::make_room(out, size);
  if (size == plain.size()) {
    out += plain;
    return;
  }
  const std::size_t before = out.size();
  out.resize(before + size);
  char* to = out.data() + before;
  const char* at = plain.data();
  const char* const end = at + plain.size();
  for (;;) {
    const char* const stop = skip_unchanged(at, end);
    to = write(to, {at, static_cast<std::size_t>(stop - at)});
    if (stop == end) return;
    to = write_escape(to, *stop);
    at = stop + 1;
  }
}

void append_unescaped(std::string& out, RawString raw) {
  const std::size_t before = out.size();
  out.resize(before + raw.escaped.size());  // decoding never lengthens
  const char* const end = write_unescaped(out.data() + before, raw.escaped);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

std::size_t unescape(std::span<char> raw) {
  const char* const end = write_unescaped(raw.data(), {raw.data(), raw.size()});
  return static_cast<std::size_t>(end - raw.data());
}

std::string unescaped(RawString raw) {
  std::string out;
  append_unescaped(out, raw);
  return out;
}

bool equals(RawString raw, std::string_view plain) {
  std::string_view rest = raw.escaped;
  const auto matches = [&plain](std::string_view piece) {
    if (!plain.starts_with(piece)) return false;
    plain.remove_prefix(piece.size());
    return true;
  };
  while (!rest.empty()) {
    if (!matches(take_run(rest))) return false;
    if (rest.empty()) break;
    char character[4];
    const char* const end = write_utf8(character, take_escape(rest));
    if (!matches({character, static_cast<std::size_t>(end - character)})) return false;
  }
  return plain.empty();
}

}  // namespace proxy::json
