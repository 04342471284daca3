// The reader is a state per byte with two shortcuts that do nearly all the work: "data: " is
// compared at once, and line ends are searched 8 bytes at a time. The rule that keeps it correct
// however the stream is cut: a shortcut may only skip over states, never decide differently.
// Source: WHATWG HTML standard 9.2.6.
#include "sse/event_reader.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace proxy::sse {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kDataField = "data";
constexpr std::string_view kUsualStart = "data: ";
constexpr std::size_t kLarge = 4 * 1024 * 1024;

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// First \n or \r in [at, end), else `end`. Looks for bytes below 0x0E, which covers both with one
// test and is rare in JSON, and then looks closer.
char* find_line_end(char* at, const char* end) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    // A borrow can mark a byte that is none, but only above a real one, and never hides one.
    std::uint64_t small = (word - kOnes * 0x0E) & ~word & (kOnes * 0x80);
    for (; small != 0; small &= small - 1) {
      char* hit = at + std::countr_zero(small) / 8;
      if (is_line_end(*hit)) return hit;
    }
  }
  while (at != end && !is_line_end(*at)) ++at;
  return at;
}

}  // namespace

EventReader::EventReader(std::size_t max_event_bytes, bool flush_at_end)
    : max_event_bytes_(max_event_bytes), flush_at_end_(flush_at_end) {}

void EventReader::feed(std::span<char> chunk) {
  assert(at_ == end_ && !delivered_ && !finished_);
  at_ = chunk.data();
  end_ = at_ + chunk.size();
}

void EventReader::finish() { finished_ = true; }

EventReader::Status EventReader::next(Event& event) {
  if (delivered_) {
    constexpr std::size_t kKept = 1024 * 1024;
    buffer_.capacity() > kKept ? buffer_.release() : buffer_.clear();
    piece_ = {};
    has_data_ = false;
    delivered_ = false;
  }
  while (at_ != end_) {
    if (step()) return deliver(event, Status::event);
    if (buffer_.size() + piece_.size() > max_event_bytes_) return give_up();
  }
  return end_of_chunk(event);
}

EventReader::Status EventReader::deliver(Event& event, Status status) {
  if (buffer_.empty()) {
    event.data = piece_;
  } else {
    move_piece_to_buffer();
    event.data = buffer_.span();
  }
  delivered_ = true;
  return status;
}

EventReader::Status EventReader::give_up() {
  place_ = Place::done;
  at_ = end_;
  has_data_ = false;
  piece_ = {};
  buffer_.release();
  return Status::too_large;
}

// Nothing may point into the chunk once need_more is returned.
EventReader::Status EventReader::end_of_chunk(Event& event) {
  if (!finished_) {
    move_piece_to_buffer();
    return Status::need_more;
  }
  const Place place = place_;
  place_ = Place::done;
  if (place == Place::bare_json) return deliver(event, Status::bare_json);
  // An empty event that was cut off says nothing; reporting it would only look like bad JSON.
  const bool pending = place != Place::done && buffer_.size() + piece_.size() != 0;
  if (pending && flush_at_end_) return deliver(event, Status::event);
  return Status::need_more;
}

// Reads at least one byte, or finds the state that will. True: an event is complete.
bool EventReader::step() {
  switch (place_) {
    case Place::stream_start:
      read_byte_order_mark();
      return false;
    case Place::line_start:
      return read_line_start();
    case Place::field_name:
      read_field_name();
      return false;
    case Place::value_start:
      if (*at_ == ' ') ++at_;
      place_ = Place::value;
      return false;
    case Place::value:
    case Place::ignored_line:
      read_to_line_end();
      return false;
    case Place::bare_json:
      piece_ = {at_, end_};
      at_ = end_;
      return false;
    case Place::done:
      break;
  }
  at_ = end_;
  return false;
}

void EventReader::read_byte_order_mark() {
  if (*at_ == kByteOrderMark[matched_]) {
    ++at_;
    if (++matched_ == kByteOrderMark.size()) place_ = Place::line_start;
  } else {
    // A part of the mark is an unknown field name (U+FFFD...).
    place_ = matched_ == 0 ? Place::line_start : Place::ignored_line;
  }
}

bool EventReader::read_line_start() {
  const char first = *at_;
  const bool second_half = after_cr_ && first == '\n';
  after_cr_ = false;
  if (second_half) {
    ++at_;
  } else if (is_line_end(first)) {
    end_line();
    return has_data_;
  } else if (!has_data_ && (first == '{' || first == '[')) {
    place_ = Place::bare_json;
  } else if (static_cast<std::size_t>(end_ - at_) >= kUsualStart.size() &&
             std::memcmp(at_, kUsualStart.data(), kUsualStart.size()) == 0) {
    at_ += kUsualStart.size();
    begin_data_line();
    place_ = Place::value;
  } else {
    matched_ = 0;
    place_ = Place::field_name;
  }
  return false;
}

void EventReader::read_field_name() {
  const char c = *at_;
  if (matched_ < kDataField.size()) {
    if (c == kDataField[matched_]) {
      ++matched_;
      ++at_;
    } else {
      place_ = Place::ignored_line;
    }
  } else if (c == ':') {
    ++at_;
    begin_data_line();
    place_ = Place::value_start;
  } else if (is_line_end(c)) {
    begin_data_line();  // a field without colon has an empty value
    end_line();
  } else {
    place_ = Place::ignored_line;
  }
}

// Called at most once for each line and chunk, so the piece of a value is all of it in this chunk.
void EventReader::read_to_line_end() {
  char* stop = find_line_end(at_, end_);
  if (place_ == Place::value) piece_ = {at_, stop};
  at_ = stop;
  if (at_ != end_) end_line();
}

void EventReader::begin_data_line() {
  if (has_data_) {
    constexpr char kJoint[] = {'\n'};
    move_piece_to_buffer();
    append(kJoint);
  }
  has_data_ = true;
}

void EventReader::end_line() {
  after_cr_ = *at_ == '\r';
  ++at_;
  place_ = Place::line_start;
}

// Never past the bound: near it, doubling would take twice the memory for nothing. One byte more
// lets a joint be added before the bound is checked.
// Large events take few and long steps: a block that grows has its old and its new self in memory,
// and the blocks it has left behind are of no use to it.
std::size_t EventReader::room_for(std::size_t bytes) const {
  const std::size_t needed = buffer_.size() + bytes;
  if (needed <= kLarge || needed <= buffer_.capacity()) return std::max(needed, buffer_.capacity());
  const std::size_t room = needed > 4 * kLarge ? max_event_bytes_ + 1 : 4 * kLarge;
  return std::max(needed, std::min(room, max_event_bytes_ + 1));
}

bool EventReader::make_room(std::size_t bytes) {
  const std::size_t needed = buffer_.size() + bytes;
  // More than the bound is never stored.
  return needed <= kLarge || needed > max_event_bytes_ + 1 || buffer_.try_reserve(room_for(bytes));
}

void EventReader::append(std::span<const char> bytes) {
  if (buffer_.size() + bytes.size() > kLarge) buffer_.reserve(room_for(bytes.size()));
  buffer_.append(bytes);
}

void EventReader::move_piece_to_buffer() {
  append(piece_);
  piece_ = {};
}

}  // namespace proxy::sse
