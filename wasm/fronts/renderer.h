// What every front gives the gateway for an answer: plain functions from events to the caller's
// bytes. No clock, no randomness; the same events give the same bytes however the network cut them.
#pragma once

#include <cstddef>
#include <string>

#include "base/api_error.h"
#include "gemini/answer.h"
#include "gemini/event.h"

namespace proxy::fronts {

// One answer to the caller, of one choice or several. A choice is one upstream call at a time; its
// events come in order, those of different choices mixed.
class Renderer {
 public:
  virtual ~Renderer() = default;
  // A choice begins, or begins anew after an attempt that showed nothing.
  virtual void on_start(int choice) = 0;
  // Each appends to `out` what the caller gets now; nothing before there is something to show.
  virtual void on_event(int choice, const gemini::Event& event, const gemini::Answer& answer,
                        std::string& out) = 0;
  // The choice's upstream ended well.
  virtual void on_choice_end(int choice, const gemini::Answer& answer, std::string& out) = 0;
  // All choices have ended.
  //   usage  of all of them together
  virtual void on_end(const gemini::Usage& usage, std::string& out) = 0;
  // Bytes of the answer that it keeps for its end, of one choice or (-1) of all.
  virtual std::size_t held(int choice) const = 0;
  // The answer failed after the caller got status 200. Streams only.
  virtual void on_error(const ApiError& error, std::string& out) = 0;
};

}  // namespace proxy::fronts
