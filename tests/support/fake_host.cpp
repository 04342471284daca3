#include "support/fake_host.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/sha256.h"
#include "host/http.h"
#include "support/garbage.h"

namespace proxy::test {
namespace {

std::string write_fields(const Fields& fields) {
  host::HeadWriter head;
  for (const auto& [name, value] : fields) head.field(name, value);
  return head.text();
}

std::string find_field(const Fields& fields, std::string_view name) {
  for (const auto& [field, value] : fields) {
    if (field == name) return value;
  }
  return {};
}

std::size_t count_lines(const std::vector<std::string>& lines, std::string_view part) {
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(),
      [part](const std::string& line) { return line.find(part) != std::string::npos; }));
}

}  // namespace

Fields read_fields(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    std::string pair[2];
    for (std::string& line : pair) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    fields.emplace_back(std::move(pair[0]), std::move(pair[1]));
  }
  return fields;
}

std::string FetchRequest::header(std::string_view name) const { return find_field(headers, name); }
std::string Received::header(std::string_view name) const { return find_field(headers, name); }

void FakeHost::require(bool holds, const char* rule) {
  if (holds) return;
  std::fprintf(stderr, "FakeHost: broken rule: %s\n", rule);
  std::abort();
}

FakeHost::FakeHost(std::uint32_t seed) : random_(seed), shuffles_(seed != 0) {
  require(current_ == nullptr, "one host at a time");
  current_ = this;
}

FakeHost::~FakeHost() {
  calls_.clear();
  current_ = nullptr;
}

void FakeHost::set_kv(const std::string& key, std::string value, std::int64_t ttl_s) {
  kv_[key] = {std::move(value), now_ms + ttl_s * 1'000};
}

std::optional<std::string> FakeHost::kv(const std::string& key) const {
  const auto found = kv_.find(key);
  if (found == kv_.end() || found->second.expires_at_ms <= now_ms) return std::nullopt;
  return found->second.value;
}

std::vector<std::string> FakeHost::kv_keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : kv_) {
    if (kv(key)) keys.push_back(key);
  }
  return keys;
}

std::string FakeHost::signature(std::string_view key, std::string_view bytes) {
  const auto key_hash = base::hex_prefix(base::sha256(key), 32);
  return key_hash + base::hex_prefix(base::sha256(key_hash + std::string(bytes)), 32);
}

void FakeHost::forget() {
  fetches.clear();
  logs.clear();
  transcript.clear();
  verbs.clear();
  received_.clear();
  answer_counts_.clear();
}

std::size_t FakeHost::count(std::string_view part) const { return count_lines(transcript, part); }
std::size_t FakeHost::log_count(std::string_view part) const { return count_lines(logs, part); }

std::string FakeHost::leak(const std::vector<std::string>& secrets) const {
  std::vector<std::pair<std::string, std::string>> seen;
  for (const std::string& line : logs) seen.emplace_back("log", line);
  for (const FetchRequest& fetch : fetches) seen.emplace_back("URL", fetch.url);
  for (const auto& [key, entry] : kv_) seen.emplace_back("KV key", key);
  for (const auto& [call, received] : received_) {
    seen.emplace_back("answer", write_fields(received.headers) + received.body);
  }
  for (const auto& [place, text] : seen) {
    for (const std::string& secret : secrets) {
      if (text.find(secret) != std::string::npos) return place + ": " + text;
    }
  }
  return {};
}

host::CallId FakeHost::start(std::string head, std::vector<std::string> chunks, const Root& root,
                             BodyEnd end) {
  const host::CallId id = ++last_call_;
  bodies_[{id, host::kCallersBody}] = {{chunks.begin(), chunks.end()}, end, 0};
  auto& call = calls_[id];
  call = std::make_unique<host::Call>(id, host::Bytes::copy_of(head));
  settle(id, call->start(root(*call)));
  return id;
}

bool FakeHost::run(std::size_t steps) {
  while (steps > 0 && answer_one()) --steps;
  return calls_.size() == lost_.size();
}

void FakeHost::cancel(host::CallId call) {
  if (const auto found = calls_.find(call); found != calls_.end()) {
    settle(call, found->second->cancel());
  }
}

void FakeHost::lose(host::CallId call) {
  if (calls_.contains(call)) lost_.insert(call);
}

void FakeHost::answer_late(host::CallId call, host::OperationId op) {
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  settle(call, found->second->resume(op, host::kDone, host::Bytes::copy_of("late")));
}

void FakeHost::settle(host::CallId call, bool has_ended) {
  if (!has_ended) return;
  require(std::none_of(open_.begin(), open_.end(),
                       [call](const Open& operation) { return operation.call == call; }),
          "a call that has ended left no operation open");
  bodies_.erase({call, host::kCallersBody});
  require(std::none_of(bodies_.begin(), bodies_.end(),
                       [call](const auto& body) { return body.first.first == call; }),
          "a body is read to its end or dropped");
  calls_.erase(call);
}

bool FakeHost::is_alive(const Open& operation) const {
  return operation.due_ms != kNever && !operation.hangs && !lost_.contains(operation.call);
}

std::int64_t FakeHost::next_due_ms() const {
  std::int64_t next_ms = kNever;
  for (const Open& operation : open_) {
    if (is_alive(operation)) next_ms = std::min(next_ms, operation.due_ms);
  }
  return next_ms;
}

std::optional<std::size_t> FakeHost::first_due(host::CallId call) const {
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const Open& operation = open_[i];
    if (operation.call == call && is_alive(operation) && operation.due_ms <= now_ms) return i;
  }
  return std::nullopt;
}

