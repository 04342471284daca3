// Writes what SchemaReader found as a Schema message. Each keyword is written only for the type
// that it belongs to, as Google refuses it elsewhere; where Google demands a member that the
// caller's schema does not have, one is made up. Vertex AI refuses anything beside `anyOf`, so what
// stands there goes into its elements. Gemini API: Schema; error texts of public reports.
#include <cstdint>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "base/text.h"
#include "gemini/schema.h"
#include "gemini/schema_facts.h"
#include "json/writer.h"

namespace proxy::gemini {
namespace {

using json::Cursor;
using json::Type;

enum class Kind : std::uint8_t { string, boolean, number, integer, array, object, null };
constexpr std::string_view kKindNames[] = {"STRING", "BOOLEAN", "NUMBER", "INTEGER",
                                           "ARRAY",  "OBJECT",  "NULL"};
// A set of kinds, a bit each.
using Kinds = unsigned;
constexpr Kinds bit(Kind kind) { return 1U << static_cast<unsigned>(kind); }
constexpr Kinds kLists = bit(Kind::string) | bit(Kind::boolean) | bit(Kind::number) |
                         bit(Kind::integer);  // those that `enum` may restrict

Kind first_of(Kinds kinds) {
  unsigned kind = 0;
  while ((kinds >> kind & 1) == 0) ++kind;
  return static_cast<Kind>(kind);
}

bool has_several(Kinds kinds) { return (kinds & (kinds - 1)) != 0; }

// Names that nobody knows (`any`, `date`) say nothing.
Kinds kinds_of(Cursor type) {
  if (type.is(Type::array)) {
    Kinds kinds = 0;
    for (const Cursor item : type.items()) {
      if (item.is(Type::string)) kinds |= kinds_of(item);
    }
    // Every integer is a number.
    return (kinds & bit(Kind::number)) != 0 ? kinds & ~bit(Kind::integer) : kinds;
  }
  const std::string name = type.text();
  for (unsigned kind = 0; kind != std::size(kKindNames); ++kind) {
    if (text::equals_ignoring_case(name, kKindNames[kind])) return 1U << kind;
  }
  return 0;
}

// The values that `const` or `enum` allows. Those that no Schema can list are left out.
struct ListedValues {
  bool strings = false;
  bool numbers = false;
  bool booleans = false;
  bool null = false;

  bool can_be_listed() const { return strings || numbers; }
};

bool is_listed(Cursor value) {
  if (value.is(Type::string)) return !value.string()->empty();  // Google refuses an empty one
  return value.is(Type::number) || value.is(Type::boolean);
}

ListedValues listed_values(const SchemaFacts& facts) {
  ListedValues found;
  const auto look = [&found](Cursor value) {
    found.strings |= value.is(Type::string) && is_listed(value);
    found.numbers |= value.is(Type::number);
    found.booleans |= value.is(Type::boolean);
    found.null |= value.is_null();
  };
  if (const Cursor constant = facts[Keyword::constant]; constant.exists()) {
    look(constant);
  } else {
    for (const Cursor value : facts[Keyword::enumeration].items()) look(value);
  }
  return found;
}

// What the caller did not say but must have meant.
Kinds inferred_kinds(const SchemaFacts& facts) {
  constexpr struct {
    Keyword keyword;
    Kind kind;
  } kHints[] = {{Keyword::min_length, Kind::string},     {Keyword::max_length, Kind::string},
                {Keyword::pattern, Kind::string},        {Keyword::minimum, Kind::number},
                {Keyword::maximum, Kind::number},        {Keyword::min_items, Kind::array},
                {Keyword::max_items, Kind::array},       {Keyword::min_properties, Kind::object},
                {Keyword::max_properties, Kind::object}, {Keyword::format, Kind::string}};
  for (const auto& hint : kHints) {
    if (facts[hint.keyword].exists()) return bit(hint.kind);
  }
  return facts.was_cut ? bit(Kind::object) : 0;
}

// Where a schema is written, and what an `anyOf` around it says.
struct Place {
  std::size_t depth;     // JSON levels from the top
  Kinds kinds = 0;       // for an element that names no type
  Cursor description{};  // for an element that has none
  bool is_nullable = false;
};

struct Shape {
  Kinds kinds = 0;  // none if nothing is known
  bool is_nullable = false;
  ListedValues listed{};  // only if they are to be written
};

Shape shape_of(const SchemaFacts& facts, const Place& place) {
  const Kinds declared = kinds_of(facts[Keyword::type]);
  const ListedValues listed = listed_values(facts);
  Shape shape;
  shape.kinds = declared == bit(Kind::null) ? declared : declared & ~bit(Kind::null);
  shape.is_nullable = facts.is_nullable || place.is_nullable || listed.null ||
                      declared != shape.kinds || facts[Keyword::nullable].boolean().value_or(false);
  if (listed.can_be_listed() && (declared == 0 || (declared & kLists) != 0)) {
    shape.kinds = bit(Kind::string);
    shape.listed = listed;
  }
  if (shape.kinds != 0) return shape;
  if (!facts.properties.empty()) {
    shape.kinds = bit(Kind::object);
  } else if (facts[Keyword::items].exists()) {
    shape.kinds = bit(Kind::array);
  } else if (listed.booleans) {
    shape.kinds = bit(Kind::boolean);
  } else if (listed.null) {
    shape.kinds = bit(Kind::null);
  } else {
    shape.kinds = place.kinds != 0 ? place.kinds : inferred_kinds(facts);
  }
  return shape;
}

class OpenApiWriter {
 public:
  OpenApiWriter(Cursor root, std::string& out) : root_(root), reader_(root), json_(out) {}
  bool write_root(bool as_object);

