// What the calls of one isolate share. Everything in it may vanish at any moment; KV is the slow
// truth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "accounts/account.h"
#include "accounts/oauth.h"
#include "accounts/tokens.h"
#include "gateway/config.h"
#include "gateway/model_list.h"
#include "gateway/repair_memory.h"

namespace proxy::gateway {

struct Isolate {
  Config config;
  accounts::AccountList accounts;
  accounts::OAuthSettings oauth;
  accounts::Tokens tokens;
  RepairMemory repairs;
  ModelList models;
  std::string session_id;      // for Code Assist accounts that name none
  std::size_t body_bytes = 0;  // of all request bodies held now
  std::int64_t started_ms = 0;
  bool has_vertex = false;  // an account of Vertex AI
  bool configured = false;

  // Reads the configuration when the first call comes, and logs once what is odd about it.
  void configure();
};

}  // namespace proxy::gateway
