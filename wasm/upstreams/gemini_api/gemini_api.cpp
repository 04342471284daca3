#include "upstreams/gemini_api/gemini_api.h"

#include "base/version.h"
#include "gemini/request_writer.h"

namespace proxy::upstreams::gemini_api {

std::string body(const gemini::Request& request) {
  std::string out;
  out.reserve(gemini::written_size(request));
  gemini::write_request(request, out);
  return out;
}

std::string head(std::string_view base_url, std::string_view model, const Credential& credential) {
  std::string url(base_url);
  url += "/v1beta/";
  if (!model.starts_with("tunedModels/")) url += "models/";
  url += model;
  url += ":streamGenerateContent?alt=sse";
  host::HeadWriter head("POST", url);
  head.field("content-type", "application/json").field("user-agent", kUserAgent);
  head.field("authorization", "Bearer " + credential.access_token->reveal());
  if (!credential.project_id.empty()) head.field("x-goog-user-project", credential.project_id);
  return head.text();
}

}  // namespace proxy::upstreams::gemini_api
