// Walks the places of a schema where schemas stand, so that a property named `const` is left alone,
// and copies the text up to each place that must change.
// JSON Schema 2020-12 core and validation; draft 7 for `definitions` and `dependencies`.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gemini/schema.h"
#include "gemini/schema_members.h"
#include "json/escape.h"

namespace proxy::gemini {
namespace {

using json::Cursor;
using json::Type;

// Their value is a schema or a list of schemas.
constexpr std::string_view kSchemaKeywords[] = {"items",
                                                "additionalItems",
                                                "additionalProperties",
                                                "allOf",
                                                "anyOf",
                                                "oneOf",
                                                "prefixItems",
                                                "not",
                                                "if",
                                                "then",
                                                "else",
                                                "contains",
                                                "propertyNames",
                                                "contentSchema",
                                                "unevaluatedItems",
                                                "unevaluatedProperties"};
// Their value is an object of named schemas.
constexpr std::string_view kMapKeywords[] = {
    "properties", "$defs", "definitions", "patternProperties", "dependentSchemas", "dependencies"};

bool is_map_keyword(std::string_view name) {
  for (const std::string_view keyword : kMapKeywords) {
    if (name == keyword) return true;
  }
  return false;
}

bool is_any(Cursor key, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (key.equals(name)) return true;
  }
  return false;
}

// Keys that may stand beside `$ref`; `definitions` will be `$defs`.
bool may_stay(Cursor key) {
  const std::string name = key.text();
  return name.starts_with('$') || name == "definitions";
}

// `#/definitions/a` -> `#/$defs/a`, at every place of the pointer where a keyword stands.
std::string with_defs(std::string_view reference) {
  const std::size_t pointer = reference.find("#/");
  if (pointer == std::string_view::npos) return std::string(reference);
  std::string out(reference.substr(0, pointer + 1));
  std::string_view rest = reference.substr(pointer + 1);
  bool is_name = false;  // of a property or the like, whatever word it is
  while (!rest.empty()) {
    const std::string_view token = rest.substr(1, rest.find('/', 1) - 1);
    rest.remove_prefix(1 + token.size());
    out += '/';
    out += !is_name && token == "definitions" ? "$defs" : token;
    is_name = !is_name && is_map_keyword(token);
  }
  return out;
}

// What remains to be done is a stack of steps and not of calls: the schema may be as deep as the
// scanner lets it be, and the module's stack is small.
class JsonSchemaWriter {
 public:
  JsonSchemaWriter(Cursor root, std::string& out);
  void write();

 private:
  struct Step {
    enum class Kind : std::uint8_t {
      schema,     // find what must change in it
      reference,  // the value of `$ref`
      begin,      // copy from here on
      end,        // copy up to its end
      replace,    // copy up to its begin, write `text` for it
      skip,       // copy from its end on
      text        // write `text`
    };
    Kind kind;
    Cursor at;
    std::string_view text;
  };
  using Kind = Step::Kind;

  static const char* begin_of(Cursor value) { return value.raw().text.data(); }
  static const char* end_of(Cursor value) { return begin_of(value) + value.raw().text.size(); }

  void copy_until(const char* at);
  void take(const Step& step);
  void write_reference(Cursor value);

  // These add steps, in the order in which they are to be taken.
  void add(Kind kind, Cursor at) { steps_.push_back({kind, at, {}}); }
  void add(std::string_view text) { steps_.push_back({Kind::text, {}, text}); }
  void add_schema(Cursor schema);
  void add_below(Cursor key, Cursor value);
  void add_rebuilt(Cursor schema);
  void add_member(const SchemaMembers::Entry& member, std::span<const Cursor> layers);
  void add_maps(std::span<const Cursor> layers, std::span<const std::string_view> names);
  void add_names(std::span<const Cursor> layers);

  Cursor only_element(Cursor schema) const;
  bool must_rebuild(Cursor schema) const;

