// The functions of host/host.h, played by the FakeHost.
#include <algorithm>

#include "support/fake_host.h"

namespace proxy::test {
namespace {

FetchRequest read_request(std::string_view head, std::span<const std::string_view> body) {
  Fields fields = read_fields(head);
  FetchRequest request;
  request.method = fields.front().first;
  request.url = fields.front().second;
  request.headers.assign(fields.begin() + 1, fields.end());
  for (const std::string_view piece : body) request.body += piece;
  return request;
}

}  // namespace

struct Verbs {
  using Kind = FakeHost::Kind;
  using Open = FakeHost::Open;

  static FakeHost& current() {
    FakeHost::require(FakeHost::current_ != nullptr, "there is a host");
    return *FakeHost::current_;
  }
  static void require(bool holds, const char* rule) { FakeHost::require(holds, rule); }
  static void note(std::string line) { current().transcript.push_back(std::move(line)); }
  static Received& received(host::CallId call) { return current().received_[call]; }

  static void open(Open operation);
  static void kv(Open operation, KvFault fault);
  static void sign(host::CallId call, host::OperationId op, std::string_view key,
                   std::string_view bytes);
  static void rate_limit(host::CallId call, host::OperationId op, std::string_view key);
  static void fetch(host::CallId call, host::OperationId op, std::string_view head,
                    std::span<const std::string_view> body);
  static void read(host::CallId call, host::OperationId op, host::BodyId id,
                   std::int64_t gather_ms);
  static void drop(host::CallId call, host::OperationId op);
  static void notify(std::string_view name);
  static void respond(host::CallId call, int status, std::string_view head, std::string_view body,
                      bool stream);
  static void write(host::CallId call, std::string_view bytes);
  static void end(host::CallId call);
  static void random(std::span<std::uint8_t> out) {
    FakeHost& host = current();
    for (std::uint8_t& byte : out) {
      byte = host.random_byte.value_or(static_cast<std::uint8_t>(host.random_()));
    }
  }
};

void Verbs::open(Open operation) {
  FakeHost& host = current();
  require(host.calls_.contains(operation.call), "an operation is of a call");
  for (const Open& other : host.open_) {
    require(other.call != operation.call || other.op != operation.op,
            "no two operations of a call have one id");
  }
  ++host.operation_count_;
  if (host.operation_count_ == host.hang_at_ && operation.kind != Kind::sleep) {
    operation.hangs = true;
  }
  if (host.operation_count_ == host.fail_at_) {
    operation.fails = true;
    operation.due_ms = host.now_ms;
  }
  if (host.operation_count_ == host.spoil_at_.first) {
    operation.garbage = host.spoil_at_.second;
    operation.due_ms = host.now_ms;
  }
  host.verbs.push_back(FakeHost::kVerbs[static_cast<std::size_t>(operation.kind)]);
  host.open_.push_back(std::move(operation));
  const host::CallId call = host.open_.back().call;
  const auto waiting = std::count_if(
      host.open_.begin(), host.open_.end(),
      [call](const Open& other) { return other.kind == Kind::fetch && other.call == call; });
  host.most_waiting = std::max(host.most_waiting, static_cast<std::size_t>(waiting));
}

void Verbs::kv(Open operation, KvFault fault) {
  FakeHost& host = current();
  require(!operation.text.empty() && operation.text.size() <= 512, "a KV key has 1 to 512 bytes");
  operation.due_ms = host.now_ms + host.kv_delay_ms;
  operation.fails = !host.kv_bound || fault == KvFault::fails;
  operation.hangs = fault == KvFault::hangs;
  open(std::move(operation));
}

// The transcript shows neither the key nor what is signed.
void Verbs::sign(host::CallId call, host::OperationId op, std::string_view key,
                 std::string_view bytes) {
  FakeHost& host = current();
  note("sign");
  Open operation{call, op, Kind::sign, host.now_ms, "sign"};
  operation.value = FakeHost::signature(key, bytes);
  operation.fails = host.sign_fault == KvFault::fails || !key.starts_with('0');
  operation.hangs = host.sign_fault == KvFault::hangs;
  open(std::move(operation));
}

void Verbs::rate_limit(host::CallId call, host::OperationId op, std::string_view key) {
  FakeHost& host = current();
  note("rate_limit " + std::string(key));
  require(host.most_requests.has_value(), "a binding is there when it is used");
  Open operation{call, op, Kind::rate_limit, host.now_ms, std::string(key)};
  operation.fails = host.rate_limit_fault == KvFault::fails;
  operation.hangs = host.rate_limit_fault == KvFault::hangs;
  open(std::move(operation));
}

void Verbs::fetch(host::CallId call, host::OperationId op, std::string_view head,
                  std::span<const std::string_view> body) {
  FakeHost& host = current();
  const FetchRequest request = read_request(head, body);
  host.uploads_[{call, op}] = {{body.begin(), body.end()}, request.body};
  const std::string line = "fetch " + request.method + " " + request.url;
  note(line);
  FetchAnswer answer;
  answer.status = 0;
  host.fetches.push_back(request);
  if (host.on_fetch) answer = host.on_fetch(request);
  const bool is_silent = answer.delay_ms == kNever;
  Open operation{call, op, Kind::fetch, is_silent ? kNever : host.now_ms + answer.delay_ms, line};
  operation.answer = std::move(answer);
  open(std::move(operation));
}

void Verbs::read(host::CallId call, host::OperationId op, host::BodyId id, std::int64_t gather_ms) {
  FakeHost& host = current();
  std::string line = id == host::kCallersBody ? "read caller" : "read answer";
  if (gather_ms > 0) line += " gather=" + std::to_string(gather_ms);
  note(std::move(line));
  const auto found = host.bodies_.find({call, id});
  require(found != host.bodies_.end(), "a body is read until its end only");
  for (const Open& other : host.open_) {
    require(other.kind != Kind::read || other.call != call || other.body != id,
            "a body is read by one operation at a time");
  }
  const auto& body = found->second;
  const bool is_silent = body.chunks.empty() && body.end == BodyEnd::never;
  Open operation{call, op, Kind::read, is_silent ? kNever : host.now_ms + body.gap_ms, "read"};
  operation.body = id;
  if (gather_ms > 0 && !body.chunks.empty()) {
    const auto all = static_cast<std::int64_t>(body.chunks.size());
    const std::int64_t there = body.gap_ms == 0 ? all : gather_ms / body.gap_ms;
    operation.chunks = static_cast<std::size_t>(std::clamp<std::int64_t>(there, 1, all));
    // The end, once it is there, is no longer waited for.
    const bool ends = there > all || body.gap_ms == 0;
    const std::int64_t ms =
        ends && body.end != BodyEnd::never ? (all + 1) * body.gap_ms : gather_ms;
    operation.due_ms = host.now_ms + std::max(ms, body.gap_ms);
  }
  open(std::move(operation));
}

void Verbs::drop(host::CallId call, host::OperationId op) {
  FakeHost& host = current();
  host.check_upload(call, op);
  host.uploads_.erase({call, op});
  const auto found = std::find_if(
      host.open_.begin(), host.open_.end(),
      [call, op](const Open& operation) { return operation.call == call && operation.op == op; });
  if (found == host.open_.end()) {
    require(host.bodies_.erase({call, op}) == 1, "only what is open is dropped, and only once");
    note("drop body");
    return;
  }
  if (found->kind != Kind::sleep && found->kind != Kind::wait) note("drop " + found->text);
  host.open_.erase(found);
}

void Verbs::notify(std::string_view name) {
  note("notify " + std::string(name));
  for (Open& operation : current().open_) {
    if (operation.kind == Kind::wait && operation.text == name) {
      operation.due_ms = current().now_ms;
    }
  }
}

void Verbs::respond(host::CallId call, int status, std::string_view head, std::string_view body,
                    bool stream) {
  require(received(call).status == 0, "a call is answered once");
  require(status >= 200 && status <= 599, "an answer has a status from 200 to 599");
  require(!stream || body.empty(), "the body of a stream is written");
  note("respond " + std::to_string(status) + (stream ? " stream" : ""));
  received(call).status = status;
  received(call).headers = read_fields(head);
  received(call).body = body;
  received(call).streamed = stream;
  received(call).ended = !stream;
}

void Verbs::write(host::CallId call, std::string_view bytes) {
  require(received(call).streamed && !received(call).ended, "only an open stream is written to");
  note("write " + std::to_string(bytes.size()));
  received(call).writes.emplace_back(bytes);
  received(call).body += bytes;
}

void Verbs::end(host::CallId call) {
  require(received(call).streamed && !received(call).ended, "a stream ends once");
  note("end");
  received(call).ended = true;
}

}  // namespace proxy::test

