// What an answer has come to so far, over all its events: which of its facts a renderer needs at
// the end, and whether the upstream's stream ended as a whole answer does.
#pragma once

#include <cstdint>
#include <string>

#include "gemini/event.h"

namespace proxy::gemini {

class Answer {
 public:
  // Takes in the next event. Text that comes after the finish in an event without a finish of its
  // own is late: it is taken out of `event` and counted. (Old Vertex models finish every event.)
  void observe(Event& event);

  enum class Verdict : std::uint8_t {
    complete,   // may be told to the caller as it is
    empty,      // ended well but said nothing: the model may do better in a second try
    malformed,  // the model tried a call and failed, and said nothing else
    silent,     // no candidate and no reason
    cut         // the stream ended without a finish
  };
  Verdict verdict() const;

  // Anything but thoughts: text, a call, an image, ...
  bool has_content() const { return has_content_; }
  bool has_calls() const { return has_calls_; }
  bool has_thoughts() const { return has_thoughts_; }
  bool blocked() const { return blocked_; }
  FinishReason finish() const { return finish_; }
  const Usage& usage() const { return usage_; }
  // Still escaped, but owned: `standard`, `flex`, `priority` or empty.
  const std::string& service_tier() const { return service_tier_; }
  // Google's word for the finish, still escaped.
  const std::string& finish_name() const { return finish_name_; }
  // Why nothing was said, as escaped text for the caller; empty unless a filter stopped everything.
  std::string refusal() const;
  // Google's words on a malformed call, escaped; may be empty.
  const std::string& finish_message() const { return finish_message_; }
  int late_events() const { return late_events_; }
  int unknown_parts() const { return unknown_parts_; }
  int bad_parts() const { return bad_parts_; }
  // The last finish or block reason that is not in our tables, escaped; empty if all were known.
  const std::string& unknown_enum() const { return unknown_enum_; }

 private:
  bool has_content_ = false;
  bool has_calls_ = false;
  bool text_follows_calls_ = false;
  bool has_thoughts_ = false;
  bool has_candidate_ = false;
  bool blocked_ = false;
  FinishReason finish_ = FinishReason::none;
  std::string finish_name_;
  std::string finish_message_;
  std::string block_reason_;
  std::string block_message_;
  std::string service_tier_;
  std::string unknown_enum_;
  Usage usage_;
  int late_events_ = 0;
  int unknown_parts_ = 0;
  int bad_parts_ = 0;
};

}  // namespace proxy::gemini
