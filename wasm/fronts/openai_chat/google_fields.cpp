#include "fronts/openai_chat/google_fields.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace proxy::fronts::openai_chat {
namespace {

using json::Cursor;
using json::RawString;

constexpr Spelling kThinking[] = {
    {"include_thoughts", "includeThoughts", Kind::boolean},
    {"thinking_budget", "thinkingBudget", Kind::integer},
    {"thinking_level", "thinkingLevel", Kind::string},
};
constexpr Spelling kImage[] = {
    {"aspect_ratio", "aspectRatio", Kind::string},
    {"image_size", "imageSize", Kind::string},
};
constexpr Spelling kSafety[] = {
    {"category", "category", Kind::string},
    {"threshold", "threshold", Kind::string},
    {"method", "method", Kind::string},
};

bool is_string(const Field& field) {
  return field.is(json::Type::string) || field.wrong_type("a string");
}

bool are_strings(const Field& list) {
  if (!list.check_array(limits::kContentParts)) return false;
  std::size_t position = 0;
  for (const Cursor item : list.value().items()) {
    if (!is_string({list, position++, item})) return false;
  }
  return true;
}

bool are_labels(const Field& labels) {
  if (!labels.check_object()) return false;
  for (const auto [key, value] : labels.value().members()) {
    const std::string name = printable(key);
    if (!is_string({labels, name.c_str(), value})) return false;
  }
  return true;
}

bool are_objects(const Field& list, std::span<const Spelling> members) {
  if (!list.check_array(limits::kContentParts)) return false;
  std::size_t position = 0;
  for (const Cursor item : list.value().items()) {
    const Field object(list, position++, item);
    if (!item.is(json::Type::object)) return object.wrong_type("an object");
    if (!have_kinds(object, members)) return false;
  }
  return true;
}

bool has_kind(const Field& field, Kind kind) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  bool flag = false;
  std::int64_t integer = 0;
  json::RawValue decimal;
  RawString string;
  switch (kind) {
    case Kind::boolean:
      return field.take(flag);
    case Kind::integer:
      return field.take(integer, -kMost - 1, kMost);
    case Kind::decimal:
      return field.take_decimal(decimal, -kMost - 1, kMost);
    case Kind::string:
      return field.take(string);
    case Kind::strings:
      return are_strings(field);
    case Kind::object:
      return field.check_object();
    case Kind::labels:
      return are_labels(field);
    case Kind::thinking:
      return have_kinds(field, kThinking);
    case Kind::image:
      return have_kinds(field, kImage);
    case Kind::safety:
      return are_objects(field, kSafety);
    case Kind::tools:
      return are_objects(field, {});
  }
  return true;
}

// The members of an object that are named here, each once.
void write_known(Cursor object, std::span<const Spelling> members, const char* where,
                 Reading& reading, std::string& out) {
  out += '{';
  const std::size_t begin = out.size();
  for (const Spelling& member : members) {
    Cursor value = object[member.snake];
    if (!value.exists()) value = object[member.camel];
    if (value.missing()) continue;
    if (out.size() > begin) out += ',';
    out.append("\"").append(member.camel).append("\":").append(value.raw().text);
  }
  out += '}';
  for (const auto [key, value] : object.members()) {
    const bool is_known = std::any_of(members.begin(), members.end(), [key = key](const auto& one) {
      return key.equals(one.snake) || key.equals(one.camel);
    });
    if (is_known) continue;
    std::string name(where);
    name += '.';
    name += printable(key);
    reading.request.warn(name, "unknown, ignored");
  }
}

}  // namespace

json::RawValue as_sent(Cursor value, Kind kind, const char* where, Reading& reading) {
  std::string out;
  if (kind == Kind::thinking) {
    write_known(value, kThinking, where, reading, out);
  } else if (kind == Kind::safety) {
    out += '[';
    for (const Cursor item : value.items()) {
      if (out.size() > 1) out += ',';
      write_known(item, kSafety, where, reading, out);
    }
    out += ']';
  } else {
    return value.raw();
  }
  return {reading.keep(std::move(out))};
}

bool have_kinds(const Field& object, std::span<const Spelling> members) {
  if (!object.check_object()) return false;
  for (const Spelling& member : members) {
    if (!has_kind(object[member.snake], member.kind)) return false;
    if (!has_kind(object[member.camel], member.kind)) return false;
  }
  return true;
}

}  // namespace proxy::fronts::openai_chat
