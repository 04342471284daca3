// What to try after a failed attempt. Pure: the outcome and the attempts so far decide.
#pragma once

#include <cstdint>

#include "gemini/errors.h"

namespace proxy::gateway {

enum class Step : std::uint8_t {
  give_up,
  fresh_token,  // the same account with a new access token
  same_account,
  next_account,
};

struct Attempts {
  int upstream = 0;          // upstream calls of this request so far
  int on_account = 0;        // of them with this account
  bool refreshed = false;    // this account's token was already renewed for this request
  bool others_left = false;  // accounts that were not tried yet
  bool paused = false;       // the one pause that a request may take was taken
  bool late = false;         // nothing new may be begun
};

// Nothing is tried again once the caller has seen a byte of the answer; the gateway sees to that.
Step next_step(gemini::Remedy remedy, const Attempts& attempts);

}  // namespace proxy::gateway
