#include "gateway/caller_auth.h"

#include <algorithm>

#include "base/text.h"

namespace proxy::gateway {
namespace {

bool is_known(std::string_view key, const Config& config) {
  constexpr std::size_t kLongest =
      512;  // of a configured key; the work must not grow with the input
  const base::Digest digest = base::sha256(key.substr(0, kLongest));
  bool known = false;
  for (const base::Digest& configured : config.key_hashes) {
    // No early exit: `|=` on bool evaluates both.
    known |= base::equal_in_constant_time(digest, configured);
  }
  return known && !key.empty() && key.size() <= kLongest;
}

bool is_loopback_name(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// `http://localhost:3000` -> `localhost`
std::string_view origin_host(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view authority = origin.substr(scheme + 3);
  const std::size_t end = authority.starts_with('[')
                              ? std::min(authority.find(']') + 1, authority.size())
                              : std::min(authority.find(':'), authority.size());
  const std::string_view port = authority.substr(end);
  return port.empty() || port.starts_with(':') ? authority.substr(0, end) : std::string_view();
}

// Cannot be met on a deployed Worker: the platform sets cf-ray and cf-connecting-ip itself there.
bool is_loopback_call(const host::RequestHead& head) {
  const std::string_view ip = head.headers.get("cf-connecting-ip").value_or("");
  const auto origin = head.headers.get("origin");
  return is_loopback_name(head.host) && (ip == "127.0.0.1" || ip == "::1") &&
         !head.headers.get("cf-ray") && (!origin || is_loopback_name(origin_host(*origin)));
}

bool is_welcome_without_key(const host::RequestHead& head, const Config& config) {
  switch (config.anonymous) {
    case Anonymous::allowed:
      return true;
    case Anonymous::loopback:
      return is_loopback_call(head);
    case Anonymous::refused:
      break;
  }
  return false;
}

bool has_key_in_query(std::string_view query) {
  const auto parts = text::split(query, '&');
  return std::any_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.starts_with("key=") || part.starts_with("api_key=");
  });
}

ApiError missing_key(const host::RequestHead& head) {
  if (has_key_in_query(head.query)) {
    return ApiError(ErrorCode::missing_api_key,
                    "An API key in the URL is not accepted, as URLs end up in logs. Send it in an "
                    "Authorization header: Authorization: Bearer YOUR_KEY.");
  }
  return ApiError(ErrorCode::missing_api_key,
                  "You didn't provide an API key. Send it in an Authorization header using Bearer "
                  "auth: Authorization: Bearer YOUR_KEY.");
}

}  // namespace

std::optional<std::string_view> presented_key(const host::HeaderView& headers) {
  if (const auto authorization = headers.get("authorization")) {
    constexpr std::string_view kScheme = "bearer";
    const std::string_view value = text::trim(*authorization);
    const std::string_view rest = value.substr(std::min(kScheme.size(), value.size()));
    const bool bearer = text::equals_ignoring_case(value.substr(0, kScheme.size()), kScheme) &&
                        (rest.starts_with(' ') || rest.starts_with('\t'));
    return bearer ? text::trim(rest) : std::string_view();
  }
  for (const std::string_view name : {"x-api-key", "api-key", "x-goog-api-key"}) {
    if (const auto key = headers.get(name)) return text::trim(*key);
  }
  return std::nullopt;
}

Result<void> check_caller(const host::RequestHead& head, const Config& config) {
  const auto key = presented_key(head.headers);
  if (config.key_hashes.empty()) {
    // With no key configured there is nothing a presented one could be checked against; official
    // clients cannot be made to send none.
    if (is_welcome_without_key(head, config)) return {};
    return ApiError(ErrorCode::no_api_key_configured,
                    "This proxy has no API_KEY, so it serves nobody. Its owner can set one with "
                    "`npx wrangler secret put API_KEY` (or in .dev.vars for local development), or "
                    "open it on purpose with ALLOW_ANONYMOUS=true.");
  }
  if (!key) {
    if (is_welcome_without_key(head, config)) return {};
    return missing_key(head);
  }
  if (is_known(*key, config)) return {};
  return ApiError(ErrorCode::invalid_api_key, "Incorrect API key provided.");
}

std::string caller_id(const host::RequestHead& head, const Config& config) {
  constexpr std::size_t kBytes = 16;
  std::optional<std::string_view> key;
  if (!config.key_hashes.empty()) key = presented_key(head.headers);
  const auto address = head.headers.get("cf-connecting-ip");
  const base::Digest digest = base::sha256(key.value_or(address.value_or("")));
  return text::hex({reinterpret_cast<const char*>(digest.data()), kBytes});
}

Result<void> check_model_reader(const host::RequestHead& head, const Config& config) {
  const bool open = !presented_key(head.headers) || config.key_hashes.empty();
  if (open && !config.models_require_key) return {};
  return check_caller(head, config);
}

}  // namespace proxy::gateway
