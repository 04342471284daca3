// The story of one chat completion: read and translate the request, find an account with a token,
// ask Google, relay the answer, and try elsewhere as long as the caller has seen nothing.
#pragma once

#include "gateway/exchange.h"
#include "gateway/isolate.h"
#include "host/task.h"

namespace proxy::gateway {

host::Task<void> chat(Exchange& exchange, Isolate& isolate);

}  // namespace proxy::gateway
