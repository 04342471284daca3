// The models that `GET /v1/models` lists for callers with a key: what the Gemini API lists for one
// of its accounts, and the built-in list for other upstreams, whose lists are not usable.
#pragma once

#include <cstdint>
#include <vector>

#include "gemini/arena.h"
#include "gemini/models.h"
#include "host/call.h"
#include "host/task.h"

namespace proxy::gateway {

struct Isolate;

// Of one isolate; empty until Google was asked.
struct ModelList {
  gemini::Arena names;  // owns the ids
  std::vector<gemini::ListedModel> models;
  std::int64_t ask_again_ms = 0;
  std::int64_t asking_until_ms = 0;  // somebody does so now
};

// Brings the isolate's list up to date: waits for a first one, but not long, and lets an old one do
// meanwhile. What goes wrong is no error, as the built-in list is always there.
host::Task<void> update_models(host::Call& call, Isolate& isolate);

}  // namespace proxy::gateway
