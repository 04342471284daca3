// The members of several JSON objects as those of one, in linear time times the logarithm of their
// number: a schema may have 100,000 properties, and `required` as many names to look up.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/cursor.h"

namespace proxy::gemini {

class SchemaMembers {
 public:
  struct Entry {
    json::Cursor key;
    json::Cursor value;
    std::size_t source;  // how many objects were added before the one it comes from
  };

  // Adds the members whose names no earlier object has; the last one of duplicates within it.
  void add(json::Cursor object);
  // Adds strings of an array as members of that name and value. Other items are skipped.
  void add_names(json::Cursor array);

  bool empty() const { return entries_.empty(); }
  std::span<const Entry> entries() const { return entries_; }  // in the order of first appearance
  // Index into entries(); their number if there is no such name. `name` is decoded text.
  std::size_t find(std::string_view name) const;
  // The member's value; absent if there is none.
  json::Cursor operator[](std::string_view name) const;

 private:
  void add_one(json::Cursor key, json::Cursor value);

  std::vector<Entry> entries_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::size_t sources_ = 0;
};

}  // namespace proxy::gemini
