// The one narrow door to the world. In the Worker these functions are imports
// (worker/worker_host.cpp); native tests link a scripted host instead
// (tests/support/fake_host.cpp). No virtuals, no templates.
//
// Awaited verbs only start an operation; its answer comes later through Call::resume with the same
// id. An answer to an operation that was dropped meanwhile is harmless: nobody has that id any
// more. The host never calls back while one of these functions runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace proxy::host {

using CallId = std::uint32_t;
using OperationId = std::uint32_t;
using BodyId = OperationId;  // the fetch that brought it

inline constexpr BodyId kCallersBody = 0;

// How an awaited operation ended. A fetch that was answered has the HTTP status (100..999) instead.
inline constexpr std::uint32_t kFailed = 0;
inline constexpr std::uint32_t kDone = 1;
inline constexpr std::uint32_t kEnd = 2;  // read: no more bytes; kv_get: no such key

// Awaited.
void kv_get(CallId call, OperationId op, std::string_view key);  // kDone with the value, kEnd
void kv_put(CallId call, OperationId op, std::string_view key, std::string_view value,
            std::int64_t ttl_s);                                    // kDone; ttl_s at least 60
void kv_delete(CallId call, OperationId op, std::string_view key);  // kDone
// `head` is a HeadWriter's text. Redirects are not followed. Answer: status and head of the
// response. The body is the pieces one after the other; they are copied as the upstream takes them,
// so they must stay as they are until the operation and the body it brought are dropped or read to
// their end.
void fetch(CallId call, OperationId op, std::string_view head,
           std::span<const std::string_view> body);
// The next bytes of a body: kDone with at least one byte, kEnd. While a response is being streamed
// it is not answered before the caller has taken what was written: this is the backpressure.
//   gather_ms  how long bytes may gather first; less if there are many, or the end. Bytes that are
//              awaited already when this time is over are handed over as they come.
void read(CallId call, OperationId op, BodyId body, std::int64_t gather_ms);
void sleep(CallId call, OperationId op, std::int64_t ms);
// Until another call of this isolate says notify(name). The platform may drop a promise of another
// call, so always race it with a sleep.
void wait(CallId call, OperationId op, std::string_view name);
// kDone with the signature of `bytes`: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2). `key` is
// PKCS#8, DER; kFailed if it is not, or not of RSA.
void sign(CallId call, OperationId op, std::string_view key, std::string_view bytes);
// Counts one more of that key with the binding RATE_LIMIT: kDone, or kEnd if that is too many.
void rate_limit(CallId call, OperationId op, std::string_view key);

// Answered at once.
// Gives up an operation, or the unread rest of a fetch's body: fetch aborted, timer cleared.
void drop(CallId call, OperationId op);
void notify(std::string_view name);
// The whole answer to the caller, or with `stream` its head; then write() and finally end().
void respond(CallId call, int status, std::string_view head, std::string_view body, bool stream);
void write(CallId call, std::string_view bytes);
void end(CallId call);
// Milliseconds since 1970-01-01 UTC. Stands still while a call computes (a rule of the platform).
std::int64_t now_ms();
void random(std::span<std::uint8_t> out);
// A variable or secret of the Worker; nothing if it is not set.
std::optional<std::string> env(std::string_view name);
// Whether the Worker has a binding of that name.
bool is_bound(std::string_view name);

enum class LogLevel : std::uint8_t { info, warn, error };
void log(LogLevel level, std::string_view line);

}  // namespace proxy::host
