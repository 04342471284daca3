// One choice's way through the accounts: which is asked, what happens when it fails, and what the
// others learn from that.
#pragma once

#include <optional>
#include <vector>

#include "accounts/account.h"
#include "accounts/token_source.h"
#include "gateway/attempt.h"
#include "gateway/candidates.h"
#include "gateway/failover.h"
#include "gateway/isolate.h"
#include "gateway/reply.h"
#include "host/join.h"

namespace proxy::gateway {

// Makes the request as Google wants it. False if there is no memory for both forms of it.
bool mend(Prepared& request, gemini::Repairs repairs, std::size_t& body_bytes);

class Run {
 public:
  //   request  of all choices; a repair changes it for all
  Run(Exchange& exchange, Isolate& isolate, Prepared& request, Reply& reply, int choice);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Ends the choice, well or not.
  host::Task<void> go();

 private:
  // What became of the attempts with one account.
  struct Outcome {
    bool answered = false;
    bool go_on = false;         // another account may do better
    bool asked_google = false;  // and the error is Google's answer
    ApiError error;
  };

  host::Task<Result<accounts::AccessToken>> prepare(const accounts::Account& account,
                                                    accounts::Freshness freshness);
  bool is_ready(const accounts::Account& account) const;
  host::Task<void> say_waiting();
  host::Task<void> prepare_into(const accounts::Account& account, accounts::Freshness freshness,
                                std::optional<Result<accounts::AccessToken>>& out,
                                host::Join& join);
  host::Task<Result<accounts::AccessToken>> prepare_patiently(const accounts::Account& account,
                                                              accounts::Freshness freshness);
  Step weigh(const gemini::Failure& failure, const accounts::Account& account, Outcome& outcome);
  host::Task<Outcome> try_account(const accounts::Account& account);
  host::Task<std::optional<gemini::Failure>> send(const accounts::Account& account,
                                                  const accounts::AccessToken& token);
  bool repair(const gemini::Failure& failure, const accounts::Account& account);
  std::int64_t pause(std::int64_t ms);
  void let_rest(const gemini::Failure& failure, const accounts::Account& account,
                const ApiError& error);

  Exchange& exchange_;
  Isolate& isolate_;
  Prepared& request_;
  Reply& reply_;
  Choice choice_;
  Attempts attempts_;
  Candidates candidates_;
  gemini::Repairs sent_with_;    // what had been repaired when the request was last sent
  gemini::Repairs new_repairs_;  // those this choice found to be needed
  int repairs_made_ = 0;
  std::int64_t paused_ms_ = 0;
  bool waited_ = false;
};

}  // namespace proxy::gateway
