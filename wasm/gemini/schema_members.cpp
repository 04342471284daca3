// A tree, as no choice of names makes it slow; a hash table needs luck for that.
#include "gemini/schema_members.h"

namespace proxy::gemini {

void SchemaMembers::add(json::Cursor object) {
  for (const auto& member : object.members()) add_one(member.key, member.value);
  ++sources_;
}

void SchemaMembers::add_names(json::Cursor array) {
  for (const json::Cursor item : array.items()) {
    if (item.is(json::Type::string)) add_one(item, item);
  }
  ++sources_;
}

void SchemaMembers::add_one(json::Cursor key, json::Cursor value) {
  const auto [place, is_new] = by_name_.try_emplace(key.text(), entries_.size());
  if (is_new) {
    entries_.push_back({key, value, sources_});
  } else if (Entry& entry = entries_[place->second]; entry.source == sources_) {
    entry.value = value;
  }
}

std::size_t SchemaMembers::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? entries_.size() : found->second;
}

json::Cursor SchemaMembers::operator[](std::string_view name) const {
  const std::size_t at = find(name);
  return at == entries_.size() ? json::Cursor() : entries_[at].value;
}

}  // namespace proxy::gemini
