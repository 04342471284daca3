// host/host.h in the Worker: each verb is the import of the same name.
#include "host/host.h"
#include "worker/imports.h"

namespace proxy::host {
namespace {

// Most variables are shorter; a longer one costs a second call.
constexpr std::size_t kUsualValueBytes = 256;

}  // namespace

void kv_get(CallId call, OperationId op, std::string_view key) {
  host_kv_get(call, op, key.data(), key.size());
}

void kv_put(CallId call, OperationId op, std::string_view key, std::string_view value,
            std::int64_t ttl_s) {
  host_kv_put(call, op, key.data(), key.size(), value.data(), value.size(),
              static_cast<double>(ttl_s));
}

void kv_delete(CallId call, OperationId op, std::string_view key) {
  host_kv_delete(call, op, key.data(), key.size());
}

void fetch(CallId call, OperationId op, std::string_view head,
           std::span<const std::string_view> body) {
  // JavaScript reads them as pairs of a place and a size.
  static_assert(sizeof(std::string_view) == sizeof(void*) + sizeof(std::size_t));
  host_fetch(call, op, head.data(), head.size(), body.data(), body.size());
}

void read(CallId call, OperationId op, BodyId body, std::int64_t gather_ms) {
  host_read(call, op, body, static_cast<double>(gather_ms));
}

void sleep(CallId call, OperationId op, std::int64_t ms) {
  host_sleep(call, op, static_cast<double>(ms));
}

void wait(CallId call, OperationId op, std::string_view name) {
  host_wait(call, op, name.data(), name.size());
}

void sign(CallId call, OperationId op, std::string_view key, std::string_view bytes) {
  host_sign(call, op, key.data(), key.size(), bytes.data(), bytes.size());
}

void rate_limit(CallId call, OperationId op, std::string_view key) {
  host_rate_limit(call, op, key.data(), key.size());
}

void drop(CallId call, OperationId op) { host_drop(call, op); }

void notify(std::string_view name) { host_notify(name.data(), name.size()); }

void respond(CallId call, int status, std::string_view head, std::string_view body, bool stream) {
  host_respond(call, status, head.data(), head.size(), body.data(), body.size(), stream);
}

void write(CallId call, std::string_view bytes) {
  if (!bytes.empty()) host_write(call, bytes.data(), bytes.size());
}

void end(CallId call) { host_end(call); }

std::int64_t now_ms() { return static_cast<std::int64_t>(host_now_ms()); }

void random(std::span<std::uint8_t> out) { host_random(out.data(), out.size()); }

std::optional<std::string> env(std::string_view name) {
  std::string value(kUsualValueBytes, '\0');
  const int size = host_env(name.data(), name.size(), value.data(), value.size());
  if (size < 0) return std::nullopt;
  const bool fitted = static_cast<std::size_t>(size) <= value.size();
  value.resize(static_cast<std::size_t>(size));
  if (!fitted) host_env(name.data(), name.size(), value.data(), value.size());
  return value;
}

bool is_bound(std::string_view name) { return host_is_bound(name.data(), name.size()); }

void log(LogLevel level, std::string_view line) {
  host_log(static_cast<int>(level), line.data(), line.size());
}

}  // namespace proxy::host
