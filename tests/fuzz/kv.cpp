// A value of TOKEN_CACHE, which anybody may have written, is read as each of its four records.
//   all  the value
#include <algorithm>
#include <string>

#include "accounts/token_cache.h"
#include "base/limits.h"
#include "fuzz/support/fuzz.h"
#include "golden/stream_shape.h"
#include "support/exact_bytes.h"

namespace {

using namespace proxy;
using fuzz::expect;

constexpr std::int64_t kNow = 1'760'000'000'000;
constexpr const char* kOwn = "0123456789abcdef";
constexpr const char* kOther = "fedcba9876543210";

void check_token(std::string_view value) {
  using State = accounts::TokenRecord::State;
  test::ExactBytes bytes(value);
  const auto record = accounts::read_token_record(bytes.span(), kOwn, kNow);
  const auto again = accounts::read_token_record(bytes.span(), kOwn, kNow);
  expect(record.state == again.state, "a second look sees the same", value);
  if (record.state != State::good) return expect(record.access_token.empty(), "no token", value);
  expect(accounts::is_sendable_token(record.access_token.reveal()), "a token can be sent", value);
  expect(record.expires_at_ms > kNow, "it is not over", value);
  expect(record.expires_at_ms <= kNow + 86'400'000, "it ends within a day", value);
  // Only a record without a fingerprint serves any account.
  const auto other = accounts::read_token_record(bytes.span(), kOther, kNow);
  const auto tree = test::Json::parse(bytes.view(), nullptr, false);
  const bool is_anybodys = test::member(tree, "fp").is_null();
  expect(other.state != State::good || is_anybodys, "it is one account's", value);
}

void check_death(std::string_view value) {
  test::ExactBytes bytes(value);
  const auto record = accounts::read_dead_record(bytes.span(), kOwn, kNow);
  if (!record) return;
  expect(!accounts::read_dead_record(bytes.span(), kOther, kNow), "it is one account's", value);
  expect(record->until_ms > kNow, "a death is not over", value);
  expect(record->until_ms <= kNow + accounts::kDeadMs, "and not for ever", value);
  const auto reason = record->failure.reason;
  expect(reason == accounts::known_reason(reason), "its reason is a word of ours", reason);
}

void check_rest(std::string_view value) {
  test::ExactBytes bytes(value);
  const auto record = accounts::read_cool_record(bytes.span(), kOwn, kNow);
  if (!record) return;
  expect(!accounts::read_cool_record(bytes.span(), kOther, kNow), "it is one account's", value);
  expect(record->until_ms > kNow, "a rest is not over", value);
  expect(record->until_ms <= kNow + accounts::kLongestRestMs, "and not for ever", value);
  expect(record->model.size() <= limits::kModelNameBytes, "of a model's name", value);
  std::string written = accounts::write_cool_record(record->model, record->until_ms, kOwn);
  expect(fuzz::is_json(written), "what is written is JSON", written);
  const auto read = accounts::read_cool_record(written, kOwn, kNow);
  expect(read && read->model == record->model && read->until_ms == record->until_ms,
         "what is written is read", written);
}

void check_refresh(std::string_view value) {
  test::ExactBytes bytes(value);
  const auto token = accounts::read_refresh_record(bytes.span(), kOwn);
  if (token.empty()) return;
  expect(accounts::is_sendable_token(token.reveal()), "a refresh token can be sent", value);
  expect(accounts::read_refresh_record(bytes.span(), kOther).empty(), "it is one account's", value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value = fuzz::Input(data, size).rest();
  check_token(value);
  check_death(value);
  check_rest(value);
  check_refresh(value);
  return 0;
}
