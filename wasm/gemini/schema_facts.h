// What a JSON Schema says about a value, once its references are followed and its combinations
// merged: the form from which a Schema message is written (chat to Gemini's `parameters`).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "gemini/schema_members.h"
#include "gemini/schema_refs.h"
#include "json/cursor.h"

namespace proxy::gemini {

// Keywords with one value, of which the first that has a fitting type counts.
enum class Keyword : std::uint8_t {
  type,
  format,
  title,
  description,
  nullable,
  default_value,
  example,
  constant,
  enumeration,
  items,
  min_items,
  max_items,
  min_properties,
  max_properties,
  property_ordering,
  minimum,
  maximum,
  min_length,
  max_length,
  pattern
};
inline constexpr std::size_t kKeywords = 20;

struct SchemaFacts {
  json::Cursor operator[](Keyword keyword) const {
    return values[static_cast<std::size_t>(keyword)];
  }

  std::array<json::Cursor, kKeywords> values;
  SchemaMembers properties;
  std::vector<json::Cursor> required;  // arrays
  json::Cursor alternatives;           // `anyOf` or `oneOf`, if it has more than one besides null
  bool is_nullable = false;            // null is one of them
  bool was_cut = false;  // a reference was not followed: it leads back here, or too far
};

// Whether an element of `anyOf` or `oneOf` is one of several shapes: neither `false` nor null.
bool is_alternative(json::Cursor schema);

class SchemaReader {
 public:
  explicit SchemaReader(json::Cursor root);

  // Reads a schema with all that `$ref`, `allOf` and an `anyOf` of one add to it; what stands
  // nearer to the schema wins. Of alternatives beside properties, it takes the properties too.
  //   as_object  takes the properties of alternatives in any case
  std::unique_ptr<SchemaFacts> read(json::Cursor schema, bool as_object);

  // References followed and not yet done with: one that leads to a schema among them is a loop.
  // read() adds to them; restore the number when the schema and what is below it are written.
  std::size_t followed() const { return followed_.size(); }
  void restore(std::size_t followed) { followed_.resize(followed); }

  // Whether so many bytes may be written a second time; takes them from the budget.
  bool spend(std::size_t bytes);

 private:
  struct Layer {
    json::Cursor schema;
    bool is_optional;  // an alternative, of which only the properties count
  };

  void read_layers(SchemaFacts& facts);
  void read_layer(Layer layer, SchemaFacts& facts);
  void follow(json::Cursor reference, bool is_optional, SchemaFacts& facts);
  void read_alternatives(json::Cursor list, bool is_optional, SchemaFacts& facts);
  void add_layers(json::Cursor list, bool is_optional);

  std::size_t budget_;
  SchemaReferences references_;
  std::vector<const char*> followed_;  // where their targets stand in the text
  std::vector<Layer> layers_;          // still to read, in this order
};

}  // namespace proxy::gemini
