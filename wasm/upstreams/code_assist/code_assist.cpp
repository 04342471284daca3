#include "upstreams/code_assist/code_assist.h"

#include <utility>

#include "base/limits.h"
#include "json/index.h"
#include "json/writer.h"

namespace proxy::upstreams::code_assist {
namespace {

constexpr json::ScanLimits kLimits = {.depth = 32, .values = 4'096};

std::string url_of(const Target& target, std::string_view method) {
  std::string url(target.base_url);
  return url.append("/v1internal").append(method);
}

json::Writer& begin(json::Writer& json, const Target& target) {
  json.begin_object();
  if (!target.project_id.empty()) json.key("cloudaicompanionProject").string(target.project_id);
  // Neutral values, as this is no IDE.
  return json.key("metadata")
      .raw({R"({"ideType":"IDE_UNSPECIFIED",)"
            R"("platform":"PLATFORM_UNSPECIFIED",)"
            R"("pluginType":"PLUGIN_UNSPECIFIED"})"});
}

// The id of a project, which some answers give as an object and some as text.
std::string project_in(json::Cursor project) {
  return project.is(json::Type::object) ? project["id"].text() : project.text();
}

}  // namespace

std::string head(const Target& target) {
  return request_head("POST", url_of(target, ":streamGenerateContent?alt=sse"), target).text();
}

json::Rope body(const json::Rope& request, const Target& target, std::string_view prompt_id) {
  constexpr std::size_t kAround = 512;
  json::Rope out;
  out.text.reserve(request.text.size() + kAround);
  json::Writer json(out, request);
  json.begin_object().key("model").string(target.model);
  if (!target.project_id.empty()) json.key("project").string(target.project_id);
  json.key("user_prompt_id").string(prompt_id).key("request");
  std::string_view text = request.text;
  text.remove_suffix(1);  // its brace, for one more member
  json.raw({text});
  out.text += R"(,"session_id":)";
  json::Writer(out.text).string(target.session_id);
  out.text += "}}";
  return out;
}

host::OutgoingRequest load_request(const Target& target) {
  std::string out;
  json::Writer json(out);
  begin(json, target).end_object();
  return {request_head("POST", url_of(target, ":loadCodeAssist"), target).text(), std::move(out)};
}

Onboarding read_load_reply(std::string body) {
  Onboarding reply;
  json::Index index;
  if (index.scan(body, kLimits)) return reply;
  const json::Cursor root(index);
  reply.project_id = project_in(root["cloudaicompanionProject"]);
  reply.has_tier = root["currentTier"].is(json::Type::object);
  for (const json::Cursor tier : root["allowedTiers"].items()) {
    if (tier["isDefault"].boolean() == true) reply.tier = tier["id"].text();
  }
  reply.reason = root["ineligibleTiers"][std::size_t{0}]["reasonCode"].text();
  return reply;
}

host::OutgoingRequest onboard_request(const Target& target, std::string_view tier) {
  Target named = target;
  if (tier == "free-tier") named.project_id = {};  // Google refuses one there
  std::string out;
  json::Writer json(out);
  begin(json, named).key("tierId").string(tier).end_object();
  return {request_head("POST", url_of(target, ":onboardUser"), target).text(), std::move(out)};
}

host::OutgoingRequest operation_request(const Target& target, std::string_view name) {
  return {request_head("GET", url_of(target, std::string("/").append(name)), target).text(), {}};
}

Operation read_operation(std::string body) {
  Operation operation;
  json::Index index;
  if (index.scan(body, kLimits)) return operation;
  const json::Cursor root(index);
  operation.done = root["done"].boolean() == true;
  operation.name = root["name"].text();
  operation.project_id = project_in(root["response"]["cloudaicompanionProject"]);
  return operation;
}

}  // namespace proxy::upstreams::code_assist
