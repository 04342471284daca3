// The TOKEN_CACHE namespace as coroutines that cannot hang and never fail a request: a read that
// fails or is late is a miss, a write that fails is tried once more and then left. A spent daily
// quota makes every operation fail until midnight UTC, so failures are logged once a minute and
// isolate.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "host/bytes.h"
#include "host/call.h"
#include "host/task.h"

namespace proxy::accounts {

// What one isolate knows about its namespace.
struct KvHealth {
  struct Failures {
    std::int64_t quiet_until_ms = 0;  // no log line before
    std::int64_t count = 0;           // since the last line
  };
  Failures reads;
  Failures writes;
  bool reads_fail = false;    // the last one did
  bool writes_fail = false;   // the last one did, twice: no second tries until one succeeds
  bool unbound_said = false;  // that there is no namespace, in the log
};

struct KvValue {
  enum class State : std::uint8_t { found, absent, failed };
  State state = State::absent;
  host::Bytes bytes;  // found only
};

host::Task<KvValue> kv_read(host::Call& call, KvHealth& health, std::string key);
// Two keys at once, with one deadline.
host::Task<std::pair<KvValue, KvValue>> kv_read_both(host::Call& call, KvHealth& health,
                                                     std::string first_key, std::string second_key);
// For spawned tasks: a second try begins 1.1 to 2 s after the first. ttl_s is at least 60.
host::Task<void> kv_write(host::Call& call, KvHealth& health, std::string key, std::string value,
                          std::int64_t ttl_s);
host::Task<void> kv_remove(host::Call& call, KvHealth& health, std::string key);

// Workers KV takes one write a key and second. For a write to a key that was just written.
host::Operation kv_pause(host::Call& call);

}  // namespace proxy::accounts
