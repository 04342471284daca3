// What the calls of one isolate share. Everything in it may vanish at any moment; KV is the slow
// truth.
#pragma once

#include <cstddef>

#include "accounts/account.h"
#include "accounts/oauth.h"
#include "accounts/tokens.h"
#include "gateway/config.h"
#include "gateway/repair_memory.h"

namespace proxy::gateway {

struct Isolate {
  Config config;
  accounts::AccountList accounts;
  accounts::OAuthSettings oauth;
  accounts::Tokens tokens;
  RepairMemory repairs;
  std::size_t body_bytes = 0;     // of all request bodies held now
  std::size_t first_account = 0;  // where the search begins; differs from isolate to isolate
  bool configured = false;

  // Reads the configuration when the first call comes, and logs once what is odd about it.
  void configure();
};

}  // namespace proxy::gateway
