// Days and times of the Gregorian calendar, in milliseconds since 1970-01-01 UTC.
#pragma once

#include <cstdint>

namespace proxy::base {

inline constexpr std::int64_t kDayMs = 86'400'000;

// Days since 1970-01-01; `month` from 1, `day` any number, so that day 0 is the last of the month
// before.
std::int64_t days_since_epoch(std::int64_t year, int month, std::int64_t day);

// The next midnight in Los Angeles, when Google's daily quotas begin anew. Summer time there is
// from 2:00 on the second Sunday of March to 2:00 on the first Sunday of November (15 USC 260a).
std::int64_t next_pacific_midnight_ms(std::int64_t now_ms);

}  // namespace proxy::base
