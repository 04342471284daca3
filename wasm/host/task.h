// Task<T>: a coroutine that starts when it is awaited and yields one T.
//
// Emscripten 3.1.6 has no sound tail calls, so there is no symmetric transfer here. A task that
// ends without suspending lets its awaiter go on at once; one that suspended puts its awaiter on a
// ready list, which the loop in drive() empties. The C stack stays flat however many awaits follow.
//
// Destroying a Task destroys its frame and with it every task and operation it waits for: this is
// how a call is cancelled.
#pragma once

#include <cstdlib>
#include <optional>
#include <utility>

#include "host/coroutine.h"

// Clang 14 turns the last call of a suspension into a tail call if the signatures happen to match,
// which at -Os is an error of the wasm back end. An awaiter's step that is inlined is no call.
#define PROXY_INLINE __attribute__((always_inline))

namespace proxy::host {

namespace detail {

struct PromiseBase;

// What every coroutine does at each of its suspensions is out of line: a call is smaller.
// Puts the awaiter of the task that has ended on the ready list. Returns whether there is one.
bool wake_awaiter(PromiseBase& ended) noexcept;
// Resumes a task that `awaiter` waits for. Returns whether it has suspended before its end.
bool await_task(std::coroutine_handle<> task, PromiseBase& promise,
                std::coroutine_handle<> awaiter) noexcept;
// Destroys the task, if there is one.
void destroy(std::coroutine_handle<> task) noexcept;
// Puts a coroutine on the ready list.
void make_ready(std::coroutine_handle<> waiter);

// NOLINTBEGIN(readability-convert-member-functions-to-static): the compiler calls them on objects.
struct PromiseBase {
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    PROXY_INLINE void await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      wake_awaiter(ended.promise());
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() { std::abort(); }

  std::coroutine_handle<> awaiter;
};

template <class T>
struct Promise : PromiseBase {
  auto get_return_object() { return std::coroutine_handle<Promise>::from_promise(*this); }
  template <class U>
  void return_value(U&& value) {
    result.emplace(std::forward<U>(value));
  }
  std::optional<T> result;
};

template <>
struct Promise<void> : PromiseBase {
  auto get_return_object() { return std::coroutine_handle<Promise>::from_promise(*this); }
  void return_void() {}
};
// NOLINTEND(readability-convert-member-functions-to-static)

}  // namespace detail

// Resumes `handle`, then everything that became ready meanwhile.
void drive(std::coroutine_handle<> handle);

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  Task() = default;
  Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() { detail::destroy(handle_); }

  // Runs up to the first suspension. For tasks that nobody awaits: the roots.
  void start() { drive(handle_); }
  bool done() const { return !handle_ || handle_.done(); }
  void reset() { detail::destroy(std::exchange(handle_, nullptr)); }

  bool await_ready() const noexcept { return false; }
  PROXY_INLINE bool await_suspend(std::coroutine_handle<> awaiter) noexcept {
    return detail::await_task(handle_, handle_.promise(), awaiter);
  }
  T await_resume() {
    if constexpr (!std::is_void_v<T>) return std::move(*handle_.promise().result);
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace proxy::host
