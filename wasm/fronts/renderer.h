// What every front gives the gateway for an answer: plain functions from events to the caller's
// bytes. No clock, no randomness; the same events give the same bytes however the network cut them.
#pragma once

#include <string>

#include "base/api_error.h"
#include "gemini/answer.h"
#include "gemini/event.h"

namespace proxy::fronts {

class Renderer {
 public:
  virtual ~Renderer() = default;
  // Each appends to `out` what the caller gets now; nothing before there is something to show.
  virtual void on_event(const gemini::Event& event, const gemini::Answer& answer,
                        std::string& out) = 0;
  // The upstream's stream ended well.
  virtual void on_end(const gemini::Answer& answer, std::string& out) = 0;
  // It did not, and the caller already has status 200. Streams only.
  virtual void on_error(const ApiError& error, std::string& out) = 0;
};

}  // namespace proxy::fronts
