#include "accounts/kv.h"

#include <string_view>

#include "accounts/random.h"
#include "base/limits.h"
#include "host/log.h"

namespace proxy::accounts {
namespace {

using host::Call;
using host::Operation;
using host::Task;

constexpr std::int64_t kQuietMs = 60'000;

bool is_bound(Call& call, KvHealth& health) {
  if (host::is_bound("TOKEN_CACHE")) return true;
  if (!health.unbound_said) {
    host::LogLine(host::LogLevel::warn, "kv_unbound",
                  "TOKEN_CACHE is not bound: access tokens are kept in memory only.")
        .send(call);
  }
  health.unbound_said = true;
  return false;
}

void note_failure(Call& call, KvHealth::Failures& failures, std::string_view ev,
                  std::string_view msg, std::string_view key) {
  ++failures.count;
  const std::int64_t now = host::now_ms();
  if (now < failures.quiet_until_ms) return;
  host::LogLine(host::LogLevel::warn, ev, msg)
      .text("key", key)
      .number("count", failures.count)
      .send(call);
  failures.count = 0;
  failures.quiet_until_ms = now + kQuietMs;
}

KvValue take_value(Call& call, KvHealth& health, Operation& get, std::string_view key) {
  KvValue value;
  health.reads_fail = !get.answered() || get.status() == host::kFailed;
  if (health.reads_fail) {
    value.state = KvValue::State::failed;
    note_failure(call, health.reads, "kv_get_fail", "A read of TOKEN_CACHE failed.", key);
  } else if (get.status() == host::kDone) {
    value.state = KvValue::State::found;
    value.bytes = get.take_bytes();
  }
  return value;
}

// Whether `write`, a put or a delete, succeeds in time.
Task<bool> succeeds(Call& call, KvHealth& health, Operation& write, std::string_view key) {
  Operation deadline = call.sleep(limits::kKvDeadlineMs);
  co_await first_of(write, deadline);
  if (write.answered() && write.status() == host::kDone) co_return true;
  note_failure(call, health.writes, "kv_put_fail", "A write to TOKEN_CACHE failed.", key);
  co_return false;
}

}  // namespace

Task<KvValue> kv_read(Call& call, KvHealth& health, std::string key) {
  if (!is_bound(call, health)) co_return KvValue();
  Operation get = call.kv_get(key);
  Operation deadline = call.sleep(limits::kKvDeadlineMs);
  co_await first_of(get, deadline);
  co_return take_value(call, health, get, key);
}

Task<std::pair<KvValue, KvValue>> kv_read_both(Call& call, KvHealth& health, std::string first_key,
                                               std::string second_key) {
  std::pair<KvValue, KvValue> values;
  if (!is_bound(call, health)) co_return values;
  Operation first = call.kv_get(first_key);
  Operation second = call.kv_get(second_key);
  Operation deadline = call.sleep(limits::kKvDeadlineMs);
  co_await first_of(first, deadline);
  co_await first_of(second, deadline);
  values.first = take_value(call, health, first, first_key);
  values.second = take_value(call, health, second, second_key);
  co_return values;
}

Task<void> kv_write(Call& call, KvHealth& health, std::string key, std::string value,
                    std::int64_t ttl_s) {
  if (!is_bound(call, health)) co_return;
  // What others can do without, if this call has nothing left.
  if (call.subrequests() >= limits::kSubrequestsToWrite) co_return;
  const int tries = health.writes_fail ? 1 : 2;
  for (int i = 0; i < tries; ++i) {
    if (i > 0) co_await kv_pause(call);
    Operation put = call.kv_put(key, value, ttl_s);
    if (co_await succeeds(call, health, put, key)) {
      health.writes_fail = false;
      co_return;
    }
  }
  health.writes_fail = true;
}

Task<void> kv_remove(Call& call, KvHealth& health, std::string key) {
  if (!is_bound(call, health)) co_return;
  Operation remove = call.kv_delete(key);
  co_await succeeds(call, health, remove, key);
}

Operation kv_pause(Call& call) { return call.sleep(random_between(1'100, 2'000)); }

}  // namespace proxy::accounts
