#include "base/api_error.h"

#include <cstddef>
#include <iterator>

namespace proxy {
namespace {

constexpr std::string_view kRequest = "invalid_request_error";
constexpr std::string_view kServer = "server_error";

// In the order of ErrorCode.
constexpr ErrorTraits kTraits[] = {
    {"invalid_json", 400, kRequest, false},
    {"invalid_utf8", 400, kRequest, false},
    {"body_too_complex", 400, kRequest, false},
    {"missing_required_parameter", 400, kRequest, false},
    {"invalid_type", 400, kRequest, false},
    {"invalid_value", 400, kRequest, false},
    {"unsupported_value", 400, kRequest, false},
    {"unsupported_parameter", 400, kRequest, false},
    {"invalid_image_url", 400, kRequest, false},
    {"invalid_image_format", 400, kRequest, false},
    {"invalid_image", 400, kRequest, false},
    {"image_too_large", 400, kRequest, false},
    {"empty_array", 400, kRequest, false},
    {"array_above_max_length", 400, kRequest, false},
    {"string_above_max_length", 400, kRequest, false},
    {"integer_below_min_value", 400, kRequest, false},
    {"integer_above_max_value", 400, kRequest, false},
    {"decimal_below_min_value", 400, kRequest, false},
    {"decimal_above_max_value", 400, kRequest, false},
    {"context_length_exceeded", 400, kRequest, false},
    {"upstream_invalid_request", 400, kRequest, false},
    {"missing_api_key", 401, kRequest, false},
    {"invalid_api_key", 401, kRequest, false},
    {"no_api_key_configured", 401, kRequest, false},
    {"unsupported_country_region_territory", 403, kRequest, false},
    {"upstream_permission_denied", 403, "permission_error", false},
    {"model_not_found", 404, kRequest, false},
    {"cached_content_not_found", 404, kRequest, false},
    {"unknown_url", 404, kRequest, false},
    {"method_not_allowed", 405, kRequest, false},
    {"request_timeout", 408, kRequest, true},
    {"request_too_large", 413, kRequest, false},
    {"unsupported_content_encoding", 415, kRequest, false},
    {"rate_limit_exceeded", 429, "rate_limit_error", true},
    {"insufficient_quota", 429, "insufficient_quota", false},
    {"client_closed", 499, kRequest, false},
    {"internal_error", 500, kServer, true},
    {"upstream_invalid_response", 502, kServer, true},
    {"upstream_reset", 502, kServer, true},
    {"upstream_error", 502, kServer, true},
    {"empty_response", 502, kServer, true},
    {"malformed_function_call", 502, kServer, true},
    {"accounts_not_configured", 503, kServer, false},
    {"accounts_invalid", 503, kServer, false},
    {"no_enabled_account", 503, kServer, false},
    {"all_accounts_dead", 503, kServer, false},
    {"token_refresh_failed", 503, kServer, true},
    {"token_refresh_failed", 503, kServer, false},
    {"configuration_invalid", 503, kServer, false},
    {"upstream_overloaded", 503, kServer, true},
    {"server_busy", 503, kServer, true},
    {"upstream_timeout", 504, kServer, true},
};
static_assert(std::size(kTraits) == static_cast<std::size_t>(ErrorCode::upstream_timeout) + 1);

}  // namespace

const ErrorTraits& traits(ErrorCode code) { return kTraits[static_cast<std::size_t>(code)]; }

ApiError::ApiError() = default;
ApiError::ApiError(ErrorCode error_code, std::string_view text, std::string_view where)
    : code(error_code), message(text), param(where) {}
ApiError::ApiError(const ApiError& other) = default;
ApiError::ApiError(ApiError&& other) noexcept = default;
ApiError& ApiError::operator=(const ApiError& other) = default;
ApiError& ApiError::operator=(ApiError&& other) noexcept = default;
ApiError::~ApiError() = default;

}  // namespace proxy
