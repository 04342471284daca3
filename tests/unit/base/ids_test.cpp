#include "base/ids.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "support/catch.h"

using proxy::ids::Base62;
using proxy::ids::request_id;

TEST_CASE("a request id shows its 16 bytes as 32 hex digits") {
  const std::array<std::uint8_t, 16> bytes = {0x00, 0x01, 0x7F, 0x80, 0xFF, 0x10, 0x0A, 0xA0,
                                              0xDE, 0xAD, 0xBE, 0xEF, 0x12, 0x34, 0x56, 0x78};
  CHECK(request_id(bytes) == "req_00017f80ff100aa0deadbeef12345678");
}

TEST_CASE("ids follow from their seed") {
  const struct {
    std::uint64_t seed;
    const char* id;
  } rows[] = {
      {0, "lwnQgf8efPuSTisCCC2UXNPj"},
      {1, "plbPwCHg2SNCKdnkOKGOoowD"},
      {42, "PMuFU3l3WIxuaJmYYEuVsUg2"},
  };
  for (const auto& row : rows) {
    INFO("seed " << row.seed);
    CHECK(Base62(row.seed).take(24) == row.id);
  }
}

TEST_CASE("an id has the length asked for") {
  for (std::size_t length : {0u, 1u, 9u, 10u, 11u, 24u, 64u}) {
    CHECK(Base62(7).take(length).size() == length);
  }
}

TEST_CASE("ids of one generator and of neighbouring seeds differ") {
  std::set<std::string> ids;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Base62 generator(seed);
    for (int i = 0; i < 100; ++i) ids.insert(generator.take(24));
  }
  CHECK(ids.size() == 10'000);
}

TEST_CASE("an id holds letters and digits, each about as often") {
  std::map<char, int> counts;
  Base62 generator(1);
  for (int i = 0; i < 1'000; ++i) {
    for (const char c : generator.take(62)) ++counts[c];
  }
  CHECK(counts.size() == 62);
  for (const auto& [c, count] : counts) {
    INFO(c << " came " << count << " times");
    CHECK(std::isalnum(static_cast<unsigned char>(c)));
    CHECK((count > 850 && count < 1'150));
  }
}
