// The Gemini API (generativelanguage.googleapis.com). Always asked for a stream of events: a whole
// answer is the same events through another renderer. Gemini API: models.streamGenerateContent
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "gemini/request.h"
#include "host/http.h"

namespace proxy::upstreams::gemini_api {

inline constexpr std::string_view kDefaultBaseUrl = "https://generativelanguage.googleapis.com";

// What the account adds to a request.
struct Credential {
  const SecretString* access_token = nullptr;
  std::string_view project_id;  // quota project of a user's OAuth token, "" for none
};

// The JSON body; the same for every account and attempt.
std::string body(const gemini::Request& request);

// The head: method, URL, a fixed list of headers. Nothing of the caller's is among them.
//   base_url  checked by the configuration: origin and path, no query, no slash at the end
//   model     checked by gemini::resolve_model
std::string head(std::string_view base_url, std::string_view model, const Credential& credential);

}  // namespace proxy::upstreams::gemini_api
