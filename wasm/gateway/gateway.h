// The entry point: one caller's request, told from top to bottom.
#pragma once

#include "gateway/isolate.h"
#include "host/call.h"
#include "host/task.h"

namespace proxy::gateway {

// Serves `call` and answers it in every case. Destroying the task cancels the request.
host::Task<void> serve(host::Call& call, Isolate& isolate);

}  // namespace proxy::gateway