bool FakeHost::pass_time() {
  const std::int64_t next_ms = next_due_ms();
  if (next_ms == kNever) return false;
  now_ms = std::max(now_ms, next_ms);
  return true;
}

// One answer, or a step of the clock. False if nothing will ever be due.
bool FakeHost::answer_one() {
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (is_alive(open_[i]) && open_[i].due_ms <= now_ms) due.push_back(i);
  }
  if (due.empty()) return pass_time();
  give(due[shuffles_ ? random_() % due.size() : 0]);
  return true;
}

void FakeHost::give(std::size_t place) {
  const host::CallId id = open_[place].call;
  host::Call& call = *calls_.at(id);
  const std::size_t count = ++answer_counts_[id];
  if (const auto cancel = cancel_at_.find(id);
      cancel != cancel_at_.end() && cancel->second == count) {
    settle(id, call.cancel());
    return;
  }
  Open operation = std::move(open_[place]);
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(place));
  const Answer answer = answer_to(operation);
  char* const room = call.room_for(operation.op, answer.bytes.size());
  if (room == nullptr || answer.bytes.empty()) {
    settle(id, call.resume(operation.op, answer.status, host::Bytes::copy_of(answer.bytes)));
    return;
  }
  std::copy(answer.bytes.begin(), answer.bytes.end(), room);
  settle(id,
         call.resume(operation.op, answer.status, host::Bytes::placed(room, answer.bytes.size())));
}

FakeHost::Answer FakeHost::answer_to(Open& operation) {
  if (operation.garbage) return answer_garbage(operation);
  switch (operation.kind) {
    case Kind::kv_get:
    case Kind::kv_put:
    case Kind::kv_delete:
      return answer_kv(operation);
    case Kind::fetch:
      return answer_fetch(operation);
    case Kind::read:
      return answer_read(operation);
    case Kind::sign:
      if (operation.fails) break;
      return {host::kDone, std::move(operation.value)};
    case Kind::rate_limit:
      if (operation.fails) break;
      return {++requests_[operation.text] <= most_requests ? host::kDone : host::kEnd, {}};
    case Kind::sleep:
    case Kind::wait:
      break;
  }
  return {operation.fails ? host::kFailed : host::kDone, {}};
}

// Bytes that come in place of a body's own are lost; after any other answer it has ended.
FakeHost::Answer FakeHost::answer_garbage(const Open& operation) {
  Garbage garbage =
      garbage_for(kVerbs[static_cast<std::size_t>(operation.kind)], operation.garbage.value());
  if (operation.kind == Kind::fetch) {
    check_upload(operation.call, operation.op);
    bodies_[{operation.call, operation.op}] = {
        {garbage.body.begin(), garbage.body.end()}, BodyEnd::clean, 0};
  }
  if (operation.kind == Kind::read) {
    const auto found = bodies_.find({operation.call, operation.body});
    if (garbage.status == host::kDone) {
      if (!found->second.chunks.empty()) found->second.chunks.pop_front();
    } else {
      uploads_.erase({operation.call, operation.body});
      bodies_.erase(found);
    }
  }
  return {garbage.status, std::move(garbage.bytes)};
}

FakeHost::Answer FakeHost::answer_kv(const Open& operation) {
  if (operation.fails) return {host::kFailed, {}};
  if (operation.kind != Kind::kv_get && on_kv_put) {
    on_kv_put(operation.call, operation.text, operation.value);
    return {host::kDone, {}};
  }
  if (operation.kind == Kind::kv_get) {
    auto value = on_kv_get ? on_kv_get(operation.call, operation.text) : kv(operation.text);
    return value ? Answer{host::kDone, std::move(*value)} : Answer{host::kEnd, {}};
  }
  if (operation.kind == Kind::kv_put) set_kv(operation.text, operation.value, operation.ttl_s);
  if (operation.kind == Kind::kv_delete) kv_.erase(operation.text);
  return {host::kDone, {}};
}

void FakeHost::check_upload(host::CallId call, host::OperationId op) const {
  const auto found = uploads_.find({call, op});
  if (found == uploads_.end()) return;
  std::string bytes;
  for (const std::string_view piece : found->second.pieces) bytes += piece;
  require(bytes == found->second.bytes, "a body stays as it is while it is sent");
}

FakeHost::Answer FakeHost::answer_fetch(const Open& operation) {
  check_upload(operation.call, operation.op);
  const FetchAnswer& answer = operation.answer;
  if (operation.fails || answer.status == 0) return {host::kFailed, {}};
  bodies_[{operation.call, operation.op}] = {
      {answer.chunks.begin(), answer.chunks.end()}, answer.end, answer.gap_ms};
  return {static_cast<std::uint32_t>(answer.status), write_fields(answer.headers)};
}

FakeHost::Answer FakeHost::answer_read(const Open& operation) {
  check_upload(operation.call, operation.body);
  const auto found = bodies_.find({operation.call, operation.body});
  Body& body = found->second;
  if (!operation.fails && !body.chunks.empty()) {
    std::string bytes;
    for (std::size_t i = 0; i < operation.chunks; ++i) {
      bytes += body.chunks.front();
      body.chunks.pop_front();
    }
    return {host::kDone, std::move(bytes)};
  }
  uploads_.erase({operation.call, operation.body});
  const bool is_clean = !operation.fails && body.end == BodyEnd::clean;
  bodies_.erase(found);
  return {is_clean ? host::kEnd : host::kFailed, {}};
}

}  // namespace proxy::test