  std::string& out_;
  const char* copied_;  // what stands before it in the caller's text is written
  bool may_merge_;
  std::vector<Step> steps_;  // the last one is next
};

// A pointer through an `allOf` would lead nowhere once that is merged; generators that point at the
// first place where a type was used write such ones.
JsonSchemaWriter::JsonSchemaWriter(Cursor root, std::string& out)
    : out_(out), copied_(begin_of(root)) {
  const std::string_view text = root.raw().text;
  may_merge_ = text.find("/allOf/0") == text.npos && text.find(R"(\/allOf\/0)") == text.npos;
  add(Kind::end, root);
  add(Kind::schema, root);
}

void JsonSchemaWriter::write() {
  while (!steps_.empty()) {
    const Step step = steps_.back();
    steps_.pop_back();
    const auto before = static_cast<std::ptrdiff_t>(steps_.size());
    take(step);
    std::reverse(steps_.begin() + before, steps_.end());
  }
}

void JsonSchemaWriter::take(const Step& step) {
  switch (step.kind) {
    case Kind::schema:
      return add_schema(step.at);
    case Kind::reference:
      return write_reference(step.at);
    case Kind::begin:
      copied_ = begin_of(step.at);
      return;
    case Kind::end:
      return copy_until(end_of(step.at));
    case Kind::replace:
      copy_until(begin_of(step.at));
      out_ += step.text;
      copied_ = end_of(step.at);
      return;
    case Kind::skip:
      copied_ = end_of(step.at);
      return;
    case Kind::text:
      out_ += step.text;
      return;
  }
}

void JsonSchemaWriter::copy_until(const char* at) {
  out_.append(copied_, static_cast<std::size_t>(at - copied_));
  copied_ = at;
}

void JsonSchemaWriter::write_reference(Cursor value) {
  const std::string before = value.text();
  const std::string after = with_defs(before);
  if (before == after) return;
  copy_until(begin_of(value));
  out_ += '"';
  json::append_escaped(out_, after);
  out_ += '"';
  copied_ = end_of(value);
}

void JsonSchemaWriter::add_schema(Cursor schema) {
  if (!schema.is(Type::object)) return;
  if (must_rebuild(schema)) return add_rebuilt(schema);
  for (const auto& [key, value] : schema.members()) {
    if (key.equals("definitions")) steps_.push_back({Kind::replace, key, R"("$defs")"});
    add_below(key, value);
  }
}

// The schemas in the value of a keyword. What surrounds them is copied.
void JsonSchemaWriter::add_below(Cursor key, Cursor value) {
  if (key.equals("$ref")) return add(Kind::reference, value);
  if (is_any(key, kSchemaKeywords)) {
    add(Kind::schema, value);
    for (const Cursor item : value.items()) add(Kind::schema, item);
  } else if (is_any(key, kMapKeywords)) {
    for (const auto& member : value.members()) add(Kind::schema, member.value);
  }
}

// The one element of `allOf`, if it can be merged.
Cursor JsonSchemaWriter::only_element(Cursor schema) const {
  const Cursor all_of = schema["allOf"];
  if (!may_merge_ || !all_of.is(Type::array) || all_of.size() != 1) return {};
  const Cursor element = all_of[0];
  // Within an element that has an `$id` of its own, references count from there.
  return element.is(Type::object) && !element["$id"].exists() ? element : Cursor();
}

bool JsonSchemaWriter::must_rebuild(Cursor schema) const {
  constexpr std::array<std::string_view, 5> kKeys = {"$ref", "const", "allOf", "definitions",
                                                     "$defs"};
  const auto [reference, constant, all_of, definitions, defs] = schema.pick(kKeys);
  if (constant.exists() || (definitions.exists() && defs.exists())) return true;
  if (all_of.exists() && only_element(schema).exists()) return true;
  if (!reference.is(Type::string)) return false;
  for (const auto& member : schema.members()) {
    if (!may_stay(member.key)) return true;
  }
  return false;
}

// A schema written member by member, together with what is merged into it.
void JsonSchemaWriter::add_rebuilt(Cursor schema) {
  copy_until(begin_of(schema));
  SchemaMembers members;
  std::vector<Cursor> layers;
  for (Cursor layer = schema; layer.exists(); layer = only_element(layer)) {
    members.add(layer);
    layers.push_back(layer);
  }
  const bool is_reference = members["$ref"].is(Type::string);
  const bool has_constant = members["const"].exists();
  const bool has_defs = members["$defs"].exists();
  const bool has_all_of = layers.back()["allOf"].exists();  // one that is not merged

  const auto is_left_out = [&](Cursor key) {
    if (is_reference && !may_stay(key)) return true;
    if (key.equals("enum")) return has_constant;
    if (key.equals("definitions")) return has_defs;  // written with those
    return key.equals("allOf") && !has_all_of;
  };
  bool is_first = true;
  add("{");
  for (const SchemaMembers::Entry& member : members.entries()) {
    if (is_left_out(member.key)) continue;
    if (!is_first) add(",");
    is_first = false;
    add_member(member, layers);
  }
  add("}");
  add(Kind::skip, schema);
}

//   layers  the schema and what is merged into it; a member comes from the first that has it
void JsonSchemaWriter::add_member(const SchemaMembers::Entry& member,
                                  std::span<const Cursor> layers) {
  constexpr std::string_view kDefs[] = {"$defs", "definitions"};
  constexpr std::string_view kProperties[] = {"properties"};
  const auto& [key, value, source] = member;
  const bool is_object = value.is(Type::object);
  const bool is_merged = layers.size() > 1;
  if (key.equals("const")) {
    add(R"("enum":[)");
    add(value.raw().text);
    return add("]");
  }
  const bool is_defs = is_any(key, kDefs);
  add(is_defs ? R"("$defs")" : key.raw().text);
  add(":");
  if (is_defs && is_object) return add_maps(layers, kDefs);
  if (is_merged && is_object && key.equals("properties")) return add_maps(layers, kProperties);
  if (is_merged && value.is(Type::array) && key.equals("required")) return add_names(layers);
  const Cursor written = key.equals("allOf") ? layers.back()["allOf"] : value;
  add(Kind::begin, written);
  add_below(key, written);
  add(Kind::end, written);
}

// The named schemas of all layers under any of these keywords, as one object.
void JsonSchemaWriter::add_maps(std::span<const Cursor> layers,
                                std::span<const std::string_view> names) {
  SchemaMembers schemas;
  for (const Cursor layer : layers) {
    for (const std::string_view name : names) schemas.add(layer[name]);
  }
  add("{");
  for (const SchemaMembers::Entry& schema : schemas.entries()) {
    if (&schema != schemas.entries().data()) add(",");
    add(schema.key.raw().text);
    add(":");
    add(Kind::begin, schema.value);
    add(Kind::schema, schema.value);
    add(Kind::end, schema.value);
  }
  add("}");
}

void JsonSchemaWriter::add_names(std::span<const Cursor> layers) {
  SchemaMembers names;
  for (const Cursor layer : layers) names.add_names(layer["required"]);
  add("[");
  for (const SchemaMembers::Entry& name : names.entries()) {
    if (&name != names.entries().data()) add(",");
    add(name.key.raw().text);
  }
  add("]");
}

}  // namespace

bool has_parameters(Cursor schema) {
  constexpr std::array<std::string_view, 5> kKeys = {"properties", "$ref", "allOf", "anyOf",
                                                     "oneOf"};
  const auto [properties, reference, all_of, any_of, one_of] = schema.pick(kKeys);
  if (properties.is(Type::object) && properties.size() > 0) return true;
  if (reference.is(Type::string)) return true;
  for (const Cursor parts : {all_of, any_of, one_of}) {
    if (parts.is(Type::array) && parts.size() > 0) return true;
  }
  return false;
}

void write_json_schema(Cursor schema, std::string& out) {
  if (!schema.exists()) {
    out += "{}";
    return;
  }
  JsonSchemaWriter(schema, out).write();
}

}  // namespace proxy::gemini
