#include "fronts/openai_chat/field.h"

#include <string>

#include "support/catch.h"
#include "support/json_tools.h"

using namespace proxy::fronts::openai_chat;
using proxy::ErrorBox;
using proxy::ErrorCode;
using proxy::traits;
using proxy::json::Cursor;
using proxy::json::RawString;
using proxy::json::RawValue;
using proxy::test::Scanned;

namespace {

std::string told(const ErrorBox& refusal) {
  if (!refusal) return "";
  return std::string(traits((*refusal).code).code) + " " + (*refusal).param + ": " +
         (*refusal).message;
}

std::string code(const ErrorBox& refusal) { return std::string(traits((*refusal).code).code); }

}  // namespace

TEST_CASE("a type is named as in a sentence") {
  const Scanned scanned(R"([null,true,1,1.0,1e2,1.5,1e30,"x",[],{}])");
  const char* const names[] = {"null",      "a boolean", "an integer", "an integer", "an integer",
                               "a decimal", "a decimal", "a string",   "an array",   "an object"};
  std::size_t i = 0;
  for (const Cursor item : scanned.root().items()) CHECK(type_name(item) == names[i++]);
  CHECK(i == 10);
  CHECK(type_name(Cursor()) == "nothing");
}

TEST_CASE("a path is written as OpenAI writes it") {
  const Scanned scanned(R"({"messages":[{"content":[[{"image_url":{"url":1}}]]}]})");
  ErrorBox refusal;
  const Field root(scanned.root(), refusal);
  const Field messages = root["messages"];
  const Field message(messages, 12, messages.value()[std::size_t{0}]);
  const Field content = message["content"];
  const Field part(content, std::size_t{0}, content.value()[std::size_t{0}]);
  const Field inner(part, std::size_t{2}, part.value()[std::size_t{0}]);
  const Field image = inner["image_url"];
  CHECK(root.path().empty());
  CHECK(messages.path() == "messages");
  CHECK(message.path() == "messages[12]");
  CHECK(content.path() == "messages[12].content");
  CHECK(inner.path() == "messages[12].content[0][2]");
  CHECK(image["url"].path() == "messages[12].content[0][2].image_url.url");
  CHECK(image.either("uri", "url").path() == "messages[12].content[0][2].image_url.url");
  CHECK(image.either("url", "uri").value().exists());
}

TEST_CASE("refusals name the place and what was expected, and quote nothing") {
  const Scanned scanned(R"({"x":"a secret"})");
  const auto after = [&scanned](const auto& refuse) {
    ErrorBox refusal;
    const Field root(scanned.root(), refusal);
    CHECK_FALSE(refuse(root["x"], root["y"]));
    return told(refusal);
  };
  CHECK(after([](const Field& x, const Field&) { return x.wrong_type("an integer"); }) ==
        "invalid_type x: Invalid type for 'x': expected an integer, but got a string instead.");
  CHECK(after([](const Field&, const Field& y) { return y.need(); }) ==
        "missing_required_parameter y: Missing required parameter: 'y'.");
  CHECK(after([](const Field& x, const Field&) { return x.invalid("it is odd."); }) ==
        "invalid_value x: Invalid value for 'x': it is odd.");
  CHECK(after([](const Field& x, const Field&) { return x.unsupported_parameter("No."); }) ==
        "unsupported_parameter x: Unsupported parameter: 'x'. No.");
  CHECK(after([](const Field& x, const Field&) { return x.unsupported_value("No."); }) ==
        "unsupported_value x: Unsupported value: 'x'. No.");
  CHECK(after([](const Field& x, const Field&) {
          return x.refuse(ErrorCode::empty_array, "empty array.");
        }) == "empty_array x: Invalid 'x': empty array.");
  CHECK(after([](const Field& x, const Field& y) { return x.invalid("one.") || y.need(); }) ==
        "invalid_value x: Invalid value for 'x': one.");
}

TEST_CASE("absent and null are nothing to every reader") {
  const Scanned scanned(R"({"x":null})");
  ErrorBox refusal;
  const Field root(scanned.root(), refusal);
  for (const char* name : {"x", "y"}) {
    const Field field = root[name];
    bool flag = true;
    std::int64_t integer = 7;
    RawString string{"kept"};
    RawValue decimal;
    CHECK(field.take(flag));
    CHECK(field.take(integer, 0, 1));
    CHECK(field.take(string));
    CHECK(field.take_decimal(decimal, 0, 1));
    CHECK(field.check_object());
    CHECK(field.check_array(0));
    CHECK(flag);
    CHECK(integer == 7);
    CHECK(string.escaped == "kept");
    CHECK(decimal.empty());
  }
  CHECK_FALSE(refusal);
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
    const Scanned scanned(R"({"x":)" + std::string(row.number) + "}");
    ErrorBox first;
    ErrorBox second;
    std::int64_t integer = 99;
    RawValue decimal;
    const bool whole = Field(scanned.root(), first)["x"].take(integer, -3, 3);
    CHECK((whole ? std::to_string(integer) : code(first)) == row.integer);
    const bool any = Field(scanned.root(), second)["x"].take_decimal(decimal, -3, 3);
    CHECK((any ? std::string(decimal.text) : code(second)) == row.decimal);
    if (!whole) CHECK((*first).param == "x");
    if (!any) CHECK((*second).param == "x");
  }
}

