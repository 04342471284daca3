// What one choice of an answer needs to know about its own past: which calls it has made and how
// much text it has said, for ids and annotations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fronts/openai_chat/envelope.h"
#include "fronts/openai_chat/text_map.h"
#include "gemini/event.h"
#include "json/cursor.h"
#include "json/writer.h"

namespace proxy::fronts::openai_chat {

class Choice {
 public:
  explicit Choice(Envelope& envelope) : envelope_(&envelope) {}

  // Whether this call is passed on; parallel_tool_calls may leave only the first.
  bool wants_call() const;
  // Writes the members of a call: `id`, `type`, `function` or `custom`, `extra_content`. The object
  // is the caller's, who may have put `index` first.
  void write_call(json::Writer& json, const gemini::EventPart& call);
  // `{"name","arguments"}` of the deprecated function_call.
  void write_legacy_call(json::Writer& json, const gemini::EventPart& call);
  int calls() const { return static_cast<int>(call_ids_.size()); }

  // A part of the event begins; then its text may be noted.
  //   is_first  of the event
  void begin_part(const gemini::EventPart& part, bool is_first);
  // Notes text that goes into `content`, still escaped.
  void note_text(std::string_view escaped) { text_.add(escaped); }
  // A piece of a transcript, with a space before it if it needs one. Escaped.
  std::string spaced(std::string_view escaped) const;

  // Notes the event's citations and signature.
  void observe(const gemini::Event& event);
  // The annotations of all that was noted, as a JSON array; empty if there are none.
  std::string annotations() const;
  // The signature of the last text that had one, still escaped; empty if none is to be shown.
  std::string_view text_signature() const;

 private:
  struct Citation {
    std::size_t part = 0;    // of part_begins_
    std::int64_t begin = 0;  // bytes of the part's decoded text
    std::int64_t end = 0;
    std::string url;    // still escaped
    std::string title;  // still escaped
  };

  std::string call_id(const gemini::EventPart& call);
  void cite(json::Cursor segment, json::Cursor source);

  Envelope* envelope_;
  std::vector<std::string> call_ids_;
  TextMap text_;
  // Where each part begins in the text. Text that goes on in the next event is one part.
  std::vector<std::size_t> part_begins_;
  gemini::EventPart::Kind last_kind_ = gemini::EventPart::Kind::call;
  std::string signature_;
  std::vector<Citation> citations_;
};

// Text that stands for parts OpenAI has no form for: code, its output, files. Escaped.
std::string as_text(const gemini::EventPart& part);

// `![image](data:...)` for the option that wants images in the text. Escaped.
std::string as_markdown(const gemini::EventPart& image);

// What an event's texts and data take, about.
std::size_t size_of(const gemini::Event& event);
// Whether there is memory for its images in the text as well.
bool is_short(const gemini::Event& event);

// `{"type":"image_url","image_url":{"url":"data:..."}}`
void write_image(json::Writer& json, const gemini::EventPart& image);

// Appends the tokens of an event's logprobsResult, with commas between them and what `out` holds.
void append_logprobs(std::string& out, json::Cursor result);
// OpenAI's `logprobs` with those tokens; null if there are none.
std::string logprobs_object(std::string_view tokens);

}  // namespace proxy::fronts::openai_chat
