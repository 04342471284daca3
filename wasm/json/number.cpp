// All functions look at the number as sign, significant digits and magnitude, so that `1e2`,
// `100` and `10000e-2` are one thing and a number of a million digits costs one walk over them.
#include "json/number.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "json/bytes.h"

namespace proxy::json {
namespace {

// |value| is 0.DIGITS * 10^magnitude; neither the first nor the last digit is zero. No digits:
// zero.
struct Decimal {
  bool negative = false;
  std::string_view digits = {};  // a decimal point may stand among them
  std::size_t digit_count = 0;
  std::int64_t magnitude = 0;
};

// The number behind `e`. Larger than any count of digits means the same as infinite.
std::int64_t exponent_value(std::string_view exponent) {
  constexpr std::int64_t kEnough = 1'000'000'000'000;
  const bool negative = exponent.front() == '-';
  std::int64_t value = 0;
  for (const char c : exponent) {
    if (is_digit(c)) value = std::min(value * 10 + (c - '0'), kEnough);
  }
  return negative ? -value : value;
}

constexpr std::int64_t kSmallestMagnitude = -323;  // 4.94...e-324, the smallest double above 0

Decimal take_apart(std::string_view number) {
  Decimal decimal;
  decimal.negative = number.front() == '-';
  if (decimal.negative) number.remove_prefix(1);
  if (const auto e = number.find_first_of("eE"); e != std::string_view::npos) {
    decimal.magnitude = exponent_value(number.substr(e + 1));
    number = number.substr(0, e);
  }
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::size_t first = number.find_first_not_of("0.");
  if (first == std::string_view::npos) return decimal;
  const std::size_t last = number.find_last_not_of("0.");
  decimal.digits = number.substr(first, last + 1 - first);
  decimal.digit_count = decimal.digits.size() - (first < point && point < last ? 1 : 0);
  // 123.4 has magnitude 3, 0.05 has -1: the places between the point and the first digit.
  decimal.magnitude += static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  if (first > point) ++decimal.magnitude;
  if (decimal.magnitude < kSmallestMagnitude) decimal = {.negative = decimal.negative};
  return decimal;
}

// 2^1024 - 2^970, halfway between the largest double and the next that would be: from here on the
// nearest double is infinity (IEEE 754 section 4.3.1). 309 digits.
constexpr std::string_view kFirstInfinite =
    "1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490179775"
    "8"
    "7207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817"
    "7"
    "1153176447573027006985557136695962284291481986083493647529271907416844436551070434271155969950"
    "8"
    "093042880177904174497792";

constexpr std::int64_t kLargestMagnitude = 309;  // 1.797...e308

// Compares digit by digit, as if the shorter one went on with zeros.
bool reaches_first_infinite(std::string_view digits) {
  std::size_t place = 0;
  for (const char c : digits) {
    if (c == '.') continue;
    if (place == kFirstInfinite.size()) return true;
    if (c != kFirstInfinite[place]) return c > kFirstInfinite[place];
    ++place;
  }
  return kFirstInfinite.find_first_not_of('0', place) == std::string_view::npos;
}

bool is_out_of_double(const Decimal& decimal) {
  if (decimal.digits.empty() || decimal.magnitude < kLargestMagnitude) return false;
  return decimal.magnitude > kLargestMagnitude || reaches_first_infinite(decimal.digits);
}

int sign(const Decimal& decimal) {
  if (decimal.digits.empty()) return 0;
  return decimal.negative ? -1 : 1;
}

// No digit stands behind the point.
bool is_integral(const Decimal& decimal) {
  return decimal.digits.empty() ||
         decimal.magnitude >= static_cast<std::int64_t>(decimal.digit_count);
}

// Digit by digit, passing over points; neither ends in a zero, so a longer one is more.
int compare_digits(std::string_view a, std::string_view b) {
  std::size_t j = 0;
  for (const char c : a) {
    if (c == '.') continue;
    if (j < b.size() && b[j] == '.') ++j;
    if (j == b.size()) return 1;
    if (c != b[j]) return c < b[j] ? -1 : 1;
    ++j;
  }
  return j < b.size() ? -1 : 0;
}

constexpr std::int64_t kLongestInt64 = 19;  // digits; as many fit in 64 bits without a sign

// The first `places` digits, with zeros where there are fewer; at most kLongestInt64 of them.
std::uint64_t leading_places(const Decimal& decimal, std::int64_t places) {
  std::uint64_t value = 0;
  std::int64_t taken = 0;
  for (const char c : decimal.digits) {
    if (taken >= places) break;
    if (c == '.') continue;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    ++taken;
  }
  for (; taken < places; ++taken) value *= 10;
  return value;
}

}  // namespace

std::optional<std::int64_t> to_integer(std::string_view number) {
  const Decimal decimal = take_apart(number);
  if (decimal.digits.empty()) return 0;
  if (!is_integral(decimal) || decimal.magnitude > kLongestInt64) return std::nullopt;
  const std::uint64_t value = leading_places(decimal, decimal.magnitude);
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (value > kMax + (decimal.negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(decimal.negative ? -value : value);
}

std::int64_t to_whole(std::string_view number) {
  const Decimal decimal = take_apart(number);
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  const std::uint64_t most = kMax + (decimal.negative ? 1 : 0);
  std::uint64_t value = 0;
  if (decimal.magnitude > kLongestInt64) {
    value = decimal.digits.empty() ? 0 : most;
  } else {
    value = std::min(leading_places(decimal, decimal.magnitude), most);
  }
  return static_cast<std::int64_t>(decimal.negative ? -value : value);
}

bool is_integral(std::string_view number) { return is_integral(take_apart(number)); }

int compare(std::string_view number, std::string_view bound) {
  const Decimal a = take_apart(number);
  const Decimal b = take_apart(bound);
  if (sign(a) != sign(b)) return sign(a) - sign(b);
  if (a.magnitude != b.magnitude) return a.magnitude < b.magnitude ? -sign(a) : sign(a);
  return sign(a) * compare_digits(a.digits, b.digits);
}

bool is_out_of_double(std::string_view number) { return is_out_of_double(take_apart(number)); }

}  // namespace proxy::json
