// Vertex AI: the same requests in another place, with other fields (upstreams/fields.h) and without
// ids of function calls. Vertex AI: projects.locations.publishers.models.streamGenerateContent
#pragma once

#include <string>
#include <string_view>

#include "upstreams/target.h"

namespace proxy::upstreams::vertex {

// Google's address for a location such as `global`, `eu` or `us-central1`.
std::string default_base_url(std::string_view location);

// Method, URL and headers. An API key goes without a project ("express mode").
//   version  `v1` or `v1beta1`
std::string head(const Target& target, std::string_view version);

}  // namespace proxy::upstreams::vertex
