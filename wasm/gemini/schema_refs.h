// Where the references of a JSON Schema lead. JSON Schema 2020-12 core 8.2, RFC 6901.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/cursor.h"

namespace proxy::gemini {

class SchemaReferences {
 public:
  // Pointers count from `root`. `budget`: how much may be looked at. Each look-up takes from it
  // what it passes, so that 50,000 references to 50,000 definitions end in time.
  SchemaReferences(json::Cursor root, std::size_t& budget) : root_(root), budget_(budget) {}

  // `#`, `#/$defs/a`, `#anchor`, `person.json`, `https://a.example/person.json#/$defs/name`. URLs
  // are found by the `$id` that stands within the root, which need only be equal at their end.
  //   returns  what stands there, of whatever type; absent if nothing does or the budget is spent
  json::Cursor find(std::string_view reference);

 private:
  struct Name {
    std::string text;  // of an `$id`, or `#` and an `$anchor`
    json::Cursor schema;
  };

  bool spend(std::uint64_t amount);
  void collect_names();
  json::Cursor named(std::string_view name);
  json::Cursor child(json::Cursor parent, std::string_view token);
  json::Cursor follow(json::Cursor start, std::string_view pointer);

  json::Cursor root_;
  std::size_t& budget_;
  std::vector<Name> names_;
  bool has_names_ = false;
};

}  // namespace proxy::gemini
