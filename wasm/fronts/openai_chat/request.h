// The body of `POST /v1/chat/completions` -> gemini::Request. OpenAI API: chat/create
// Field by field: docs/mapping/openai-chat.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gemini/models.h"
#include "gemini/request.h"
#include "json/index.h"

namespace proxy::fronts::openai_chat {

// Settings of the deployment that change how a request is read.
struct RequestOptions {
  const gemini::Aliases* aliases = nullptr;
  std::string default_model;  // for a request that names none; "" = then it is refused
  bool include_thoughts = true;
  bool stream_default = true;  // what `stream` means when it is absent
};

struct ChatRequest {
  gemini::Request upstream;
  std::string model;  // as the caller sent it
  bool stream = true;
  bool include_usage = false;
  // `name: what` for each parameter that was ignored or changed, for `x-proxy-warnings`.
  std::vector<std::string> warnings;

  // Notes one more; only so many are kept, as they travel in a header.
  void warn(std::string_view parameter, std::string_view what);
};

// Checks the whole body before anything is built from it.
//   body   owned by the caller's side; lone surrogate escapes are mended in place
//   index  filled here; the result views `body`, so both must outlive it
Result<ChatRequest> read_request(std::span<char> body, json::Index& index,
                                 const RequestOptions& options);

// What an absent `stream` means for the client that sent these headers: true = stream. Official
// SDKs leave it out of a call that wants JSON and say so in Accept; the Vercel AI SDK says `*/*`
// but names itself; curl gets a stream.
bool streams_by_default(std::string_view accept, std::string_view user_agent);

}  // namespace proxy::fronts::openai_chat
