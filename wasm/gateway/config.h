// The Worker's variables and secrets, read once per isolate. A variable that makes no sense is
// logged and takes its default, unless guessing would be unsafe: then the request that needs it is
// refused. Names, defaults and meanings for owners: docs/operations.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account.h"
#include "base/api_error.h"
#include "base/image_url.h"
#include "base/sha256.h"
#include "gemini/models.h"

namespace proxy::gateway {

enum class Anonymous : std::uint8_t {
  refused,
  loopback,  // from this machine to `wrangler dev` on this machine
  allowed,
};

struct ConfigNote {
  std::string_view code;  // literal, for the log
  std::string message;    // never a value
};

struct Config {
  std::vector<base::Digest> key_hashes;      // API_KEY
  Anonymous anonymous = Anonymous::refused;  // ALLOW_ANONYMOUS
  bool models_require_key = false;           // MODELS_REQUIRE_KEY
  std::vector<std::string> allowed_origins;  // ALLOWED_ORIGINS; empty = any
  std::size_t max_body_bytes;                // MAX_BODY_BYTES
  std::string gemini_base_url;               // GEMINI_BASE_URL
  std::string vertex_base_url;               // VERTEX_BASE_URL; empty = by location
  std::string vertex_version;                // VERTEX_API_VERSION
  std::string code_assist_base_url;          // CODE_ASSIST_BASE_URL
  SecretString ai_gateway_token;             // AI_GATEWAY_TOKEN
  bool code_assist_onboard = false;          // CODE_ASSIST_ONBOARD
  bool affinity = true;                      // ACCOUNT_AFFINITY
  accounts::AccountSettings accounts;        // DEFAULT_UPSTREAM, OAUTH_CLIENT_ID and others
  std::string oauth_base_url;                // OAUTH_BASE_URL
  gemini::Aliases aliases;                   // MODEL_ALIASES
  std::string default_model;                 // DEFAULT_MODEL
  bool stream_default = true;                // STREAM_DEFAULT
  bool include_thoughts = true;              // INCLUDE_THOUGHTS
  bool text_signatures = true;               // RETURN_TEXT_SIGNATURES
  bool images_as_markdown = false;           // IMAGES_AS_MARKDOWN
  int most_choices = 0;                      // MAX_N
  gemini::Profiles profiles;                 // MODEL_PROFILES
  std::string safety_settings;               // SAFETY_SETTINGS
  std::int64_t headers_deadline_ms;          // UPSTREAM_TIMEOUT_MS
  std::int64_t idle_deadline_ms;             // UPSTREAM_IDLE_MS
  std::int64_t pace_ms;                      // STREAM_PACE_MS
  std::optional<ApiError> error;             // nothing can be sent upstream
  std::vector<ConfigNote> notes;             // to be logged once

  image_url::Fetchable fetchable_images = image_url::Fetchable::nothing;  // FETCH_IMAGES
};

// Reads host::env().
Config read_config();

// Whether `url` may be a base URL: https (http for loopback hosts only), no user info, query,
// fragment, control character or slash at the end.
bool is_safe_base_url(std::string_view url);

}  // namespace proxy::gateway
