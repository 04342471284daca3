#include "gemini/request.h"

#include <algorithm>

namespace proxy::gemini {

void Fields::set(std::string_view name, json::RawValue value) {
  for (Entry& entry : entries_) {
    if (entry.name != name) continue;
    entry.value = value;
    return;
  }
  entries_.push_back({name, value});
}

void Fields::drop(std::string_view name) {
  std::erase_if(entries_, [name](const Entry& entry) { return entry.name == name; });
}

bool Fields::has(std::string_view name) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [name](const Entry& entry) { return entry.name == name; });
}

}  // namespace proxy::gemini
