#include "gateway/routes.h"

#include <cstddef>

namespace proxy::gateway {
namespace {

struct Entry {
  Route route;
  std::string_view path;
  bool below_v1;
  bool posts;
  std::string_view allow;
};

constexpr std::string_view kGet = "GET, HEAD, OPTIONS";

constexpr Entry kRoutes[] = {
    {Route::root, "/", false, false, kGet},
    {Route::health, "/health", false, false, kGet},
    {Route::models, "/models", true, false, kGet},
    {Route::status, "/status", true, false, kGet},
    {Route::chat, "/chat/completions", true, true, "POST, OPTIONS"},
    {Route::model, "/models/{id}", true, false, kGet},
};
constexpr std::string_view kModels = "/models/";

constexpr std::string_view kPrefixes[] = {"/v1beta/openai", "/v1/v1", "/v1"};

const Entry* entry_of(Route route) {
  for (const Entry& entry : kRoutes) {
    if (entry.route == route) return &entry;
  }
  return nullptr;
}

// Without the prefix that the API's version makes.
std::string_view below_version(std::string_view path) {
  for (const std::string_view prefix : kPrefixes) {
    if (path.starts_with(prefix) && path.substr(prefix.size()).starts_with('/')) {
      return path.substr(prefix.size());
    }
  }
  return path;
}

std::string_view without_slash(std::string_view path) {
  if (path.size() > 2 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

}  // namespace

std::string_view model_in(std::string_view path) {
  const std::string_view below = below_version(without_slash(path));
  return below.starts_with(kModels) ? below.substr(kModels.size()) : std::string_view();
}

Route route_of(std::string_view path) {
  path = without_slash(path);
  const std::string_view below = below_version(path);
  if (!model_in(path).empty()) return Route::model;
  for (const Entry& entry : kRoutes) {
    if ((entry.below_v1 ? below : path) == entry.path) return entry.route;
  }
  return Route::unknown;
}

std::string_view allowed_methods(Route route) {
  const Entry* const entry = entry_of(route);
  return entry == nullptr ? std::string_view() : entry->allow;
}

bool is_allowed(Route route, std::string_view method) {
  const Entry* const entry = entry_of(route);
  if (entry == nullptr) return false;
  return entry->posts ? method == "POST" : method == "GET" || method == "HEAD";
}

std::string_view name_of(Route route) {
  const Entry* const entry = entry_of(route);
  return entry == nullptr ? std::string_view("unknown") : entry->path;
}

}  // namespace proxy::gateway
