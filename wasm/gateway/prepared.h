// A request that has been read and translated, whatever account serves it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "accounts/pool.h"
#include "base/buffer.h"
#include "gemini/repair.h"
#include "json/rope.h"

namespace proxy::gateway {

struct Prepared {
  std::string model;           // as the caller named it
  std::string upstream_model;  // bare id
  base::Buffer caller_body;    // if strings of it are left out of `body`
  // For the upstream. An attempt keeps the one that it sends, as the platform reads it bit by bit,
  // so a mended body is another one.
  std::shared_ptr<json::Rope> body;
  gemini::Repairs repairs;     // that the body has
  bool may_end_empty = false;  // an answer that says nothing is a legal one
  bool first_account_only = false;
  int only_account = -1;           // the one that the caller names, whatever its rests
  std::uint64_t conversation = 0;  // for accounts/pool.h
  accounts::UpstreamSet upstreams = accounts::kAnyUpstream;
  bool foreign_fields = false;  // the body has some that not every upstream knows
  std::int64_t read_at_ms = 0;  // when it had arrived
};

// Whether so much time has gone by that nothing new is begun for this request.
bool is_late(const Prepared& request);

}  // namespace proxy::gateway
