#include "accounts/kv.h"

#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/fake_host.h"

using namespace proxy::accounts;
using proxy::host::Call;
using proxy::host::Task;
using proxy::test::FakeHost;
using proxy::test::KvFault;

namespace {

const std::string kHead = "GET\nhttp://localhost/";

std::string shown(const KvValue& value) {
  switch (value.state) {
    case KvValue::State::found:
      return std::string(value.bytes.view());
    case KvValue::State::absent:
      return "absent";
    case KvValue::State::failed:
      return "failed";
  }
  return "?";
}

Task<void> read(Call& call, KvHealth& health, std::string& out) {
  const KvValue value = co_await kv_read(call, health, "token_0");
  out = shown(value);
}

Task<void> read_both(Call& call, KvHealth& health, std::string& out) {
  const auto values = co_await kv_read_both(call, health, "dead_0", "refresh_0");
  out = shown(values.first) + ' ' + shown(values.second);
}

Task<void> write(Call& call, KvHealth& health) {
  co_await kv_write(call, health, "token_0", "value", 3'599);
}

Task<void> remove(Call& call, KvHealth& health) { co_await kv_remove(call, health, "token_0"); }

}  // namespace

TEST_CASE("B-01 a read that fails or hangs is a miss within two seconds") {
  struct Row {
    KvFault fault;
    std::string one, both;
    std::int64_t took_ms;
  };
  const Row rows[] = {
      {KvFault::none, "value", "absent rotated", 0},
      {KvFault::fails, "failed", "failed failed", 0},
      {KvFault::hangs, "failed", "failed failed", 2'000},
  };
  for (const Row& row : rows) {
    KvHealth health;
    std::string one;
    std::string both;
    FakeHost host;
    host.set_kv("token_0", "value");
    host.set_kv("refresh_0", "rotated");
    host.kv_get_fault = row.fault;
    const auto began_ms = host.now_ms;
    host.start(kHead, {}, [&](Call& call) { return read(call, health, one); });
    host.start(kHead, {}, [&](Call& call) { return read_both(call, health, both); });
    CHECK(host.run());
    CHECK(one == row.one);
    CHECK(both == row.both);
    CHECK(host.now_ms - began_ms == row.took_ms);
    CHECK(host.log_count("kv_get_fail") == (row.fault == KvFault::none ? 0 : 1));
  }
}

TEST_CASE("B-02 a write that fails or hangs is tried once more after 1.1 to 2 s") {
  for (const KvFault fault : {KvFault::fails, KvFault::hangs}) {
    KvHealth health;
    FakeHost host;
    host.kv_put_fault = fault;
    const auto began_ms = host.now_ms;
    host.start(kHead, {}, [&](Call& call) { return write(call, health); });
    CHECK(host.run());
    CHECK(host.count("kv_put token_0 ttl=3599") == 2);
    const auto pause_ms = host.now_ms - began_ms - (fault == KvFault::hangs ? 4'000 : 0);
    CHECK(pause_ms >= 1'100);
    CHECK(pause_ms <= 2'000);
    CHECK(host.log_count("kv_put_fail") == 1);
    CHECK_FALSE(host.kv("token_0"));
  }
}

TEST_CASE("B-02 the second try writes") {
  KvHealth health;
  FakeHost host;
  host.fail_at(1);
  host.start(kHead, {}, [&](Call& call) { return write(call, health); });
  CHECK(host.run());
  CHECK(host.kv("token_0") == "value");
  CHECK_FALSE(health.writes_fail);
}

TEST_CASE("B-12 while every write fails there are no second tries and one line a minute") {
  KvHealth health;
  FakeHost host;
  host.kv_put_fault = KvFault::fails;
  for (int i = 0; i < 10; ++i) {
    host.start(kHead, {}, [&](Call& call) { return write(call, health); });
    CHECK(host.run());
  }
  CHECK(host.count("kv_put") == 11);  // the first one twice
  CHECK(host.log_count("kv_put_fail") == 1);
  host.now_ms += 60'000;
  host.start(kHead, {}, [&](Call& call) { return write(call, health); });
  CHECK(host.run());
  CHECK(host.log_count("kv_put_fail") == 2);
  CHECK(host.log_count("\"count\":11") == 1);

  host.kv_put_fault = KvFault::none;  // midnight
  host.start(kHead, {}, [&](Call& call) { return write(call, health); });
  CHECK(host.run());
  host.kv_put_fault = KvFault::fails;
  host.start(kHead, {}, [&](Call& call) { return write(call, health); });
  CHECK(host.run());
  CHECK(host.count("kv_put") == 12 + 1 + 2);
}

TEST_CASE("B-12 reads and writes are counted apart") {
  KvHealth health;
  std::string out;
  FakeHost host;
  host.kv_get_fault = host.kv_put_fault = host.kv_delete_fault = KvFault::fails;
  for (int i = 0; i < 5; ++i) {
    host.start(kHead, {}, [&](Call& call) { return read(call, health, out); });
    host.start(kHead, {}, [&](Call& call) { return remove(call, health); });
  }
  CHECK(host.run());
  CHECK(host.log_count("kv_get_fail") == 1);
  CHECK(host.log_count("kv_put_fail") == 1);
}

TEST_CASE("A-14 without TOKEN_CACHE nothing is asked of it, and one line says so") {
  KvHealth health;
  std::string out;
  FakeHost host;
  host.kv_bound = false;
  for (int i = 0; i < 3; ++i) {
    host.start(kHead, {}, [&](Call& call) { return read(call, health, out); });
    CHECK(host.run());
    CHECK(out == "absent");
    host.start(kHead, {}, [&](Call& call) { return read_both(call, health, out); });
    host.start(kHead, {}, [&](Call& call) { return write(call, health); });
    host.start(kHead, {}, [&](Call& call) { return remove(call, health); });
    CHECK(host.run());
  }
  CHECK(host.operation_count() == 0);
  CHECK(host.logs.size() == 1);
  CHECK(host.log_count("kv_unbound") == 1);
}
