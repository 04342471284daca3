#include "gateway/failover.h"

#include "base/limits.h"

namespace proxy::gateway {

Step next_step(gemini::Remedy remedy, const Attempts& attempts) {
  if (attempts.upstream >= limits::kAttempts || attempts.late) return Step::give_up;
  const Step elsewhere = attempts.others_left ? Step::next_account : Step::give_up;
  const bool may_stay = attempts.on_account < limits::kAttemptsPerAccount;
  switch (remedy) {
    case gemini::Remedy::none:
      return Step::give_up;
    case gemini::Remedy::fresh_token:
      return may_stay && !attempts.refreshed ? Step::fresh_token : elsewhere;
    case gemini::Remedy::same_account:
      return may_stay ? Step::same_account : elsewhere;
    case gemini::Remedy::other_account:
    case gemini::Remedy::other_upstream:
      return elsewhere;
    case gemini::Remedy::overloaded:
      if (attempts.others_left) return Step::next_account;
      return may_stay && !attempts.paused ? Step::same_account : Step::give_up;
  }
  return Step::give_up;
}

}  // namespace proxy::gateway
