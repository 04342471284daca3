#include "accounts/refresh.h"

#include <string>
#include <utility>

#include "accounts/random.h"
#include "accounts/service_account.h"
#include "base/limits.h"
#include "host/fetch_whole.h"

namespace proxy::accounts {
namespace {

using host::Call;
using host::Operation;
using host::Task;

TokenReply no_answer(std::string_view reason, RefreshFault fault = RefreshFault::transient) {
  RefreshFailure failure;
  failure.fault = fault;
  failure.reason = reason;
  return failure;
}

Task<TokenReply> exchange(Call& call, Operation& deadline, host::OutgoingRequest request) {
  host::Whole whole =
      co_await fetch_whole(call, deadline, std::move(request), limits::kTokenReplyBytes);
  if (whole.status == 0) co_return no_answer(whole.timed_out ? "timeout" : "network");
  co_return read_token_reply(whole.status, std::move(whole.body), whole.retry_after,
                             host::now_ms());
}

Task<TokenReply> attempt(Call& call, const Account& account, const SecretString& refresh_token,
                         const OAuthSettings& settings) {
  Operation deadline = call.sleep(limits::kOAuthDeadlineMs);
  host::OutgoingRequest request;
  if (account.credential == Credential::service_account) {
    const std::string input = signing_input(account, host::now_ms() / 1'000);
    Operation signing = call.sign(account.secret.reveal(), input);
    co_await first_of(signing, deadline);
    if (!signing.answered()) co_return no_answer("timeout");
    if (signing.status() != host::kDone) co_return no_answer(kKeyReason, RefreshFault::dead);
    request = signed_request(input, signing.take_bytes().view(), settings.base_url);
  } else {
    request = refresh_request(account, refresh_token, settings.base_url);
  }
  co_return co_await exchange(call, deadline, std::move(request));
}

RefreshFailure* transient_failure(TokenReply& reply) {
  auto* failure = std::get_if<RefreshFailure>(&reply);
  const bool is_transient = failure != nullptr && failure->fault == RefreshFault::transient;
  return is_transient ? failure : nullptr;
}

}  // namespace

Task<TokenReply> refresh(Call& call, Lease& lease, const Account& account,
                         SecretString refresh_token, const OAuthSettings& settings) {
  for (bool is_last = false;; is_last = true) {
    lease.show_life();
    TokenReply reply = co_await attempt(call, account, refresh_token, settings);
    RefreshFailure* failure = transient_failure(reply);
    if (failure == nullptr) co_return reply;
    if (is_last) {
      // With a fresh look at the clock it was no better: it is wrong.
      if (failure->reason == kClockReason) failure->fault = RefreshFault::dead;
      co_return reply;
    }
    co_await call.sleep(random_between(200, 400));
  }
}

}  // namespace proxy::accounts
