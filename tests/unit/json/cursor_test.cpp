#include "json/cursor.h"

#include <cmath>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/json_tools.h"

using namespace std::string_literals;
using namespace std::string_view_literals;
using proxy::json::Cursor;
using proxy::json::Type;
using proxy::test::Scanned;

TEST_CASE("a value knows its type and its text") {
  const Scanned scanned(
      R"( {"s":"a\tb","n":-1.50,"t":true,"f":false,"z":null,"a":[1, 2],"o":{ },"e":""} )");
  const Cursor root = scanned.root();
  struct Row {
    const char* key;
    Type type;
    const char* raw;
  };
  const Row rows[] = {
      {"s", Type::string, R"("a\tb")"}, {"n", Type::number, "-1.50"}, {"t", Type::boolean, "true"},
      {"f", Type::boolean, "false"},    {"z", Type::null, "null"},    {"a", Type::array, "[1, 2]"},
      {"o", Type::object, "{ }"},       {"e", Type::string, R"("")"},
  };
  for (const Row& row : rows) {
    INFO(row.key);
    const Cursor value = root[row.key];
    REQUIRE(value.exists());
    CHECK(value.type() == row.type);
    CHECK(value.is(row.type));
    CHECK(value.raw().text == row.raw);
    CHECK(value.is_null() == (row.type == Type::null));
    CHECK(value.missing() == (row.type == Type::null));
    CHECK(value.string().has_value() == (row.type == Type::string));
    CHECK(value.boolean().has_value() == (row.type == Type::boolean));
    CHECK(value.whole().has_value() == (row.type == Type::number));
    CHECK_FALSE(value.integer().has_value());
  }
  CHECK(root["s"].string()->escaped == R"(a\tb)");
  CHECK(root["s"].text() == "a\tb");
  CHECK(root["e"].string()->empty());
  CHECK(root["t"].boolean() == true);
  CHECK(root["f"].boolean() == false);
  CHECK(root["n"].text() == "");
  CHECK(root.raw().text == scanned.index.text().substr(1, scanned.index.text().size() - 2));
}

TEST_CASE("look-ups through what is absent find nothing") {
  const Scanned scanned(R"({"a":[{"b":1}],"s":"x"})");
  const Cursor root = scanned.root();
  CHECK(root["a"][0]["b"].integer() == 1);
  for (const Cursor absent :
       {Cursor(), root["x"], root["x"]["y"][3]["z"], root["a"][1], root["a"]["b"], root["s"]["x"],
        root["s"][0], root[0], root["a"][0][0], root["A"]}) {
    CHECK_FALSE(absent.exists());
    CHECK(absent.missing());
    CHECK_FALSE(absent.is_null());
    CHECK_FALSE(absent.is(Type::null));
    CHECK(absent.type() == Type::null);
    CHECK(absent.raw().empty());
    CHECK_FALSE(absent.string());
    CHECK_FALSE(absent.boolean());
    CHECK_FALSE(absent.integer());
    CHECK_FALSE(absent.whole());
    CHECK_FALSE(absent.is_finite());
    CHECK_FALSE(absent.is_integral());
    CHECK_FALSE(absent.count());
    CHECK_FALSE(absent.equals(""));
    CHECK(absent.text() == "");
    CHECK(absent.size() == 0);
    for ([[maybe_unused]] const Cursor item : absent.items()) FAIL("an item");
    for ([[maybe_unused]] const Cursor::Member member : absent.members()) FAIL("a member");
    CHECK_FALSE(absent.pick(std::array{"a"sv})[0].exists());
  }
}

TEST_CASE("J-09: integers are exact and never rounded") {
  const std::pair<const char*, std::optional<std::int64_t>> rows[] = {
      {"0", 0},
      {"-0", 0},
      {"1.0", 1},
      {"1e2", 100},
      {"100e-2", 1},
      {"1.5", std::nullopt},
      {"1e-400", 0},
      {"9007199254740993", 9007199254740993},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"9223372036854775808", std::nullopt},
      {"-9223372036854775809", std::nullopt},
      {"92233720368547758070", std::nullopt},
      {"1e30", std::nullopt},
      {"1e400", std::nullopt},
      {"\"1\"", std::nullopt},
      {"true", std::nullopt},
      {"null", std::nullopt},
      {"[1]", std::nullopt},
  };
  for (const auto& [text, value] : rows) {
    INFO(text);
    CHECK(Scanned(text).root().integer() == value);
  }
}

TEST_CASE("a number without its fraction stays within int64") {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  struct Row {
    const char* text;
    std::optional<std::int64_t> whole;
    bool integral;
    bool finite;
  };
  const Row rows[] = {
      {"0", 0, true, true},
      {"-0.9", 0, false, true},
      {"1.5", 1, false, true},
      {"-1.5e3", -1500, true, true},
      {"1e-400", 0, true, true},
      {"9223372036854775807", kMax, true, true},
      {"9223372036854775808", kMax, true, true},
      {"-9223372036854775809", kMin, true, true},
      {"1e308", kMax, true, true},
      {"-1e400", kMin, true, false},
      {"\"1\"", std::nullopt, false, false},
      {"null", std::nullopt, false, false},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const Scanned scanned(row.text);
    CHECK(scanned.root().whole() == row.whole);
    CHECK(scanned.root().is_integral() == row.integral);
    CHECK(scanned.root().is_finite() == row.finite);
  }
}

