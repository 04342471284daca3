// Names and addresses that become parts of a URL: whatever is accepted, a request goes to the
// configured origin, below the configured path, to one model.
//   line 1  base URL
//   line 2  what an alias stands for
//   line 3  location
//   line 4  project
//   then    the model's name
#include "accounts/names.h"

#include <algorithm>
#include <string>

#include "accounts/account.h"
#include "fuzz/support/fuzz.h"
#include "gateway/config.h"
#include "gemini/models.h"
#include "upstreams/gemini_api/gemini_api.h"
#include "upstreams/vertex/vertex.h"

namespace {

using namespace proxy;
using fuzz::expect;

// One segment of a path that no URL parser splits, resolves or decodes.
bool is_segment(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           const char folded = static_cast<char>(c | 0x20);
           return (c >= '0' && c <= '9') || (folded >= 'a' && folded <= 'z') || c == '.' ||
                  c == '_' || c == '-';
         });
}

std::string_view without(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

// From the scheme to the path, as the URL standard finds it in an https URL.
std::string_view origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos) return {};
  return url.substr(0, url.find_first_of("/\\?#", host + 3));
}

std::string_view url_of(std::string_view head) {
  const std::string_view lines = head.substr(head.find('\n') + 1);
  return lines.substr(0, lines.find('\n'));
}

void check_base_url(std::string_view url) {
  expect(fuzz::is_printable(url), "a base URL has no control character", url);
  expect(url.find_first_of(" @?#\\") == std::string_view::npos, "nor another origin", url);
  const std::string_view origin = origin_of(url);
  const std::string_view host = origin.substr(std::min(origin.find("://") + 3, origin.size()));
  const std::string_view name = host.substr(0, host.find(':', host.find(']') + 1));
  expect(!name.empty() && !url.ends_with('/'), "it has a host, and no slash at its end", url);
  const std::string_view port = host.substr(name.size());
  expect(port.find_first_not_of("0123456789", 1) == port.npos, "a port is a number", url);
  if (url.starts_with("https://")) return;
  expect(url.starts_with("http://"), "it is a URL of the web", url);
  expect(name == "localhost" || name == "127.0.0.1" || name == "[::1]", "of this machine", url);
}

// `url` is the base, the path and nothing that leads out of them.
void check_url(std::string_view url, std::string_view base, std::string_view path) {
  expect(url.starts_with(base) && url.substr(base.size()).starts_with(path), "its path", url);
  expect(origin_of(url) == origin_of(base), "its origin holds", url);
  const std::string_view rest = without(url.substr(base.size()), path);
  expect(rest.ends_with(":streamGenerateContent?alt=sse"), "its method and query", url);
  expect(is_segment(rest.substr(0, rest.find(':'))), "its model is one segment", url);
  expect(std::count(url.begin(), url.end(), '?') == 1, "one query", url);
}

void check_requests(const upstreams::Target& target) {
  const bool is_tuned = target.model.starts_with("tunedModels/");
  const char* const folder = is_tuned ? "/v1beta/tunedModels/" : "/v1beta/models/";
  const std::string head = upstreams::gemini_api::head(target);
  check_url(url_of(head), target.base_url, folder);
  if (is_tuned || !accounts::is_identifier(target.project_id)) return;
  const std::string path = "/v1/projects/" + std::string(target.project_id) +
                           "/locations/us-central1/publishers/google/models/";
  check_url(url_of(upstreams::vertex::head(target, "v1")), target.base_url, path);
}

void check_location(std::string_view location) {
  // Only what an entry of ACCOUNTS may hold comes so far (accounts/account_entry.cpp).
  const bool is_known =
      !location.empty() && location.size() <= 40 &&
      location.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
  if (!is_known) return;
  const std::string url = upstreams::vertex::default_base_url(location);
  check_base_url(url);
  expect(origin_of(url) == url && url.ends_with("googleapis.com"), "it is Google's host", url);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::string_view base = input.line();
  const gemini::Aliases aliases = {{"alias", std::string(input.line())}, {"a*", "gemini-2.5-pro"}};
  check_location(input.line());
  const std::string_view project = input.line();
  const std::string_view name = input.rest();

  const bool is_safe = gateway::is_safe_base_url(base);
  if (is_safe) check_base_url(base);
  for (const std::string_view asked : {name, std::string_view("alias")}) {
    const auto model = gemini::resolve_model(asked, aliases);
    if (!model.ok()) {
      fuzz::check_error(model.error());
      expect(model.error().code == ErrorCode::model_not_found, "an unknown model is a 404", asked);
      continue;
    }
    expect(is_segment(without(*model, "tunedModels/")), "a model is one segment", *model);
    const SecretString token("token-a");
    check_requests({.base_url = is_safe ? base : "https://a.example/b",
                    .model = *model,
                    .project_id = project,
                    .location = "us-central1",
                    .session_id = {},
                    .secret = &token});
    expect(!gemini::family_of(*model).pattern.empty(), "a model has a family", *model);
  }
  return 0;
}