 private:
  void write(Cursor schema, const Place& place);
  void write_facts(const SchemaFacts& facts, const Shape& shape, const Place& place);
  void write_alternatives(const SchemaFacts& facts, const Shape& shape, const Place& place);
  void write_kind(const SchemaFacts& facts, const Shape& shape, Kind kind, const Place& place);
  void write_limits(const SchemaFacts& facts, Kind kind);
  void write_notes(const SchemaFacts& facts, const Place& place);
  void write_format(const SchemaFacts& facts, const ListedValues& listed, Kind kind);
  void write_listed(const SchemaFacts& facts);
  void write_items(Cursor items, std::size_t depth);
  void write_properties(const SchemaMembers& properties, std::size_t depth);
  void write_names(std::string_view key, std::span<const Cursor> lists,
                   const SchemaMembers& properties);

  void write_string() { json_.begin_object().key("type").string("STRING").end_object(); }
  void write_count(std::string_view key, Cursor value) {
    if (value.exists()) json_.key(key).integer(value.integer().value_or(0));
  }
  void write_raw(std::string_view key, Cursor value) {
    if (value.exists()) json_.key(key).raw(value.raw());
  }

  Cursor root_;
  SchemaReader reader_;
  json::Writer json_;
};

bool OpenApiWriter::write_root(bool as_object) {
  constexpr Place kTop = {.depth = 1};
  const auto facts = reader_.read(root_, as_object);
  Shape shape = shape_of(*facts, kTop);
  if (as_object) {
    shape.kinds &= bit(Kind::object);
    shape.listed = {};
  }
  if (shape.kinds == 0 && !facts->alternatives.exists()) return false;
  if (shape.kinds == bit(Kind::object) && facts->properties.empty() &&
      !facts->alternatives.exists()) {
    return false;
  }
  write_facts(*facts, shape, kTop);
  return true;
}

// A schema below the top, of which there must be something whatever it holds.
void OpenApiWriter::write(Cursor schema, const Place& place) {
  const std::size_t followed = reader_.followed();
  const auto facts = reader_.read(schema, false);
  Shape shape = shape_of(*facts, place);
  if (shape.kinds == 0) shape.kinds = bit(Kind::string);
  write_facts(*facts, shape, place);
  reader_.restore(followed);
}

void OpenApiWriter::write_facts(const SchemaFacts& facts, const Shape& shape, const Place& place) {
  const bool has_structure =
      facts[Keyword::items].exists() || !facts.properties.empty() || shape.listed.can_be_listed();
  const bool is_deep = place.depth + 2 > limits::kSchemaDepth;
  if (facts.alternatives.exists() && !has_structure && !is_deep) {
    return write_alternatives(facts, shape, place);
  }
  if (!has_several(shape.kinds)) return write_kind(facts, shape, first_of(shape.kinds), place);
  json_.begin_object().key("anyOf").begin_array();
  for (Kinds rest = shape.kinds; rest != 0; rest &= rest - 1) {
    const Place inside = {.depth = place.depth + 2, .description = place.description};
    write_kind(facts, shape, first_of(rest), inside);
  }
  json_.end_array().end_object();
}

void OpenApiWriter::write_alternatives(const SchemaFacts& facts, const Shape& shape,
                                       const Place& place) {
  Cursor description = facts[Keyword::description];
  if (!description.exists()) description = place.description;
  const Kinds kinds = kinds_of(facts[Keyword::type]) & ~bit(Kind::null);
  json_.begin_object().key("anyOf").begin_array();
  for (const Cursor schema : facts.alternatives.items()) {
    if (!is_alternative(schema)) continue;
    if (!reader_.spend(description.raw().text.size())) description = {};
    write(schema, {place.depth + 2, kinds, description, shape.is_nullable});
  }
  json_.end_array().end_object();
}

void OpenApiWriter::write_kind(const SchemaFacts& facts, const Shape& shape, Kind kind,
                               const Place& place) {
  json_.begin_object();
  json_.key("type").string(kKindNames[static_cast<std::size_t>(kind)]);
  write_format(facts, shape.listed, kind);
  write_notes(facts, place);
  if (shape.is_nullable && kind != Kind::null) json_.key("nullable").boolean(true);
  if (shape.listed.can_be_listed()) write_listed(facts);
  if (kind == Kind::array) write_items(facts[Keyword::items], place.depth + 1);
  if (kind == Kind::object) write_properties(facts.properties, place.depth + 2);
  write_limits(facts, kind);
  json_.end_object();
}

void OpenApiWriter::write_notes(const SchemaFacts& facts, const Place& place) {
  const Cursor description = facts[Keyword::description];
  write_raw("title", facts[Keyword::title]);
  write_raw("description", description.exists() ? description : place.description);
  write_raw("default", facts[Keyword::default_value]);
  write_raw("example", facts[Keyword::example]);
}

void OpenApiWriter::write_limits(const SchemaFacts& facts, Kind kind) {
  switch (kind) {
    case Kind::string:
      write_count("minLength", facts[Keyword::min_length]);
      write_count("maxLength", facts[Keyword::max_length]);
      return write_raw("pattern", facts[Keyword::pattern]);
    case Kind::number:
    case Kind::integer:
      write_raw("minimum", facts[Keyword::minimum]);
      return write_raw("maximum", facts[Keyword::maximum]);
    case Kind::array:
      write_count("minItems", facts[Keyword::min_items]);
      return write_count("maxItems", facts[Keyword::max_items]);
    case Kind::object: {
      if (facts.properties.empty()) return;  // about those of the caller, not about ours
      write_names("required", facts.required, facts.properties);
      write_count("minProperties", facts[Keyword::min_properties]);
      write_count("maxProperties", facts[Keyword::max_properties]);
      const Cursor ordering = facts[Keyword::property_ordering];
      return write_names("propertyOrdering", {&ordering, 1}, facts.properties);
    }
    case Kind::boolean:
    case Kind::null:
      return;
  }
}

void OpenApiWriter::write_format(const SchemaFacts& facts, const ListedValues& listed, Kind kind) {
  constexpr struct {
    Kind kind;
    std::string_view name;
  } kFormats[] = {{Kind::string, "date-time"},
                  {Kind::number, "float"},
                  {Kind::number, "double"},
                  {Kind::integer, "int32"},
                  {Kind::integer, "int64"}};
  if (listed.numbers) {
    json_.key("format").string("enum");
    return;
  }
  for (const auto& format : kFormats) {
    if (format.kind == kind && facts[Keyword::format].equals(format.name)) {
      json_.key("format").string(format.name);
    }
  }
}

// Google lists strings only, so 1.50 becomes "1.50".
void OpenApiWriter::write_listed(const SchemaFacts& facts) {
  const auto write_value = [this](Cursor value) {
    if (value.is(Type::string)) {
      json_.string(*value.string());
    } else {
      json_.string(json::RawString{value.raw().text});
    }
  };
  json_.key("enum").begin_array();
  if (const Cursor constant = facts[Keyword::constant]; constant.exists()) {
    write_value(constant);
  } else {
    for (const Cursor value : facts[Keyword::enumeration].items()) {
      if (is_listed(value)) write_value(value);
    }
  }
  json_.end_array();
}

void OpenApiWriter::write_items(Cursor items, std::size_t depth) {
  json_.key("items");
  if (items.exists() && depth <= limits::kSchemaDepth) {
    write(items, {.depth = depth});
  } else {
    write_string();
  }
}

//   depth  where their schemas stand; too deep, they are written as strings
void OpenApiWriter::write_properties(const SchemaMembers& properties, std::size_t depth) {
  json_.key("properties").begin_object();
  if (properties.empty()) {
    json_.key("value");
    write_string();
  }
  for (const auto& property : properties.entries()) {
    json_.key(*property.key.string());
    if (depth <= limits::kSchemaDepth) {
      write(property.value, {.depth = depth});
    } else {
      write_string();
    }
  }
  json_.end_object();
}

// Each name of the lists that is a property, once.
void OpenApiWriter::write_names(std::string_view key, std::span<const Cursor> lists,
                                const SchemaMembers& properties) {
  SchemaMembers names;
  for (const Cursor list : lists) names.add_names(list);
  bool is_open = false;
  for (const auto& name : names.entries()) {
    if (!properties[name.key.text()].exists()) continue;
    if (!is_open) json_.key(key).begin_array();
    is_open = true;
    json_.string(*name.key.string());
  }
  if (is_open) json_.end_array();
}

}  // namespace

bool write_openapi_schema(Cursor schema, std::string& out) {
  return schema.exists() && OpenApiWriter(schema, out).write_root(false);
}

bool write_openapi_parameters(Cursor schema, std::string& out) {
  return schema.exists() && OpenApiWriter(schema, out).write_root(true);
}

}  // namespace proxy::gemini