TEST_CASE("a count may stand in a string") {
  const std::pair<const char*, std::optional<std::int64_t>> rows[] = {
      {"12", 12},
      {"\"12\"", 12},
      {"1e2", 100},
      {"\"-3\"", -3},
      {"\"9223372036854775807\"", INT64_MAX},
      {"\"\"", {}},
      {"\"12 \"", {}},
      {"\"1.5\"", {}},
      {"\"x\"", {}},
      {"\"9223372036854775808\"", {}},
      {"1.5", {}},
      {"null", {}},
      {"[1]", {}},
  };
  for (const auto& [text, value] : rows) {
    INFO(text);
    CHECK(Scanned(text).root().count() == value);
  }
}

TEST_CASE("J-14: a NUL escape is text like any other") {
  const Scanned scanned(R"(["a\u0000b"])");
  CHECK(scanned.root()[0].text() == "a\0b"s);
  CHECK(scanned.root()[0].equals("a\0b"sv));
  CHECK_FALSE(scanned.root()[0].equals("a"));
}

TEST_CASE("J-15: of duplicate keys every reader sees the last") {
  const Scanned scanned(
      R"({"model":"first","n":1,"\u006dodel":"second","n":null,"model":"third"})");
  const Cursor root = scanned.root();
  CHECK(root["model"].text() == "third");
  CHECK(root["n"].is_null());
  const auto [n, model, other] = root.pick(std::array{"n"sv, "model"sv, "other"sv});
  CHECK(model.text() == "third");
  CHECK(n.is_null());
  CHECK_FALSE(other.exists());
  CHECK(root.size() == 5);
}

TEST_CASE("J-21: keys match however they are escaped") {
  const char* const texts[] = {
      R"({"model":1})",
      R"({"\u006dodel":1})",
      R"({"\u006D\u006F\u0064\u0065\u006C":1})",
      R"({"mode\u006c":1})",
  };
  for (const char* text : texts) {
    INFO(text);
    const Scanned scanned(text);
    CHECK(scanned.root()["model"].integer() == 1);
    CHECK(scanned.root().pick(std::array{"model"sv})[0].integer() == 1);
    CHECK_FALSE(scanned.root()["mode"].exists());
    CHECK_FALSE(scanned.root()["models"].exists());
    CHECK_FALSE(scanned.root()[""].exists());
  }
  const Scanned scanned(R"({"a\/b":1,"\"":2,"\ud83d\ude00":3,"__proto__":4,"":5,"\u00e9":6})");
  CHECK(scanned.root()["a/b"].integer() == 1);
  CHECK(scanned.root()["\""].integer() == 2);
  CHECK(scanned.root()["\xF0\x9F\x98\x80"].integer() == 3);
  CHECK(scanned.root()["__proto__"].integer() == 4);
  CHECK(scanned.root()[""].integer() == 5);
  CHECK(scanned.root()["\xC3\xA9"].integer() == 6);
}

TEST_CASE("items and members come in the order of the text, each past what is nested in the last") {
  const Scanned scanned(R"([[1,[2,{"x":3}]],{"k":{"l":[]},"m":"n"},"end"])");
  std::vector<std::string> items;
  for (const Cursor item : scanned.root().items()) items.emplace_back(item.raw().text);
  CHECK(items ==
        std::vector<std::string>{R"([1,[2,{"x":3}]])", R"({"k":{"l":[]},"m":"n"})", R"("end")"});
  std::string members;
  for (const Cursor::Member member : scanned.root()[1].members()) {
    members += member.key.text() + "=" + std::string(member.value.raw().text) + ";";
  }
  CHECK(members == R"(k={"l":[]};m="n";)");
  CHECK(scanned.root().size() == 3);
  CHECK(scanned.root()[1].size() == 2);
  CHECK(scanned.root()[2].size() == 0);
  CHECK(scanned.root()[0][1][1]["x"].integer() == 3);
  // An array has no members and an object no items.
  for ([[maybe_unused]] const Cursor::Member member : scanned.root().members()) FAIL("a member");
  for ([[maybe_unused]] const Cursor item : scanned.root()[1].items()) FAIL("an item");
}

TEST_CASE("J-10: a large number keeps its digits in the raw text") {
  const Scanned scanned(R"({"id":123456789012345678901234567890.10})");
  CHECK(scanned.root()["id"].raw().text == "123456789012345678901234567890.10");
}

TEST_CASE("J-19: 100,000 members are picked in one pass") {
  std::string text = "{";
  for (int i = 0; i != 100'000; ++i)
    text += "\"key" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  text += "\"last\":true}";
  const Scanned scanned(text);
  const Cursor root = scanned.root();
  const auto [first, middle, last] = root.pick(std::array{"key0"sv, "key50000"sv, "last"sv});
  CHECK(first.integer() == 0);
  CHECK(middle.integer() == 50'000);
  CHECK(last.boolean() == true);
  CHECK(root.size() == 100'001);
}
