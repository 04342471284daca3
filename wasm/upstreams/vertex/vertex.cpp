#include "upstreams/vertex/vertex.h"

namespace proxy::upstreams::vertex {

std::string default_base_url(std::string_view location) {
  const bool is_region = location != "global" && location != "us" && location != "eu";
  std::string url = "https://";
  if (is_region) url.append(location) += '-';
  url += "aiplatform.";
  if (!is_region && location != "global") url.append(location).append(".rep.");
  return url += "googleapis.com";
}

std::string head(const Target& target, std::string_view version) {
  std::string url(target.base_url);
  url.append("/").append(version);
  if (!target.is_key) {
    url.append("/projects/").append(target.project_id);
    url.append("/locations/").append(target.location);
  }
  url.append("/publishers/google/models/").append(target.model);
  url += ":streamGenerateContent?alt=sse";
  return request_head("POST", url, target).text();
}

}  // namespace proxy::upstreams::vertex
