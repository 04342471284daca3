// Several tasks of one call side by side. That nothing is used after its end is the sanitizer's to
// see, so these tests end tasks in every order.
#include "host/join.h"

#include <memory>
#include <string>

#include "host/call.h"
#include "support/catch.h"
#include "support/fake_host.h"

using proxy::host::Call;
using proxy::host::Join;
using proxy::host::Task;
using proxy::test::FakeHost;

namespace {

const std::string kHead = "GET\nhttp://localhost/";

// Says when it is destroyed, `~name`, whether it has ended or not.
struct Alive {
  Alive(std::string& to, std::string called) : out(to), name(std::move(called)) {}
  Alive(const Alive&) = delete;
  ~Alive() { out += "~" + name + " "; }
  std::string& out;
  std::string name;
};

// Sleeps, if `ms` is not 0, then says its name; may stop the join.
Task<void> say(Call& call, Join& join, std::string& out, std::string name, std::int64_t ms,
               bool stops) {
  const auto alive = std::make_unique<Alive>(out, name);
  if (ms > 0) co_await call.sleep(ms);
  out += name + " ";
  if (stops) join.stop();
}

// As a task of its own, so that the end comes through several frames.
Task<void> say_twice(Call& call, Join& join, std::string& out, std::string name, std::int64_t ms) {
  co_await say(call, join, out, name + "1", ms, false);
  co_await say(call, join, out, name + "2", ms, false);
}

struct Plan {
  std::int64_t ms[3];
  int stopper;  // 0, 1, 2; -1 = none
};

Task<void> three(Call& call, std::string& out, Plan plan) {
  {
    Join join;
    for (int i = 0; i < 3; ++i) {
      join.add(say(call, join, out, std::string(1, static_cast<char>('a' + i)), plan.ms[i],
                   plan.stopper == i));
    }
    co_await join;
    out += "joined ";
  }
  out += "gone ";
  co_await call.sleep(1);
  out += "end";
}

std::string told(Plan plan, std::size_t cancel_at = 0) {
  std::string out;
  FakeHost host;
  if (cancel_at > 0) host.cancel_at(cancel_at);
  const auto id = host.start(kHead, {}, [&](Call& call) { return three(call, out, plan); });
  CHECK(host.run());
  CHECK(host.has_ended(id));
  CHECK(host.open_count() == 0);
  return out;
}

}  // namespace

TEST_CASE("a join goes on when all of its tasks have ended, whenever each does") {
  CHECK(told({{10, 20, 30}, -1}) == "a ~a b ~b c ~c joined gone end");
  CHECK(told({{30, 20, 10}, -1}) == "c ~c b ~b a ~a joined gone end");
  CHECK(told({{10, 10, 10}, -1}) == "a ~a b ~b c ~c joined gone end");
  CHECK(told({{0, 0, 0}, -1}) == "a ~a b ~b c ~c joined gone end");
  CHECK(told({{0, 10, 0}, -1}) == "a ~a c ~c b ~b joined gone end");
}

TEST_CASE("tasks run side by side, not one after the other") {
  FakeHost host;
  std::string out;
  const std::int64_t begun_ms = host.now_ms;
  host.start(kHead, {}, [&](Call& call) { return three(call, out, {{100, 100, 100}, -1}); });
  CHECK(host.run());
  CHECK(host.now_ms - begun_ms == 101);
}

TEST_CASE("stop() lets the join go on; what still runs ends with it") {
  CHECK(told({{10, 20, 30}, 0}) == "a ~a joined ~b ~c gone end");
  CHECK(told({{20, 10, 30}, 1}) == "b ~b joined ~a ~c gone end");
  CHECK(told({{10, 20, 30}, 1}) == "a ~a b ~b joined ~c gone end");
  CHECK(told({{10, 20, 30}, 2}) == "a ~a b ~b c ~c joined gone end");
  CHECK(told({{10, 10, 10}, 0}) == "a ~a joined ~b ~c gone end");
}

TEST_CASE("stop() while the tasks are being started leaves the rest unstarted") {
  CHECK(told({{0, 10, 10}, 0}) == "a ~a joined gone end");
  CHECK(told({{10, 0, 10}, 1}) == "b ~b joined ~a gone end");
  CHECK(told({{10, 10, 0}, 2}) == "c ~c joined ~a ~b gone end");
}

TEST_CASE("a caller who leaves at any moment ends all tasks") {
  for (const Plan& plan : {Plan{{10, 20, 30}, -1}, Plan{{10, 20, 30}, 1}, Plan{{0, 20, 0}, -1}}) {
    for (std::size_t n = 1; n <= 4; ++n) {
      INFO("the " << n << "th answer");
      const std::string out = told(plan, n);
      for (const char* name : {"a", "b", "c"}) {
        const bool begun = out.find(name) != std::string::npos;
        CHECK((out.find(std::string("~") + name) != std::string::npos) == begun);
      }
    }
  }
}

TEST_CASE("a join of none, and one of many that each wait often") {
  FakeHost host(7);
  std::string out;
  const auto many = [](Call& call, std::string& text) -> Task<void> {
    Join none;
    co_await none;
    Join join;
    for (int i = 0; i < 50; ++i) {
      join.add(say_twice(call, join, text, std::to_string(i) + "-", i % 7));
    }
    co_await join;
    text += "end";
  };
  host.start(kHead, {}, [&](Call& call) { return many(call, out); });
  CHECK(host.run());
  CHECK(out.ends_with("end"));
  for (int i = 0; i < 50; ++i) {
    CHECK(out.find("~" + std::to_string(i) + "-2 ") != std::string::npos);
  }
}
