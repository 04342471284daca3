#include "gateway/conversation.h"

#include "base/hash.h"
#include "gateway/caller_auth.h"

namespace proxy::gateway {
namespace {

// Longer texts differ at their beginnings, or in their sizes.
constexpr std::size_t kBytes = 4'096;

std::uint64_t hashed_head(std::uint64_t hash, std::string_view text) {
  return base::hashed(base::mixed(hash ^ text.size()), text.substr(0, kBytes));
}

}  // namespace

std::uint64_t conversation_of(const host::HeaderView& headers, std::string_view cache_key,
                              const gemini::Request& request) {
  std::uint64_t hash = 1;
  hash = base::hashed(hash, presented_key(headers).value_or(""));
  if (!cache_key.empty()) return base::hashed(hash, cache_key) | 1;
  for (const json::RawString text : request.system) hash = hashed_head(hash, text.escaped);
  if (request.contents.empty()) return hash | 1;
  for (std::uint32_t i = 0; i < request.contents.front().end; ++i) {
    hash = hashed_head(hash, request.parts[i].text.escaped);
  }
  return hash | 1;
}

}  // namespace proxy::gateway
