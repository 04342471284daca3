// Where one account's requests go and what goes with them. All upstreams make a request's head and
// body from it.
#pragma once

#include <string_view>

#include "base/secret.h"
#include "base/version.h"
#include "host/http.h"

namespace proxy::upstreams {

struct Target {
  std::string_view base_url;  // checked: origin and path, no query, no slash at the end
  std::string_view model;     // checked by gemini::resolve_model
  std::string_view project_id;
  std::string_view location;    // Vertex
  std::string_view session_id;  // Code Assist
  const SecretString* secret = nullptr;
  const SecretString* gateway_token = nullptr;  // of Cloudflare's AI Gateway, if that is in between
  bool is_key = false;                          // an API key, else an access token
  bool quota_project = false;  // the token is a user's, which belongs to no project
};

// A head with a fixed list of headers. Nothing of the caller's is among them, and a key never gets
// into the URL.
inline host::HeadWriter request_head(std::string_view method, std::string_view url,
                                     const Target& target) {
  host::HeadWriter head(method, url);
  head.field("content-type", "application/json").field("user-agent", kUserAgent);
  if (target.gateway_token != nullptr) {
    head.field("cf-aig-authorization", "Bearer " + target.gateway_token->reveal());
  }
  if (target.is_key) return head.field("x-goog-api-key", target.secret->reveal());
  return head.field("authorization", "Bearer " + target.secret->reveal());
}

}  // namespace proxy::upstreams
