// A value of the request together with the place where it stands, for refusals that name it:
//   `Invalid type for 'messages[3].content': expected a string, but got an integer instead.`
// Each refusal says what was expected, in the words OpenAI uses; none quotes the caller's text.
//
// Readers return false when they refuse. The first refusal is kept and ends the reading; whoever
// began it (request.cpp) makes an answer of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/cursor.h"

namespace proxy::fronts::openai_chat {

class Field {
 public:
  // refusal  filled by the field, or one inside of it, that refuses
  Field(json::Cursor root, ErrorBox& refusal) : refusal_(&refusal), value_(root) {}
  // A field refers to the one around it, which must outlive it: make them on the stack.
  //   name  a literal, or text that outlives the field
  Field(const Field& parent, const char* name, json::Cursor value)
      : parent_(&parent), name_(name), refusal_(parent.refusal_), value_(value) {}
  // An element of an array.
  Field(const Field& parent, std::size_t position, json::Cursor value)
      : parent_(&parent), position_(position), refusal_(parent.refusal_), value_(value) {}

  Field operator[](const char* name) const { return {*this, name, value_[name]}; }
  // The member of the first of these names that is there.
  Field either(const char* name, const char* other) const;

  json::Cursor value() const { return value_; }
  bool missing() const { return value_.missing(); }  // absent or null
  bool is(json::Type type) const { return value_.is(type); }
  bool equals(std::string_view text) const { return value_.equals(text); }
  std::string path() const;  // `messages[3].content`

  // Each takes the value over; absent and null leave `out` as it is. False = refused.
  bool take(bool& out) const;
  bool take(json::RawString& out) const;
  bool take(std::int64_t& out, std::int64_t least, std::int64_t most) const;
  // The number's own text, so that it reaches Google with every digit.
  bool take_decimal(json::RawValue& out, std::int64_t least, std::int64_t most) const;
  // These check the type of what is there.
  bool check_object() const;
  bool check_array(std::size_t most) const;
  // And these that it is there.
  bool need() const;
  bool need_object() const { return need() && check_object(); }
  bool need(json::RawString& out) const { return need() && take(out); }
  // A name or an id: a string that is not longer than such a thing may be.
  bool take_word(json::RawString& out) const;

  // Refusals; all return false.
  bool wrong_type(std::string_view expected) const;
  bool invalid(std::string_view explanation) const;
  bool unsupported_parameter(std::string_view explanation) const;
  bool unsupported_value(std::string_view explanation) const;
  bool refuse(ErrorCode code, std::string_view explanation) const;  // "Invalid 'x': ..."
  bool refuse(ApiError error) const;

 private:
  bool refuse(ErrorCode code, std::string_view opening, std::string_view rest) const;
  bool is_within(ErrorCode below, std::string_view kind, std::int64_t least,
                 std::int64_t most) const;

  const Field* parent_ = nullptr;
  const char* name_ = nullptr;  // null for an element
  std::size_t position_ = 0;
  ErrorBox* refusal_;
  json::Cursor value_;
};

// A member's name, for messages: cut, and without control characters.
std::string printable(json::Cursor key);

// "a string", "an array", ... for messages.
std::string_view type_name(json::Cursor value);

}  // namespace proxy::fronts::openai_chat
