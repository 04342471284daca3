#include "json/number.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <string>

#include "support/catch.h"
#include "support/splits.h"

using proxy::json::compare;
using proxy::json::is_out_of_double;
using proxy::json::to_integer;
using proxy::test::Chunk;

namespace {

constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
constexpr auto kMax = std::numeric_limits<std::int64_t>::max();

std::string zeros(std::size_t count) { return std::string(count, '0'); }

// Half way between the largest double and 2^1024, and the digits in front of its last one.
const std::string kBorderStart =
    "1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490179775"
    "8"
    "7207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817"
    "7"
    "1153176447573027006985557136695962284291481986083493647529271907416844436551070434271155969950"
    "8"
    "09304288017790417449779";

// Compares with what strtod says of both.
void check_order(const std::string& a, const std::string& b) {
  const double x = std::strtod(a.c_str(), nullptr);
  const double y = std::strtod(b.c_str(), nullptr);
  if (std::isinf(x) || std::isinf(y)) return;
  const Chunk first(a);
  const Chunk second(b);
  const int order = compare({first.bytes.get(), first.size}, {second.bytes.get(), second.size});
  // Equal doubles may still be different numbers.
  if ((x < y && order >= 0) || (x > y && order <= 0)) FAIL(a << " against " << b);
}

void check_infinite(const std::string& number) {
  const Chunk exact(number);
  const bool infinite = std::isinf(std::strtod(number.c_str(), nullptr));
  if (is_out_of_double({exact.bytes.get(), exact.size}) != infinite) FAIL(number.substr(0, 400));
}

}  // namespace

