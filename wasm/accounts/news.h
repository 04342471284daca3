// What isolates tell each other about accounts through TOKEN_CACHE. Reading takes it into memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounts/account.h"
#include "accounts/oauth.h"
#include "accounts/tokens.h"
#include "host/call.h"
#include "host/task.h"

namespace proxy::accounts {

// The references that these take must outlive them, also where they are spawned: accounts and
// tokens live as long as the isolate.

// The access token; when the isolate first looks, also a long rest.
host::Task<void> read_token(host::Call& call, Tokens& tokens, const Account& account);
// That Google refuses the refresh token, or has replaced it.
host::Task<void> read_refresh_news(host::Call& call, Tokens& tokens, const Account& account);
// Whether an API key is refused or rests.
host::Task<void> read_key_news(host::Call& call, Tokens& tokens, const Account& account);

host::Task<void> publish_death(host::Call& call, Tokens& tokens, const Account& account,
                               std::string_view reason);
//   made_at_ms    also the record's time, as `expires_in` counts from there
//   was_removed   token_<i> was deleted a moment ago
host::Task<void> publish_token(host::Call& call, Tokens& tokens, const Account& account,
                               const NewToken& token, std::int64_t made_at_ms, bool was_removed);
// What other isolates have written is not written again. One rest is kept for each account, so the
// last one counts.
host::Task<void> publish_rest(host::Call& call, Tokens& tokens, const Account& account,
                              std::string model, std::int64_t until_ms);

}  // namespace proxy::accounts
