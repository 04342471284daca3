// Google's errors -> what the caller is told and what may be tried next. Tables after
// google.rpc.Code and google.rpc error details; specific reasons are looked at before the status.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/api_error.h"

namespace proxy::gemini {

// What may help, decided by the kind of failure alone. How often is gateway/failover's business.
enum class Remedy : std::uint8_t {
  none,            // the request itself is at fault, or the work was done: give up
  fresh_token,     // the access token was refused
  same_account,    // a passing fault: once more, then another account
  other_account,   // this account cannot serve it now
  other_upstream,  // nor any other that asks the same address
  overloaded,  // the model is full: another account may have room, or the same one a little later
};

// What cannot be used for a while because of a failure.
enum class Blame : std::uint8_t {
  nobody,
  model,       // this model, with this account
  account,     // the account, whatever the model
  credential,  // the account until its entry is changed
};

struct Failure {
  ApiError error;
  Remedy remedy = Remedy::none;
  std::int64_t pause_ms = 0;  // before the same account is asked again
  // Google's own words on a request it refused (400), for gemini/repair.h. Never shown.
  std::string google_message = {};

  Blame blame = Blame::nobody;
  std::int64_t cool_ms = 0;     // for how long; 0 if Google does not say
  bool until_midnight = false;  // or until its daily quotas begin anew
  bool is_quota = false;        // of the whole project
  // Where the account's owner can lift the block, for the log only.
  std::string owner_link = {};
};

// Reads an answer other than 200.
//   status       HTTP status
//   body         at most limits::kErrorBodyBytes of it, whatever it holds
//   retry_after  value of the header Retry-After, "" for none: seconds or a date (RFC 9110 10.2.3)
//   model        as the caller named it, for the sentence about an unknown model
Failure read_failure(int status, std::string_view body, std::string_view retry_after,
                     std::int64_t now_ms, std::string_view model);

// Reads an event of a stream that holds an error in an answer's place.
//   event  `{"error":{...}}`
//   model  as above
Failure read_stream_error(std::string_view event, std::string_view model);

// No answer at all: DNS, TLS, refused, reset.
// Google's words inside of an answer, fit to be shown. Both are escaped.
std::string shown_words(std::string_view escaped);

Failure network_failure();
// An answer that is not what was asked for.
Failure invalid_response(const std::string& message);
Failure timed_out(const std::string& message);
// The stream ended without a finish.
Failure cut_answer();
// It ended, but nothing was said: worth one more try.
Failure empty_answer();
// The model tried to call a tool and failed. `finish_message` is still escaped, may be empty.
Failure malformed_call(std::string_view finish_message);

}  // namespace proxy::gemini
