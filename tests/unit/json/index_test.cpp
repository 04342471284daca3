// What the scanner accepts and what it notes. Names such as J-13 are rows of the fault list.
#include "json/index.h"

#include <chrono>
#include <string>

#include "support/catch.h"
#include "support/json_tools.h"

using proxy::json::Node;
using proxy::json::ScanLimits;
using proxy::json::Type;
using proxy::test::difference;
using proxy::test::Scanned;
using proxy::test::to_string;

namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i != times; ++i) out += text;
  return out;
}

const char* const kAccepted[] = {
    "0",
    "-0",
    "1e5",
    "1E+5",
    "1e-05",
    "0e0",
    "0.0",
    "-0.1e1",
    "123456789012345678901234567890",
    "true",
    "false",
    "null",
    "\"\"",
    "[]",
    "{}",
    " \t\r\n[ ] ",
    "[[],{}]",
    "{\"\":{}}",
    "{\"a\":1,\"a\":2}",
    "\"\x7F\"",
    "\"\\u0000\"",
    "\"\\\\\"",
    "\"\xEF\xBF\xBF\"",
    "\"\xF4\x8F\xBF\xBF\"",
    "\xEF\xBB\xBF{}",
    "\xEF\xBB\xBF \"a\"",                          // J-12
    "{\"__proto__\":1,\"constructor\":2,\"\":3}",  // J-19
};

}  // namespace

TEST_CASE("what is JSON is accepted", "[J-12][J-19]") {
  for (const char* text : kAccepted) {
    INFO(text);
    CHECK(to_string(Scanned(text).error) == "none");
    CHECK(difference(text) == "");
  }
}

TEST_CASE("J-13: a surrogate without its partner becomes U+FFFD in place") {
  const std::pair<const char*, const char*> rows[] = {
      {R"("\ud83d")", R"("\ufffd")"},
      {R"("\uDFFF")", R"("\ufffd")"},
      {R"("\ud83d\ude00")", R"("\ud83d\ude00")"},              // a pair
      {R"("\uD83D\uDE00")", R"("\uD83D\uDE00")"},              // a pair in upper case
      {R"("\udbff\udfff")", R"("\udbff\udfff")"},              // the last pair
      {R"("\ude00\ud83d")", R"("\ufffd\ufffd")"},              // the wrong way round
      {R"("\ud83d\ud83d\ude00")", R"("\ufffd\ud83d\ude00")"},  // the second has the partner
      {R"("\ud83d\udbff")", R"("\ufffd\ufffd")"},              // two high ones
      {R"("\ud83d\ue000")", R"("\ufffd\ue000")"},              // a high one and a character
      {R"("\ud83d\ude00\ude00")", R"("\ud83d\ude00\ufffd")"},  // the partner has one
      {R"("\ud83d\u0041")", R"("\ufffd\u0041")"},              // followed by another escape
      {R"("\ud83d\nx")", R"("\ufffd\nx")"},                    // by a short escape
      {R"("\ud83dude00")", R"("\ufffdude00")"},                // by text that looks like one
      {R"("\\ud83d")", R"("\\ud83d")"},                      // no escape: the backslash is escaped
      {R"("\\\ud83d")", R"("\\\ufffd")"},                    // an escape again
      {R"("\ud7ff\ue000")", R"("\ud7ff\ue000")"},            // the neighbours of surrogates
      {R"({"\ud83d":"\udc00"})", R"({"\ufffd":"\ufffd"})"},  // keys too
  };
  for (const auto& [text, repaired] : rows) {
    Scanned scanned(text);
    CHECK(to_string(scanned.error) == "none");
    CHECK(scanned.text() == repaired);
    CHECK(scanned.index.text() == repaired);
    CHECK(difference(text) == "");
  }
}

TEST_CASE("the index notes where each value stands") {
  const Scanned scanned(R"({"a": [1, -2.5], "b\n":"x\\" , "c":{} ,"d":null})");
  REQUIRE_FALSE(scanned.error);
  const Node expected[] = {
      {0, 48, 11, Type::object, false, false, false},
      {2, 3, 2, Type::string, false, false, false},
      {6, 15, 5, Type::array, false, false, false},
      {7, 8, 4, Type::number, false, true, false},
      {10, 14, 5, Type::number, false, false, false},
      {18, 21, 6, Type::string, true, false, false},
      {24, 27, 7, Type::string, true, false, false},
      {32, 33, 8, Type::string, false, false, false},
      {35, 37, 9, Type::object, false, false, false},
      {40, 41, 10, Type::string, false, false, false},
      {43, 47, 11, Type::null, false, false, false},
  };
  const auto nodes = scanned.index.nodes();
  REQUIRE(nodes.size() == std::size(expected));
  for (std::size_t i = 0; i != nodes.size(); ++i) {
    INFO("node " << i);
    CHECK(nodes[i].begin == expected[i].begin);
    CHECK(nodes[i].end == expected[i].end);
    CHECK(nodes[i].next == expected[i].next);
    CHECK(nodes[i].type == expected[i].type);
    CHECK(nodes[i].escaped == expected[i].escaped);
    CHECK(nodes[i].is_integer == expected[i].is_integer);
    CHECK(nodes[i].is_infinite == expected[i].is_infinite);
  }
}

