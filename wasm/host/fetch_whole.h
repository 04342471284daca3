// A fetch whose answer is small and wanted whole.
#pragma once

#include <cstddef>
#include <string>

#include "host/call.h"
#include "host/http.h"
#include "host/task.h"

namespace proxy::host {

struct Whole {
  int status = 0;  // HTTP; 0: no whole answer
  bool timed_out = false;
  std::string body;         // of `most` bytes and a little more, if it is longer
  std::string retry_after;  // that header, "" for none
};

//   deadline  a sleep, begun by the caller; when it ends first, so does this
Task<Whole> fetch_whole(Call& call, Operation& deadline, OutgoingRequest request, std::size_t most);

}  // namespace proxy::host
