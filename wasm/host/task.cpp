#include "host/task.h"

#include <vector>

namespace proxy::host {
namespace {

// Always empty when control is outside the wasm module, so calls never see each other's entries.
std::vector<std::coroutine_handle<>>& ready_list() {
  static std::vector<std::coroutine_handle<>> list;
  return list;
}

}  // namespace

namespace detail {

bool wake_awaiter(PromiseBase& ended) noexcept {
  if (ended.awaiter) make_ready(ended.awaiter);
  return static_cast<bool>(ended.awaiter);
}

bool await_task(std::coroutine_handle<> task, PromiseBase& promise,
                std::coroutine_handle<> awaiter) noexcept {
  task.resume();
  if (task.done()) return false;
  promise.awaiter = awaiter;
  return true;
}

void destroy(std::coroutine_handle<> task) noexcept {
  if (task) task.destroy();
}

void make_ready(std::coroutine_handle<> waiter) { ready_list().push_back(waiter); }

}  // namespace detail

void drive(std::coroutine_handle<> handle) {
  auto& ready = ready_list();
  handle.resume();
  while (!ready.empty()) {
    const auto next = ready.back();
    ready.pop_back();
    next.resume();
  }
}

}  // namespace proxy::host
