// Reads text/event-stream. Give it chunks cut anywhere; it gives the same events.
// Source: WHATWG HTML standard 9.2.6, "Interpreting an event stream", with two additions:
//   - the last event counts without its blank line (Google's carries the finish reason);
//   - JSON where a field should be, a plain answer or an error in mid-stream, is bare_json.
// Only `data` is kept: event, id, retry, comments and unknown lines (a stray `,`) are skipped.
// An event of one data line that lies whole in a chunk is shown there; any other is put together
// in a buffer that all events share. The work is linear in the bytes, also fed byte by byte.
#pragma once

#include <cstddef>
#include <span>

#include "base/buffer.h"

namespace proxy::sse {

// The data lines of one event joined with \n, or a bare JSON text. The bytes may be rewritten in
// place; they are good until the next call of next(), feed() or finish().
struct Event {
  std::span<char> data;
};

class EventReader {
 public:
  enum class Status {
    need_more,  // nothing left: feed() the next chunk; after finish(), the end
    event,      // `event` is set
    bare_json,  // `event` is all text from a line that began with { or [ to the end; comes last
    too_large,  // an event or bare text passed the bound; comes once, then need_more for ever
  };

  //   max_event_bytes  bound for one event's data, and so for the memory held
  //   flush_at_end     false: an event without its blank line is dropped, as the standard says
  explicit EventReader(std::size_t max_event_bytes, bool flush_at_end = true);

  // The chunk must stay valid until next() has returned need_more.
  void feed(std::span<char> chunk);

  // The stream is over; next() then gives what is still pending.
  void finish();

  // Call until it returns need_more.
  Status next(Event& event);

  // Of an event that has not come whole: its bytes so far, and the size of the buffer when `bytes`
  // more have come.
  std::size_t pending() const { return buffer_.size(); }
  std::size_t room_for(std::size_t bytes) const;
  // Makes that room, if it is large. False if there is no memory for it.
  bool make_room(std::size_t bytes);

 private:
  // Where in the stream the next byte stands.
  enum class Place {
    stream_start,  // a byte order mark may follow
    line_start,
    field_name,   // the line so far is a prefix of "data"
    value_start,  // "data:" was read, one space may follow
    value,
    ignored_line,
    bare_json,
    done,
  };

  Status deliver(Event& event, Status status);
  Status give_up();
  Status end_of_chunk(Event& event);
  bool step();
  void read_byte_order_mark();
  bool read_line_start();
  void read_field_name();
  void read_to_line_end();
  void begin_data_line();
  void end_line();
  void append(std::span<const char> bytes);
  void move_piece_to_buffer();

  std::size_t max_event_bytes_;
  bool flush_at_end_;
  bool finished_ = false;
  bool delivered_ = false;  // the event in buffer_ and piece_ was shown; next() forgets it
  bool after_cr_ = false;   // a \n now belongs to the line end before it
  bool has_data_ = false;   // a data line of the current event has begun
  Place place_ = Place::stream_start;
  std::size_t matched_ = 0;  // bytes of the byte order mark or of "data" seen so far

  char* at_ = nullptr;  // unread part of the chunk
  char* end_ = nullptr;
  base::Buffer buffer_;    // the current event's data is buffer_ followed by piece_,
  std::span<char> piece_;  // which lies in the chunk
};

}  // namespace proxy::sse
