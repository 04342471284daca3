#include "base/calendar.h"

#include <cstdint>
#include <optional>
#include <string>

#include "base/text.h"
#include "support/catch.h"

using namespace proxy;

TEST_CASE("days are counted from 1970") {
  const struct {
    std::int64_t year;
    int month;
    std::int64_t day;
    std::int64_t days;
  } rows[] = {{1970, 1, 1, 0},      {1969, 12, 31, -1},     {2000, 2, 29, 11'016},
              {2000, 3, 1, 11'017}, {2026, 11, 25, 20'782}, {2100, 3, 1, 47'541},
              {2026, 3, 0, 20'512}, {1600, 1, 1, -135'140}};
  for (const auto& row : rows) {
    INFO(row.year << '-' << row.month << '-' << row.day);
    CHECK(base::days_since_epoch(row.year, row.month, row.day) == row.days);
  }
}

TEST_CASE("a date of HTTP becomes milliseconds") {
  const struct {
    const char* text;
    std::optional<std::int64_t> ms;
  } rows[] = {
      {"Sun, 06 Nov 1994 08:49:37 GMT", 784'111'777'000},
      {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
      {"Wed, 25 Nov 2026 14:12:41 GMT", 1'795'615'961'000},
      {"Sunday, 06-Nov-94 08:49:37 GMT", std::nullopt},
      {"Sun Nov  6 08:49:37 1994", std::nullopt},
      {"Sun, 06 Abc 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 anF 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 6 Nov 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 CET", std::nullopt},
      {"120", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK(text::http_date_ms(row.text) == row.ms);
  }
}

TEST_CASE("a day of Google's quotas ends at midnight in California") {
  const struct {
    const char* now;
    const char* midnight;
  } rows[] = {
      {"Wed, 25 Nov 2026 14:12:41 GMT", "Thu, 26 Nov 2026 08:00:00 GMT"},
      {"Thu, 26 Nov 2026 07:59:59 GMT", "Thu, 26 Nov 2026 08:00:00 GMT"},
      {"Thu, 26 Nov 2026 08:00:00 GMT", "Fri, 27 Nov 2026 08:00:00 GMT"},
      {"Fri, 03 Jul 2026 12:00:00 GMT", "Sat, 04 Jul 2026 07:00:00 GMT"},
      // The days on which the clock is changed have 23 and 25 hours.
      {"Sun, 08 Mar 2026 08:00:00 GMT", "Mon, 09 Mar 2026 07:00:00 GMT"},
      {"Sat, 07 Mar 2026 09:00:00 GMT", "Sun, 08 Mar 2026 08:00:00 GMT"},
      {"Sun, 01 Nov 2026 07:00:00 GMT", "Mon, 02 Nov 2026 08:00:00 GMT"},
      {"Sat, 31 Oct 2026 08:00:00 GMT", "Sun, 01 Nov 2026 07:00:00 GMT"},
      {"Thu, 31 Dec 2026 23:00:00 GMT", "Fri, 01 Jan 2027 08:00:00 GMT"},
      {"Fri, 01 Jan 2027 07:00:00 GMT", "Fri, 01 Jan 2027 08:00:00 GMT"},
      {"Mon, 11 Mar 2024 06:59:59 GMT", "Mon, 11 Mar 2024 07:00:00 GMT"},
  };
  for (const auto& row : rows) {
    INFO(row.now);
    CHECK(base::next_pacific_midnight_ms(*text::http_date_ms(row.now)) ==
          *text::http_date_ms(row.midnight));
  }
}
