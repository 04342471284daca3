#include "gateway/attempt.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/redact.h"
#include "base/text.h"
#include "gateway/body.h"
#include "gateway/pace.h"
#include "gateway/relay.h"
#include "host/log.h"
#include "sse/event_writer.h"

namespace proxy::gateway {
namespace {

using MaybeFailure = std::optional<gemini::Failure>;

// How long the upstream may be silent, and what the caller is told meanwhile. One timer serves many
// waits: it is set anew only when it has fired, as setting one for every chunk costs more than the
// chunk.
class Patience {
 public:
  // first_word_ms  silence after which a streaming caller gets a comment; then every kKeepAliveMs
  Patience(Exchange& exchange, bool streams, std::int64_t deadline_ms, std::int64_t first_word_ms,
           std::string_view word)
      : exchange_(exchange),
        streams_(streams),
        deadline_ms_(deadline_ms),
        word_(word),
        last_sign_ms_(host::now_ms()),
        next_word_ms_(last_sign_ms_ + first_word_ms) {}

  // Waits until `operation` is answered; false if the deadline came first.
  host::Task<bool> wait_for(host::Operation& operation) {
    while (!operation.answered()) {
      if (!timer_) set_timer();
      co_await host::first_of(operation, *timer_);
      if (operation.answered()) break;
      timer_.reset();
      const std::int64_t now = host::now_ms();
      if (now >= last_sign_ms_ + deadline_ms_) co_return false;
      if (streams_ && now >= next_word_ms_) say_word(now);
    }
    co_return true;
  }

  // The upstream has sent something; returns the time.
  std::int64_t note_sign() {
    last_sign_ms_ = host::now_ms();
    next_word_ms_ = last_sign_ms_ + limits::kKeepAliveMs;
    return last_sign_ms_;
  }

 private:
  void set_timer() {
    std::int64_t until = last_sign_ms_ + deadline_ms_;
    if (streams_) until = std::min(until, next_word_ms_);
    const std::int64_t ms = std::max<std::int64_t>(until - host::now_ms(), 1);
    host::Call& call = exchange_.call();
    timer_.emplace(call, [&call, ms](host::OperationId op) { host::sleep(call.id(), op, ms); });
  }

  void say_word(std::int64_t now) {
    if (!exchange_.started()) exchange_.start_stream();
    std::string comment;
    sse::append_comment(comment, word_);
    exchange_.write(comment);
    next_word_ms_ = now + limits::kKeepAliveMs;
  }

  Exchange& exchange_;
  bool streams_;
  std::int64_t deadline_ms_;
  std::string_view word_;
  std::int64_t last_sign_ms_;
  std::int64_t next_word_ms_;
  std::optional<host::Operation> timer_;
};

gemini::Failure silence() { return gemini::timed_out("Google did not answer in time."); }

// Reads what there is of an error's body, up to the limit.
host::Task<gemini::Failure> read_error(Exchange& exchange, host::Response response,
                                       std::string model) {
  std::string body;
  Patience patience(exchange, false, limits::kOAuthDeadlineMs, 0, {});
  while (body.size() < limits::kErrorBodyBytes) {
    host::Operation read = response.read();
    if (!co_await patience.wait_for(read)) break;
    if (read.status() != host::kDone) {
      response.finished();
      break;
    }
    const host::Bytes chunk = read.take_bytes();
    body += chunk.view().substr(0, limits::kErrorBodyBytes - body.size());
  }
  co_return gemini::read_failure(response.status(), body,
                                 response.headers().get("retry-after").value_or(""), host::now_ms(),
                                 model);
}

// The runtime decodes what it asked for; any other encoding would arrive as it is.
bool is_readable(const host::Response& response) {
  const std::string_view encoding =
      text::trim(response.headers().get("content-encoding").value_or(""));
  return encoding.empty() || encoding == "identity" || encoding == "gzip" || encoding == "br";
}

// Carries one choice's bytes from Google to the reply.
class Delivery {
 public:
  Delivery(Exchange& exchange, const Prepared& request, Reply& reply, Choice& choice,
           bool in_envelope, std::size_t& body_bytes)
      : exchange_(exchange),
        reply_(reply),
        choice_(choice),
        relay_(reply.renderer(), choice.index, request.model, in_envelope),
        share_(body_bytes) {}

