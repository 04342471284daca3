#include "gateway/relay.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/utf8.h"
#include "gemini/event_parser.h"

namespace proxy::gateway {
namespace {

constexpr json::ScanLimits kEventLimits = {.depth = limits::kJsonDepth,
                                           .values = limits::kEventValues};

}  // namespace

Relay::Relay(fronts::Renderer& renderer, int choice, std::string model, bool in_envelope)
    : renderer_(renderer),
      choice_(choice),
      model_(std::move(model)),
      reader_(limits::kEventBytes),
      in_envelope_(in_envelope) {
  renderer_.on_start(choice_);
}

std::optional<gemini::Failure> Relay::feed(std::span<char> chunk, std::string& out) {
  reader_.feed(chunk);
  return read_events(out);
}

std::optional<gemini::Failure> Relay::finish(bool accept_empty, std::string& out) {
  reader_.finish();
  if (auto failure = read_events(out)) return failure;
  if (!out.empty()) accept_empty = true;  // these last bytes showed something: no second try
  using Verdict = gemini::Answer::Verdict;
  switch (answer_.verdict()) {
    case Verdict::complete:
      break;
    case Verdict::empty:
      if (accept_empty) break;
      return gemini::empty_answer();
    case Verdict::silent:
      return events_ == 0 ? gemini::invalid_response("Google's answer held no event.")
                          : gemini::empty_answer();
    case Verdict::malformed: {
      gemini::Failure failure = gemini::malformed_call(answer_.finish_message());
      // A name that says what a 400 says elsewhere, which the repairs know.
      failure.google_message = answer_.finish_name();
      return failure;
    }
    case Verdict::cut:
      if (!is_document_) return gemini::cut_answer();
      // Valid JSON is whole, and a finish that is not named is the usual one.
      if (!answer_.has_content() && !accept_empty) return gemini::empty_answer();
      break;
  }
  renderer_.on_choice_end(choice_, answer_, out);
  return std::nullopt;
}

std::optional<gemini::Failure> Relay::read_events(std::string& out) {
  using Status = sse::EventReader::Status;
  sse::Event event;
  for (;;) {
    switch (reader_.next(event)) {
      case Status::need_more:
        return std::nullopt;
      case Status::too_large:
        return gemini::invalid_response("An event of Google's answer is larger than 20 MiB.");
      case Status::bare_json:
        is_document_ = events_ == 0;
        break;
      case Status::event:
        break;
    }
    if (auto failure = read_document(event.data, out)) return failure;
  }
}

std::optional<gemini::Failure> Relay::read_document(std::span<char> text, std::string& out) {
  const std::string_view view(text.data(), text.size());
  if (text::trim(view).empty() || text::trim(view) == "[DONE]") return std::nullopt;
  auto error = index_.scan(text, kEventLimits);
  std::string repaired;
  if (error && error->kind == json::ScanError::Kind::invalid_utf8) {
    repaired = base::repair_utf8(view);
    error = index_.scan(repaired, kEventLimits);
  }
  if (error) {
    bad_event_ = {.offset = error->offset, .bytes = text.size()};
    // What stands behind the end is nothing that the caller misses. Some models finish every event:
    // then it may be a part of the answer.
    if (finishes_ == 1) return std::nullopt;
    return bad_json();
  }
  const json::Cursor root(index_);
  if (!root.is(json::Type::array)) return read_value(root, out);
  for (const json::Cursor item : root.items()) {
    if (auto failure = read_value(item, out)) return failure;
  }
  return std::nullopt;
}

std::optional<gemini::Failure> Relay::read_value(json::Cursor value, std::string& out) {
  ++events_;
  if (value["error"].is(json::Type::object)) {
    return gemini::read_stream_error(value.raw().text, model_);
  }
  gemini::read_event(in_envelope_ ? value["response"] : value, event_);
  if (event_.finish != gemini::FinishReason::none) {
    ++finishes_;
    if (bad_event_) return bad_json();
  }
  answer_.observe(event_);
  renderer_.on_event(choice_, event_, answer_, out);
  return std::nullopt;
}

gemini::Failure Relay::bad_json() const {
  return gemini::invalid_response(
      "An event of Google's answer is not valid JSON (at byte " +
      text::decimal(static_cast<std::int64_t>(bad_event_->offset)) + " of " +
      text::decimal(static_cast<std::int64_t>(bad_event_->bytes)) + ").");
}

}  // namespace proxy::gateway
