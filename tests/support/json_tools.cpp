#include "support/json_tools.h"

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "json/escape.h"

namespace proxy::test {
namespace {

using Tree = nlohmann::ordered_json;
using json::Cursor;
using json::Type;

std::string compare(Cursor cursor, const Tree& tree, const std::string& path);

std::string unlike(const std::string& path, const char* what) { return path + ": " + what; }

std::string compare_number(Cursor cursor, const Tree& tree, const std::string& path) {
  const auto integer = cursor.integer();
  const double number = std::strtod(std::string(cursor.raw().text).c_str(), nullptr);
  if (!cursor.is_finite() || number != tree.get<double>()) return unlike(path, "number");
  if (tree.is_number_float()) {
    if (integer && static_cast<double>(*integer) != number) {
      return unlike(path, "integer of float");
    }
  } else if (tree.is_number_unsigned() && tree.get<std::uint64_t>() > INT64_MAX) {
    if (integer) return unlike(path, "integer beyond int64");
  } else if (!integer || *integer != tree.get<std::int64_t>()) {
    return unlike(path, "integer");
  }
  return "";
}

std::string compare_string(Cursor cursor, const Tree& tree, const std::string& path) {
  const auto& text = tree.get_ref<const std::string&>();
  const auto raw = cursor.string();
  if (!raw || cursor.text() != text || json::unescaped(*raw) != text) return unlike(path, "text");
  if (!cursor.equals(text) || !json::equals(*raw, text)) return unlike(path, "equals");
  if (cursor.equals(text + "x") || (!text.empty() && cursor.equals(text.substr(1)))) {
    return unlike(path, "equals another");
  }
  return "";
}

std::string compare_array(Cursor cursor, const Tree& tree, const std::string& path) {
  if (cursor.size() != tree.size()) return unlike(path, "size");
  std::size_t position = 0;
  for (const Cursor item : cursor.items()) {
    const std::string at = path + "[" + std::to_string(position) + "]";
    if (auto found = compare(item, tree[position], at); !found.empty()) return found;
    ++position;
  }
  if (position != tree.size()) return unlike(path, "items");
  if (cursor[tree.size()].exists()) return unlike(path, "an item too many");
  return "";
}

std::string compare_object(Cursor cursor, const Tree& tree, const std::string& path) {
  std::map<std::string, Cursor> last;
  for (const auto member : cursor.members()) last[member.key.text()] = member.value;
  if (last.size() != tree.size()) return unlike(path, "keys");
  const bool is_small = last.size() < 100;  // look-ups by key are linear
  for (const auto& [key, value] : tree.items()) {
    const std::string at = path + "." + key;
    if (!last.contains(key)) return unlike(at, "missing");
    if (auto found = compare(last[key], value, at); !found.empty()) return found;
    if (is_small && cursor[key].raw().text.data() != last[key].raw().text.data()) {
      return unlike(at, "another member of that name");
    }
  }
  return "";
}

std::string compare(Cursor cursor, const Tree& tree, const std::string& path) {
  if (!cursor.exists()) return unlike(path, "absent");
  switch (tree.type()) {
    case Tree::value_t::null:
      return cursor.is_null() && cursor.raw().text == "null" ? "" : unlike(path, "null");
    case Tree::value_t::boolean:
      return cursor.boolean() == tree.get<bool>() ? "" : unlike(path, "boolean");
    case Tree::value_t::string:
      return compare_string(cursor, tree, path);
    case Tree::value_t::array:
      return cursor.is(Type::array) ? compare_array(cursor, tree, path) : unlike(path, "array");
    case Tree::value_t::object:
      return cursor.is(Type::object) ? compare_object(cursor, tree, path) : unlike(path, "object");
    default:
      return cursor.is(Type::number) ? compare_number(cursor, tree, path) : unlike(path, "number");
  }
}

// Random text, one grammar rule a function.

std::size_t below(std::mt19937& random, std::size_t end) { return random() % end; }

template <std::size_t N>
std::string one_of(std::mt19937& random, const char* const (&choices)[N]) {
  return choices[below(random, N)];
}

std::string random_space(std::mt19937& random) {
  return one_of(random, {"", "", "", "", " ", "\n", "\r\n", "\t", "  \n    "});
}

std::string random_number(std::mt19937& random) {
  std::string number = one_of(random, {"", "-"});
  const auto digits = [&](std::size_t longest) {
    for (std::size_t i = below(random, longest) + 1; i != 0; --i)
      number += one_of(random, {"0", "3", "9"});
  };
  if (below(random, 4) == 0) {
    number += "0";
  } else {
    number += one_of(random, {"1", "2", "8", "9"});
    if (below(random, 2) == 0) digits(22);
  }
  if (below(random, 3) == 0) {
    number += ".";
    digits(20);
  }
  if (below(random, 3) == 0) {
    number += one_of(random, {"e", "E", "e+", "E-"});
    digits(3);
  }
  return number;
}

std::string random_string(std::mt19937& random) {
  std::string text = "\"";
  for (std::size_t i = below(random, 12); i != 0; --i) {
    text += one_of(random, {"a",
                            "plain ASCII text",
                            "7",
                            "/",
                            "\x7F",
                            "\\\"",
                            "\\\\",
                            "\\/",
                            "\\b",
                            "\\f",
                            "\\n",
                            "\\r",
                            "\\t",
                            "\\u0000",
                            "\\u00e9",
                            "\\uFFFF",
                            "\\ud83D\\uDE00",
                            "\\ud83d",
                            "\\uDE00",
                            "\\\\ud83d",
                            "\xC3\xA9",
                            "\xE4\xBD\xA0\xE5\xA5\xBD",
                            "\xEF\xBF\xBF",
                            "\xF0\x9F\x98\x80",
                            "\xF4\x8F\xBF\xBF",
                            "\xED\x9F\xBF"});
  }
  return text + "\"";
}

void append_random_value(std::string& out, std::mt19937& random, std::size_t depth) {
  const auto spaced = [&](std::string text) {
    out += random_space(random) + text + random_space(random);
  };
  const std::size_t choice = below(random, depth == 0 ? 5 : 9);
  if (choice < 2) return spaced(random_string(random));
  if (choice < 4) return spaced(random_number(random));
  if (choice == 4) return spaced(one_of(random, {"true", "false", "null"}));
  const bool is_object = choice > 6;
  spaced(is_object ? "{" : "[");
  const std::size_t count = below(random, 6);
  for (std::size_t i = 0; i != count; ++i) {
    if (i != 0) out += ",";
    if (is_object) {
      const bool known = below(random, 2) == 0;
      spaced(known ? one_of(random, {"\"a\"", "\"\\u0061\"", "\"b\"", "\"\""})
                   : random_string(random));
      out += ":";
    }
    append_random_value(out, random, depth - 1);
  }
  spaced(is_object ? "}" : "]");
}

}  // namespace

std::string to_string(json::ScanError::Kind kind) {
  using Kind = json::ScanError::Kind;
  switch (kind) {
    case Kind::empty:
      return "empty";
    case Kind::syntax:
      return "syntax";
    case Kind::not_a_number:
      return "not_a_number";
    case Kind::invalid_utf8:
      return "invalid_utf8";
    case Kind::too_deep:
      return "too_deep";
    case Kind::too_many_values:
      return "too_many_values";
  }
  return "?";
}

std::string to_string(const std::optional<json::ScanError>& error) {
  if (!error) return "none";
  return to_string(error->kind) + " at " + std::to_string(error->offset);
}

std::string difference(std::string_view text) {
  Scanned scanned(text);
  const std::string repaired = scanned.text();
  const bool holds_nul = repaired.find('\0') != std::string::npos;
  const auto tree = Tree::parse(repaired, nullptr, /*allow_exceptions=*/false);
  const bool tree_valid = !tree.is_discarded() && !holds_nul;
  if (scanned.error) return tree_valid ? "refused: " + to_string(scanned.error) : "";
  if (scanned.index.has_infinite_number()) return tree_valid ? "no infinite number" : "";
  return tree_valid ? compare(scanned.root(), tree, "$") : "accepted";
}

std::string random_document(std::mt19937& random) {
  std::string text;
  append_random_value(text, random, 5);
  return text;
}

}  // namespace proxy::test
