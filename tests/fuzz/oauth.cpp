// An answer of the token endpoint becomes a token that can be sent, or a failure in our own words.
//   line 1  HTTP status
//   line 2  Retry-After; none if it is empty
//   then    the body
#include "accounts/oauth.h"

#include <algorithm>
#include <string>
#include <variant>

#include "accounts/token_cache.h"
#include "fuzz/support/fuzz.h"

namespace {

using namespace proxy;
using fuzz::expect;

constexpr std::int64_t kNow = 1'760'000'000'000;
constexpr const char* kFingerprint = "0123456789abcdef";

void check_token(const accounts::NewToken& token, int status) {
  expect(status == 200, "only 200 brings a token");
  expect(accounts::is_sendable_token(token.access_token.reveal()), "it fits into a header");
  expect(token.expires_in_s >= 1 && token.expires_in_s <= 86'400, "it lives for a day at most");
  const auto& rotated = token.refresh_token;
  expect(rotated.empty() || accounts::is_sendable_token(rotated.reveal()), "so does the new one");
  // What is kept of it for other isolates can be read there.
  std::string record = accounts::write_token_record(token, kFingerprint, kNow);
  expect(fuzz::is_json(record), "its record is JSON", record);
  const auto read = accounts::read_token_record(record, kFingerprint, kNow);
  expect(read.state == accounts::TokenRecord::State::good, "its record is good", record);
  expect(read.access_token.reveal() == token.access_token.reveal(), "and the same", record);
  expect(read.expires_at_ms == kNow + token.expires_in_s * 1'000, "with its time", record);
  if (rotated.empty()) return;
  record = accounts::write_refresh_record(rotated, kFingerprint);
  const auto kept = accounts::read_refresh_record(record, kFingerprint);
  expect(kept.reveal() == rotated.reveal(), "the new refresh token is kept", record);
}

void check_failure(const accounts::RefreshFailure& failure, int status) {
  // A literal: the body is gone by now, and a view into it would be a fault that ASan finds.
  const std::string reason(failure.reason);
  const bool is_word = std::all_of(reason.begin(), reason.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  expect(!reason.empty() && reason.size() < 32 && is_word, "the reason is a word of ours", reason);
  expect(failure.status == status, "the status is kept");
  const auto wait_ms = failure.retry_after_ms.value_or(1'000);
  expect(wait_ms >= 1'000 && wait_ms <= 3'600'000, "the pause is a second to an hour");
  using accounts::Credential;
  for (const auto credential :
       {Credential::refresh_token, Credential::api_key, Credential::service_account}) {
    const ApiError error = accounts::refresh_error(failure, 3, credential);
    fuzz::check_error(error);
    expect(error.message.find("mark-") == std::string::npos, "it quotes nothing", error.message);
    expect(traits(error.code).status == 503, "a lost account is a 503", error.message);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const int status = fuzz::number(input.line(), 0, 200, 599);
  const std::string retry_after(input.line());
  const std::optional<std::string_view> header =
      retry_after.empty() ? std::nullopt : std::optional<std::string_view>(retry_after);
  const auto reply = accounts::read_token_reply(status, std::string(input.rest()), header, kNow);
  if (const auto* token = std::get_if<accounts::NewToken>(&reply)) {
    check_token(*token, status);
  } else {
    check_failure(std::get<accounts::RefreshFailure>(reply), status);
  }
  return 0;
}
