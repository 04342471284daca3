// Names are collected at the first reference that needs them: nearly all are plain pointers.
#include "gemini/schema_refs.h"

#include <optional>

#include "base/text.h"
#include "json/bytes.h"

namespace proxy::gemini {
namespace {

using json::Cursor;

// RFC 3986 section 2.1; a `%` that begins no escape stands for itself.
std::string percent_decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool is_escape = text.size() > 2 && text[0] == '%' && json::hex_value(text[1]) >= 0 &&
                           json::hex_value(text[2]) >= 0;
    out += is_escape ? static_cast<char>(json::hex_value(text[1]) * 16 + json::hex_value(text[2]))
                     : text[0];
    text.remove_prefix(is_escape ? 3 : 1);
  }
  return out;
}

// RFC 6901 section 4: `~1` is a slash, `~0` a tilde.
std::string pointer_decoded(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char next = i + 1 < token.size() ? token[i + 1] : '\0';
    const bool is_escape = token[i] == '~' && (next == '0' || next == '1');
    out += !is_escape ? token[i] : next == '0' ? '~' : '/';
    if (is_escape) ++i;
  }
  return out;
}

// Whether one URL may be the other, written from another base.
bool ends_alike(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) return ends_alike(b, a);
  if (a == b) return true;
  return !b.empty() && a.ends_with(b) && (b.front() == '/' || a[a.size() - b.size() - 1] == '/');
}

}  // namespace

bool SchemaReferences::spend(std::uint64_t amount) {
  const bool is_enough = amount <= budget_;
  budget_ = is_enough ? budget_ - static_cast<std::size_t>(amount) : 0;
  return is_enough;
}

Cursor SchemaReferences::find(std::string_view reference) {
  const std::size_t hash = reference.find('#');
  const std::string_view url = reference.substr(0, hash);
  const Cursor start = url.empty() ? root_ : named(url);
  if (hash == reference.npos) return start;
  const std::string fragment = percent_decoded(reference.substr(hash + 1));
  if (fragment.empty()) return start;
  return fragment.front() == '/' ? follow(start, fragment) : named("#" + fragment);
}

Cursor SchemaReferences::follow(Cursor start, std::string_view pointer) {
  Cursor at = start;
  while (!pointer.empty() && at.exists()) {
    const std::string_view token = pointer.substr(1, pointer.find('/', 1) - 1);
    pointer.remove_prefix(1 + token.size());
    at = child(at, token);
  }
  return at;
}

Cursor SchemaReferences::child(Cursor parent, std::string_view token) {
  const std::uint64_t compared = 1 + token.size() / 64;  // long names take longer
  if (!spend(compared * (parent.size() + 1))) return {};
  if (parent.is(json::Type::object)) return parent[pointer_decoded(token)];
  const std::optional<std::int64_t> index = text::parse_decimal(token);
  const bool is_within = index && static_cast<std::uint64_t>(*index) < parent.size();
  return is_within ? parent[static_cast<std::size_t>(*index)] : Cursor();
}

Cursor SchemaReferences::named(std::string_view name) {
  if (!has_names_) collect_names();
  has_names_ = true;
  const bool is_anchor = name.front() == '#';
  for (const Name& known : names_) {
    if (!spend(1 + known.text.size() / 64)) return {};
    if (is_anchor ? known.text == name : ends_alike(known.text, name)) return known.schema;
  }
  return {};
}

// Looks everywhere, also where no schema stands: what is found there by mistake is as good as
// nothing. Goes depth first with a list of its own, from the end to the start.
void SchemaReferences::collect_names() {
  std::vector<Cursor> open = {root_};
  while (!open.empty()) {
    const Cursor at = open.back();
    open.pop_back();
    for (const Cursor item : at.items()) open.push_back(item);
    for (const auto& [key, value] : at.members()) {
      if (!value.is(json::Type::string)) {
        open.push_back(value);
      } else if (key.equals("$id")) {
        const std::string id = value.text();
        names_.push_back({id.ends_with('#') ? id.substr(0, id.size() - 1) : id, at});
      } else if (key.equals("$anchor") || key.equals("$dynamicAnchor")) {
        names_.push_back({"#" + value.text(), at});
      }
    }
  }
}

}  // namespace proxy::gemini
