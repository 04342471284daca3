#include "gateway/dispatch.h"

#include <array>
#include <cstdint>

#include "base/text.h"
#include "upstreams/code_assist/code_assist.h"
#include "upstreams/fields.h"
#include "upstreams/gemini_api/gemini_api.h"
#include "upstreams/vertex/vertex.h"

namespace proxy::gateway {
namespace {

using accounts::Upstream;

// Its token goes there and nowhere else.
constexpr std::string_view kAiGateway = "https://gateway.ai.cloudflare.com/";

std::string random_hex() {
  std::array<std::uint8_t, 16> random;
  host::random(random);
  return text::hex({reinterpret_cast<const char*>(random.data()), random.size()});
}

std::string base_url_for(const Config& config, const accounts::Account& account) {
  switch (account.upstream) {
    case Upstream::gemini_api:
      break;
    case Upstream::vertex:
      return config.vertex_base_url.empty() ? upstreams::vertex::default_base_url(account.location)
                                            : config.vertex_base_url;
    case Upstream::code_assist:
      return config.code_assist_base_url;
  }
  return config.gemini_base_url;
}

}  // namespace

accounts::UpstreamSet upstreams_for(const gemini::Request& request) {
  if (request.vertex_only) return only(Upstream::vertex);
  if (request.gemini_api_only) return only(Upstream::gemini_api);
  return accounts::kAnyUpstream;
}

upstreams::Target target_for(const Isolate& isolate, const accounts::Account& account,
                             const SecretString& secret, std::string_view model,
                             std::string& base_url) {
  base_url = base_url_for(isolate.config, account);
  upstreams::Target target;
  target.base_url = base_url;
  target.model = model;
  target.project_id = account.project_id;
  target.location = account.location;
  target.session_id = account.session_id;
  target.secret = &secret;
  const bool has_token = !isolate.config.ai_gateway_token.empty();
  if (has_token && base_url.starts_with(kAiGateway)) {
    target.gateway_token = &isolate.config.ai_gateway_token;
  }
  target.is_key = account.credential == accounts::Credential::api_key;
  target.quota_project = account.credential == accounts::Credential::refresh_token;
  if (account.upstream == Upstream::code_assist) {
    const accounts::Standing& standing = isolate.tokens.pool.of(account);
    if (target.project_id.empty()) target.project_id = standing.project_id;
    if (target.session_id.empty()) target.session_id = isolate.session_id;
  }
  return target;
}

std::shared_ptr<json::Rope> fitted_body(const accounts::Account& account, const Prepared& request,
                                        std::vector<std::string_view>& dropped) {
  if (account.upstream == Upstream::gemini_api && !request.foreign_fields) return request.body;
  constexpr upstreams::Dialect kDialects[] = {
      upstreams::Dialect::gemini_api, upstreams::Dialect::vertex, upstreams::Dialect::code_assist};
  return std::make_shared<json::Rope>(upstreams::fitted(
      *request.body, kDialects[static_cast<std::size_t>(account.upstream)], dropped));
}

Outgoing outgoing_for(const Isolate& isolate, const accounts::Account& account,
                      const SecretString& secret, const Prepared& request,
                      std::vector<std::string_view>& dropped) {
  std::string base_url;
  const auto target = target_for(isolate, account, secret, request.upstream_model, base_url);
  Outgoing outgoing;
  outgoing.account = &account;
  outgoing.body = fitted_body(account, request, dropped);
  switch (account.upstream) {
    case Upstream::gemini_api:
      outgoing.head = upstreams::gemini_api::head(target);
      break;
    case Upstream::vertex:
      outgoing.head = upstreams::vertex::head(target, isolate.config.vertex_version);
      break;
    case Upstream::code_assist:
      outgoing.head = upstreams::code_assist::head(target);
      outgoing.body = std::make_shared<json::Rope>(
          upstreams::code_assist::body(*outgoing.body, target, random_hex()));
      outgoing.in_envelope = true;
  }
  return outgoing;
}

}  // namespace proxy::gateway
