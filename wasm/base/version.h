// The product's own name towards Google; it imitates no other client.
#pragma once

#include <string_view>

namespace proxy {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kUserAgent = "openai-compatible-proxy/0.1";

}  // namespace proxy
