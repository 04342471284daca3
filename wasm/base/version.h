// The product's own name towards Google; it imitates no other client.
#pragma once

#include <string_view>

namespace proxy {

inline constexpr std::string_view kUserAgent = "openai-compatible-proxy/0.1";

}  // namespace proxy
