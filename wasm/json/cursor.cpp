// Walks the nodes of the index: a value's children follow it, and `next` leads past them.
#include "json/cursor.h"

#include "base/text.h"
#include "json/escape.h"
#include "json/number.h"

namespace proxy::json {

Cursor::Cursor(const Index& index) : index_(index.nodes().empty() ? nullptr : &index) {}

std::string_view Cursor::bytes() const {
  return index_->text().substr(node().begin, node().end - node().begin);
}

RawValue Cursor::raw() const {
  if (!exists()) return {};
  if (!is(Type::string)) return {bytes()};
  return {index_->text().substr(node().begin - 1, node().end - node().begin + 2)};
}

std::optional<RawString> Cursor::string() const {
  if (!is(Type::string)) return std::nullopt;
  return RawString{bytes()};
}

std::optional<bool> Cursor::boolean() const {
  if (!is(Type::boolean)) return std::nullopt;
  return bytes().front() == 't';
}

std::optional<std::int64_t> Cursor::integer() const {
  if (!is(Type::number)) return std::nullopt;
  return node().is_integer ? text::parse_decimal(bytes()) : to_integer(bytes());
}

std::optional<std::int64_t> Cursor::whole() const {
  if (!is(Type::number)) return std::nullopt;
  return to_whole(bytes());
}

bool Cursor::is_integral() const {
  return is(Type::number) && (node().is_integer || json::is_integral(bytes()));
}

int Cursor::compare(std::string_view bound) const { return json::compare(bytes(), bound); }

std::optional<std::int64_t> Cursor::count() const {
  return is(Type::string) ? text::parse_decimal(bytes()) : integer();
}

bool Cursor::equals(std::string_view text) const {
  if (!is(Type::string)) return false;
  return node().escaped ? json::equals(RawString{bytes()}, text) : bytes() == text;
}

std::string Cursor::text() const {
  if (!is(Type::string)) return {};
  return node().escaped ? unescaped(RawString{bytes()}) : std::string(bytes());
}

std::size_t Cursor::size() const {
  std::size_t count = 0;
  for ([[maybe_unused]] const Cursor item : items()) ++count;
  for ([[maybe_unused]] const Member member : members()) ++count;
  return count;
}

Cursor Cursor::operator[](std::string_view key) const {
  Cursor found;
  pick_into({&key, 1}, {&found, 1});
  return found;
}

Cursor Cursor::operator[](std::size_t position) const {
  for (const Cursor item : items()) {
    if (position-- == 0) return item;
  }
  return {};
}

Cursor::Items Cursor::items() const {
  if (!is(Type::array)) return {nullptr, 0, 0};
  return {index_, node_ + 1, node().next};
}

Cursor::Members Cursor::members() const {
  if (!is(Type::object)) return {nullptr, 0, 0};
  return {index_, node_ + 1, node().next};
}

// The way to every field of a body or an event. Almost all keys differ from almost all names in
// size already, so a comparison is rare.
void Cursor::pick_into(std::span<const std::string_view> keys, std::span<Cursor> found) const {
  if (!is(Type::object)) return;
  const Node* const nodes = index_->nodes().data();
  for (std::uint32_t at = node_ + 1; at != nodes[node_].next; at = nodes[at + 1].next) {
    const Node& key = nodes[at];
    const std::string_view name(index_->text().data() + key.begin, key.end - key.begin);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!key.escaped && name.size() != keys[i].size()) continue;
      if (!(key.escaped ? json::equals({name}, keys[i]) : name == keys[i])) continue;
      found[i] = Cursor(*index_, at + 1);
      break;
    }
  }
}

}  // namespace proxy::json
