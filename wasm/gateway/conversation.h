// Which requests belong together. Google keeps the beginning of a conversation for the account that
// sent it, and counts those tokens at a lower price, so each turn should go where the last one
// went.
#pragma once

#include <cstdint>
#include <string_view>

#include "gemini/request.h"
#include "host/http.h"

namespace proxy::gateway {

// The same for all turns of a conversation: of the caller's key with `cache_key`, if there is one,
// else with the system text and the first user turn. Never 0.
std::uint64_t conversation_of(const host::HeaderView& headers, std::string_view cache_key,
                              const gemini::Request& request);

}  // namespace proxy::gateway
