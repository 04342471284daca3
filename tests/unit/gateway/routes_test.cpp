#include "gateway/routes.h"

#include <string>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::gateway::allowed_methods;
using proxy::gateway::is_allowed;
using proxy::gateway::model_in;
using proxy::gateway::name_of;
using proxy::gateway::Route;
using proxy::gateway::route_of;
using proxy::test::ExactBytes;

TEST_CASE("paths lead to their routes, the ones that clients build as well",
          "[H-01][H-03][H-04][S-14]") {
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
      {"one model", "/v1/models/gemini-2.5-pro", Route::model},
      {"one model", "/models/gemini-2.5-pro/", Route::model},
      {"one model", "/v1beta/openai/models/gemini-2.5-pro", Route::model},
      {"one model", "/v1/v1/models/gemini-2.5-pro", Route::model},
      {"with its prefix", "/v1/models/models/gemini-2.5-pro", Route::model},
      {"with slashes", "/v1/models/publishers/google/models/x", Route::model},
      {"percent-encoded", "/v1/models/models%2Fx", Route::model},
      {"a list it is not", "/v1/models/%2F", Route::model},
      {"H-03", "", Route::unknown},
      {"H-03", "/v1", Route::unknown},
      {"H-03", "/v1/", Route::unknown},
      {"H-03", "/v1/nope", Route::unknown},
      {"H-03", "//", Route::unknown},
      {"H-03", "//v1/models", Route::unknown},
      {"H-03", "/v1//models", Route::unknown},
      {"H-03", "/v1/models//", Route::unknown},
      {"H-03", "/v1/model/x", Route::unknown},
      {"H-03", "/v1/Models/x", Route::unknown},
      {"H-03", "/v1//models/x", Route::unknown},
      {"H-03", "/v1beta/models/x", Route::unknown},
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

TEST_CASE("a model's id is what stands behind, still encoded, without one slash at the end") {
  const struct {
    const char* path;
    const char* id;
  } rows[] = {
      {"/v1/models/gemini-2.5-pro", "gemini-2.5-pro"},
      {"/models/a", "a"},
      {"/models/a/", "a"},
      {"/v1/v1/models/a", "a"},
      {"/v1beta/openai/models/a", "a"},
      {"/v1/models/models/a", "models/a"},
      {"/v1/models/publishers/google/models/a", "publishers/google/models/a"},
      {"/v1/models/models%2Fa%20b", "models%2Fa%20b"},
      {"/v1/models/a//", "a/"},
      {"/v1/models/../x", "../x"},  // looked up in a list, nowhere else
      {"/v1/models", ""},
      {"/v1/models/", ""},
      {"/v1/chat/completions", ""},
      {"/", ""},
      {"", ""},
  };
  for (const auto& row : rows) {
    INFO(row.path);
    const ExactBytes path(row.path);
    CHECK(model_in(path.view()) == row.id);
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
      {Route::model, "GET, HEAD, OPTIONS", "/models/{id}", true, false},
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
