// Cross-origin resource sharing: browsers may call this proxy from any page, never with cookies.
// Fetch standard: CORS protocol
#pragma once

#include <string_view>

#include "gateway/config.h"
#include "host/http.h"

namespace proxy::gateway {

// Whether a page of the caller's origin may read answers.
bool is_allowed_origin(const host::HeaderView& request, const Config& config);

// The fields that every answer carries, errors and streams included. With ALLOWED_ORIGINS only
// listed origins get them, and caches are told that the answer depends on Origin.
void add_cors(host::HeadWriter& out, const host::HeaderView& request, const Config& config);

// The fields of a preflight's answer besides those, for an allowed origin.
void add_preflight(host::HeadWriter& out, const host::HeaderView& request);

}  // namespace proxy::gateway
