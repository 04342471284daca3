#include "host/task.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.h"

using proxy::host::drive;
using proxy::host::Task;

namespace {

// An operation that the test answers by hand.
struct Gate {
  std::coroutine_handle<> waiter{};

  static bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) noexcept { waiter = handle; }
  void await_resume() const noexcept {}
  bool is_waited_for() const { return static_cast<bool>(waiter); }
  void open() { drive(std::exchange(waiter, nullptr)); }
};

// Counts the frames that hold one.
struct Alive {
  explicit Alive(int& alive_count) : count(alive_count) { ++count; }
  Alive(const Alive&) = delete;
  ~Alive() { --count; }
  int& count;
};

Task<int> ready(int value) { co_return value; }

Task<int> after(Gate& gate, int value) {
  co_await gate;
  co_return value;
}

Task<void> sum_ready(int times, long& sum) {
  for (int i = 0; i < times; ++i) sum += co_await ready(1);
}

Task<void> sum_after(Gate& gate, int times, long& sum) {
  for (int i = 0; i < times; ++i) sum += co_await after(gate, 1);
}

Task<void> nested(int depth, Gate& gate, int& alive) {
  const Alive here(alive);
  if (depth == 0) {
    co_await gate;
  } else {
    co_await nested(depth - 1, gate, alive);
  }
}

Task<std::unique_ptr<std::string>> owned() { co_return std::make_unique<std::string>("moved"); }

Task<void> take_owned(std::string& out) {
  auto text = co_await owned();
  out = *text;
}

}  // namespace

TEST_CASE("a task does nothing before it is started, and its value arrives") {
  long sum = 0;
  Task<void> task = sum_ready(3, sum);
  CHECK(sum == 0);
  CHECK_FALSE(task.done());
  task.start();
  CHECK(sum == 3);
  CHECK(task.done());
}

TEST_CASE("a value that can only be moved is moved out") {
  std::string text;
  Task<void> task = take_owned(text);
  task.start();
  CHECK(text == "moved");
}

TEST_CASE("the stack stays flat over a million awaits") {
  constexpr int kTimes = 1'000'000;
  long sum = 0;
  SECTION("of tasks that end without waiting") {
    Task<void> task = sum_ready(kTimes, sum);
    task.start();
    CHECK(task.done());
  }
  SECTION("of tasks that wait") {
    Gate gate;
    Task<void> task = sum_after(gate, kTimes, sum);
    task.start();
    while (gate.is_waited_for()) gate.open();
    CHECK(task.done());
  }
  CHECK(sum == kTimes);
}

TEST_CASE("the end of the innermost task lets the whole chain end") {
  Gate gate;
  int alive = 0;
  Task<void> task = nested(1'000, gate, alive);
  task.start();
  CHECK(alive == 1'001);
  gate.open();
  CHECK(task.done());
  CHECK(alive == 0);
}

TEST_CASE("destroying a task destroys what it waits for, wherever it stands") {
  for (const int depth : {0, 1, 2, 50}) {
    CAPTURE(depth);
    Gate gate;
    int alive = 0;
    {
      Task<void> never_started = nested(depth, gate, alive);
      CHECK(alive == 0);
    }
    Task<void> task = nested(depth, gate, alive);
    task.start();
    CHECK(alive == depth + 1);
    task.reset();
    CHECK(alive == 0);
    CHECK(task.done());
  }
}

TEST_CASE("a task can be moved while it waits, and replaced") {
  Gate gate;
  int alive = 0;
  Task<void> task = nested(1, gate, alive);
  task.start();
  std::vector<Task<void>> tasks;
  tasks.push_back(std::move(task));
  CHECK(task.done());  // NOLINT: a moved-from task is an empty one
  tasks.reserve(100);
  gate.open();
  CHECK(tasks[0].done());

  Gate other;
  tasks[0] = nested(0, other, alive);
  tasks[0].start();
  CHECK(alive == 1);
  tasks[0] = Task<void>();
  CHECK(alive == 0);
}

TEST_CASE("a task may start another root while it runs") {
  struct Spawner {
    static Task<void> run(std::vector<Task<void>>& roots, Gate& gate, std::string& order) {
      order += 'a';
      roots.push_back(child(gate, order));
      roots.back().start();
      order += 'c';
      co_await ready(0);
      order += 'd';
    }
    static Task<void> child(Gate& gate, std::string& order) {
      order += 'b';
      co_await ready(0);
      co_await gate;
      order += 'e';
    }
  };
  Gate gate;
  std::string order;
  std::vector<Task<void>> roots;
  Task<void> task = Spawner::run(roots, gate, order);
  task.start();
  CHECK(order == "abcd");
  gate.open();
  CHECK(order == "abcde");
  CHECK(roots[0].done());
}
