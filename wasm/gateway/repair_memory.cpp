#include "gateway/repair_memory.h"

#include <algorithm>

#include "base/limits.h"

namespace proxy::gateway {

gemini::Repairs RepairMemory::of(accounts::Upstream upstream, std::string_view model,
                                 std::int64_t now_ms) const {
  for (const Entry& entry : entries_) {
    const bool same = entry.upstream == upstream && entry.model == model;
    if (same && now_ms < entry.until_ms) return entry.repairs;
  }
  return {};
}

void RepairMemory::remember(accounts::Upstream upstream, std::string_view model,
                            gemini::Repairs repairs, std::int64_t now_ms) {
  repairs.remove(gemini::Repair::dummy_signatures);
  if (repairs.empty()) return;
  repairs.add(of(upstream, model, now_ms));
  std::erase_if(entries_, [&](const Entry& entry) {
    const bool same = entry.upstream == upstream && entry.model == model;
    return same || now_ms >= entry.until_ms;
  });
  if (entries_.size() >= limits::kRepairedModels) entries_.erase(entries_.begin());
  entries_.push_back({upstream, std::string(model), repairs, now_ms + limits::kRepairMemoryMs});
}

}  // namespace proxy::gateway
