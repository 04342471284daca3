#include "gateway/reply.h"

namespace proxy::gateway {

bool Reply::flush() {
  if (out_.empty() || ended_) return false;
  if (!exchange_.started()) exchange_.start_stream();
  exchange_.write(out_);
  // A stream that waits holds little: a hundred that come fast and are read slowly would fill the
  // memory otherwise.
  constexpr std::size_t kKept = 128 * 1024;
  out_.clear();
  if (out_.capacity() > kKept) out_.shrink_to_fit();
  return true;
}

void Reply::end_choice(const gemini::Usage& usage) {
  usage_.add(usage);
  if (--open_choices_ > 0) {
    if (streams_) flush();
    return;
  }
  renderer_->on_end(usage_, out_);
  if (streams_) {
    flush();
    exchange_.end_stream();
  } else {
    exchange_.send_json(200, out_);
  }
  ended_ = true;
}

void Reply::fail(const ApiError& error) {
  if (ended_) return;
  ended_ = true;
  if (!exchange_.started()) return exchange_.send_error(error);
  std::string event;
  renderer_->on_error(error, event);
  exchange_.note_error(error.code);
  exchange_.write(event);
  exchange_.end_stream();
}

}  // namespace proxy::gateway
