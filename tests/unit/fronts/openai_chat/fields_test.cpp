#include "fronts/openai_chat/fields.h"

#include <string>

#include "support/catch.h"
#include "support/json_tools.h"

using namespace proxy::fronts::openai_chat;
using proxy::ApiError;
using proxy::ErrorCode;
using proxy::traits;
using proxy::json::Cursor;
using proxy::test::Scanned;

namespace {

std::string told(const ApiError& error) {
  return std::string(traits(error.code).code) + " " + error.param + ": " + error.message;
}

}  // namespace

TEST_CASE("a type is named as in a sentence") {
  const Scanned scanned(R"([null,true,1,1.0,1e2,1.5,1e30,"x",[],{}])");
  const char* const names[] = {"null",      "a boolean", "an integer", "an integer", "an integer",
                               "a decimal", "a decimal", "a string",   "an array",   "an object"};
  std::size_t i = 0;
  for (const Cursor item : scanned.root().items()) CHECK(type_name(item) == names[i++]);
  CHECK(type_name(Cursor()) == "nothing");
}

TEST_CASE("refusals name the place and what was expected, and quote nothing") {
  const Scanned scanned(R"(["a secret"])");
  const Cursor value = scanned.root()[std::size_t{0}];
  CHECK(told(wrong_type("n", "an integer", value)) ==
        "invalid_type n: Invalid type for 'n': expected an integer, but got a string instead.");
  CHECK(told(missing_parameter("model")) ==
        "missing_required_parameter model: Missing required parameter: 'model'.");
  CHECK(told(invalid_value("role", "it is odd.")) ==
        "invalid_value role: Invalid value for 'role': it is odd.");
  CHECK(told(unsupported_parameter("tools", "Not yet.")) ==
        "unsupported_parameter tools: Unsupported parameter: 'tools'. Not yet.");
  CHECK(told(unsupported_value("role", "Not yet.")) ==
        "unsupported_value role: Unsupported value: 'role'. Not yet.");
  CHECK(told(out_of_range(ErrorCode::empty_array, "messages", "empty array.")) ==
        "empty_array messages: Invalid 'messages': empty array.");
}

TEST_CASE("absent and null are nothing to every reader") {
  const Scanned scanned("null");
  for (const Cursor value : {Cursor(), scanned.root()}) {
    CHECK_FALSE(boolean_field(value, "x")->has_value());
    CHECK_FALSE(integer_field(value, "x", 0, 9)->has_value());
    CHECK(number_field(value, "x", 0, 9)->empty());
    CHECK_FALSE(string_field(value, "x")->has_value());
  }
}

TEST_CASE("J-08 J-09 numbers are read in every form and refused by their range") {
  const struct {
    const char* number;
    const char* integer;  // the value, else the code
    const char* decimal;  // the text, else the code
  } rows[] = {
      {"3", "3", "3"},
      {"-3", "-3", "-3"},
      {"3.0", "3", "3.0"},
      {"30e-1", "3", "30e-1"},
      {"1e0", "1", "1e0"},
      {"-0", "0", "-0"},
      {"1e-400", "0", "1e-400"},
      {"2.5", "invalid_type", "2.5"},
      {"0.1000000000000000055511151231257827", "invalid_type",
       "0.1000000000000000055511151231257827"},
      {"-4", "integer_below_min_value", "decimal_below_min_value"},
      {"-1e30", "integer_below_min_value", "decimal_below_min_value"},
      {"4", "integer_above_max_value", "decimal_above_max_value"},
      {"1e30", "integer_above_max_value", "decimal_above_max_value"},
      {"3.0000000001", "invalid_type", "decimal_above_max_value"},
      {"1e400", "invalid_value", "invalid_value"},
      {"-1e400", "invalid_value", "invalid_value"},
      {"true", "invalid_type", "invalid_type"},
      {"\"3\"", "invalid_type", "invalid_type"},
      {"[3]", "invalid_type", "invalid_type"},
  };
  for (const auto& row : rows) {
    INFO(row.number);
    const Scanned scanned(row.number);
    const auto integer = integer_field(scanned.root(), "x", -3, 3);
    CHECK((integer.ok() ? std::to_string(**integer)
                        : std::string(traits(integer.error().code).code)) == row.integer);
    const auto number = number_field(scanned.root(), "x", -3, 3);
    CHECK((number.ok() ? number->text : traits(number.error().code).code) == row.decimal);
    if (!integer.ok()) CHECK(integer.error().param == "x");
    if (!number.ok()) CHECK(number.error().param == "x");
  }
}

TEST_CASE("a range is told by its broken end") {
  const Scanned scanned("[-5,5]");
  const Cursor low = scanned.root()[std::size_t{0}];
  const Cursor high = scanned.root()[std::size_t{1}];
  CHECK(integer_field(low, "n", 1, 4).error().message ==
        "Invalid 'n': integer below minimum value. Expected a value >= 1.");
  CHECK(integer_field(high, "n", 1, 4).error().message ==
        "Invalid 'n': integer above maximum value. Expected a value <= 4.");
  CHECK(number_field(low, "t", -2, 2).error().message ==
        "Invalid 't': decimal below minimum value. Expected a value >= -2.");
  CHECK(number_field(high, "t", -2, 2).error().message ==
        "Invalid 't': decimal above maximum value. Expected a value <= 2.");
}

TEST_CASE("flags and strings are what they say and nothing else") {
  const Scanned scanned(R"([true,false,"a\n",0,"true"])");
  const Cursor root = scanned.root();
  CHECK(**boolean_field(root[std::size_t{0}], "x") == true);
  CHECK(**boolean_field(root[std::size_t{1}], "x") == false);
  CHECK_FALSE(boolean_field(root[std::size_t{3}], "x").ok());
  CHECK_FALSE(boolean_field(root[std::size_t{4}], "x").ok());
  CHECK((*string_field(root[std::size_t{2}], "x"))->escaped == R"(a\n)");
  CHECK_FALSE(string_field(root[std::size_t{3}], "x").ok());
}
