// Several tasks of one call, side by side: co_await goes on when all have ended, or one said
// stop().
//   Join join;
//   join.add(first(...));
//   join.add(second(...));
//   co_await join;   // then its destruction ends what still runs
#pragma once

#include <utility>
#include <vector>

#include "host/task.h"

namespace proxy::host {

class Join {
 public:
  Join() = default;
  Join(const Join&) = delete;
  Join& operator=(const Join&) = delete;

  // Before the join is awaited.
  void add(Task<void> task) {
    ++running_;
    tasks_.push_back(watched(*this, std::move(task)));
  }

  // The rest need not be waited for.
  void stop() {
    running_ = 0;
    wake();
  }

  bool await_ready() {
    for (Task<void>& task : tasks_) {
      if (running_ > 0) task.start();
    }
    return running_ <= 0;
  }
  PROXY_INLINE void await_suspend(std::coroutine_handle<> awaiter) noexcept { awaiter_ = awaiter; }
  void await_resume() noexcept {}

 private:
  static Task<void> watched(Join& join, Task<void> task) {
    co_await task;
    if (--join.running_ == 0) join.wake();
  }

  // By way of the ready list, as the awaiter destroys the task that is running now.
  void wake() {
    if (const auto awaiter = std::exchange(awaiter_, nullptr)) detail::make_ready(awaiter);
  }

  std::vector<Task<void>> tasks_;
  int running_ = 0;
  std::coroutine_handle<> awaiter_;
};

}  // namespace proxy::host
