// One request's answer on its way out: common header fields, the error form, the facts for the log.
// Its destructor writes the request's log line, also when the caller left and the coroutine was
// destroyed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/api_error.h"
#include "gateway/config.h"
#include "gateway/routes.h"
#include "host/call.h"

namespace proxy::gateway {

// For the request's log line; members of the line in brackets.
struct Facts {
  std::string_view route;          // route
  std::string model;               // model, as the caller named it
  std::int64_t account = -1;       // acct
  int attempts = 0;                // try
  int upstream_status = 0;         // up
  std::size_t bytes_in = 0;        // in
  std::int64_t prompt_tokens = 0;  // tok_in; of all calls to Google, as far as it has told
  std::int64_t answer_tokens = 0;  // tok_out; thoughts among them
};

class Exchange {
 public:
  Exchange(host::Call& call, const Config& config, Route route);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();

  host::Call& call() { return call_; }
  Facts& facts() { return facts_; }
  bool started() const { return status_ != 0; }

  // For `x-proxy-warnings`, before the answer starts.
  void set_warnings(const std::vector<std::string>& warnings);

  // The same for a member of Google's request that its upstream does not know.
  void warn_of_dropped(std::string_view name) { set_warnings({dropped_words(name)}); }
  static std::string dropped_words(std::string_view name);

  void send_text(std::string_view text);
  void send_json(int status, std::string_view body);
  void send_preflight();
  // Before the answer started: status and error body. In a stream: nothing; see note_error().
  void send_error(const ApiError& error);

  void start_stream();
  void write(std::string_view bytes);
  void end_stream();
  // For the log: the stream ended with this error.
  void note_error(ErrorCode code) { code_ = traits(code).code; }

 private:
  host::HeadWriter head(std::string_view content_type) const;
  void send(int status, const host::HeadWriter& head, std::string_view body);

  host::Call& call_;
  const Config& config_;
  Facts facts_;
  std::string warnings_;
  std::string_view code_;  // of the error, for the log
  int status_ = 0;
  bool ended_ = false;
  std::int64_t begun_ms_;
  std::int64_t first_byte_ms_ = 0;
  std::size_t bytes_out_ = 0;
};

}  // namespace proxy::gateway
