// What the schema tests share: the writers as functions of text, and second opinions on what they
// write, made with nlohmann/json.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "gemini/schema.h"
#include "json/cursor.h"
#include "support/catch.h"
#include "support/json_tools.h"

namespace proxy::test {

using Tree = nlohmann::ordered_json;

inline Tree parsed(std::string_view text) {
  return Tree::parse(text, nullptr, /*allow_exceptions=*/false);
}

// The schema as the body of a request holds it: with something before and behind it.
struct SchemaText {
  explicit SchemaText(std::string_view schema)
      : scanned("{\"schema\": " + std::string(schema) + " , \"x\": 1}") {
    REQUIRE_FALSE(scanned.error.has_value());
  }
  json::Cursor root() const { return scanned.root()["schema"]; }

  Scanned scanned;
};

inline std::string json_schema(std::string_view schema) {
  std::string out;
  gemini::write_json_schema(SchemaText(schema).root(), out);
  return out;
}

// "nothing" where there is nothing to send.
inline std::string openapi_schema(std::string_view schema) {
  std::string out;
  const bool is_written = gemini::write_openapi_schema(SchemaText(schema).root(), out);
  CHECK(is_written == !out.empty());
  return is_written ? out : "nothing";
}

inline std::string openapi_parameters(std::string_view schema) {
  std::string out;
  const bool is_written = gemini::write_openapi_parameters(SchemaText(schema).root(), out);
  CHECK(is_written == !out.empty());
  return is_written ? out : "nothing";
}

// The deepest nesting; a scalar has 0.
inline std::size_t depth_of(const Tree& tree) {
  std::size_t deepest = 0;
  for (const Tree& child : tree) {
    if (tree.is_structured()) deepest = std::max(deepest, depth_of(child));
  }
  return tree.is_structured() ? deepest + 1 : 0;
}

// The path of the first name that an object has twice; "" if none does.
inline std::string repeated_name(json::Cursor value, const std::string& path = "") {
  std::set<std::string> names;
  for (const auto& member : value.members()) {
    const std::string at = path + "." + member.key.text();
    if (!names.insert(member.key.text()).second) return at;
    if (auto found = repeated_name(member.value, at); !found.empty()) return found;
  }
  for (const json::Cursor item : value.items()) {
    if (auto found = repeated_name(item, path + "[]"); !found.empty()) return found;
  }
  return "";
}

// Why Google would refuse a Schema message; "" if it takes it. Rules of the Gemini API's reference
// and of error texts in public reports, Vertex AI's stricter one on `anyOf` among them.
class Judge {
 public:
  static std::string refusal(const Tree& schema, const std::string& path = "schema") {
    if (!schema.is_object()) return path + ": no object";
    for (const auto& [key, value] : schema.items()) {
      if (auto found = wrong_value(key, value); !found.empty()) return path + "." + key + found;
    }
    if (schema.contains("anyOf")) {
      if (schema.size() != 1) return path + ": something beside anyOf";
    } else {
      if (!schema.contains("type")) return path + ": no type";
      if (auto found = wrong_for_type(schema); !found.empty()) return path + ": " + found;
    }
    return refusal_below(schema, path);
  }

 private:
  using Names = std::set<std::string>;

  static std::string wrong_value(const std::string& key, const Tree& value) {
    static const Names texts = {"type", "format", "title", "description", "pattern"};
    static const Names counts = {"minItems",  "maxItems",      "minProperties",
                                 "maxLength", "maxProperties", "minLength"};
    static const Names texts_lists = {"enum", "required", "propertyOrdering"};
    static const Names types = {"STRING", "NUMBER", "INTEGER", "BOOLEAN",
                                "ARRAY",  "OBJECT", "NULL"};
    if (key == "type" && !types.contains(value.is_string() ? value.get<std::string>() : "")) {
      return ": unknown type";
    }
    if (texts.contains(key)) return value.is_string() ? "" : ": no string";
    if (counts.contains(key)) return value.is_number_unsigned() ? "" : ": no count";
    if (key == "nullable") return value.is_boolean() ? "" : ": no boolean";
    if (key == "minimum" || key == "maximum") return value.is_number() ? "" : ": no number";
    if (key == "default" || key == "example") return value.is_primitive() ? "" : ": not simple";
    if (key == "items" || key == "properties") return value.is_object() ? "" : ": no object";
    if (key == "anyOf") return value.is_array() && value.size() > 1 ? "" : ": no choice";
    if (!texts_lists.contains(key)) return ": unknown name";
    if (!value.is_array() || value.empty()) return ": no list";
    for (const Tree& item : value) {
      if (!item.is_string()) return ": item is no string";
      if (key == "enum" && item.get_ref<const std::string&>().empty()) return ": empty item";
    }
    return "";
  }

