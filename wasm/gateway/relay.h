// From Google's bytes to the caller's bytes, without clock, network or randomness: the same input
// gives the same output however it is cut.
//   network chunk -> sse::EventReader -> json::Index -> gemini::Event -> gemini::Answer -> Renderer
#pragma once

#include <optional>
#include <span>
#include <string>

#include "fronts/renderer.h"
#include "gemini/answer.h"
#include "gemini/errors.h"
#include "gemini/event.h"
#include "json/cursor.h"
#include "sse/event_reader.h"

namespace proxy::gateway {

class Relay {
 public:
  // renderer  of the whole answer; must outlive the relay
  // choice    which of its choices this upstream call is
  // model     as the caller named it, for errors that arrive inside the stream
  // in_envelope  whether each event stands in another object, as Code Assist has it
  Relay(fronts::Renderer& renderer, int choice, std::string model, bool in_envelope = false);

  // Appends to `out` what these bytes bring the caller.
  //   returns  nothing, or why the stream is broken; then it must not be fed again
  std::optional<gemini::Failure> feed(std::span<char> chunk, std::string& out);

  // The upstream's stream ended cleanly: appends the end of the choice.
  //   accept_empty  whether an answer that says nothing is told to the caller as it is; one that
  //                 has shown something in `out` always is
  //   returns       nothing, or why this is no whole answer
  std::optional<gemini::Failure> finish(bool accept_empty, std::string& out);

  // Of an event that has not come whole: its bytes so far, and the memory that holds them when
  // `bytes` more are here.
  std::size_t pending() const { return reader_.pending(); }
  std::size_t room_for(std::size_t bytes) const { return reader_.room_for(bytes); }
  bool make_room(std::size_t bytes) { return reader_.make_room(bytes); }

  // The last event that was not valid JSON.
  struct BadEvent {
    std::size_t offset;  // of the first byte that is wrong
    std::size_t bytes;
  };
  const std::optional<BadEvent>& bad_event() const { return bad_event_; }

  const gemini::Answer& answer() const { return answer_; }
  int events() const { return events_; }

 private:
  std::optional<gemini::Failure> read_events(std::string& out);
  std::optional<gemini::Failure> read_document(std::span<char> text, std::string& out);
  std::optional<gemini::Failure> read_value(json::Cursor value, std::string& out);
  gemini::Failure bad_json() const;

  fronts::Renderer& renderer_;
  int choice_;
  std::string model_;
  sse::EventReader reader_;
  json::Index index_;    // reused from event to event
  gemini::Event event_;  // the same
  gemini::Answer answer_;
  std::optional<BadEvent> bad_event_;
  bool in_envelope_;
  int events_ = 0;
  int finishes_ = 0;
  bool is_document_ = false;  // a plain JSON answer in a stream's place
};

}  // namespace proxy::gateway
