// An error of Google's, before or inside a stream, becomes one for the caller.
//   line 1  HTTP status
//   line 2  Retry-After
//   line 3  the model's name, as the caller wrote it
//   then    the body
#include <string>

#include "base/limits.h"
#include "base/redact.h"
#include "base/text.h"
#include "fuzz/support/fuzz.h"
#include "gemini/errors.h"
#include "gemini/repair.h"

namespace {

using namespace proxy;
using fuzz::expect;
using gemini::Failure;
using gemini::Remedy;

constexpr std::int64_t kNow = 1'760'000'000'000;
constexpr std::int64_t kDay = 86'400'000;

void check(const Failure& failure, std::string_view model) {
  fuzz::check_error(failure.error);
  const std::string& message = failure.error.message;
  // The model's name is the caller's own word and stays.
  const std::string shown = text::printable(model, limits::kModelNameBytes);
  const bool is_plain = base::redacted(shown) == shown;
  expect(!is_plain || base::redacted(message) == message, "nothing is left to redact", message);
  // Room for the words of ours around Google's.
  expect(message.size() <= limits::kUpstreamMessageBytes + 300, "its words are cut", message);
  const auto wait_ms = failure.error.retry_after_ms.value_or(0);
  expect(wait_ms >= 0 && wait_ms <= kDay, "a caller waits a day at most", message);
  expect(failure.cool_ms >= 0 && failure.cool_ms <= kDay, "so does an account", message);
  expect(failure.pause_ms >= 0 && failure.pause_ms <= 10'000, "a pause is short", message);
  const int status = traits(failure.error.code).status;
  if (failure.remedy == Remedy::fresh_token) expect(status == 403, "a refused token", message);
  if (failure.is_quota) expect(status == 429, "a quota is a 429", message);
  expect(failure.google_message.empty() || status == 400 || status == 403 || status == 404 ||
             failure.remedy == Remedy::overloaded,
         "only a refused request may be repaired", message);
  // The repairs end: each is made once.
  gemini::Repairs made;
  for (int i = 0; const auto repair = gemini::repair_for(failure.google_message, made); ++i) {
    expect(!made.has(*repair) && i < 32, "a repair is made once", failure.google_message);
    made.add(*repair);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const int status = fuzz::number(input.line(), 0, 400, 599);
  const std::string_view retry_after = input.line();
  const std::string_view model = input.line();
  const Failure first = gemini::read_failure(status, input.rest(), retry_after, kNow, model);
  check(first, model);
  const Failure again = gemini::read_failure(status, input.rest(), retry_after, kNow, model);
  expect(first.error.message == again.error.message && first.remedy == again.remedy,
         "the same answer is the same failure", first.error.message);
  check(gemini::read_stream_error(input.rest(), model), model);
  return 0;
}