TEST_CASE("integers are exact in whatever form they are written") {
  const std::pair<std::string, std::optional<std::int64_t>> rows[] = {
      {"0", 0},
      {"-0", 0},
      {"0.0e5", 0},
      {"0e-99999999999999999999", 0},
      {"1", 1},
      {"1.0", 1},
      {"1e2", 100},
      {"1E+2", 100},
      {"-1e2", -100},
      {"100e-2", 1},
      {"100.00e-2", 1},
      {"1.5", std::nullopt},
      {"1.5e1", 15},
      {"0.15e2", 15},
      {"0.00015e5", 15},
      {"0.00015e4", std::nullopt},
      {"-0.5", std::nullopt},
      {"15e-1", std::nullopt},
      {"1e-1", std::nullopt},
      {"1e-400", 0},  // too small for a double
      {"1e-300", std::nullopt},
      {"9007199254740993.0", 9007199254740993},  // 2^53 + 1: a double would lose it
      {"9223372036854775807.0", kMax},
      {"9223372036854775807e0", kMax},
      {"922337203685477580700e-2", kMax},
      {"9223372036854775808.0", std::nullopt},
      {"-9223372036854775808.0", kMin},
      {"-9.223372036854775808e18", kMin},
      {"-9223372036854775809.0", std::nullopt},
      {"9.3e18", std::nullopt},
      {"1e18", 1'000'000'000'000'000'000},
      {"1e19", std::nullopt},
      {"99999999999999999999e-1", std::nullopt},
      {"18446744073709551617.0", std::nullopt},  // 2^64 + 1
      {"1e99999999999999999999", std::nullopt},
      {"1" + zeros(100'000) + "e-100000", 1},
      {"0." + zeros(100'000) + "7e100001", 7},
      {"7." + zeros(100'000), 7},
      {"7." + zeros(100'000) + "1", std::nullopt},
  };
  for (const auto& [text, value] : rows) {
    INFO(text.substr(0, 60));
    const Chunk exact(text);
    CHECK(to_integer({exact.bytes.get(), exact.size}) == value);
  }
}

TEST_CASE("numbers are compared exactly, in every notation") {
  struct Row {
    const char* a;
    const char* b;
    int order;
  };
  const Row rows[] = {
      {"0", "-0", 0},
      {"1", "1.0", 0},
      {"100", "1e2", 0},
      {"0.1", "1e-1", 0},
      {"1", "2", -1},
      {"-1", "-2", 1},
      {"-1", "1", -1},
      {"0", "1e-300", -1},
      {"0", "-1e-300", 1},
      {"1e-400", "0", 0},
      {"2", "1.995", 1},
      {"1.99", "1.995", -1},
      {"10", "9", 1},
      {"9.99", "10", -1},
      {"-10", "-9", -1},
      {"1e400", "1e399", 1},
      {"2.0000000000000000001", "2", 1},
      {"-2.0000000000000000001", "-2", -1},
      {"9007199254740993", "9007199254740992", 1},
      {"1.5", "15e-1", 0},
      {"15", "1.5", 1},
      {"1.05", "1.5", -1},
      {"0.05", "0.5", -1},
      {"123.456", "123456e-3", 0},
  };
  for (const Row& row : rows) {
    INFO(row.a << " against " << row.b);
    const int order = compare(row.a, row.b);
    const int reverse = compare(row.b, row.a);
    CHECK((order > 0) - (order < 0) == row.order);
    CHECK((reverse > 0) - (reverse < 0) == -row.order);
  }
}

TEST_CASE("the border to infinity is exact, in every notation") {
  for (const char* last : {"0", "1", "2", "3"}) {
    const std::string border = kBorderStart + last;
    const bool infinite = last[0] >= '2';
    CHECK(is_out_of_double(border) == infinite);
    check_infinite(border);
    check_infinite("-" + border + ".0");
    check_infinite("0." + border + "e309");
    check_infinite(border.substr(0, 1) + "." + border.substr(1) + "e308");
    check_infinite("0." + zeros(50) + border + "e359");
    check_infinite(border + zeros(50) + "e-50");
  }
  CHECK_FALSE(is_out_of_double(kBorderStart + "1." + std::string(1'000, '9')));
  CHECK(is_out_of_double(kBorderStart + "2." + zeros(1'000) + "1"));
  CHECK(is_out_of_double("1" + zeros(309)));
}

TEST_CASE("random numbers stand in the order that strtod gives them") {
  std::string previous = "0";
  const auto seed = proxy::test::test_seed();
  INFO("PROXY_TEST_SEED=" << seed);
  std::mt19937 random(seed);
  for (int round = 0; round != 20'000; ++round) {
    std::string number = random() % 2 == 0 ? "-" : "";
    const auto digits = [&](std::size_t longest) {
      for (std::size_t i = random() % longest; i != 0; --i) {
        number += static_cast<char>('0' + (random() % 3 == 0 ? 0 : random() % 10));
      }
    };
    number += static_cast<char>('1' + random() % 9);
    digits(random() % 50 == 0 ? 900 : 25);
    if (random() % 2 == 0) {
      number += "." + std::string(random() % 4, '0');
      digits(random() % 50 == 0 ? 900 : 25);
      number += "0";
    }
    if (random() % 2 == 0) number += "e" + std::to_string(static_cast<int>(random() % 700) - 350);
    check_infinite(number);
    check_order(number, previous);
    previous = number;
  }
}

TEST_CASE("an integer keeps its value when its point is moved") {
  const auto seed = proxy::test::test_seed();
  INFO("PROXY_TEST_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round != 5'000; ++round) {
    const auto value = static_cast<std::int64_t>(random()) >> (random() % 64);
    std::string digits = std::to_string(value);
    const std::string sign = value < 0 ? "-" : "";
    digits.erase(0, sign.size());
    const std::size_t whole = 1 + random() % digits.size();
    const std::size_t moved = digits.size() - whole;
    const std::string fraction = moved == 0 ? "0" : digits.substr(whole);
    const std::string text =
        sign + digits.substr(0, whole) + "." + fraction + "e" + std::to_string(moved);
    INFO(text);
    if (to_integer(text) != value) FAIL(text);
    const std::string longer = sign + digits + zeros(random() % 30);
    const std::size_t added = longer.size() - sign.size() - digits.size();
    if (to_integer(longer + "e-" + std::to_string(added)) != value) FAIL(longer);
  }
}
