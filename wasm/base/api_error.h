// What went wrong, in the product's own terms. A front turns it into its dialect's JSON; nobody
// else does. Codes, statuses and types are one table (api_error.cpp), so that they cannot drift
// apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxy {

// Named as the `code` the caller sees.
enum class ErrorCode : std::uint8_t {
  invalid_json,
  invalid_utf8,
  body_too_complex,
  missing_required_parameter,
  invalid_type,
  invalid_value,
  unsupported_value,
  unsupported_parameter,
  invalid_image_url,
  invalid_image_format,
  invalid_image,
  image_too_large,
  empty_array,
  array_above_max_length,
  string_above_max_length,
  integer_below_min_value,
  integer_above_max_value,
  decimal_below_min_value,
  decimal_above_max_value,
  context_length_exceeded,
  upstream_invalid_request,
  missing_api_key,
  invalid_api_key,
  no_api_key_configured,
  unsupported_country_region_territory,
  upstream_permission_denied,
  model_not_found,
  cached_content_not_found,
  unknown_url,
  method_not_allowed,
  request_timeout,
  request_too_large,
  unsupported_content_encoding,
  rate_limit_exceeded,
  insufficient_quota,
  client_closed,
  internal_error,
  upstream_invalid_response,
  upstream_reset,
  upstream_error,
  empty_response,
  malformed_function_call,
  accounts_not_configured,
  accounts_invalid,
  no_enabled_account,
  all_accounts_dead,
  token_refresh_failed,
  token_client_rejected,  // shown as token_refresh_failed, but no retry can help
  configuration_invalid,
  upstream_overloaded,
  server_busy,
  upstream_timeout,
};

// Its special members are out of line: they are cold, and inlined at each of the many refusals they
// would be a quarter of the module.
struct ApiError {
  ApiError();
  ApiError(ErrorCode error_code, std::string_view text, std::string_view where = {});
  ApiError(const ApiError& other);
  ApiError(ApiError&& other) noexcept;
  ApiError& operator=(const ApiError& other);
  ApiError& operator=(ApiError&& other) noexcept;
  ~ApiError();

  ErrorCode code = ErrorCode::internal_error;
  std::string message;  // English, something a user can act on; never a token, key or quoted input
  std::string param;    // path such as `messages[3].content`, empty for none
  std::optional<std::int64_t> retry_after_ms;
  std::string_view allow;  // 405 only: the `allow` header, a literal (RFC 9110 10.2.1)
};

struct ErrorTraits {
  std::string_view code;
  int status;             // HTTP
  std::string_view type;  // OpenAI's `error.type`
  bool should_retry;      // `x-should-retry`, which the official clients obey
};

const ErrorTraits& traits(ErrorCode code);

}  // namespace proxy
