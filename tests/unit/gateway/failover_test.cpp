#include "gateway/failover.h"

#include <initializer_list>

#include "base/limits.h"
#include "support/catch.h"

using proxy::gateway::Attempts;
using proxy::gateway::next_step;
using proxy::gateway::Step;
using proxy::gemini::Remedy;

TEST_CASE("the next step follows from the remedy and what was tried",
          "[O-17][O-18][U-01][U-09][U-12][U-13]") {
  const struct {
    const char* why;
    Remedy remedy;
    int upstream;
    int on_account;
    bool refreshed;
    bool others_left;
    bool paused;
    Step step;
  } rows[] = {
      {"U-01 the request is at fault", Remedy::none, 1, 1, false, true, false, Step::give_up},
      {"O-17 a refused token", Remedy::fresh_token, 1, 1, false, true, false, Step::fresh_token},
      {"O-17 refused again", Remedy::fresh_token, 2, 2, true, true, false, Step::next_account},
      {"O-18 refused although it was fresh", Remedy::fresh_token, 1, 1, true, true, false,
       Step::next_account},
      {"O-18 and nobody else", Remedy::fresh_token, 1, 1, true, false, false, Step::give_up},
      {"refused after another fault", Remedy::fresh_token, 2, 2, false, false, false,
       Step::give_up},
      {"U-13 once more", Remedy::same_account, 1, 1, false, true, false, Step::same_account},
      {"U-13 then another", Remedy::same_account, 2, 2, false, true, false, Step::next_account},
      {"U-13 or nobody", Remedy::same_account, 2, 2, false, false, false, Step::give_up},
      {"U-13 also after a pause", Remedy::same_account, 3, 1, false, true, true,
       Step::same_account},
      {"U-09 another account", Remedy::other_account, 1, 1, false, true, false, Step::next_account},
      {"U-09 nobody else", Remedy::other_account, 1, 1, false, false, false, Step::give_up},
      {"U-12 another account at once", Remedy::overloaded, 1, 1, false, true, false,
       Step::next_account},
      {"U-12 alone: once more after a pause", Remedy::overloaded, 1, 1, false, false, false,
       Step::same_account},
      {"U-12 alone: one pause only", Remedy::overloaded, 2, 1, false, false, true, Step::give_up},
      {"U-12 alone: twice on one account", Remedy::overloaded, 2, 2, false, false, false,
       Step::give_up},
      {"the last attempt was the last", Remedy::same_account, 4, 1, false, true, false,
       Step::give_up},
      {"for tokens too", Remedy::fresh_token, 4, 1, false, true, false, Step::give_up},
      {"and for other accounts", Remedy::other_account, 4, 1, false, true, false, Step::give_up},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(next_step(row.remedy, {.upstream = row.upstream,
                                 .on_account = row.on_account,
                                 .refreshed = row.refreshed,
                                 .others_left = row.others_left,
                                 .paused = row.paused}) == row.step);
  }
}

TEST_CASE("whatever fails, a request makes at most four upstream calls, two with one account") {
  for (const Remedy remedy : {Remedy::none, Remedy::fresh_token, Remedy::same_account,
                              Remedy::other_account, Remedy::overloaded}) {
    for (int accounts = 1; accounts <= 10; ++accounts) {
      Attempts attempts;
      int left = accounts;
      for (bool go_on = true; go_on;) {
        attempts.others_left = left > 1;
        ++attempts.upstream;
        ++attempts.on_account;
        REQUIRE(attempts.upstream <= proxy::limits::kAttempts);
        REQUIRE(attempts.on_account <= proxy::limits::kAttemptsPerAccount);
        switch (next_step(remedy, attempts)) {
          case Step::give_up:
            go_on = false;
            break;
          case Step::next_account:
            --left;
            REQUIRE(left > 0);
            attempts.on_account = 0;
            attempts.refreshed = false;
            break;
          case Step::fresh_token:
            REQUIRE_FALSE(attempts.refreshed);
            attempts.refreshed = true;
            break;
          case Step::same_account:
            attempts.paused = true;
            break;
        }
      }
    }
  }
}
