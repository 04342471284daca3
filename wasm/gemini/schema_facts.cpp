// Layers are read in a queue and not by recursion: a chain of references may be long.
#include "gemini/schema_facts.h"

#include <algorithm>
#include <string_view>

#include "base/limits.h"

namespace proxy::gemini {
namespace {

using json::Cursor;
using json::Type;

// Those of Keyword, then those that a reader follows.
constexpr std::array<std::string_view, kKeywords + 6> kNames = {
    "type",       "format",   "title",         "description",   "nullable",
    "default",    "example",  "const",         "enum",          "items",
    "minItems",   "maxItems", "minProperties", "maxProperties", "propertyOrdering",
    "minimum",    "maximum",  "minLength",     "maxLength",     "pattern",
    "properties", "required", "$ref",          "allOf",         "anyOf",
    "oneOf"};

bool fits(Keyword keyword, Cursor value) {
  switch (keyword) {
    case Keyword::type:
      return value.is(Type::string) || value.is(Type::array);
    case Keyword::format:
    case Keyword::title:
    case Keyword::description:
    case Keyword::pattern:
      return value.is(Type::string);
    case Keyword::nullable:
      return value.is(Type::boolean);
    case Keyword::constant:
      return value.exists();
    case Keyword::default_value:
    case Keyword::example:
      return value.is(Type::string) || value.is(Type::boolean) || value.is_finite();
    case Keyword::enumeration:
    case Keyword::property_ordering:
      return value.is(Type::array);
    case Keyword::items:
      return value.is(Type::object) || value.is(Type::boolean);
    case Keyword::minimum:
    case Keyword::maximum:
      return value.is_finite();
    default:  // counts; more than 2^53 is as good as no limit
      return value.integer() && *value.integer() >= 0 && *value.integer() < std::int64_t{1} << 53;
  }
}

bool is_null_schema(Cursor schema) {
  constexpr std::array<std::string_view, 3> kKeys = {"type", "const", "enum"};
  const auto [type, constant, enumeration] = schema.pick(kKeys);
  if (constant.exists()) return constant.is_null();
  if (enumeration.size() == 1 && enumeration[0].is_null()) return true;
  return type.equals("null") || (type.size() == 1 && type[0].equals("null"));
}

}  // namespace

bool is_alternative(Cursor schema) {
  if (schema.is(Type::object)) return !is_null_schema(schema);
  return schema.boolean().value_or(false);
}

SchemaReader::SchemaReader(Cursor root)
    : budget_(limits::kSchemaInlinedBytes), references_(root, budget_) {
  followed_.push_back(root.raw().text.data());
}

bool SchemaReader::spend(std::size_t bytes) {
  if (bytes > budget_) return false;
  budget_ -= bytes;
  return true;
}

std::unique_ptr<SchemaFacts> SchemaReader::read(Cursor schema, bool as_object) {
  auto facts = std::make_unique<SchemaFacts>();
  layers_.assign(1, {schema, false});
  read_layers(*facts);
  const bool is_object = as_object || !facts->properties.empty();
  if (is_object && facts->alternatives.exists()) {
    add_layers(facts->alternatives, true);
    facts->alternatives = {};
    read_layers(*facts);
  }
  return facts;
}

void SchemaReader::read_layers(SchemaFacts& facts) {
  // By index, as a layer may add others.
  // NOLINTNEXTLINE(modernize-loop-convert)
  for (std::size_t i = 0; i != layers_.size(); ++i) read_layer(layers_[i], facts);
  layers_.clear();
}

void SchemaReader::read_layer(Layer layer, SchemaFacts& facts) {
  const auto found = layer.schema.pick(kNames);
  for (std::size_t i = 0; i != kKeywords && !layer.is_optional; ++i) {
    Cursor& value = facts.values[i];
    if (!value.exists() && fits(static_cast<Keyword>(i), found[i])) value = found[i];
  }
  const auto [properties, required, reference, all_of, any_of, one_of] =
      std::array{found[kKeywords],     found[kKeywords + 1], found[kKeywords + 2],
                 found[kKeywords + 3], found[kKeywords + 4], found[kKeywords + 5]};
  facts.properties.add(properties);
  if (!layer.is_optional) facts.required.push_back(required);
  if (reference.is(Type::string)) follow(reference, layer.is_optional, facts);
  add_layers(all_of, layer.is_optional);
  read_alternatives(any_of.is(Type::array) ? any_of : one_of, layer.is_optional, facts);
}

void SchemaReader::add_layers(Cursor list, bool is_optional) {
  for (const Cursor item : list.items()) layers_.push_back({item, is_optional});
}

void SchemaReader::follow(Cursor reference, bool is_optional, SchemaFacts& facts) {
  const Cursor target = references_.find(reference.text());
  if (!target.is(Type::object)) {
    facts.was_cut |= budget_ == 0;  // it may be there
    return;
  }
  const std::string_view text = target.raw().text;
  const bool is_loop =
      std::find(followed_.begin(), followed_.end(), text.data()) != followed_.end();
  if (is_loop || followed_.size() > limits::kSchemaReferences || !spend(text.size())) {
    facts.was_cut = true;
    return;
  }
  followed_.push_back(text.data());
  layers_.push_back({target, is_optional});
}

// One alternative is no choice: it says more about the same value. Alternatives of an optional
// layer are optional as well.
void SchemaReader::read_alternatives(Cursor list, bool is_optional, SchemaFacts& facts) {
  if (is_optional) return add_layers(list, true);
  Cursor only;
  std::size_t count = 0;
  for (const Cursor item : list.items()) {
    if (is_alternative(item)) {
      only = item;
      ++count;
    } else if (item.is(Type::object)) {
      facts.is_nullable = true;
    }
  }
  if (count == 1) layers_.push_back({only, false});
  if (count > 1 && !facts.alternatives.exists()) facts.alternatives = list;
}

}  // namespace proxy::gemini