  // Which keywords may stand beside which type.
  static std::string wrong_for_type(const Tree& schema) {
    static const std::map<std::string, Names> only = {
        {"STRING", {"enum", "minLength", "maxLength", "pattern"}},
        {"NUMBER", {"minimum", "maximum"}},
        {"INTEGER", {"minimum", "maximum"}},
        {"BOOLEAN", {}},
        {"NULL", {}},
        {"ARRAY", {"items", "minItems", "maxItems"}},
        {"OBJECT",
         {"properties", "required", "minProperties", "maxProperties", "propertyOrdering"}}};
    static const Names anywhere = {"type",     "format",  "title",  "description",
                                   "nullable", "default", "example"};
    static const std::map<std::string, Names> formats = {{"STRING", {"enum", "date-time"}},
                                                         {"NUMBER", {"float", "double"}},
                                                         {"INTEGER", {"int32", "int64"}}};
    const auto type = schema["type"].get<std::string>();
    for (const auto& [key, value] : schema.items()) {
      if (!anywhere.contains(key) && !only.at(type).contains(key)) return key + " beside " + type;
    }
    if (schema.contains("format")) {
      if (!formats.contains(type)) return "format beside " + type;
      if (!formats.at(type).contains(schema["format"].get<std::string>())) return "format";
    }
    if (type == "ARRAY" && !schema.contains("items")) return "no items";
    if (type == "OBJECT" && (!schema.contains("properties") || schema["properties"].empty())) {
      return "no properties";
    }
    for (const char* key : {"required", "propertyOrdering"}) {
      if (!schema.contains(key)) continue;
      Names names;
      for (const Tree& name : schema[key]) {
        if (!schema["properties"].contains(name.get<std::string>())) return "property not defined";
        if (!names.insert(name.get<std::string>()).second) return "property named twice";
      }
    }
    return "";
  }

  static std::string refusal_below(const Tree& schema, const std::string& path) {
    std::string found;
    if (schema.contains("items")) found = refusal(schema["items"], path + ".items");
    for (const char* key : {"anyOf", "properties"}) {
      if (!schema.contains(key)) continue;
      for (const auto& [name, child] : schema[key].items()) {
        if (found.empty()) found = refusal(child, path + "." + key + "." + name);
      }
    }
    return found;
  }
};

// All of that about the text of one.
inline std::string refusal_of_text(std::string_view text) {
  const Tree tree = parsed(text);
  if (tree.is_discarded()) return "no JSON";
  const Scanned scanned(text);
  if (scanned.error) return "no strict JSON";
  if (auto name = repeated_name(scanned.root()); !name.empty()) return name + " twice";
  if (depth_of(tree) > 94) return "too deep";
  return Judge::refusal(tree);
}

// The rewrites of write_json_schema(), done again on a tree. Expects no duplicate keys.
class Rewriter {
 public:
  explicit Rewriter(std::string_view text) : may_merge_(text.find("/allOf/0") == text.npos) {}

  Tree rewritten(Tree schema) const {
    if (!schema.is_object()) return schema;
    rename_definitions(schema);
    merge_single_all_of(schema);
    if (schema.contains("const")) {
      schema["enum"] = Tree::array({schema["const"]});
      schema.erase("const");
    }
    if (schema.contains("$ref") && schema["$ref"].is_string()) {
      Tree kept = Tree::object();
      for (const auto& [key, value] : schema.items()) {
        if (key.starts_with('$')) kept[key] = value;
      }
      schema = kept;
      schema["$ref"] = renamed(schema["$ref"].get<std::string>());
    }
    Tree out = Tree::object();
    for (const auto& [key, value] : schema.items()) out[key] = below(key, value);
    return out;
  }

 private:
  static Tree united(const Tree& first, const Tree& second) {
    Tree out = first;
    if (!first.is_object() || !second.is_object()) return out;
    for (const auto& [key, value] : second.items()) {
      if (!out.contains(key)) out[key] = value;
    }
    return out;
  }

  static void rename_definitions(Tree& schema) {
    if (!schema.contains("definitions")) return;
    const Tree definitions = schema["definitions"];
    schema.erase("definitions");
    const bool has_both = schema.contains("$defs");
    schema["$defs"] = has_both ? united(schema["$defs"], definitions) : definitions;
  }

  static Tree united_names(const Tree& first, const Tree& second) {
    Tree out = Tree::array();
    for (const Tree& list : {first, second}) {
      for (const Tree& name : list) {
        const bool is_new = std::find(out.begin(), out.end(), name) == out.end();
        if (list.is_array() && name.is_string() && is_new) out.push_back(name);
      }
    }
    return out;
  }

  void merge_single_all_of(Tree& schema) const {
    while (may_merge_ && schema.contains("allOf") && schema["allOf"].is_array() &&
           schema["allOf"].size() == 1 && schema["allOf"][0].is_object() &&
           !schema["allOf"][0].contains("$id")) {
      Tree element = schema["allOf"][0];
      rename_definitions(element);
      schema.erase("allOf");
      for (const auto& [key, value] : element.items()) {
        if (!schema.contains(key)) {
          schema[key] = value;
        } else if (key == "properties" || key == "$defs") {
          schema[key] = united(schema[key], value);
        } else if (key == "required" && schema[key].is_array()) {
          schema[key] = united_names(schema[key], value);
        }
      }
      if (schema.contains("required") && schema["required"].is_array()) {
        schema["required"] = united_names(schema["required"], Tree::array());
      }
    }
  }

  // Pointers of the tests name no property after a keyword, but for `definitions` itself.
  static std::string renamed(std::string reference) {
    for (std::size_t at = reference.find("/definitions/"); at != reference.npos;
         at = reference.find("/definitions/", at + 1)) {
      if (reference.substr(0, at).ends_with("/properties")) continue;
      reference.replace(at, 13, "/$defs/");
    }
    return reference;
  }

  Tree below(const std::string& key, Tree value) const {
    static const std::set<std::string> schemas = {"items",
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
    static const std::set<std::string> maps = {"properties", "$defs", "patternProperties",
                                               "dependentSchemas", "dependencies"};
    if (schemas.contains(key) && value.is_array()) {
      for (Tree& item : value) item = rewritten(item);
      return value;
    }
    if (schemas.contains(key)) return rewritten(value);
    if (maps.contains(key) && value.is_object()) {
      for (auto& [name, child] : value.items()) child = rewritten(child);
    }
    return value;
  }

  bool may_merge_;
};

}  // namespace proxy::test