  MaybeFailure take(std::span<char> chunk) {
    bytes_in_ += chunk.size();
    if (!reply_.streams() && bytes_in_ > limits::kAnswerBytes) {
      return gemini::invalid_response("Google's answer is larger than 20 MiB.");
    }
    if (!has_room(chunk.size())) return no_room();
    MaybeFailure failure = relay_.feed(chunk, reply_.out());
    note_tokens();
    flush();
    // A page of HTML, say, however long it goes on.
    const bool is_none = relay_.events() == 0 && relay_.pending() == 0;
    if (!failure && is_none && bytes_in_ > limits::kNoEventBytes) {
      return gemini::invalid_response("Google's answer held no event.");
    }
    return failure;
  }

  MaybeFailure finish(bool accept_empty) {
    // A whole answer is written once more: the choice, then all choices together.
    if (!may_allocate(held())) return no_room();
    // Once the caller has seen something there is no second try.
    MaybeFailure failure = relay_.finish(accept_empty || choice_.shown, reply_.out());
    if (failure) {
      flush();
      return failure;
    }
    if (!may_allocate(reply_.renderer().held(-1))) return no_room();
    share_.keep_only(0);
    if (held() > kSmall) reply_.hold(held());
    reply_.end_choice(relay_.answer().usage());
    return std::nullopt;
  }

  void log_oddities() {
    const gemini::Answer& answer = relay_.answer();
    const std::pair<std::string_view, int> counts[] = {{"unknown_part", answer.unknown_parts()},
                                                       {"bad_part", answer.bad_parts()},
                                                       {"late_event", answer.late_events()}};
    for (const auto& [name, count] : counts) {
      if (count == 0) continue;
      host::LogLine(host::LogLevel::warn, name).number("count", count).send(exchange_.call());
    }
    if (!answer.unknown_enum().empty()) {
      host::LogLine(host::LogLevel::warn, "unknown_enum")
          .text("value", answer.unknown_enum())
          .send(exchange_.call());
    }
    if (const auto& bad = relay_.bad_event()) {
      host::LogLine(host::LogLevel::warn, "bad_event", "An event of Google's is not valid JSON.")
          .number("offset", static_cast<std::int64_t>(bad->offset))
          .number("bytes", static_cast<std::int64_t>(bad->bytes))
          .send(exchange_.call());
    }
  }

 private:
  static constexpr std::size_t kSmall = limits::kMiB;  // is not counted; a chunk is 256 KiB at most

  std::size_t held() const { return reply_.renderer().held(choice_.index); }

  // Large events, and large answers that are gathered, take their share of the isolate's memory:
  // running out of it would end the calls of all. Counted is what is held of Google's bytes, and as
  // much again for what is made of an event or, at the end, of the whole.
  bool has_room(std::size_t bytes) {
    const std::size_t room = relay_.room_for(bytes);
    const std::size_t pending = relay_.pending() + bytes;
    const std::size_t kept = held();
    std::size_t needed = 0;
    if (room > kSmall) needed = room + pending;
    if (kept > kSmall) needed += 2 * kept;
    needed = std::min(needed, limits::kLargestAnswerBytes);
    if (needed <= counted_) {
      share_.keep_only(needed);
    } else if (!share_.take(needed - counted_)) {
      return false;
    }
    counted_ = needed;
    if (room > kSmall && !relay_.make_room(bytes)) return false;
    // What is made of the event; a whole answer is moved to a larger block for it.
    const std::size_t block = text::grown_size(kept, pending);
    return block <= kSmall || base::is_allocatable(block);
  }

  static bool may_allocate(std::size_t bytes) {
    return bytes <= kSmall || base::is_allocatable(text::grown_size(0, bytes));
  }

  // Another try at once would bring as much. Later there is more: without calls an instance that
  // has grown is replaced.
  static gemini::Failure no_room() { return {.error = too_busy()}; }

