// Which path means what.
#pragma once

#include <cstdint>
#include <string_view>

namespace proxy::gateway {

enum class Route : std::uint8_t { unknown, root, health, models, model, status, chat };

// Clients build paths in several ways: `/v1` may be missing, doubled, or Google's `/v1beta/openai`,
// and one slash may stand at the end. Nothing else is normalised.
Route route_of(std::string_view path);

// What stands behind `/models/`, still percent-encoded; it may hold slashes. For Route::model.
std::string_view model_in(std::string_view path);

// Methods of a route for the `allow` header, "" for the unknown one (RFC 9110 10.2.1).
std::string_view allowed_methods(Route route);
bool is_allowed(Route route, std::string_view method);

// For the log.
std::string_view name_of(Route route);

}  // namespace proxy::gateway
