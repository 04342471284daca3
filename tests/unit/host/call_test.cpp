#include "host/call.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "support/fake_host.h"

using proxy::host::Call;
using proxy::host::first_of;
using proxy::host::HeadWriter;
using proxy::host::kDone;
using proxy::host::kEnd;
using proxy::host::kFailed;
using proxy::host::Operation;
using proxy::host::OutgoingRequest;
using proxy::host::Response;
using proxy::host::Task;
using proxy::test::BodyEnd;
using proxy::test::FakeHost;
using proxy::test::FetchAnswer;
using proxy::test::FetchRequest;
using proxy::test::kNever;

namespace {

const std::string kHead = "POST\nhttp://localhost/x?y\naccept\n*/*";

OutgoingRequest request_to(std::string_view url) {
  HeadWriter head("POST", url);
  head.field("content-type", "text/plain");
  OutgoingRequest request;
  request.head = head.text();
  request.body = "question";
  return request;
}

FetchAnswer answer_with(std::vector<std::string> chunks, BodyEnd end = BodyEnd::clean) {
  FetchAnswer answer;
  answer.headers = {{"content-type", "text/plain"}};
  answer.chunks = std::move(chunks);
  answer.end = end;
  return answer;
}

// Reads a body to its end: the bytes, then '.' for a clean end or '!' for a broken one.
Task<void> read_all(Response& response, std::string& out) {
  for (;;) {
    Operation piece = response.read();
    co_await piece;
    if (piece.status() != kDone) {
      response.finished();
      out += piece.status() == kEnd ? '.' : '!';
      co_return;
    }
    out += std::string(piece.take_bytes().view()) + '|';
  }
}

Task<void> fetch_and_read(Call& call, std::string& out) {
  const OutgoingRequest request = request_to("https://upstream.example/a");
  Operation fetch = call.fetch(request);
  co_await fetch;
  if (fetch.status() == kFailed) {
    out += "failed";
    co_return;
  }
  Response response(call, fetch.id(), static_cast<int>(fetch.status()), fetch.take_bytes());
  out += std::to_string(response.status()) + ' ' +
         std::string(response.headers().get("content-type").value_or("?")) + ' ';
  co_await read_all(response, out);
}

Task<void> sleep_twice(Call& call, std::string& out, std::string name) {
  co_await call.sleep(10);
  out += name + "1 ";
  co_await call.sleep(20);
  out += name + "2 ";
}

}  // namespace

TEST_CASE("a call knows its request and has an id of its own") {
  std::vector<std::string> ids;
  std::string out;
  FakeHost host;
  const auto root = [&](Call& call) {
    CHECK(call.request().method == "POST");
    CHECK(call.request().host == "localhost");
    CHECK(call.request().query == "y");
    ids.push_back(call.request_id());
    return sleep_twice(call, out, "s");
  };
  host.start(kHead, {}, root);
  host.start(kHead, {}, root);
  CHECK(ids[0].size() == 36);
  CHECK(ids[0] != ids[1]);
  CHECK(host.run());
}

