#include "upstreams/gemini_api/gemini_api.h"

namespace proxy::upstreams::gemini_api {
namespace {

std::string text_of(host::HeadWriter head, const Target& target) {
  if (target.quota_project && !target.project_id.empty()) {
    head.field("x-goog-user-project", target.project_id);
  }
  return head.text();
}

}  // namespace

std::string head(const Target& target) {
  std::string url(target.base_url);
  url += "/v1beta/";
  if (!target.model.starts_with("tunedModels/")) url += "models/";
  url += target.model;
  url += ":streamGenerateContent?alt=sse";
  return text_of(request_head("POST", url, target), target);
}

std::string list_head(const Target& target) {
  std::string url(target.base_url);
  url += "/v1beta/models?pageSize=1000";
  return text_of(request_head("GET", url, target), target);
}

}  // namespace proxy::upstreams::gemini_api
