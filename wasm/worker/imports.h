// What js-shim/host.mjs gives to the wasm, one function per verb of host/host.h. Text and bytes are
// a pointer and a size in the wasm's memory, read before the function returns. Times are doubles,
// as an int64 would reach JavaScript as a BigInt. A name is known to the linker through imports.js.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#define HOST_IMPORT(name) __attribute__((import_module("host"), import_name(name)))

extern "C" {

// Answered through the export `resume`, never before these return.
HOST_IMPORT("kv_get")
void host_kv_get(std::uint32_t call, std::uint32_t op, const char* key, std::size_t key_size);
HOST_IMPORT("kv_put")
void host_kv_put(std::uint32_t call, std::uint32_t op, const char* key, std::size_t key_size,
                 const char* value, std::size_t value_size, double ttl_s);
HOST_IMPORT("kv_delete")
void host_kv_delete(std::uint32_t call, std::uint32_t op, const char* key, std::size_t key_size);
HOST_IMPORT("fetch")
void host_fetch(std::uint32_t call, std::uint32_t op, const char* head, std::size_t head_size,
                const std::string_view* pieces, std::size_t count);
HOST_IMPORT("read")
void host_read(std::uint32_t call, std::uint32_t op, std::uint32_t body, double gather_ms);
HOST_IMPORT("sleep")
void host_sleep(std::uint32_t call, std::uint32_t op, double ms);
HOST_IMPORT("wait")
void host_wait(std::uint32_t call, std::uint32_t op, const char* name, std::size_t name_size);
HOST_IMPORT("sign")
void host_sign(std::uint32_t call, std::uint32_t op, const char* key, std::size_t key_size,
               const char* bytes, std::size_t size);
HOST_IMPORT("rate_limit")
void host_rate_limit(std::uint32_t call, std::uint32_t op, const char* key, std::size_t key_size);

// Done when these return.
HOST_IMPORT("drop")
void host_drop(std::uint32_t call, std::uint32_t op);
HOST_IMPORT("notify")
void host_notify(const char* name, std::size_t name_size);
HOST_IMPORT("respond")
void host_respond(std::uint32_t call, int status, const char* head, std::size_t head_size,
                  const char* body, std::size_t body_size, bool stream);
HOST_IMPORT("write")
void host_write(std::uint32_t call, const char* bytes, std::size_t size);
HOST_IMPORT("end")
void host_end(std::uint32_t call);
// The call has ended and its id will not be used again.
HOST_IMPORT("finish")
void host_finish(std::uint32_t call);
HOST_IMPORT("now_ms")
double host_now_ms();
HOST_IMPORT("random")
void host_random(std::uint8_t* out, std::size_t size);
// The size of the value, -1 if there is none. It is written to `out` only if it fits in `capacity`.
HOST_IMPORT("env")
int host_env(const char* name, std::size_t name_size, char* out, std::size_t capacity);
HOST_IMPORT("is_bound")
bool host_is_bound(const char* name, std::size_t name_size);
HOST_IMPORT("log")
void host_log(int level, const char* line, std::size_t size);

}  // extern "C"
