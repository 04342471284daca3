#include "json/rope.h"

#include <random>
#include <string>
#include <vector>

#include "json/index.h"
#include "json/writer.h"
#include "support/catch.h"
#include "support/json_tools.h"

using proxy::json::is_gap;
using proxy::json::kGapBytes;
using proxy::json::Rope;
using proxy::json::Writer;

namespace {

constexpr proxy::json::ScanLimits kLimits = {.depth = 8, .values = 100};

std::string joined(const std::vector<std::string_view>& pieces) {
  std::string out;
  for (const std::string_view piece : pieces) out += piece;
  return out;
}

// One string per size, all in one text.
struct Strings {
  explicit Strings(std::vector<std::size_t> sizes) {
    for (const std::size_t size : sizes)
      all += std::string(size, static_cast<char>('a' + size % 26));
    std::size_t at = 0;
    for (const std::size_t size : sizes) {
      each.push_back({std::string_view(all).substr(at, size)});
      at += size;
    }
  }
  std::string all;
  std::vector<proxy::json::RawString> each;
};

}  // namespace

TEST_CASE("a rope of a short text is that text") {
  const Rope rope{R"({"a":1})", {}};
  CHECK(rope.size() == 7);
  CHECK(rope.flat() == R"({"a":1})");
  CHECK(joined(rope.pieces()) == R"({"a":1})");
  CHECK(Rope().flat().empty());
}

TEST_CASE("only long strings that last are left out") {
  const std::string lasting(kGapBytes + 1, 'x');
  const std::string_view view = lasting;
  CHECK(is_gap({view}, lasting));
  CHECK(is_gap({view.substr(1)}, lasting));
  CHECK_FALSE(is_gap({view.substr(2)}, lasting));
  const std::string other(kGapBytes + 1, 'x');
  CHECK_FALSE(is_gap({other}, lasting));
  CHECK_FALSE(is_gap({view}, {}));
  CHECK_FALSE(is_gap({view}, view.substr(1)));
  CHECK_FALSE(is_gap({view}, view.substr(0, kGapBytes)));
}

TEST_CASE("what is written to a rope is what is written to a text") {
  const Strings strings({kGapBytes - 1, kGapBytes, 3, 2 * kGapBytes, 0, kGapBytes + 7});
  const auto write = [&](Writer json) {
    json.begin_object();
    for (const auto string : strings.each) json.key("k").string(string);
    json.key("both").open_string().text(strings.each[1]).text(strings.each[3]).close_string();
    json.end_object();
  };
  std::string flat;
  write(Writer(flat));
  Rope rope;
  write(Writer(rope, std::string_view(strings.all)));
  CHECK(rope.gaps.size() == 5);
  CHECK(rope.text.size() < 2 * kGapBytes);
  CHECK(rope.flat() == flat);
  CHECK(rope.size() == flat.size());
  CHECK(joined(rope.pieces()) == flat);
  proxy::json::Index index;
  CHECK_FALSE(index.scan(rope.text, kLimits).has_value());
}

TEST_CASE("a gap may be asked for, to be filled later") {
  const std::string place = "here";
  const auto write = [&place](Writer json) {
    json.begin_object().key("a").gap({place}).key("b").integer(1).end_object();
  };
  Rope rope;
  write(Writer(rope, std::string_view()));
  CHECK(rope.text == R"({"a":"","b":1})");
  CHECK(rope.flat() == R"({"a":"here","b":1})");
  rope.gaps[0].bytes = "there";
  CHECK(rope.flat() == R"({"a":"there","b":1})");
  std::string text;
  write(Writer(text));
  CHECK(text == R"({"a":"here","b":1})");
}

// Members and items are taken over in any number and order, as repairs do it.
TEST_CASE("values bring their gaps along, each time they are copied") {
  std::mt19937 random(proxy::test::test_seed());
  INFO("seed " << proxy::test::test_seed());
  for (int round = 0; round < 200; ++round) {
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < 1 + random() % 8; ++i) {
      sizes.push_back(random() % 3 == 0 ? random() % 40 : kGapBytes + random() % 9);
    }
    const Strings strings(sizes);
    Rope source;
    Writer json(source, std::string_view(strings.all));
    json.begin_array();
    for (const auto string : strings.each) {
      json.begin_object().key("data").string(string).key("more").integer(1).end_object();
    }
    json.end_array();
    std::string whole = source.flat();
    proxy::json::Index flat_index;
    REQUIRE_FALSE(flat_index.scan(whole, kLimits).has_value());
    proxy::json::Index index;
    REQUIRE_FALSE(index.scan(source.text, kLimits).has_value());
    std::string expected;
    Rope out;
    Writer flat_writer(expected);
    Writer writer(out, source);
    flat_writer.begin_array();
    writer.begin_array();
    for (std::size_t n = random() % 12; n > 0; --n) {
      const std::size_t i = random() % strings.each.size();
      const auto from = proxy::json::Cursor(flat_index)[i];
      const auto gapped = proxy::json::Cursor(index)[i];
      if (random() % 2 == 0) {
        flat_writer.raw(from.raw());
        writer.raw(gapped.raw());
      } else {
        flat_writer.begin_object().key("d").raw(from["data"].raw()).end_object();
        writer.begin_object().key("d").raw(gapped["data"].raw()).end_object();
      }
    }
    flat_writer.end_array();
    writer.end_array();
    CHECK(out.flat() == expected);
  }
}
