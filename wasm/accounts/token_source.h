// Where a call gets the access token of an account: from the isolate's memory, else from
// TOKEN_CACHE, else by a refresh. However many calls of an isolate want one, one of them gets it
// (the lease); it does so in a spawned task, which lives on when that call's client leaves, and the
// others wait.
#pragma once

#include <cstdint>
#include <vector>

#include "accounts/account.h"
#include "accounts/oauth.h"
#include "accounts/tokens.h"
#include "base/api_error.h"
#include "base/result.h"
#include "host/call.h"
#include "host/task.h"

namespace proxy::accounts {

// Which tokens will do.
struct Freshness {
  std::uint32_t refused_serial = 0;

  static Freshness any() { return {}; }
  // Any but the one that the upstream has just refused with 401; every cache drops that one.
  static Freshness must_refresh(const AccessToken& refused) { return {refused.serial}; }
};

// What goes with a request to the upstream: the API key, or a token with at least kShortestLifeMs
// to live; with less only if it has just been made, or if no other can be made now. Ends within
// 25 s, whatever the token endpoint and TOKEN_CACHE do; within 45 s if a refresh token that Google
// gave out in place of the account's turns out to be dead.
//   tokens    the isolate's; what is spawned goes on using it, `account` and `settings`
//   account   enabled
//   returns   or refresh_error(), at once while a failure is remembered
host::Task<Result<AccessToken>> access_token(host::Call& call, Tokens& tokens,
                                             const Account& account, const OAuthSettings& settings,
                                             Freshness freshness);

// An upstream refuses the account's credential itself. In memory at once and in KV soon, as after a
// refused refresh.
//   reason  a literal that known_reason() knows
void declare_dead(host::Call& call, Tokens& tokens, const Account& account, std::string_view reason,
                  int status);

// One error out of those that access_token() gave for every account that was tried.
ApiError no_token_left(const std::vector<ApiError>& failures);

}  // namespace proxy::accounts
