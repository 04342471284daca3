// One upstream call and the relay of its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/dispatch.h"
#include "gateway/exchange.h"
#include "gateway/isolate.h"
#include "gateway/prepared.h"
#include "gateway/reply.h"
#include "gemini/errors.h"
#include "gemini/repair.h"
#include "host/task.h"

namespace proxy::gateway {

// How long a streaming caller still waits without a word, counted from its request; later from the
// last one.
std::int64_t first_word_ms(const Exchange& exchange, const Prepared& request);

// One choice of the answer and how far it has come.
struct Choice {
  int index = 0;
  bool shown = false;   // the caller has seen something of it
  bool failed = false;  // and then an error
};

// Takes out of an error what Google may have put into its words: the account's project and address.
void hide_names(ApiError& error, const accounts::Account& account);

// Sends the request and gives what comes to the reply.
//   outgoing      for the upstream, credential included; its body is freed once it is on its way
//   accept_empty  whether an answer without text is good enough
//   returns       nothing if the choice has ended, be it by an error inside the stream; or the
//                 failure, if the caller has seen nothing of the choice: another attempt may be
//                 made
host::Task<std::optional<gemini::Failure>> attempt(Exchange& exchange, Isolate& isolate,
                                                   const Prepared& request, Reply& reply,
                                                   Choice& choice, Outgoing outgoing,
                                                   bool accept_empty);

}  // namespace proxy::gateway