TEST_CASE("J-08: a number beyond double is accepted and noted") {
  const std::pair<std::string, bool> rows[] = {
      {"1e400", true},
      {"-1e400", true},
      {"[1,1e309]", true},
      {"1e308", false},
      {"[1e-400,0e999999999999]", false},
      {"1" + repeat("0", 309), true},
      {"1" + repeat("0", 308), false},
      {repeat("9", 308), false},
      {repeat("9", 309), true},
      {"-" + repeat("9", 308), false},
      {"-" + repeat("9", 309), true},
      {"\"1e400\"", false},
      {"1e99999999999999999999", true},
  };
  for (const auto& [text, infinite] : rows) {
    INFO(text);
    const Scanned scanned(text);
    CHECK_FALSE(scanned.error);
    CHECK(scanned.index.has_infinite_number() == infinite);
    CHECK(difference(text) == "");
  }
}

TEST_CASE("J-16: depth is counted, and costs no stack") {
  const ScanLimits limits{128, 250'000};
  for (const std::string open : {"[", "{\"a\":", "[{\"a\":"}) {
    const bool both = open.size() > 5;
    const std::string close = both ? "}]" : open == "[" ? "]" : "}";
    const std::size_t times = both ? 64 : 128;
    const std::string fits = repeat(open, times - 1) + (both ? "[{}]" : open.substr(0, 1) + close) +
                             repeat(close, times - 1);
    CHECK(to_string(Scanned(fits, limits).error) == "none");
    const std::string deeper = repeat(open, times) + "[]" + repeat(close, times);
    CHECK(to_string(Scanned(deeper, limits).error) ==
          "too_deep at " + std::to_string(times * open.size()));
  }
  const std::string wide = "[" + repeat("[[]],", 1'000) + "[]]";
  CHECK(to_string(Scanned(wide, {3, 250'000}).error) == "none");
  CHECK(to_string(Scanned(repeat("[", 500'000), limits).error) == "too_deep at 128");
  CHECK(to_string(Scanned("[]", {0, 10}).error) == "too_deep at 0");
  const std::string balanced = repeat("[", 500'000) + repeat("]", 500'000);
  CHECK(to_string(Scanned(balanced, {500'000, 500'000}).error) == "none");
}

TEST_CASE("J-17: values and keys are counted") {
  CHECK(to_string(Scanned("[1,2]", {8, 3}).error) == "none");
  CHECK(to_string(Scanned("[1,2,3]", {8, 3}).error) == "too_many_values at 5");
  CHECK(to_string(Scanned("{\"a\":1}", {8, 3}).error) == "none");
  CHECK(to_string(Scanned("{\"a\":{}}", {8, 2}).error) == "too_many_values at 5");
  CHECK(to_string(Scanned("{\"a\":1}", {8, 1}).error) == "too_many_values at 2");
  CHECK(to_string(Scanned("1", {8, 0}).error) == "too_many_values at 0");
  const std::string many = "[" + repeat("1,", 250'000) + "1]";
  CHECK(to_string(Scanned(many, {128, 250'000}).error) == "too_many_values at 499999");
}

TEST_CASE("an index that is used again forgets the last document and keeps its memory") {
  proxy::test::Chunk first("[1,2,3,[4,1e999]]");
  proxy::test::Chunk second("[5]");
  proxy::test::Chunk broken("[1e999");
  proxy::json::Index index;
  REQUIRE_FALSE(index.scan(first.span(), proxy::test::kWideLimits));
  CHECK(index.nodes().size() == 7);
  CHECK(index.has_infinite_number());
  const Node* const memory = index.nodes().data();
  REQUIRE_FALSE(index.scan(second.span(), proxy::test::kWideLimits));
  CHECK(index.nodes().size() == 2);
  CHECK(index.nodes().data() == memory);
  CHECK_FALSE(index.has_infinite_number());
  CHECK(index.text() == "[5]");
  REQUIRE(index.scan(broken.span(), proxy::test::kWideLimits));
  CHECK_FALSE(index.has_infinite_number());
  CHECK(index.nodes().empty());
  REQUIRE_FALSE(index.scan(second.span(), proxy::test::kWideLimits));
  CHECK(index.nodes().size() == 2);
}

TEST_CASE("strings are read right whatever stands at whatever distance from a word's end") {
  const char* const pieces[] = {"",        "\\n",      "\\u0041",         "\\ud83d\\ude00",
                                "\\ud83d", "\xC3\xA9", "\xF0\x9F\x98\x80"};
  for (const char* piece : pieces) {
    for (std::size_t before = 0; before != 20; ++before) {
      for (std::size_t behind = 0; behind != 20; ++behind) {
        const std::string inside = repeat("a", before) + piece + repeat("b", behind);
        const auto found = difference("\"" + inside + "\"");
        if (!found.empty()) FAIL(found << inside);
        CHECK(to_string(Scanned("\"" + inside + "\x1F\"").error) ==
              "syntax at " + std::to_string(inside.size() + 1));
      }
    }
  }
}

TEST_CASE("J-19: huge keys, numbers and objects take linear time") {
  using Clock = std::chrono::steady_clock;
  std::string keys = "{";
  for (int i = 0; i != 100'000; ++i) keys += "\"key" + std::to_string(i) + "\":0,";
  keys += "\"last\":[]}";
  const std::string texts[] = {
      keys,
      "{\"" + repeat("k", 1'000'000) + "\":1}",
      "[" + repeat("9", 1'000'000) + "]",
      "[0." + repeat("0", 1'000'000) + "1e" + repeat("9", 1'000'000) + "]",
      repeat(" ", 1'000'000) + "0",
      "\"" + repeat("\\ud83d", 200'000) + "\"",
  };
  // A quadratic pass would take hours.
  const auto begin = Clock::now();
  for (const auto& text : texts) CHECK(to_string(Scanned(text).error) == "none");
  CHECK(Clock::now() - begin < std::chrono::seconds(20));
}
