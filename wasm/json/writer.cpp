// A comma is written in front of a key or value, never behind one, so one flag is all the state
// that the output needs. The rest of the state feeds assertions only.
#include "json/writer.h"

#include <cassert>
#include <charconv>

#include "base/text.h"
#include "json/escape.h"

namespace proxy::json {

bool Writer::is_inside(char bracket) const {
  constexpr std::uint32_t kRemembered = 64;
  if (depth_ == 0 || depth_ > kRemembered) return true;  // who knows
  const bool in_object = (objects_ >> (depth_ - 1) & 1) != 0;
  return in_object == (bracket == '{');
}

// Those inside of `text`, which has just been copied to the end of the output.
void Writer::bring_gaps(std::string_view text) {
  if (source_ == nullptr || !is_within(text, lasting_)) return;
  const auto begin = static_cast<std::size_t>(text.data() - lasting_.data());
  for (const Rope::Gap& gap : source_->gaps) {
    if (gap.at <= begin || gap.at >= begin + text.size()) continue;
    rope_->gaps.push_back({out_.size() - text.size() + (gap.at - begin), gap.bytes});
  }
}

void Writer::separate() {
  assert(!in_string_);
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

void Writer::begin_value() {
  assert(has_key_ || is_inside('['));
  has_key_ = false;
  separate();
}

Writer& Writer::begin(char bracket) {
  begin_value();
  out_ += bracket;
  needs_comma_ = false;
  if (depth_ < 64) {
    const std::uint64_t bit = std::uint64_t{1} << depth_;
    objects_ = bracket == '{' ? objects_ | bit : objects_ & ~bit;
  }
  ++depth_;
  return *this;
}

Writer& Writer::end(char bracket) {
  assert(depth_ > 0 && !in_string_ && !has_key_ && is_inside(bracket == '}' ? '{' : '['));
  out_ += bracket;
  needs_comma_ = true;
  --depth_;
  return *this;
}

Writer& Writer::begin_object() { return begin('{'); }
Writer& Writer::end_object() { return end('}'); }
Writer& Writer::begin_array() { return begin('['); }
Writer& Writer::end_array() { return end(']'); }

Writer& Writer::key(std::string_view name) { return key(RawString{name}); }

Writer& Writer::key(RawString name) {
  assert(!has_key_ && is_inside('{'));
  separate();
  out_ += '"';
  out_ += name.escaped;
  out_ += "\":";
  needs_comma_ = false;
  has_key_ = true;
  return *this;
}

Writer& Writer::string(std::string_view plain) { return open_string().text(plain).close_string(); }
Writer& Writer::string(RawString raw) { return open_string().text(raw).close_string(); }

Writer& Writer::gap(RawString raw) {
  if (rope_ == nullptr) return string(raw);
  open_string();
  rope_->gaps.push_back({out_.size(), raw.escaped});
  return close_string();
}

Writer& Writer::raw(RawValue value) {
  assert(!value.empty());
  begin_value();
  text::make_room(out_, value.text.size());
  out_ += value.text;
  bring_gaps(value.text);
  return *this;
}

Writer& Writer::integer(std::int64_t value) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  return raw({{digits, static_cast<std::size_t>(end - digits)}});
}

Writer& Writer::boolean(bool value) { return raw({value ? "true" : "false"}); }
Writer& Writer::null() { return raw({"null"}); }

Writer& Writer::open_string() {
  begin_value();
  out_ += '"';
  in_string_ = true;
  return *this;
}

Writer& Writer::text(std::string_view plain) {
  assert(in_string_);
  append_escaped(out_, plain);
  return *this;
}

Writer& Writer::text(RawString raw) {
  assert(in_string_);
  if (rope_ != nullptr && source_ == nullptr && is_gap(raw, lasting_)) {
    rope_->gaps.push_back({out_.size(), raw.escaped});
  } else {
    text::make_room(out_, raw.escaped.size());
    out_ += raw.escaped;
  }
  return *this;
}

Writer& Writer::close_string() {
  assert(in_string_);
  out_ += '"';
  in_string_ = false;
  return *this;
}

}  // namespace proxy::json
