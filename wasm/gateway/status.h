// `GET /v1/status`: what this isolate knows of its accounts, for their owner. Never a secret, an
// e-mail address or a project.
#pragma once

#include <string>

#include "gateway/isolate.h"

namespace proxy::gateway {

// The JSON that docs/operations.md describes.
std::string status_body(const Isolate& isolate, std::int64_t now_ms);

}  // namespace proxy::gateway
