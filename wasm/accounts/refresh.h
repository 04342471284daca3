// A new access token from Google's token endpoint: a request, which a service account signs, its
// deadline, and one more try after trouble.
#pragma once

#include "accounts/account.h"
#include "accounts/oauth.h"
#include "accounts/tokens.h"
#include "base/secret.h"
#include "host/call.h"
#include "host/task.h"

namespace proxy::accounts {

// Takes at most 2 * limits::kOAuthDeadlineMs + 0.4 s, and shows the lease's life in between.
// The caller keeps `lease` until this has ended.
//   refresh_token  the account's or the one that took its place; of no use to a service account
host::Task<TokenReply> refresh(host::Call& call, Lease& lease, const Account& account,
                               SecretString refresh_token, const OAuthSettings& settings);

}  // namespace proxy::accounts
