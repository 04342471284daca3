// Log lines: one JSON object a line, built here and nowhere else, so that nothing from outside can
// break out of its string and no secret has a way in. Members `ev`, `id` (the request's) and `msg`
// first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/call.h"
#include "host/host.h"

namespace proxy::host {

class LogLine {
 public:
  // ev   what happened, one of the words of docs/operations.md; a literal
  // msg  one sentence for a person; a literal or text of ours
  LogLine(LogLevel level, std::string_view ev, std::string_view msg = {});

  // A string from anywhere: cut to limits::kLogStringBytes, control characters escaped.
  LogLine& text(std::string_view name, std::string_view value,
                std::size_t most = limits::kLogStringBytes);
  LogLine& number(std::string_view name, std::int64_t value);

  // Sends the line for `call`, unless the call's log budget is spent.
  void send(Call& call);
  // Sends the line that ends a request, for which budget is always left.
  void send_last(const Call& call);
  // For lines about the isolate, not a request.
  void send();

 private:
  std::string written(std::string_view id) const;

  LogLevel level_;
  std::string_view ev_;
  std::string_view msg_;
  std::string members_;
};

}  // namespace proxy::host
