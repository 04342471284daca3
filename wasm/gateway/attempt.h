// One upstream call and the relay of its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/config.h"
#include "gateway/exchange.h"
#include "gemini/errors.h"
#include "host/task.h"

namespace proxy::gateway {

// A request ready to be sent, whatever account serves it.
struct Prepared {
  std::string model;           // as the caller named it
  std::string upstream_model;  // bare id
  std::string body;            // for the upstream
  bool stream = true;
  bool include_usage = false;
  std::int64_t read_at_ms = 0;  // when it had arrived
};

// Whether so much time has gone by that nothing new is begun for this request.
bool is_late(const Prepared& request);

// Sends it and answers the caller.
//   head          of the upstream request, credential included
//   accept_empty  whether an answer without text is good enough
//   returns       nothing if the caller has been answered, be it by an error inside the stream; or
//                 the failure, if the caller has seen no byte of an answer: another attempt may be
//                 made
host::Task<std::optional<gemini::Failure>> attempt(Exchange& exchange, const Config& config,
                                                   const Prepared& request, std::string head,
                                                   bool accept_empty);

}  // namespace proxy::gateway
