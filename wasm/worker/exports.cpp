// The entry points that js-shim/index.mjs calls, and the only mutable globals: the calls being
// served and the Isolate they share. `start` and `resume` take over the block at `bytes`, which
// came from `alloc`, unless it is a place of the operation's own. An entry for a call or operation
// that is no more changes nothing.
#include <cstdlib>
#include <map>
#include <memory>

#include "gateway/gateway.h"
#include "host/call.h"
#include "worker/imports.h"

#define HOST_EXPORT(name) __attribute__((export_name(name), used))

namespace proxy::worker {
namespace {

struct State {
  gateway::Isolate isolate;
  std::map<host::CallId, std::unique_ptr<host::Call>> calls;
};

// Made by the first call, as the platform has no clock and no randomness before that. Never
// destroyed.
State& state() {
  static auto* const only = new State;
  return *only;
}

// Where the operation wants its answer; null: anywhere.
char* room_for(host::CallId id, host::OperationId op, std::size_t size) {
  const auto& calls = state().calls;
  const auto found = calls.find(id);
  return found != calls.end() ? found->second->room_for(op, size) : nullptr;
}

// The call goes first: its destructors may still drop operations.
void finish(host::CallId id) {
  state().calls.erase(id);
  host_finish(id);
}

}  // namespace
}  // namespace proxy::worker

extern "C" {

using namespace proxy;

// A block for `size` bytes that JavaScript will hand over to that operation (0: a new call) at
// once; null if there is no memory.
HOST_EXPORT("alloc")
char* worker_alloc(host::CallId id, host::OperationId op, std::size_t size) {
  char* const room = worker::room_for(id, op, size);
  return room != nullptr ? room : static_cast<char*>(std::malloc(size));
}

// A new request; its head is as host/http.h says.
HOST_EXPORT("start") void worker_start(host::CallId id, char* bytes, std::size_t size) {
  auto& state = worker::state();
  auto& call = *(state.calls[id] = std::make_unique<host::Call>(id, host::Bytes(bytes, size)));
  if (call.start(gateway::serve(call, state.isolate))) worker::finish(id);
}

// The answer to an operation: host.h says what status and bytes mean.
HOST_EXPORT("resume")
void worker_resume(host::CallId id, host::OperationId op, std::uint32_t status, char* bytes,
                   std::size_t size) {
  const bool placed = bytes != nullptr && bytes == worker::room_for(id, op, size);
  host::Bytes answer = placed ? host::Bytes::placed(bytes, size) : host::Bytes(bytes, size);
  auto& calls = worker::state().calls;
  const auto found = calls.find(id);
  if (found != calls.end() && found->second->resume(op, status, std::move(answer))) {
    worker::finish(id);
  }
}

// The caller has left, or there was no memory for its request.
HOST_EXPORT("cancel") void worker_cancel(host::CallId id) {
  auto& calls = worker::state().calls;
  const auto found = calls.find(id);
  if (found == calls.end() || found->second->cancel()) worker::finish(id);
}

}  // extern "C"
