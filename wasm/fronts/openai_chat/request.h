// The body of `POST /v1/chat/completions` -> gemini::Request. OpenAI API: chat/create
// Field by field: docs/mapping/openai-chat.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/image_url.h"
#include "base/limits.h"
#include "base/result.h"
#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/tool_names.h"
#include "gemini/models.h"
#include "gemini/request.h"
#include "json/index.h"

namespace proxy::fronts::openai_chat {

// Settings of the deployment that change how a request is read.
struct RequestOptions {
  const gemini::Aliases* aliases = nullptr;
  const gemini::Profiles* profiles = nullptr;
  std::string_view default_model = {};  // for a request that names none; "" = then it is refused
  std::string_view safety_settings =
      {};  // JSON array for requests that bring none; "" = none is sent
  bool include_thoughts = true;
  bool stream_default = true;  // what `stream` means when it is absent
  int most_choices = 5;        // simultaneous upstream calls of one request
  bool has_vertex = false;     // an account of Vertex AI, which takes more
  image_url::Fetchable fetchable_images = image_url::Fetchable::nothing;
  std::string_view own_host = {};  // this Worker's, which fetches no image from itself
  std::size_t rewritable_bytes = limits::kRewrittenBytes;  // as much memory as there is for them
};

struct ChatRequest {
  gemini::Request upstream;
  std::string model;  // as the caller sent it
  bool stream = true;
  bool include_usage = false;
  int choices = 1;
  json::RawString cache_key;  // prompt_cache_key
  ToolNames tools;
  bool one_call_only = false;     // parallel_tool_calls: false
  bool legacy_functions = false;  // answer with function_call
  bool wants_logprobs = false;
  bool searches = false;            // web_search_options
  bool wav = false;                 // audio as a WAV file, not bare samples
  bool may_end_empty = false;       // after tool results a turn without text is a legal end
  bool first_account_only = false;  // what it refers to belongs to one account
  // `name: what` for each parameter that was ignored or changed, for `x-proxy-warnings`.
  std::vector<std::string> warnings;

  // Notes one more, each once; only so many are kept, as they travel in a header.
  void warn(std::string_view parameter, std::string_view what);
};

// What the readers of one request share.
struct Reading {
  const gemini::Family& family;
  const RequestOptions& options;
  ChatRequest& request;
  std::span<char> body;
  std::size_t rewritable_bytes = options.rewritable_bytes;  // that are left

  // Comes before text of that size, or made from so much, is written anew. False = refused with
  // request_too_large or server_busy: running out of memory would end the requests of all.
  bool may_rewrite(const Field& field, std::size_t bytes);
  // Text of the body, to be changed in place. Nobody else may have read it.
  std::span<char> own(json::RawString text) const {
    return body.subspan(static_cast<std::size_t>(text.escaped.data() - body.data()),
                        text.escaped.size());
  }
  // Text that lives as long as the request.
  std::string_view keep(std::string text) const {
    return request.upstream.arena.keep(std::move(text));
  }
  // Plain text as a JSON string's inside.
  json::RawString escaped(std::string_view plain) const;
};

// Checks the whole body before anything is built from it.
//   body   owned by the caller's side; lone surrogate escapes and base64 are mended in place
//   index  filled here; the result views `body`, so both must outlive it
Result<ChatRequest> read_request(std::span<char> body, json::Index& index,
                                 const RequestOptions& options);

// What an absent `stream` means for the client that sent these headers: true = stream. Official
// SDKs leave it out of a call that wants JSON and say so in Accept; the Vercel AI SDK says `*/*`
// but names itself; curl gets a stream.
bool streams_by_default(std::string_view accept, std::string_view user_agent);

}  // namespace proxy::fronts::openai_chat
