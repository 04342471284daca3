#include "host/call.h"

#include <algorithm>

#include "base/ids.h"

namespace proxy::host {
namespace {

std::string new_request_id() {
  std::array<std::uint8_t, 16> bytes;
  random(bytes);
  return ids::request_id(bytes);
}

}  // namespace

Operation::~Operation() { call_.close(*this); }

Response::Response(Call& call, BodyId body, int status, Bytes head)
    : call_(&call), body_(body), status_(status), head_(std::move(head)), headers_(head_.view()) {}

// The views of headers_ show the heap block of head_, which moves along.
Response::Response(Response&& other) noexcept
    : call_(other.call_),
      body_(other.body_),
      status_(other.status_),
      head_(std::move(other.head_)),
      headers_(std::move(other.headers_)),
      open_(std::exchange(other.open_, false)) {}

Response::~Response() {
  if (open_) drop(call_->id(), body_);
}

Operation Response::read(std::int64_t gather_ms) {
  return Operation(*call_, [&](OperationId op) { host::read(call_->id(), op, body_, gather_ms); });
}

Call::Call(CallId id, Bytes head)
    : id_(id),
      head_(std::move(head)),
      request_(RequestHead::parse(head_.view())),
      request_id_(new_request_id()) {}

// The coroutines go first: their operations still refer to this call.
Call::~Call() {
  root_.reset();
  spawned_.clear();
}

Operation Call::kv_get(std::string_view key) {
  ++subrequests_;
  return Operation(*this, [&](OperationId op) { host::kv_get(id_, op, key); });
}

Operation Call::kv_put(std::string_view key, std::string_view value, std::int64_t ttl_s) {
  ++subrequests_;
  return Operation(*this, [&](OperationId op) { host::kv_put(id_, op, key, value, ttl_s); });
}

Operation Call::kv_delete(std::string_view key) {
  ++subrequests_;
  return Operation(*this, [&](OperationId op) { host::kv_delete(id_, op, key); });
}

Operation Call::fetch(std::string_view head, std::span<const std::string_view> body) {
  ++subrequests_;
  return Operation(*this, [&](OperationId op) { host::fetch(id_, op, head, body); });
}

Operation Call::read_body(std::span<char> room) {
  return Operation(
      *this, [&](OperationId op) { host::read(id_, op, kCallersBody, 0); }, room);
}

Operation Call::sleep(std::int64_t ms) {
  return Operation(*this, [&](OperationId op) { host::sleep(id_, op, ms); });
}

Operation Call::wait(std::string_view name) {
  return Operation(*this, [&](OperationId op) { host::wait(id_, op, name); });
}

Operation Call::sign(std::string_view key, std::string_view bytes) {
  return Operation(*this, [&](OperationId op) { host::sign(id_, op, key, bytes); });
}

Operation Call::rate_limit(std::string_view key) {
  return Operation(*this, [&](OperationId op) { host::rate_limit(id_, op, key); });
}

void Call::spawn(Task<void> task) {
  spawned_.push_back(std::move(task));
  // Its first steps may spawn again and move the vector; the frame itself stays where it is.
  spawned_.back().start();
}

bool Call::start(Task<void> root) {
  root_ = std::move(root);
  root_.start();
  return settle();
}

bool Call::resume(OperationId op, std::uint32_t status, Bytes bytes) {
  const auto found = std::find_if(open_.begin(), open_.end(), [op](const Operation* operation) {
    return operation->id_ == op && !operation->answered_;
  });
  if (found == open_.end()) return settle();
  Operation& operation = **found;
  operation.answered_ = true;
  operation.status_ = status;
  operation.bytes_ = std::move(bytes);
  if (const auto waiter = std::exchange(operation.waiter_, nullptr)) drive(waiter);
  return settle();
}

bool Call::cancel() {
  root_.reset();
  return settle();
}

char* Call::room_for(OperationId op, std::size_t size) const {
  for (const Operation* operation : open_) {
    if (operation->id_ != op || operation->answered_) continue;
    return operation->room_.size() >= size ? operation->room_.data() : nullptr;
  }
  return nullptr;
}

OperationId Call::open(Operation& operation) {
  open_.push_back(&operation);
  return ++last_id_;
}

void Call::close(const Operation& operation) {
  open_.erase(std::remove(open_.begin(), open_.end(), &operation), open_.end());
  if (!operation.answered_) drop(id_, operation.id_);
}

bool Call::settle() {
  spawned_.erase(std::remove_if(spawned_.begin(), spawned_.end(),
                                [](const Task<void>& task) { return task.done(); }),
                 spawned_.end());
  return root_.done() && spawned_.empty();
}

}  // namespace proxy::host