namespace proxy::host {

using test::kNever;
using test::Verbs;

void kv_get(CallId call, OperationId op, std::string_view key) {
  Verbs::note("kv_get " + std::string(key));
  Verbs::kv({call, op, Verbs::Kind::kv_get, 0, std::string(key)}, Verbs::current().kv_get_fault);
}

void kv_put(CallId call, OperationId op, std::string_view key, std::string_view value,
            std::int64_t ttl_s) {
  Verbs::note("kv_put " + std::string(key) + " ttl=" + std::to_string(ttl_s));
  Verbs::require(ttl_s >= 60, "KV keeps a value for at least 60 s");
  Verbs::Open put{call, op, Verbs::Kind::kv_put, 0, std::string(key)};
  put.value = value;
  put.ttl_s = ttl_s;
  Verbs::kv(std::move(put), Verbs::current().kv_put_fault);
}

void kv_delete(CallId call, OperationId op, std::string_view key) {
  Verbs::note("kv_delete " + std::string(key));
  Verbs::kv({call, op, Verbs::Kind::kv_delete, 0, std::string(key)},
            Verbs::current().kv_delete_fault);
}

void fetch(CallId call, OperationId op, std::string_view head,
           std::span<const std::string_view> body) {
  Verbs::fetch(call, op, head, body);
}

void read(CallId call, OperationId op, BodyId body, std::int64_t gather_ms) {
  Verbs::read(call, op, body, gather_ms);
}

void sleep(CallId call, OperationId op, std::int64_t ms) {
  Verbs::note("sleep " + std::to_string(ms));
  Verbs::require(ms >= 0, "a sleep is not negative");
  Verbs::open({call, op, Verbs::Kind::sleep, Verbs::current().now_ms + ms, "sleep"});
}

void wait(CallId call, OperationId op, std::string_view name) {
  Verbs::note("wait " + std::string(name));
  Verbs::open({call, op, Verbs::Kind::wait, kNever, std::string(name)});
}

void sign(CallId call, OperationId op, std::string_view key, std::string_view bytes) {
  Verbs::sign(call, op, key, bytes);
}

void rate_limit(CallId call, OperationId op, std::string_view key) {
  Verbs::rate_limit(call, op, key);
}

void drop(CallId call, OperationId op) { Verbs::drop(call, op); }
void notify(std::string_view name) { Verbs::notify(name); }

void respond(CallId call, int status, std::string_view head, std::string_view body, bool stream) {
  Verbs::respond(call, status, head, body, stream);
}

void write(CallId call, std::string_view bytes) { Verbs::write(call, bytes); }
void end(CallId call) { Verbs::end(call); }
std::int64_t now_ms() { return Verbs::current().now_ms + Verbs::current().clock_error_ms; }
void random(std::span<std::uint8_t> out) { Verbs::random(out); }

std::optional<std::string> env(std::string_view name) {
  const auto found = Verbs::current().env.find(std::string(name));
  if (found == Verbs::current().env.end()) return std::nullopt;
  return found->second;
}

bool is_bound(std::string_view name) {
  const test::FakeHost& host = Verbs::current();
  return name == "TOKEN_CACHE" ? host.kv_bound
                               : name == "RATE_LIMIT" && host.most_requests.has_value();
}

void log(LogLevel level, std::string_view line) {
  static constexpr const char* kNames[] = {"info ", "warn ", "error "};
  Verbs::current().logs.push_back(kNames[static_cast<int>(level)] + std::string(line));
}

}  // namespace proxy::host
