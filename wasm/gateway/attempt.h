// One upstream call and the relay of its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/config.h"
#include "gateway/exchange.h"
#include "gateway/reply.h"
#include "gemini/errors.h"
#include "gemini/repair.h"
#include "host/task.h"

namespace proxy::gateway {

// A request ready to be sent, whatever account serves it.
struct Prepared {
  std::string model;           // as the caller named it
  std::string upstream_model;  // bare id
  std::string body;            // for the upstream
  gemini::Repairs repairs;     // that the body has
  bool may_end_empty = false;  // an answer that says nothing is a legal one
  bool first_account_only = false;
  std::int64_t read_at_ms = 0;  // when it had arrived
};

// Whether so much time has gone by that nothing new is begun for this request.
bool is_late(const Prepared& request);

// One choice of the answer and how far it has come.
struct Choice {
  int index = 0;
  bool shown = false;  // the caller has seen something of it
};

// Sends the request and gives what comes to the reply.
//   head          of the upstream request, credential included
//   accept_empty  whether an answer without text is good enough
//   returns       nothing if the choice has ended, be it by an error inside the stream; or the
//                 failure, if the caller has seen nothing of the choice: another attempt may be
//                 made
host::Task<std::optional<gemini::Failure>> attempt(Exchange& exchange, const Config& config,
                                                   const Prepared& request, Reply& reply,
                                                   Choice& choice, std::string head,
                                                   bool accept_empty);

}  // namespace proxy::gateway
