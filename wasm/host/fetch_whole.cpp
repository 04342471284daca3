#include "host/fetch_whole.h"

namespace proxy::host {

Task<Whole> fetch_whole(Call& call, Operation& deadline, OutgoingRequest request,
                        std::size_t most) {
  Whole whole;
  Operation fetch = call.fetch(request);
  co_await first_of(fetch, deadline);
  whole.timed_out = !fetch.answered();
  if (whole.timed_out || fetch.status() == kFailed) co_return whole;
  const int status = static_cast<int>(fetch.status());
  Response response(call, fetch.id(), status, fetch.take_bytes());
  while (whole.body.size() <= most) {
    Operation piece = response.read();
    co_await first_of(piece, deadline);
    whole.timed_out = !piece.answered();
    if (whole.timed_out) co_return whole;
    if (piece.status() != kDone) {
      response.finished();
      if (piece.status() != kEnd) co_return whole;
      break;
    }
    whole.body += piece.take_bytes().view();
  }
  whole.status = status;
  whole.retry_after = response.headers().get("retry-after").value_or("");
  co_return whole;
}

}  // namespace proxy::host
