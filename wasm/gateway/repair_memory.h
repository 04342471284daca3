// Which repairs the requests of an upstream's model turned out to need, so that the next request is
// right at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account.h"
#include "gemini/repair.h"

namespace proxy::gateway {

class RepairMemory {
 public:
  // What is known to be needed for that model now.
  gemini::Repairs of(accounts::Upstream upstream, std::string_view model,
                     std::int64_t now_ms) const;
  // A repaired request was accepted. Signatures are left out: that one of them was not accepted is
  // no fact about the model.
  void remember(accounts::Upstream upstream, std::string_view model, gemini::Repairs repairs,
                std::int64_t now_ms);

 private:
  struct Entry {
    accounts::Upstream upstream;
    std::string model;
    gemini::Repairs repairs;
    std::int64_t until_ms;
  };

  std::vector<Entry> entries_;
};

}  // namespace proxy::gateway
