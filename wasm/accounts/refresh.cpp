#include "accounts/refresh.h"

#include <string>
#include <utility>

#include "accounts/random.h"
#include "base/limits.h"

namespace proxy::accounts {
namespace {

using host::Call;
using host::Operation;
using host::Task;

TokenReply no_answer(std::string_view reason) {
  RefreshFailure failure;
  failure.fault = RefreshFault::transient;
  failure.reason = reason;
  return failure;
}

Task<TokenReply> exchange(Call& call, host::OutgoingRequest request) {
  Operation deadline = call.sleep(limits::kOAuthDeadlineMs);
  Operation fetch = call.fetch(request);
  co_await first_of(fetch, deadline);
  if (!fetch.answered()) co_return no_answer("timeout");
  if (fetch.status() == host::kFailed) co_return no_answer("network");

  const int status = static_cast<int>(fetch.status());
  host::Response response(call, fetch.id(), status, fetch.take_bytes());
  std::string body;
  while (body.size() <= limits::kTokenReplyBytes) {
    Operation piece = response.read();
    co_await first_of(piece, deadline);
    if (!piece.answered()) co_return no_answer("timeout");
    if (piece.status() != host::kDone) response.finished();
    if (piece.status() == host::kFailed) co_return no_answer("network");
    if (piece.status() == host::kEnd) break;
    body += piece.take_bytes().view();
  }
  co_return read_token_reply(status, std::move(body), response.headers().get("retry-after"));
}

bool is_worth_another_try(const TokenReply& reply) {
  const auto* failure = std::get_if<RefreshFailure>(&reply);
  return failure != nullptr && failure->fault == RefreshFault::transient;
}

}  // namespace

Task<TokenReply> refresh(Call& call, Lease& lease, Account account, SecretString refresh_token,
                         OAuthSettings settings) {
  const auto request = refresh_request(account, refresh_token, settings.base_url);
  lease.show_life();
  TokenReply reply = co_await exchange(call, request);
  if (is_worth_another_try(reply)) {
    co_await call.sleep(random_between(200, 400));
    lease.show_life();
    reply = co_await exchange(call, request);
  }
  co_return reply;
}

}  // namespace proxy::accounts
