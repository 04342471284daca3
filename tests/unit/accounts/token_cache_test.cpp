#include "accounts/token_cache.h"

#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/splits.h"

using namespace proxy::accounts;
using proxy::SecretString;
using proxy::test::Chunk;
using State = TokenRecord::State;

namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;
constexpr std::string_view kMine = "0123456789abcdef";

TokenRecord read(std::string_view value) {
  Chunk chunk(value);
  return read_token_record(chunk.span(), kMine, kNow);
}

std::string record(std::string_view token, std::string_view expires_in, std::string_view timestamp,
                   std::string_view fp) {
  std::string out = "{";
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (out.size() > 1) out += ',';
    out += '"' + std::string(name) + "\":" + std::string(value);
  };
  add("access_token", token);
  add("expires_in", expires_in);
  add("timestamp", timestamp);
  add("fp", fp);
  return out + "}";
}

}  // namespace

TEST_CASE("the keys hold the account's index and nothing else") {
  CHECK(token_key(0) == "token_0");
  CHECK(dead_key(12) == "dead_12");
  CHECK(cool_key(7) == "cool_7");
  CHECK(refresh_key(999) == "refresh_999");
}

TEST_CASE("a token record reads back as it was written") {
  NewToken token;
  token.access_token = SecretString("access-a");
  token.expires_in_s = 3'599;
  const std::string text = write_token_record(token, kMine, kNow);
  CHECK(text == R"({"access_token":"access-a","expires_in":3599,"timestamp":1700000000000,)"
                R"("fp":"0123456789abcdef"})");
  const TokenRecord back = read(text);
  CHECK(back.state == State::good);
  CHECK(back.access_token.reveal() == "access-a");
  CHECK(back.expires_at_ms == kNow + 3'599'000);
}

TEST_CASE("what a token record is worth", "[A-13][B-03][B-04][B-05][B-06][B-07][O-11]") {
  struct Row {
    std::string_view id, token, expires_in, timestamp, fp;
    State state;
    std::int64_t life_ms;
  };
  const std::string_view fp = "\"0123456789abcdef\"";
  const Row rows[] = {
      {"", "\"t\"", "3600", "1699999999000", fp, State::good, 3'599'000},
      {"A-13", "\"t\"", "3600", "1700000000000", "\"fedcba9876543210\"", State::miss, 0},
      {"A-13", "\"t\"", "3600", "1700000000000", "\"\"", State::miss, 0},
      {"B-03", "", "3600", "1700000000000", fp, State::bad, 0},
      {"B-03", "null", "3600", "1700000000000", fp, State::bad, 0},
      {"B-03", "\"\"", "3600", "1700000000000", fp, State::bad, 0},
      {"B-03", "7", "3600", "1700000000000", fp, State::bad, 0},
      {"B-03", "\"a\\r\\nb\"", "3600", "1700000000000", fp, State::bad, 0},
      {"B-03", "\"t\"", "\"3600\"", "1700000000000", fp, State::bad, 0},
      {"B-03", "\"t\"", "3600", "\"2023\"", fp, State::bad, 0},
      {"B-03", "\"t\"", "3600", "1700000000000", "7", State::bad, 0},
      {"B-04", "\"t\"", "", "1700000000000", fp, State::miss, 0},
      {"B-04", "\"t\"", "3600", "", fp, State::miss, 0},
      {"B-04", "\"t\"", "null", "1700000000000", fp, State::miss, 0},
      {"B-04", "\"t\"", "1e999", "1700000000000", fp, State::miss, 0},
      {"B-04", "\"t\"", "3600", "1e999", fp, State::miss, 0},
      {"B-04", "\"t\"", "3600", "1e300", fp, State::miss, 0},
      {"B-04", "\"t\"", "3600", "0", fp, State::miss, 0},
      {"B-04", "\"t\"", "-1e308", "1700000000000", fp, State::miss, 0},
      {"B-05", "\"t\"", "3600", "1700000000000", "", State::good, 3'600'000},
      {"B-06", "\"t\"", "3600", "1699996400000", fp, State::miss, 0},
      {"B-06", "\"t\"", "3600", "1699996400001", fp, State::good, 1},
      {"B-07", "\"t\"", "3600", "1700000300000", fp, State::good, 3'600'000},
      {"B-07", "\"t\"", "3600", "1700000300001", fp, State::miss, 0},
      {"O-11", "\"t\"", "1e9", "1700000000000", fp, State::good, 86'400'000},
      {"", "\"t\"", "3600", "1700000000", fp, State::good, 3'600'000},    // seconds
      {"", "\"t\"", "3600", "1699999999.5", fp, State::good, 3'599'000},  // fractions do not count
      {"", "\"t\"", "0.5", "1700000000000", fp, State::miss, 0},
  };
  for (const Row& row : rows) {
    const std::string text = record(row.token, row.expires_in, row.timestamp, row.fp);
    CAPTURE(row.id, text);
    const TokenRecord got = read(text);
    CHECK(got.state == row.state);
    CHECK(got.access_token.empty() == (row.state != State::good));
    if (row.state == State::good) CHECK(got.expires_at_ms - kNow == row.life_ms);
  }
}

TEST_CASE("B-03 values that are no record") {
  for (const std::string_view text :
       {"", " ", "null", "7", "\"t\"", "[]", "{}", "access-a", "{\"access_token\":\"t\"",
        "[{\"access_token\":\"t\"}]", "\xFF\xFE", "{\"access_token\":{\"access_token\":\"t\"}}"}) {
    CAPTURE(text);
    CHECK(read(text).state == State::bad);
  }
}

