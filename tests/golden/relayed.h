// A recorded answer of Google through the gateway's relay, cut as a network may cut it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fronts/openai_chat/error.h"
#include "fronts/openai_chat/response.h"
#include "gateway/relay.h"
#include "support/splits.h"

namespace proxy::test {

// What the caller gets.
struct Relayed {
  std::string out;                   // of a stream with the error event, if it came to one
  std::optional<std::string> error;  // body of the error, inside the stream or in its place

  bool operator==(const Relayed&) const = default;
};

using MakeRenderer = decltype(&fronts::openai_chat::stream_renderer);

inline Relayed relay_once(Chunks& chunks, MakeRenderer make,
                          const fronts::openai_chat::AnswerContext& context, bool accept_empty) {
  const auto renderer = make(context);
  gateway::Relay relay(*renderer, 0, context.model);
  Relayed relayed;
  std::optional<gemini::Failure> failure;
  for (Chunk& chunk : chunks) {
    // Each chunk is gone when the next one comes.
    Chunk copy({chunk.bytes.get(), chunk.size});
    failure = relay.feed(copy.span(), relayed.out);
    if (failure) break;
  }
  if (!failure) failure = relay.finish(accept_empty || !relayed.out.empty(), relayed.out);
  if (!failure) {
    renderer->on_end(relay.answer().usage(), relayed.out);
    return relayed;
  }
  relayed.error = fronts::openai_chat::error_body(failure->error);
  if (!relayed.out.empty()) renderer->on_error(failure->error, relayed.out);
  return relayed;
}

// As the gateway does it: what fails before anything was shown is asked for once more, and an empty
// answer is then told as it is. Here Google says the same again.
inline Relayed relay(Chunks chunks, MakeRenderer make,
                     const fronts::openai_chat::AnswerContext& context,
                     bool may_end_empty = false) {
  Relayed first = relay_once(chunks, make, context, may_end_empty);
  if (!first.error || !first.out.empty()) return first;
  return relay_once(chunks, make, context, true);
}

}  // namespace proxy::test
