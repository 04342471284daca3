#include "fronts/openai_chat/field.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "json/escape.h"

namespace proxy::fronts::openai_chat {

std::string printable(json::Cursor key) {
  std::string_view escaped = key.string().value_or(json::RawString{}).escaped;
  constexpr std::size_t kEscape = 6;
  constexpr std::size_t kEnough = kEscape * (limits::kLogStringBytes + 4);
  std::size_t end = 0;
  while (end < std::min(kEnough, escaped.size())) {
    end += escaped[end] != '\\' ? 1 : escaped[end + 1] == 'u' ? kEscape : 2;
  }
  return text::printable(json::unescaped({escaped.substr(0, end)}), limits::kLogStringBytes);
}

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

Field Field::either(const char* name, const char* other) const {
  const json::Cursor first = value_[name];
  return first.exists() ? Field(*this, name, first) : Field(*this, other, value_[other]);
}

std::string Field::path() const {
  if (parent_ == nullptr) return {};
  std::string path = parent_->path();
  if (name_ == nullptr) {
    return path.append("[").append(text::decimal(static_cast<std::int64_t>(position_))) += ']';
  }
  if (!path.empty()) path += '.';
  return path += name_;
}

bool Field::take(bool& out) const {
  if (missing()) return true;
  const auto flag = value_.boolean();
  if (!flag) return wrong_type("a boolean");
  out = *flag;
  return true;
}

bool Field::take(json::RawString& out) const {
  if (missing()) return true;
  const auto string = value_.string();
  if (!string) return wrong_type("a string");
  out = *string;
  return true;
}

bool Field::take_word(json::RawString& out) const {
  if (!take(out)) return false;
  if (out.escaped.size() <= limits::kWordBytes) return true;
  return refuse(ErrorCode::string_above_max_length,
                "string too long. Expected a string with maximum length " +
                    text::decimal(static_cast<std::int64_t>(limits::kWordBytes)) + ".");
}

bool Field::is_within(ErrorCode below, std::string_view kind, std::int64_t least,
                      std::int64_t most) const {
  const bool is_below = value_.compare(text::decimal(least)) < 0;
  if (!is_below && value_.compare(text::decimal(most)) <= 0) return true;
  std::string explanation(kind);
  explanation += is_below ? " below minimum value. Expected a value >= "
                          : " above maximum value. Expected a value <= ";
  explanation += text::decimal(is_below ? least : most);
  explanation += '.';
  // The code for "above" stands behind that for "below".
  const auto above = static_cast<ErrorCode>(static_cast<int>(below) + 1);
  return refuse(is_below ? below : above, explanation);
}

static_assert(static_cast<int>(ErrorCode::integer_below_min_value) + 1 ==
              static_cast<int>(ErrorCode::integer_above_max_value));
static_assert(static_cast<int>(ErrorCode::decimal_below_min_value) + 1 ==
              static_cast<int>(ErrorCode::decimal_above_max_value));

bool Field::take(std::int64_t& out, std::int64_t least, std::int64_t most) const {
  if (missing()) return true;
  if (!is(json::Type::number)) return wrong_type("an integer");
  if (!value_.is_finite()) return invalid("the number is out of range.");
  if (!value_.is_integral()) return wrong_type("an integer");
  if (!is_within(ErrorCode::integer_below_min_value, "integer", least, most)) return false;
  out = value_.integer().value_or(0);
  return true;
}

bool Field::take_decimal(json::RawValue& out, std::int64_t least, std::int64_t most) const {
  if (missing()) return true;
  if (!is(json::Type::number)) return wrong_type("a decimal");
  if (!value_.is_finite()) return invalid("the number is out of range.");
  if (!is_within(ErrorCode::decimal_below_min_value, "decimal", least, most)) return false;
  out = value_.raw();
  return true;
}

bool Field::check_object() const {
  return missing() || is(json::Type::object) || wrong_type("an object");
}

bool Field::check_array(std::size_t most) const {
  if (missing()) return true;
  if (!is(json::Type::array)) return wrong_type("an array");
  if (value_.size() <= most) return true;
  return refuse(ErrorCode::array_above_max_length,
                "array too long. Expected an array with maximum length " +
                    text::decimal(static_cast<std::int64_t>(most)) + ".");
}

bool Field::need() const {
  if (!missing()) return true;
  return refuse(ErrorCode::missing_required_parameter, "Missing required parameter:", ".");
}

bool Field::wrong_type(std::string_view expected) const {
  return refuse(ErrorCode::invalid_type, "Invalid type for",
                std::string(": expected ")
                    .append(expected)
                    .append(", but got ")
                    .append(type_name(value_))
                    .append(" instead."));
}

bool Field::invalid(std::string_view explanation) const {
  return refuse(ErrorCode::invalid_value, "Invalid value for",
                std::string(": ").append(explanation));
}

bool Field::unsupported_parameter(std::string_view explanation) const {
  return refuse(ErrorCode::unsupported_parameter,
                "Unsupported parameter:", std::string(". ").append(explanation));
}

bool Field::unsupported_value(std::string_view explanation) const {
  return refuse(ErrorCode::unsupported_value,
                "Unsupported value:", std::string(". ").append(explanation));
}

bool Field::refuse(ErrorCode code, std::string_view explanation) const {
  return refuse(code, "Invalid", std::string(": ").append(explanation));
}

bool Field::refuse(ErrorCode code, std::string_view opening, std::string_view rest) const {
  const std::string param = path();
  std::string message(opening);
  message.append(" '").append(param).append("'").append(rest);
  return refuse(ApiError(code, message, param));
}

bool Field::refuse(ApiError error) const {
  if (!*refusal_) *refusal_ = ErrorBox(std::move(error));
  return false;
}

}  // namespace proxy::fronts::openai_chat
