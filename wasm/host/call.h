// A Call is one client request being served: its head, its open host operations, its coroutines.
//
// The root coroutine tells the story and dies when the caller leaves. What must not die with it (a
// token refresh that others wait for, a write to KV) is spawned: the host keeps the call until that
// has ended.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "host/bytes.h"
#include "host/host.h"
#include "host/http.h"
#include "host/task.h"

namespace proxy::host {

class Call;

// One open host operation. Lives in the frame of the coroutine that waits for it; its destructor
// drops what has not been answered. Await it alone, or several through first_of().
class Operation {
 public:
  template <class Start>
  Operation(Call& call, Start start, std::span<char> room = {});
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation();

  bool answered() const { return answered_; }
  std::uint32_t status() const { return status_; }
  OperationId id() const { return id_; }
  Bytes take_bytes() { return std::move(bytes_); }

  bool await_ready() const noexcept { return answered_; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  Operation& await_resume() noexcept { return *this; }

 private:
  friend class Call;
  friend class FirstOf;

  Call& call_;
  OperationId id_;
  std::uint32_t status_ = kFailed;
  bool answered_ = false;
  Bytes bytes_;
  std::span<char> room_;
  std::coroutine_handle<> waiter_;
};

// co_await first_of(a, b): goes on as soon as one is answered; the index of the first that is.
class FirstOf {
 public:
  FirstOf(Operation& a, Operation& b) : both_{&a, &b} {}

  bool await_ready() const noexcept { return both_[0]->answered_ || both_[1]->answered_; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept {
    for (Operation* operation : both_) operation->waiter_ = waiter;
  }
  std::size_t await_resume() noexcept {
    for (Operation* operation : both_) operation->waiter_ = nullptr;
    return both_[0]->answered_ ? 0 : 1;
  }

 private:
  std::array<Operation*, 2> both_;
};

inline FirstOf first_of(Operation& a, Operation& b) { return {a, b}; }

// A fetch's answer. Its body is read piece by piece; what is left unread is given up on
// destruction.
class Response {
 public:
  Response(Call& call, BodyId body, int status, Bytes head);
  Response(Response&& other) noexcept;
  Response& operator=(Response&&) = delete;
  ~Response();

  int status() const { return status_; }
  const HeaderView& headers() const { return headers_; }
  // Answered with kDone and bytes, kEnd, or kFailed (reset, corrupt encoding).
  //   gather_ms  as host.h says
  Operation read(std::int64_t gather_ms = 0);
  // Says that read() answered kEnd or kFailed.
  void finished() { open_ = false; }

 private:
  Call* call_;
  BodyId body_;
  int status_;
  Bytes head_;
  HeaderView headers_;
  bool open_ = true;
};

class Call {
 public:
  // head  as http.h says
  Call(CallId id, Bytes head);
  Call(const Call&) = delete;
  ~Call();

  CallId id() const { return id_; }
  const RequestHead& request() const { return request_; }
  // `req_` + 32 hex digits: in the answer's `x-request-id` and in every log line.
  const std::string& request_id() const { return request_id_; }
  // Bytes this call may still log before its last line.
  std::size_t& log_budget() { return log_budget_; }
  // Fetches and KV operations so far, which the platform limits (limits::kSubrequests).
  int subrequests() const { return subrequests_; }

  Operation kv_get(std::string_view key);
  Operation kv_put(std::string_view key, std::string_view value, std::int64_t ttl_s);
  Operation kv_delete(std::string_view key);
  // The pieces of the body must stay as they are until the operation and its Response are gone.
  Operation fetch(std::string_view head, std::span<const std::string_view> body);
  Operation fetch(std::string_view head, const std::string_view& body) {
    return fetch(head, {&body, 1});
  }
  Operation fetch(const OutgoingRequest& request) { return fetch(request.head, request.body); }
  // The next bytes of the caller's request. Those that fit in `room` stand there, and are not
  // copied again; it must stay where it is as long as the operation.
  Operation read_body(std::span<char> room = {});
  Operation sleep(std::int64_t ms);
  Operation wait(std::string_view name);
  Operation sign(std::string_view key, std::string_view bytes);
  Operation rate_limit(std::string_view key);

  // Runs beside the root and survives the caller's leaving.
  void spawn(Task<void> task);

  // The three entry points of the host. Each returns whether the call has ended and may be
  // destroyed.
  bool start(Task<void> root);
  bool resume(OperationId op, std::uint32_t status, Bytes bytes);
  bool cancel();
  // Where the answer to an operation should stand, if a place was given that has room for it.
  char* room_for(OperationId op, std::size_t size) const;

 private:
  friend class Operation;

  OperationId open(Operation& operation);
  void close(const Operation& operation);
  bool settle();

  CallId id_;
  Bytes head_;
  RequestHead request_;
  std::string request_id_;
  std::size_t log_budget_ = limits::kLogBytesPerCall - limits::kLastLogLineBytes;
  int subrequests_ = 0;
  OperationId last_id_ = kCallersBody;
  std::vector<Operation*> open_;
  std::vector<Task<void>> spawned_;
  Task<void> root_;
};

template <class Start>
Operation::Operation(Call& call, Start start, std::span<char> room)
    : call_(call), id_(call.open(*this)), room_(room) {
  start(id_);
}

}  // namespace proxy::host
