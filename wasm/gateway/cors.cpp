#include "gateway/cors.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace proxy::gateway {
namespace {

// RFC 9110 5.6.2
bool is_token(std::string_view name) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool is_allowed_origin(const host::HeaderView& request, const Config& config) {
  const auto& allowed = config.allowed_origins;
  const std::string_view origin = request.get("origin").value_or("");
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), origin) != allowed.end();
}

void add_cors(host::HeadWriter& out, const host::HeaderView& request, const Config& config) {
  if (!config.allowed_origins.empty()) out.field("vary", "origin");
  if (!is_allowed_origin(request, config)) return;
  out.field("access-control-allow-origin",
            config.allowed_origins.empty() ? "*" : request.get("origin").value_or(""));
  out.field("access-control-expose-headers",
            "x-request-id, retry-after, retry-after-ms, x-should-retry, x-proxy-warnings");
}

void add_preflight(host::HeadWriter& out, const host::HeaderView& request) {
  constexpr std::size_t kMostNames = 64;
  constexpr std::size_t kMostBytes = 4'096;
  // By name, as `*` would not cover Authorization.
  std::string names = "authorization, content-type";
  const std::string_view asked = request.get("access-control-request-headers").value_or("");
  const auto wanted =
      asked.size() <= kMostBytes ? text::split(asked, ',') : std::vector<std::string_view>();
  const bool sane =
      wanted.size() <= kMostNames && std::all_of(wanted.begin(), wanted.end(), is_token);
  for (const std::string_view name : sane ? wanted : std::vector<std::string_view>()) {
    const bool named = text::equals_ignoring_case(name, "authorization") ||
                       text::equals_ignoring_case(name, "content-type");
    if (!named) names.append(", ").append(name);
  }
  out.field("access-control-allow-methods", "GET, POST, DELETE, OPTIONS");
  out.field("access-control-allow-headers", names);
  out.field("access-control-max-age", "86400");
}

}  // namespace proxy::gateway
