// When a stream's next bytes are asked for. Entering JavaScript costs the same for one event as for
// many, so those of a fast stream are let gather for a moment; those of a slow one never wait.
#pragma once

#include <cstdint>

namespace proxy::gateway {

class Pace {
 public:
  // most_ms  how long bytes may gather; 0: never
  explicit Pace(std::int64_t most_ms) : most_ms_(most_ms) {}

  // A read begins: how long its bytes may gather.
  //   may_wait  whether the caller has been shown something: the first word is never held back
  std::int64_t begin(std::int64_t now_ms, bool may_wait) {
    begun_ms_ = now_ms;
    gather_ms_ = may_wait && quick_ >= kQuickReads ? most_ms_ : 0;
    return gather_ms_;
  }

  // It was answered. Bytes that were there when their time to gather was over came quickly; the
  // timer may be a little late.
  void end(std::int64_t now_ms) {
    const std::int64_t late_ms = gather_ms_ / 4;
    quick_ = now_ms - begun_ms_ < most_ms_ + late_ms ? quick_ + 1 : 0;
  }

 private:
  // Google's events come in pairs at times, and the first one comes with the headers.
  static constexpr int kQuickReads = 3;

  std::int64_t most_ms_;
  std::int64_t begun_ms_ = 0;
  std::int64_t gather_ms_ = 0;
  int quick_ = 0;
};

}  // namespace proxy::gateway
