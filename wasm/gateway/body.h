// The caller's request body, with all its bounds.
#pragma once

#include <cstddef>

#include "base/buffer.h"
#include "base/result.h"
#include "host/call.h"
#include "host/task.h"

namespace proxy::gateway {

// A request's share of the bytes that all bodies of the isolate, and what they are translated to,
// may take together.
class BodyShare {
 public:
  explicit BodyShare(std::size_t& total) : total_(total) {}
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  ~BodyShare() { total_ -= taken_; }

  // False if the isolate has no room for `bytes` more.
  //   block  of them, what has to be in one piece
  bool take(std::size_t bytes, std::size_t block = 0);
  void give_back(std::size_t bytes) { keep_only(taken_ - bytes); }
  // Gives back all but `bytes`.
  void keep_only(std::size_t bytes);

 private:
  std::size_t& total_;
  std::size_t taken_ = 0;
};

// Reads all of it.
//   most     bytes; one more is request_too_large
//   share    must outlive the body
//   errors   request_too_large, unsupported_content_encoding, request_timeout, server_busy,
//            client_closed, invalid_json (multipart)
host::Task<Result<base::Buffer>> read_body(host::Call& call, std::size_t most, BodyShare& share);

// What is told a caller for whose request there is no memory at the moment.
ApiError too_busy();

}  // namespace proxy::gateway
