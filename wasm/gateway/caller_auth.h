// Who may call. Fails closed: without a configured key nobody may, unless the owner says otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gateway/config.h"
#include "host/http.h"

namespace proxy::gateway {

// The credential a caller presents, whatever it is; an Authorization that is no bearer token gives
// "", which no key is.
std::optional<std::string_view> presented_key(const host::HeaderView& headers);

// Looks at `Authorization: Bearer`, then x-api-key, api-key, x-goog-api-key; if Authorization is
// there it alone counts. Keys are compared by their hashes, all of them, so that time tells
// nothing.
//   returns  nothing, or missing_api_key, invalid_api_key, no_api_key_configured
Result<void> check_caller(const host::RequestHead& head, const Config& config);

// The same for the built-in model list, which is open to callers without any credential unless
// MODELS_REQUIRE_KEY says otherwise. A credential that is presented is still checked.
Result<void> check_model_reader(const host::RequestHead& head, const Config& config);

// A name for who calls, for counting: from the key, if it was checked, else from the address. It
// tells neither.
std::string caller_id(const host::RequestHead& head, const Config& config);

}  // namespace proxy::gateway
