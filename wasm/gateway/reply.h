// The answer that one request's choices make together on their way to the caller.
#pragma once

#include <memory>
#include <string>

#include "base/api_error.h"
#include "fronts/renderer.h"
#include "gateway/body.h"
#include "gateway/exchange.h"
#include "gemini/event.h"

namespace proxy::gateway {

class Reply {
 public:
  //   streams  events as they come, else one JSON document at the end
  //   body_bytes  of the isolate
  Reply(Exchange& exchange, std::unique_ptr<fronts::Renderer> renderer, bool streams, int choices,
        std::size_t& body_bytes)
      : exchange_(exchange),
        renderer_(std::move(renderer)),
        streams_(streams),
        open_choices_(choices),
        share_(body_bytes) {}

  fronts::Renderer& renderer() const { return *renderer_; }
  bool streams() const { return streams_; }
  // What the renderer has made and the caller has not got yet.
  std::string& out() { return out_; }
  // Sends it; whether there was anything.
  bool flush();

  // A choice of a whole answer has ended, of so many bytes, and waits for the others.
  void hold(std::size_t bytes) { share_.take(bytes); }  // it has given back more

  // A choice ended well; the last one ends the answer.
  void end_choice(const gemini::Usage& usage);
  // The answer fails: a status of its own, or an event if the caller has one already.
  void fail(const ApiError& error);
  // Answered, one way or the other.
  bool ended() const { return ended_; }

 private:
  Exchange& exchange_;
  std::unique_ptr<fronts::Renderer> renderer_;
  bool streams_;
  int open_choices_;
  bool ended_ = false;
  std::string out_;
  BodyShare share_;
  gemini::Usage usage_;
};

}  // namespace proxy::gateway