TEST_CASE("B-03 every prefix of a record is refused") {
  const std::string text = record("\"t\"", "3600", "1700000000000", "\"0123456789abcdef\"");
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK(read(std::string_view(text).substr(0, size)).state == State::bad);
  }
}

TEST_CASE("O-01 a dead record holds for ten minutes, for its own account") {
  const std::string text = write_dead_record("invalid_grant", kMine, kNow);
  CHECK(text == R"({"reason":"invalid_grant","at":1700000000000,"fp":"0123456789abcdef"})");
  const auto read_dead = [](std::string_view value, std::string_view fp, std::int64_t now_ms) {
    Chunk chunk(value);
    return read_dead_record(chunk.span(), fp, now_ms);
  };
  const auto record = read_dead(text, kMine, kNow + 599'999);
  REQUIRE(record);
  CHECK(record->failure.fault == RefreshFault::dead);
  CHECK(record->failure.reason == "invalid_grant");
  CHECK(record->until_ms == kNow + 600'000);
  CHECK_FALSE(read_dead(text, kMine, kNow + 600'000));
  CHECK_FALSE(read_dead(text, "fedcba9876543210", kNow));
  for (const std::string_view value :
       {"", "null", "{}", R"({"reason":"invalid_grant","at":1700000000000})",
        R"({"reason":"invalid_grant","fp":"0123456789abcdef"})",
        R"({"reason":"invalid_grant","at":1700000300001,"fp":"0123456789abcdef"})",
        R"({"reason":"invalid_grant","at":"now","fp":"0123456789abcdef"})"}) {
    CHECK_FALSE(read_dead(value, kMine, kNow));
  }
  const auto foreign = read_dead(
      R"({"reason":"refresh-a","at":1700000000000,"fp":"0123456789abcdef"})", kMine, kNow);
  CHECK(foreign->failure.reason == "unknown");
}

TEST_CASE("O-20 a rotated refresh token is preferred only while the fingerprint matches") {
  const std::string text = write_refresh_record(SecretString("rotated"), kMine);
  CHECK(text == R"({"refresh_token":"rotated","fp":"0123456789abcdef"})");
  const auto read_refresh = [](std::string_view value, std::string_view fp) {
    Chunk chunk(value);
    return read_refresh_record(chunk.span(), fp).reveal();
  };
  CHECK(read_refresh(text, kMine) == "rotated");
  CHECK(read_refresh(text, "fedcba9876543210").empty());
  for (const std::string_view value : {"", "null", "{}", R"({"refresh_token":"rotated"})",
                                       R"({"refresh_token":7,"fp":"0123456789abcdef"})",
                                       R"({"refresh_token":"a b","fp":"0123456789abcdef"})"}) {
    CHECK(read_refresh(value, kMine).empty());
  }
}

TEST_CASE("a rest reads back as it was written, for its own account, until it is over") {
  const auto read_cool = [](std::string_view value, std::string_view fp, std::int64_t now_ms) {
    Chunk chunk(value);
    return read_cool_record(chunk.span(), fp, now_ms);
  };
  for (const std::string_view model : {"", "gemini-2.5-flash", "quote\"and\\slash"}) {
    const std::string text = write_cool_record(model, kNow + 90'000, kMine);
    const auto record = read_cool(text, kMine, kNow);
    REQUIRE(record);
    CHECK(record->model == model);
    CHECK(record->until_ms == kNow + 90'000);
    CHECK(read_cool(text, kMine, kNow + 89'999));
    CHECK_FALSE(read_cool(text, kMine, kNow + 90'000));
    CHECK_FALSE(read_cool(text, "fedcba9876543210", kNow));
    CHECK_FALSE(read_cool(text, "", kNow));
    for (std::size_t size = 0; size < text.size(); ++size) {
      CHECK_FALSE(read_cool(std::string_view(text).substr(0, size), kMine, kNow));
    }
  }
  CHECK(write_cool_record("gemini-2.5-flash", kNow, kMine) ==
        R"({"model":"gemini-2.5-flash","until":1700000000000,"fp":"0123456789abcdef"})");
}

TEST_CASE("a rest longer than any that is written, or no record at all, does not count") {
  const std::string fp = R"(,"fp":"0123456789abcdef"})";
  const struct {
    std::string value;
    bool counts;
  } rows[] = {
      {R"({"model":"m","until":1700172800000)" + fp, true},  // two days
      {R"({"model":"m","until":1700172800001)" + fp, false},
      {R"({"model":"m","until":1e300)" + fp, false},
      {R"({"model":"m","until":1e999)" + fp, false},
      {R"({"model":"m","until":-1)" + fp, false},
      {R"({"model":"m","until":1700000060)" + fp, false},  // seconds
      {R"({"model":"m","until":"1700000060000")" + fp, false},
      {R"({"model":"m","until":null)" + fp, false},
      {R"({"model":"m")" + fp, false},
      {R"({"until":1700000060000)" + fp, false},
      {R"({"model":null,"until":1700000060000)" + fp, false},
      {R"({"model":7,"until":1700000060000)" + fp, false},
      {R"({"model":["m"],"until":1700000060000)" + fp, false},
      {R"({"model":"m","until":1700000060000})", false},
      {R"({"model":"m","until":1700000060000,"fp":null})", false},
      {R"({"model":"m","until":1700000060000,"fp":""})", false},
      {R"([{"model":"m","until":1700000060000)" + fp + "]", false},
      {R"("m")", false},
      {"null", false},
      {"[]", false},
      {"{}", false},
      {" ", false},
      {"\xFF\xFE", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.value);
    Chunk chunk(row.value);
    CHECK(read_cool_record(chunk.span(), kMine, kNow).has_value() == row.counts);
  }
}
