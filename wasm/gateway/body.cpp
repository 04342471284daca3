#include "gateway/body.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace proxy::gateway {
namespace {

ApiError too_large(std::size_t most) {
  return ApiError(ErrorCode::request_too_large, "The request body is larger than " +
                                                    text::decimal(static_cast<std::int64_t>(most)) +
                                                    " bytes.");
}

// A little more than a body: then its block, once free, has room for another body's translation.
constexpr std::size_t kSlackBytes = 4'096;

// How much is reserved for a body of unknown length that has come to `size` bytes. Large ones grow
// in few steps, as the blocks that a growing one leaves behind are of no use to it.
std::size_t next_room(std::size_t size, std::size_t most) {
  constexpr std::size_t kSmall = limits::kMiB;
  constexpr std::size_t kLarge = 8 * limits::kMiB;
  if (size <= kSmall) return std::min(size + size / 2, most);
  return size <= kLarge ? std::min(kLarge, most) : most;
}

// What the head alone gives away.
Result<void> check_head(const host::HeaderView& headers, std::size_t most) {
  const std::string_view encoding = text::trim(headers.get("content-encoding").value_or(""));
  if (!encoding.empty() && !text::equals_ignoring_case(encoding, "identity")) {
    return ApiError(ErrorCode::unsupported_content_encoding,
                    "Compressed request bodies are not accepted.");
  }
  const std::string_view type = headers.get("content-type").value_or("");
  if (text::equals_ignoring_case(type.substr(0, 10), "multipart/")) {
    return ApiError(ErrorCode::invalid_json,
                    "We could not parse the JSON body of your request: JSON was expected, not a "
                    "multipart form.");
  }
  const auto length = text::parse_decimal(headers.get("content-length").value_or(""));
  if (length && *length > static_cast<std::int64_t>(most)) return too_large(most);
  return {};
}

// Whether the end of the body need not be asked for. It is, where the declared length is wrong.
bool is_whole(std::string_view body, std::int64_t length) {
  return length > 0 && body.size() == static_cast<std::size_t>(length) &&
         text::trim(body.substr(body.size() - std::min<std::size_t>(body.size(), 8)))
             .ends_with('}');
}

// One timer serves all reads: it is set anew only when it has fired, as setting one for every piece
// costs more than the piece.
class Stall {
 public:
  explicit Stall(host::Call& call) : call_(call) {}

  // False if no byte came for kBodyStallMs.
  host::Task<bool> wait_for(host::Operation& read) {
    const std::int64_t until_ms = host::now_ms() + limits::kBodyStallMs;
    while (!read.answered()) {
      if (!timer_) {
        const std::int64_t ms = std::max<std::int64_t>(until_ms - host::now_ms(), 1);
        timer_.emplace(call_, [&](host::OperationId op) { host::sleep(call_.id(), op, ms); });
      }
      co_await host::first_of(read, *timer_);
      if (read.answered()) break;
      timer_.reset();
      if (host::now_ms() >= until_ms) co_return false;
    }
    co_return true;
  }

 private:
  host::Call& call_;
  std::optional<host::Operation> timer_;
};

}  // namespace

ApiError too_busy() {
  ApiError error =
      ApiError(ErrorCode::server_busy, "Too many large requests at once. Please try again in 1s.");
  error.retry_after_ms = 1'000;
  return error;
}

bool BodyShare::take(std::size_t bytes, std::size_t block) {
  constexpr std::size_t kSmall = limits::kMiB / 4;
  if (total_ + bytes > limits::kBodiesInFlightBytes) return false;
  if (block > kSmall && !base::is_allocatable(block)) return false;
  total_ += bytes;
  taken_ += bytes;
  return true;
}

void BodyShare::keep_only(std::size_t bytes) {
  total_ -= taken_ - bytes;
  taken_ = bytes;
}

host::Task<Result<base::Buffer>> read_body(host::Call& call, std::size_t most, BodyShare& share) {
  const host::HeaderView& headers = call.request().headers;
  CO_TRY_VOID(check_head(headers, most));
  base::Buffer body;
  std::size_t taken = 0;
  const auto grow = [&](std::size_t bytes) {
    if (!share.take(bytes - taken)) return false;
    taken = bytes;
    return body.try_reserve(bytes + kSlackBytes);
  };
  const std::int64_t length =
      text::parse_decimal(headers.get("content-length").value_or("")).value_or(0);
  if (length > 0 && !grow(static_cast<std::size_t>(length))) co_return too_busy();
  Stall stall(call);
  while (!is_whole(body.view(), length)) {
    host::Operation read = call.read_body(body.room().first(taken - std::min(taken, body.size())));
    if (!co_await stall.wait_for(read)) {
      co_return ApiError(ErrorCode::request_timeout, "The request body stopped arriving.");
    }
    if (read.status() == host::kEnd) break;
    if (read.status() != host::kDone) {
      co_return ApiError(ErrorCode::client_closed, "The request body was cut off.");
    }
    const host::Bytes chunk = read.take_bytes();
    const std::size_t size = body.size() + chunk.size();
    if (size > most) co_return too_large(most);
    // A body without a declared length, or one that lied.
    if (size > taken && !grow(next_room(size, most))) co_return too_busy();
    body.append(chunk.view());
  }
  body.shrink(body.size() + kSlackBytes);
  co_return std::move(body);
}

}  // namespace proxy::gateway
