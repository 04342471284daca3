#include "gateway/routes.h"

#include <string>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::gateway::allowed_methods;
using proxy::gateway::is_allowed;
using proxy::gateway::name_of;
using proxy::gateway::Route;
using proxy::gateway::route_of;
using proxy::test::ExactBytes;

TEST_CASE("paths lead to their routes, the ones that clients build as well") {
  const struct {
    const char* id;
    const char* path;
    Route route;
  } rows[] = {
      {"H-01", "/", Route::root},
      {"H-01", "/health", Route::health},
      {"one slash at the end", "/health/", Route::health},
      {"as documented", "/v1/models", Route::models},
      {"as documented", "/v1/chat/completions", Route::chat},
      {"H-04", "/v1/models/", Route::models},
      {"H-04", "/v1/chat/completions/", Route::chat},
      {"H-04", "/chat/completions", Route::chat},
      {"H-04", "/models", Route::models},
      {"H-04", "/v1beta/openai/chat/completions", Route::chat},
      {"H-04", "/v1beta/openai/models", Route::models},
      {"H-04", "/v1/v1/chat/completions", Route::chat},
      {"H-04", "/v1/v1/models", Route::models},
      {"H-03", "", Route::unknown},
      {"H-03", "/v1", Route::unknown},
      {"H-03", "/v1/", Route::unknown},
      {"H-03", "/v1/nope", Route::unknown},
      {"H-03", "//", Route::unknown},
      {"H-03", "//v1/models", Route::unknown},
      {"H-03", "/v1//models", Route::unknown},
      {"H-03", "/v1/models//", Route::unknown},
      {"H-03", "/V1/Models", Route::unknown},
      {"H-03", "/v1/Models", Route::unknown},
      {"H-03", "/v1/models%00", Route::unknown},
      {"H-03", "/v1/%6dodels", Route::unknown},
      {"H-03", "/v1/models;x", Route::unknown},
      {"H-03", "/v1/%ff", Route::unknown},
      {"H-03", "/v1models", Route::unknown},
      {"H-03", "/v1/v1/v1/models", Route::unknown},
      {"H-03", "/v1beta/models", Route::unknown},
      {"H-03", "/v1beta/openai", Route::unknown},
      {"H-03", "/v1/chat", Route::unknown},
      {"H-03", "/v1/chat/completions/x", Route::unknown},
      {"H-03", "v1/models", Route::unknown},
      {"H-03", "/v1/health", Route::unknown},
      {"H-03", "/healthz", Route::unknown},
      {"S-14", "/proxy", Route::unknown},
      {"S-14", "/v1beta/models/x:generateContent", Route::unknown},
  };
  for (const auto& row : rows) {
    INFO(row.id << " " << row.path);
    CHECK(route_of(ExactBytes(row.path).view()) == row.route);
  }
}

TEST_CASE("H-06 each route knows its methods") {
  const struct {
    Route route;
    const char* allow;
    const char* name;
    bool gets;
    bool posts;
  } rows[] = {
      {Route::root, "GET, HEAD, OPTIONS", "/", true, false},
      {Route::health, "GET, HEAD, OPTIONS", "/health", true, false},
      {Route::models, "GET, HEAD, OPTIONS", "/models", true, false},
      {Route::chat, "POST, OPTIONS", "/chat/completions", false, true},
      {Route::unknown, "", "unknown", false, false},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(allowed_methods(row.route) == row.allow);
    CHECK(name_of(row.route) == row.name);
    CHECK(is_allowed(row.route, "GET") == row.gets);
    CHECK(is_allowed(row.route, "HEAD") == row.gets);
    CHECK(is_allowed(row.route, "POST") == row.posts);
    for (const char* method : {"PUT", "DELETE", "PATCH", "TRACE", "QUERY", "PROPFIND", "get", ""}) {
      CHECK_FALSE(is_allowed(row.route, method));
    }
  }
}