TEST_CASE("a name or an id that is longer than any is refused") {
  const std::string most(1'048'576, 'x');
  const Scanned scanned(R"({"a":")" + most + R"(","b":")" + most + R"(y","c":1})");
  ErrorBox refusal;
  const Field root(scanned.root(), refusal);
  RawString word;
  CHECK(root["a"].take_word(word));
  CHECK(word.escaped == most);
  CHECK(root["none"].take_word(word));
  CHECK_FALSE(root["b"].take_word(word));
  CHECK(told(refusal) ==
        "string_above_max_length b: Invalid 'b': string too long. Expected a string with maximum "
        "length 1048576.");
  ErrorBox other;
  CHECK_FALSE(Field(scanned.root(), other)["c"].take_word(word));
  CHECK(code(other) == "invalid_type");
}

TEST_CASE("a member's name is fit for a message, however long it is") {
  const struct {
    std::string escaped;
    std::string printed;
  } rows[] = {
      {"", ""},
      {"plain", "plain"},
      {R"(\\"\u0041)", R"(\\"\u0041)"},
      {R"(a\u0007\nb)", "a? b"},
      {std::string(1'000, 'x'), std::string(128, 'x')},
      {std::string(127, 'x') + R"(\\\\)", std::string(127, 'x') + '\\'},
  };
  for (const auto& row : rows) {
    INFO(row.escaped);
    const Scanned scanned("{\"" + row.escaped + "\":1}");
    for (const auto [key, value] : scanned.root().members()) CHECK(printable(key) == row.printed);
  }
  // Wherever an escape is cut.
  for (std::size_t before = 0; before < 8; ++before) {
    std::string escaped(before, 'x');
    for (int i = 0; i < 400; ++i) escaped += R"(\ud83d\ude00\\)";
    const Scanned scanned("{\"" + escaped + "\":1}");
    for (const auto [key, value] : scanned.root().members()) {
      const std::string printed = printable(key);
      CHECK(printed.starts_with(std::string(before, 'x') + "\xF0\x9F\x98\x80\\"));
      CHECK(printed.size() <= 128);
      CHECK(printed.size() > 123);
    }
  }
}

TEST_CASE("a range is told by its broken end") {
  const Scanned scanned(R"({"a":-5,"b":5,"c":[1,2]})");
  const auto after = [&scanned](const auto& read) {
    ErrorBox refusal;
    CHECK_FALSE(read(Field(scanned.root(), refusal)));
    return std::string((*refusal).message);
  };
  std::int64_t out = 0;
  RawValue value;
  CHECK(after([&](const Field& root) { return root["a"].take(out, 1, 4); }) ==
        "Invalid 'a': integer below minimum value. Expected a value >= 1.");
  CHECK(after([&](const Field& root) { return root["b"].take(out, 1, 4); }) ==
        "Invalid 'b': integer above maximum value. Expected a value <= 4.");
  CHECK(after([&](const Field& root) { return root["a"].take_decimal(value, -2, 2); }) ==
        "Invalid 'a': decimal below minimum value. Expected a value >= -2.");
  CHECK(after([&](const Field& root) { return root["b"].take_decimal(value, -2, 2); }) ==
        "Invalid 'b': decimal above maximum value. Expected a value <= 2.");
  CHECK(after([](const Field& root) { return root["c"].check_array(1); }) ==
        "Invalid 'c': array too long. Expected an array with maximum length 1.");
}

TEST_CASE("flags and strings are what they say and nothing else") {
  const Scanned scanned(R"({"a":true,"b":false,"c":"a\n","d":0,"e":"true"})");
  ErrorBox refusal;
  const Field root(scanned.root(), refusal);
  bool flag = false;
  RawString string;
  CHECK(root["a"].take(flag));
  CHECK(flag);
  CHECK(root["b"].take(flag));
  CHECK_FALSE(flag);
  CHECK(root["c"].need(string));
  CHECK(string.escaped == R"(a\n)");
  CHECK_FALSE(refusal);
  CHECK_FALSE(root["d"].take(flag));
  CHECK_FALSE(root["e"].take(flag));
  CHECK_FALSE(root["d"].take(string));
  CHECK((*refusal).param == "d");  // the first is kept
}
