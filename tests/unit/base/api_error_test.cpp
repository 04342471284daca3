// The table of faults.md 1.1, written down once more: code, status, type and what x-should-retry
// says.
#include "base/api_error.h"

#include <cstddef>
#include <iterator>

#include "support/catch.h"

using proxy::ApiError;
using proxy::ErrorCode;
using proxy::ErrorTraits;
using proxy::traits;
using enum proxy::ErrorCode;

namespace {

struct Row {
  ErrorCode code;
  const char* name;
  int status;
  const char* type;
  bool should_retry;
};

constexpr const char* kRequest = "invalid_request_error";
constexpr const char* kServer = "server_error";

const Row kRows[] = {
    {invalid_json, "invalid_json", 400, kRequest, false},
    {invalid_utf8, "invalid_utf8", 400, kRequest, false},
    {body_too_complex, "body_too_complex", 400, kRequest, false},
    {missing_required_parameter, "missing_required_parameter", 400, kRequest, false},
    {invalid_type, "invalid_type", 400, kRequest, false},
    {invalid_value, "invalid_value", 400, kRequest, false},
    {unsupported_value, "unsupported_value", 400, kRequest, false},
    {unsupported_parameter, "unsupported_parameter", 400, kRequest, false},
    {invalid_image_url, "invalid_image_url", 400, kRequest, false},
    {invalid_image_format, "invalid_image_format", 400, kRequest, false},
    {invalid_image, "invalid_image", 400, kRequest, false},
    {image_too_large, "image_too_large", 400, kRequest, false},
    {empty_array, "empty_array", 400, kRequest, false},
    {array_above_max_length, "array_above_max_length", 400, kRequest, false},
    {string_above_max_length, "string_above_max_length", 400, kRequest, false},
    {integer_below_min_value, "integer_below_min_value", 400, kRequest, false},
    {integer_above_max_value, "integer_above_max_value", 400, kRequest, false},
    {decimal_below_min_value, "decimal_below_min_value", 400, kRequest, false},
    {decimal_above_max_value, "decimal_above_max_value", 400, kRequest, false},
    {context_length_exceeded, "context_length_exceeded", 400, kRequest, false},
    {upstream_invalid_request, "upstream_invalid_request", 400, kRequest, false},
    {missing_api_key, "missing_api_key", 401, kRequest, false},
    {invalid_api_key, "invalid_api_key", 401, kRequest, false},
    {no_api_key_configured, "no_api_key_configured", 401, kRequest, false},
    {unsupported_country_region_territory, "unsupported_country_region_territory", 403, kRequest,
     false},
    {upstream_permission_denied, "upstream_permission_denied", 403, "permission_error", false},
    {model_not_found, "model_not_found", 404, kRequest, false},
    {cached_content_not_found, "cached_content_not_found", 404, kRequest, false},
    {unknown_url, "unknown_url", 404, kRequest, false},
    {method_not_allowed, "method_not_allowed", 405, kRequest, false},
    {request_timeout, "request_timeout", 408, kRequest, true},
    {request_too_large, "request_too_large", 413, kRequest, false},
    {unsupported_content_encoding, "unsupported_content_encoding", 415, kRequest, false},
    {rate_limit_exceeded, "rate_limit_exceeded", 429, "rate_limit_error", true},
    {insufficient_quota, "insufficient_quota", 429, "insufficient_quota", false},
    {client_closed, "client_closed", 499, kRequest, false},
    {internal_error, "internal_error", 500, kServer, true},
    {upstream_invalid_response, "upstream_invalid_response", 502, kServer, true},
    {upstream_reset, "upstream_reset", 502, kServer, true},
    {upstream_error, "upstream_error", 502, kServer, true},
    {empty_response, "empty_response", 502, kServer, true},
    {malformed_function_call, "malformed_function_call", 502, kServer, true},
    {accounts_not_configured, "accounts_not_configured", 503, kServer, false},
    {accounts_invalid, "accounts_invalid", 503, kServer, false},
    {no_enabled_account, "no_enabled_account", 503, kServer, false},
    {all_accounts_dead, "all_accounts_dead", 503, kServer, false},
    {token_refresh_failed, "token_refresh_failed", 503, kServer, true},
    {token_client_rejected, "token_refresh_failed", 503, kServer, false},
    {configuration_invalid, "configuration_invalid", 503, kServer, false},
    {upstream_overloaded, "upstream_overloaded", 503, kServer, true},
    {server_busy, "server_busy", 503, kServer, true},
    {upstream_timeout, "upstream_timeout", 504, kServer, true},
};

}  // namespace

TEST_CASE("each error code has the status, the type and the advice of the table") {
  for (const Row& row : kRows) {
    INFO(row.name);
    const ErrorTraits& known = traits(row.code);
    CHECK(known.code == row.name);
    CHECK(known.status == row.status);
    CHECK(known.type == row.type);
    CHECK(known.should_retry == row.should_retry);
  }
}

TEST_CASE("the table names every code once") {
  REQUIRE(std::size(kRows) == static_cast<std::size_t>(upstream_timeout) + 1);
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    CHECK(static_cast<std::size_t>(kRows[i].code) == i);
  }
}

TEST_CASE("an error knows its code, message and parameter, and no time") {
  const ApiError error(invalid_type, "Wrong.", "messages[0].content");
  CHECK(error.code == invalid_type);
  CHECK(error.param == "messages[0].content");
  CHECK(error.message == "Wrong.");
  CHECK_FALSE(error.retry_after_ms.has_value());
  CHECK(error.allow.empty());
  CHECK(ApiError(server_busy, "Busy.").param.empty());
  CHECK(ApiError().code == internal_error);
}
