#include "base/calendar.h"

namespace proxy::base {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kWinterMs = 8 * kHourMs;  // behind UTC

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::int64_t year_of(std::int64_t ms) {
  std::int64_t year = 1970 + floor_div(ms, kDayMs * 365);  // not too early
  while (days_since_epoch(year, 1, 1) * kDayMs > ms) --year;
  return year;
}

// The n-th Sunday of a month. 1970-01-01 was a Thursday.
std::int64_t sunday(std::int64_t year, int month, int n) {
  const std::int64_t first = days_since_epoch(year, month, 1);
  const std::int64_t weekday = (first + 4) - 7 * floor_div(first + 4, 7);  // 0: Sunday
  return first + (7 - weekday) % 7 + 7 * (n - 1);
}

std::int64_t behind_utc_ms(std::int64_t now_ms) {
  const std::int64_t year = year_of(now_ms - kWinterMs);
  const std::int64_t begin = sunday(year, 3, 2) * kDayMs + 2 * kHourMs + kWinterMs;
  const std::int64_t end = sunday(year, 11, 1) * kDayMs + kHourMs + kWinterMs;
  return now_ms >= begin && now_ms < end ? kWinterMs - kHourMs : kWinterMs;
}

}  // namespace

std::int64_t days_since_epoch(std::int64_t year, int month, std::int64_t day) {
  // Years that begin in March have their leap day at the end.
  if (month <= 2) --year;
  const int months = (month + 9) % 12;  // since March
  const std::int64_t leap_days = floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400);
  constexpr std::int64_t kEpoch = 719'469;  // 1970-01-01, counted from March 0 of the year 0
  return 365 * year + leap_days + (153 * months + 2) / 5 + day - kEpoch;
}

std::int64_t next_pacific_midnight_ms(std::int64_t now_ms) {
  const std::int64_t local_ms = now_ms - behind_utc_ms(now_ms);
  const std::int64_t midnight_ms = (floor_div(local_ms, kDayMs) + 1) * kDayMs;
  // The clock may be changed before: what counts is the distance to UTC at that midnight.
  return midnight_ms + behind_utc_ms(midnight_ms + kWinterMs - kHourMs);
}

}  // namespace proxy::base
