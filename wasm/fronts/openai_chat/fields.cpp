#include "fronts/openai_chat/fields.h"

#include <initializer_list>
#include <string>

#include "base/text.h"

namespace proxy::fronts::openai_chat {
namespace {

std::string joined(std::initializer_list<std::string_view> pieces) {
  std::string out;
  for (const std::string_view piece : pieces) out += piece;
  return out;
}

// `opening` 'path' `rest`
ApiError refusal(ErrorCode code, const Path& path, std::string_view opening,
                 std::initializer_list<std::string_view> rest) {
  std::string param = path.text();
  std::string message = joined({opening, " '", param, "'"});
  message += joined(rest);
  return ApiError(code, message, param);
}

ApiError out_of_bounds(ErrorCode code, const Path& path, std::string_view what,
                       std::int64_t bound) {
  return out_of_range(code, path,
                      joined({what, " Expected a value ",
                              what.find("below") != std::string_view::npos ? ">= " : "<= ",
                              text::decimal(bound), "."}));
}

}  // namespace

std::string_view type_name(json::Cursor value) {
  if (!value.exists()) return "nothing";
  switch (value.type()) {
    case json::Type::null:
      return "null";
    case json::Type::boolean:
      return "a boolean";
    case json::Type::number:
      return value.integer() ? "an integer" : "a decimal";
    case json::Type::string:
      return "a string";
    case json::Type::array:
      return "an array";
    case json::Type::object:
      return "an object";
  }
  return "something else";
}

ApiError wrong_type(const Path& path, std::string_view expected, json::Cursor got) {
  return refusal(ErrorCode::invalid_type, path, "Invalid type for",
                 {": expected ", expected, ", but got ", type_name(got), " instead."});
}

ApiError missing_parameter(const Path& path) {
  return refusal(ErrorCode::missing_required_parameter, path, "Missing required parameter:", {"."});
}

ApiError invalid_value(const Path& path, std::string_view explanation) {
  return refusal(ErrorCode::invalid_value, path, "Invalid value for", {": ", explanation});
}

ApiError unsupported_parameter(const Path& path, std::string_view explanation) {
  return refusal(ErrorCode::unsupported_parameter, path,
                 "Unsupported parameter:", {". ", explanation});
}

ApiError unsupported_value(const Path& path, std::string_view explanation) {
  return refusal(ErrorCode::unsupported_value, path, "Unsupported value:", {". ", explanation});
}

ApiError out_of_range(ErrorCode code, const Path& path, std::string_view explanation) {
  return refusal(code, path, "Invalid", {": ", explanation});
}

Result<std::optional<bool>> boolean_field(json::Cursor value, const Path& path) {
  if (value.missing()) return std::optional<bool>();
  if (const auto flag = value.boolean()) return flag;
  return wrong_type(path, "a boolean", value);
}

Result<std::optional<std::int64_t>> integer_field(json::Cursor value, const Path& path,
                                                  std::int64_t least, std::int64_t most) {
  if (value.missing()) return std::optional<std::int64_t>();
  if (!value.is(json::Type::number)) return wrong_type(path, "an integer", value);
  if (!value.is_finite()) return invalid_value(path, "the number is out of range.");
  if (!value.is_integral()) return wrong_type(path, "an integer", value);
  if (value.compare(text::decimal(least)) < 0) {
    return out_of_bounds(ErrorCode::integer_below_min_value, path, "integer below minimum value.",
                         least);
  }
  if (value.compare(text::decimal(most)) > 0) {
    return out_of_bounds(ErrorCode::integer_above_max_value, path, "integer above maximum value.",
                         most);
  }
  return value.integer();
}

Result<json::RawValue> number_field(json::Cursor value, const Path& path, std::int64_t least,
                                    std::int64_t most) {
  if (value.missing()) return json::RawValue{};
  if (!value.is(json::Type::number)) return wrong_type(path, "a decimal", value);
  if (!value.is_finite()) return invalid_value(path, "the number is out of range.");
  if (value.compare(text::decimal(least)) < 0) {
    return out_of_bounds(ErrorCode::decimal_below_min_value, path, "decimal below minimum value.",
                         least);
  }
  if (value.compare(text::decimal(most)) > 0) {
    return out_of_bounds(ErrorCode::decimal_above_max_value, path, "decimal above maximum value.",
                         most);
  }
  return value.raw();
}

Result<std::optional<json::RawString>> string_field(json::Cursor value, const Path& path) {
  if (value.missing()) return std::optional<json::RawString>();
  if (const auto string = value.string()) return string;
  return wrong_type(path, "a string", value);
}

}  // namespace proxy::fronts::openai_chat