TEST_CASE("a fetch brings status, headers and body, whatever the body does") {
  struct Row {
    FetchAnswer answer;
    std::string expected;
  };
  FetchAnswer refused = answer_with({"no"});
  refused.status = 404;
  FetchAnswer failed;
  failed.status = 0;
  const Row rows[] = {
      {answer_with({"ab", "c"}), "200 text/plain ab|c|."},
      {answer_with({}), "200 text/plain ."},
      {answer_with({"ab"}, BodyEnd::broken), "200 text/plain ab|!"},
      {refused, "404 text/plain no|."},
      {failed, "failed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.expected);
    std::string out;
    FakeHost host;
    host.on_fetch = [&row](const FetchRequest& request) {
      CHECK(request.method == "POST");
      CHECK(request.header("content-type") == "text/plain");
      CHECK(request.body == "question");
      return row.answer;
    };
    const auto id = host.start(kHead, {}, [&](Call& call) { return fetch_and_read(call, out); });
    CHECK(host.run());
    CHECK(host.has_ended(id));
    CHECK(out == row.expected);
  }
}

TEST_CASE("the caller's body is read, and need not be") {
  struct Root {
    static Task<void> read(Call& call, std::string& out) {
      for (;;) {
        Operation piece = call.read_body();
        co_await piece;
        if (piece.status() == kEnd) break;
        out += std::string(piece.take_bytes().view()) + '|';
      }
    }
  };
  std::string out;
  FakeHost host;
  host.start(kHead, {"one", "two"}, [&](Call& call) { return Root::read(call, out); });
  host.start(kHead, {"unread"}, [&](Call& call) { return sleep_twice(call, out, "s"); });
  CHECK(host.run());
  CHECK(out == "one|two|s1 s2 ");
}

TEST_CASE("two calls are served at the same time, each with its own operations") {
  std::string out;
  FakeHost host;
  host.start(kHead, {}, [&](Call& call) { return sleep_twice(call, out, "a"); });
  host.start(kHead, {}, [&](Call& call) { return sleep_twice(call, out, "b"); });
  const auto began = host.now_ms;
  CHECK(host.run());
  CHECK(out == "a1 b1 a2 b2 ");
  CHECK(host.now_ms - began == 30);
}

TEST_CASE("the first of two operations decides, and the other is dropped") {
  struct Root {
    static Task<void> race(Call& call, std::int64_t patience_ms, std::string& out) {
      const OutgoingRequest request = request_to("https://upstream.example/slow");
      Operation deadline = call.sleep(patience_ms);
      Operation fetch = call.fetch(request);
      const std::size_t first = co_await first_of(fetch, deadline);
      if (first == 1) {
        out = "late";
        co_return;
      }
      out = "in time";
      Response response(call, fetch.id(), 200, fetch.take_bytes());
    }
  };
  struct Row {
    std::int64_t patience_ms, delay_ms;
    std::string expected;
  };
  const Row rows[] = {
      {100, 99, "in time"}, {100, 101, "late"}, {100, kNever, "late"}, {0, 1, "late"}};
  for (const Row& row : rows) {
    CAPTURE(row.patience_ms, row.delay_ms);
    std::string out;
    FakeHost host;
    host.on_fetch = [&row](const FetchRequest&) {
      FetchAnswer answer = answer_with({"unread"});
      answer.delay_ms = row.delay_ms;
      return answer;
    };
    host.start(kHead, {}, [&](Call& call) { return Root::race(call, row.patience_ms, out); });
    CHECK(host.run());
    CHECK(out == row.expected);
    CHECK(host.open_count() == 0);
    CHECK(host.count("drop") == 1);  // of the fetch, or of the body that nobody read
  }
}

TEST_CASE("an operation that was answered before anyone waited is not lost") {
  struct Root {
    static Task<void> run(Call& call, std::string& out) {
      Operation slow = call.sleep(50);
      Operation quick = call.sleep(10);
      co_await slow;  // meanwhile the other is answered
      out += quick.answered() ? "answered " : "open ";
      co_await quick;
      Operation never = call.wait("nobody");
      const std::size_t first = co_await first_of(quick, never);
      out += std::to_string(first);
    }
  };
  std::string out;
  FakeHost host;
  host.start(kHead, {}, [&](Call& call) { return Root::run(call, out); });
  CHECK(host.run());
  CHECK(out == "answered 0");
}

TEST_CASE("the loser of a race does not wake anybody when it is answered later") {
  struct Root {
    static Task<void> run(Call& call, std::string& out) {
      Operation quick = call.sleep(10);
      Operation slow = call.sleep(20);
      co_await first_of(quick, slow);
      out += "raced ";
      Operation rest = call.sleep(100);
      co_await rest;
      out += rest.answered() ? "rested" : "woken too early";
    }
  };
  std::string out;
  FakeHost host;
  host.start(kHead, {}, [&](Call& call) { return Root::run(call, out); });
  CHECK(host.run());
  CHECK(out == "raced rested");
}

TEST_CASE("a second answer to an operation does not replace the first") {
  struct Root {
    static Task<void> run(Call& call, std::string& out) {
      Operation get = call.kv_get("key");  // the call's first operation
      co_await call.sleep(10);
      out = get.take_bytes().view();
    }
  };
  std::string out;
  FakeHost host;
  host.set_kv("key", "first");
  const auto id = host.start(kHead, {}, [&](Call& call) { return Root::run(call, out); });
  host.run(1);
  host.answer_late(id, 1);
  CHECK(host.run());
  CHECK(out == "first");
}

TEST_CASE("a wait ends with the notify of another call, and only of its name") {
  struct Root {
    static Task<void> wait(Call& call, std::string& out) {
      Operation news = call.wait("token_1");
      co_await news;
      out += "woken ";
    }
    static Task<void> notify(Call& call, std::string& out) {
      proxy::host::notify("token_0");
      co_await call.sleep(5);
      out += "slept ";
      proxy::host::notify("token_1");
    }
  };
  std::string out;
  FakeHost host;
  host.start(kHead, {}, [&](Call& call) { return Root::wait(call, out); });
  host.start(kHead, {}, [&](Call& call) { return Root::wait(call, out); });
  host.start(kHead, {}, [&](Call& call) { return Root::notify(call, out); });
  CHECK(host.run());
  CHECK(out == "slept woken woken ");
}

TEST_CASE("D-06 what was spawned outlives the caller, and the call ends with it") {
  struct Root {
    static Task<void> run(Call& call, std::string& out) {
      call.spawn(sleep_twice(call, out, "spawned"));
      co_await call.sleep(15);
      out += "root ";
      co_await call.sleep(1'000);
      out += "root again ";
    }
  };
  std::string out;
  SECTION("the caller stays") {
    FakeHost host;
    host.start(kHead, {}, [&](Call& call) { return Root::run(call, out); });
    CHECK(host.run());
    CHECK(out == "spawned1 root spawned2 root again ");
  }
  SECTION("the caller leaves") {
    FakeHost host;
    const auto id = host.start(kHead, {}, [&](Call& call) { return Root::run(call, out); });
    host.cancel_at(2);
    CHECK(host.run());
    CHECK(host.has_ended(id));
    CHECK(out == "spawned1 spawned2 ");
  }
}

TEST_CASE("a caller that leaves at any wait leaves nothing open") {
  for (std::size_t n = 1;; ++n) {
    CAPTURE(n);
    std::string out;
    FakeHost host;
    host.on_fetch = [](const FetchRequest&) { return answer_with({"a", "b", "c"}); };
    const auto id = host.start(kHead, {}, [&](Call& call) { return fetch_and_read(call, out); });
    host.cancel_at(n);
    CHECK(host.run());
    CHECK(host.has_ended(id));
    CHECK(host.open_count() == 0);
    if (host.answer_count(id) < n) {
      CHECK(n == 6);  // the fetch, three chunks and the end
      break;
    }
  }
}

TEST_CASE("late and unknown answers are harmless") {
  std::string out;
  FakeHost host;
  const auto id = host.start(kHead, {}, [&](Call& call) { return sleep_twice(call, out, "s"); });
  CHECK_FALSE(host.run(2));  // the clock, the first sleep
  CHECK(out == "s1 ");
  for (const proxy::host::OperationId op : {0U, 1U, 77U, 0xFFFFFFFFU}) host.answer_late(id, op);
  CHECK(out == "s1 ");
  CHECK(host.run());
  CHECK(out == "s1 s2 ");
  host.answer_late(id, 1);
}

TEST_CASE("a call that is destroyed gives up all it had open") {
  std::string out;
  {
    FakeHost host;
    host.on_fetch = [](const FetchRequest&) { return answer_with({"a"}, BodyEnd::never); };
    host.start(kHead, {}, [&](Call& call) {
      call.spawn(sleep_twice(call, out, "s"));
      return fetch_and_read(call, out);
    });
    CHECK_FALSE(host.run());
    CHECK(host.open_count() == 1);
  }
  CHECK(out == "200 text/plain a|s1 s2 ");
}

namespace {

Task<void> sign(Call& call, std::string key, std::string& out) {
  Operation signing = call.sign(key, "claims");
  Operation patience = call.sleep(1'000);
  co_await first_of(signing, patience);
  if (!signing.answered()) {
    out = "late";
  } else {
    out = signing.status() == kDone ? std::string(signing.take_bytes().view()) : "failed";
  }
}

std::string signed_by(FakeHost& host, const std::string& key) {
  std::string out;
  host.start(kHead, {}, [&](Call& call) { return sign(call, key, out); });
  host.run();
  CHECK(host.open_count() == 0);
  return out;
}

}  // namespace

TEST_CASE(
    "a signature follows from key and text; a key that is none, and a silent host, give none") {
  FakeHost host;
  const std::string signature = signed_by(host, "0key");
  CHECK(signature == FakeHost::signature("0key", "claims"));
  CHECK(signature != FakeHost::signature("0other", "claims"));
  CHECK(signature != FakeHost::signature("0key", "other"));
  CHECK(signed_by(host, "key") == "failed");
  CHECK(signed_by(host, "") == "failed");
  CHECK(host.count("sign") == 3);
  CHECK(host.count("0key") == 0);
  host.sign_fault = proxy::test::KvFault::fails;
  CHECK(signed_by(host, "0key") == "failed");
  host.sign_fault = proxy::test::KvFault::hangs;
  CHECK(signed_by(host, "0key") == "late");
  CHECK(host.count("drop sign") == 1);
}