  // What the call has cost so far: its caller may leave before the end.
  void note_tokens() {
    const gemini::Usage& usage = relay_.answer().usage();
    Facts& facts = exchange_.facts();
    const auto note = [](std::int64_t& total, std::int64_t& noted, std::int64_t now) {
      total += now - std::exchange(noted, now);
    };
    note(facts.prompt_tokens, prompt_tokens_, usage.prompt.value_or(0));
    note(facts.answer_tokens, answer_tokens_,
         usage.candidates.value_or(0) + usage.thoughts.value_or(0));
  }

  void flush() {
    if (reply_.streams() && reply_.flush()) choice_.shown = true;
  }

  Exchange& exchange_;
  Reply& reply_;
  Choice& choice_;
  Relay relay_;
  BodyShare share_;
  std::size_t counted_ = 0;  // of the share
  std::size_t bytes_in_ = 0;
  std::int64_t prompt_tokens_ = 0;  // that are noted
  std::int64_t answer_tokens_ = 0;
};

host::Task<MaybeFailure> deliver(Exchange& exchange, Isolate& isolate, const Prepared& request,
                                 Reply& reply, Choice& choice, host::Response response,
                                 bool accept_empty, bool in_envelope,
                                 const accounts::Account& account) {
  const Config& config = isolate.config;
  Delivery delivery(exchange, request, reply, choice, in_envelope, isolate.body_bytes);
  Patience patience(exchange, reply.streams(), config.idle_deadline_ms, limits::kKeepAliveMs,
                    "keep-alive");
  Pace pace(config.pace_ms);
  MaybeFailure failure;
  for (;;) {
    const bool may_gather = choice.shown || !reply.streams();
    host::Operation read = response.read(pace.begin(host::now_ms(), may_gather));
    if (!co_await patience.wait_for(read)) {
      failure = silence();
      break;
    }
    pace.end(patience.note_sign());
    if (read.status() == host::kEnd) {
      response.finished();
      failure = delivery.finish(accept_empty || is_late(request));
      break;
    }
    if (read.status() != host::kDone) {
      response.finished();
      failure = gemini::network_failure();
      break;
    }
    host::Bytes chunk = read.take_bytes();
    failure = delivery.take(chunk.span());
    if (failure) break;
  }
  delivery.log_oddities();
  if (!failure || !choice.shown) co_return failure;
  choice.failed = true;
  hide_names(failure->error, account);
  const bool can_wait = failure->is_quota && failure->cool_ms > 0;
  reply.fail(can_wait ? accounts::with_wait(failure->error, failure->cool_ms) : failure->error);
  co_return std::nullopt;
}

}  // namespace

void hide_names(ApiError& error, const accounts::Account& account) {
  for (const std::string* own : {&account.project_id, &account.email}) {
    base::hide(error.message, *own);
  }
}

std::int64_t first_word_ms(const Exchange& exchange, const Prepared& request) {
  if (exchange.started()) return limits::kKeepAliveMs;
  const std::int64_t waited_ms = host::now_ms() - request.read_at_ms;
  return std::max<std::int64_t>(limits::kFirstWaitingMs - waited_ms, 1);
}

bool is_late(const Prepared& request) {
  return host::now_ms() >= request.read_at_ms + limits::kLastAttemptMs;
}

host::Task<MaybeFailure> attempt(Exchange& exchange, Isolate& isolate, const Prepared& request,
                                 Reply& reply, Choice& choice, Outgoing outgoing,
                                 bool accept_empty) {
  host::Operation fetch = exchange.call().fetch(outgoing.head, outgoing.body->pieces());
  Patience patience(exchange, reply.streams(), isolate.config.headers_deadline_ms,
                    first_word_ms(exchange, request), "waiting");
  if (!co_await patience.wait_for(fetch)) co_return silence();
  exchange.facts().upstream_status = static_cast<int>(fetch.status());
  if (fetch.status() == host::kFailed) co_return gemini::network_failure();
  host::Response response(exchange.call(), fetch.id(), static_cast<int>(fetch.status()),
                          fetch.take_bytes());
  if (response.status() != 200) {
    co_return co_await read_error(exchange, std::move(response), request.model);
  }
  if (!is_readable(response)) {
    co_return gemini::invalid_response("Google's answer has an encoding that cannot be read.");
  }
  co_return co_await deliver(exchange, isolate, request, reply, choice, std::move(response),
                             accept_empty, outgoing.in_envelope, *outgoing.account);
}

}  // namespace proxy::gateway
