#include "host/fetch_whole.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/fake_host.h"

using namespace proxy::host;
using proxy::test::BodyEnd;
using proxy::test::FakeHost;
using proxy::test::FetchAnswer;
using proxy::test::FetchRequest;
using proxy::test::kNever;

namespace {

constexpr std::size_t kMost = 8;
constexpr std::int64_t kDeadlineMs = 10'000;
const std::string kHead = "GET\nhttp://localhost/";

Task<void> fetch_it(Call& call, std::optional<Whole>& out) {
  Operation deadline = call.sleep(kDeadlineMs);
  OutgoingRequest request;
  request.head = HeadWriter("POST", "https://upstream.example/a").field("x-a", "1").text();
  request.body = "question";
  Whole whole = co_await fetch_whole(call, deadline, std::move(request), kMost);
  out.emplace(std::move(whole));
}

struct Row {
  const char* why;
  FetchAnswer answer;
  int status;
  bool timed_out;
  std::string body;
  std::int64_t took_ms;
  bool dropped;  // the rest of the body is
};

std::vector<Row> rows() {
  const auto late = [](std::int64_t ms) {
    FetchAnswer answer;
    answer.chunks = {"ab"};
    answer.delay_ms = ms;
    return answer;
  };
  const auto slow = [](std::int64_t gap_ms, std::vector<std::string> chunks) {
    FetchAnswer answer;
    answer.chunks = std::move(chunks);
    answer.gap_ms = gap_ms;
    return answer;
  };
  const auto body = [](std::vector<std::string> chunks, BodyEnd end = BodyEnd::clean,
                       int status = 200) {
    FetchAnswer answer;
    answer.status = status;
    answer.chunks = std::move(chunks);
    answer.end = end;
    return answer;
  };
  return {
      {"whole", body({"abcd", "", "efgh"}), 200, false, "abcdefgh", 0, false},
      {"empty", body({}), 200, false, "", 0, false},
      {"refused", body({"no"}, BodyEnd::clean, 404), 404, false, "no", 0, false},
      {"no network", body({}, BodyEnd::clean, 0), 0, false, "", 0, false},
      {"cut", body({"abcd"}, BodyEnd::broken), 0, false, "abcd", 0, false},
      {"one byte too long", body({"abcd", "efghi", "j"}), 200, false, "abcdefghi", 0, true},
      {"endless", body({"abcd", "efgh", "i"}, BodyEnd::never), 200, false, "abcdefghi", 0, true},
      {"no headers", late(kNever), 0, true, "", kDeadlineMs, false},
      {"headers too late", late(kDeadlineMs + 1), 0, true, "", kDeadlineMs, false},
      {"late headers", late(kDeadlineMs - 1), 200, false, "ab", kDeadlineMs - 1, false},
      {"silent after a piece", body({"abcd"}, BodyEnd::never), 0, true, "abcd", kDeadlineMs, true},
      {"a slow body", slow(4'000, {"a", "b", "c"}), 0, true, "ab", kDeadlineMs, true},
      {"a slow one in time", slow(3'000, {"a", "b"}), 200, false, "ab", 9'000, false},
  };
}

}  // namespace

TEST_CASE("an answer is given whole and in time, or not at all") {
  for (const Row& row : rows()) {
    INFO(row.why);
    std::optional<Whole> out;
    FakeHost host;
    host.on_fetch = [&row](const FetchRequest& request) {
      CHECK(request.method == "POST");
      CHECK(request.header("x-a") == "1");
      CHECK(request.body == "question");
      return row.answer;
    };
    const std::int64_t began = host.now_ms;
    const CallId id = host.start(kHead, {}, [&](Call& call) { return fetch_it(call, out); });
    CHECK(host.run());
    REQUIRE(host.has_ended(id));
    CHECK(host.now_ms - began == row.took_ms);
    REQUIRE(out);
    CHECK(out->status == row.status);
    CHECK(out->timed_out == row.timed_out);
    CHECK(out->body == row.body);
    CHECK((host.count("drop body") == 1) == row.dropped);
    CHECK((host.count("drop fetch") == 1) == (row.timed_out && row.body.empty()));
    CHECK(host.open_count() == 0);
  }
}

TEST_CASE("an answer says when to come again") {
  for (const std::string value : {"", "7", "Wed, 25 Nov 2026 15:00:00 GMT"}) {
    std::optional<Whole> out;
    FakeHost host;
    host.on_fetch = [&value](const FetchRequest&) {
      FetchAnswer answer;
      answer.status = 429;
      if (!value.empty()) answer.headers = {{"retry-after", value}};
      return answer;
    };
    host.start(kHead, {}, [&](Call& call) { return fetch_it(call, out); });
    CHECK(host.run());
    REQUIRE(out);
    CHECK(out->retry_after == value);
  }
}

TEST_CASE("when its call ends, so does the fetch, whatever it waits for") {
  FetchAnswer silent;
  silent.delay_ms = kNever;
  FetchAnswer talking;
  talking.chunks = {"a"};
  talking.end = BodyEnd::never;
  for (const FetchAnswer& answer : {silent, talking}) {
    std::optional<Whole> out;
    FakeHost host;
    host.on_fetch = [&answer](const FetchRequest&) { return answer; };
    const CallId id = host.start(kHead, {}, [&](Call& call) { return fetch_it(call, out); });
    host.run(answer.delay_ms == kNever ? 0 : 2);
    host.cancel(id);
    CHECK(host.has_ended(id));
    CHECK_FALSE(out);
    CHECK(host.open_count() == 0);
    CHECK(host.count(answer.delay_ms == kNever ? "drop fetch" : "drop body") == 1);
  }
}
