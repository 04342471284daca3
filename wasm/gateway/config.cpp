#include "gateway/config.h"

#include <algorithm>

#include "accounts/names.h"
#include "base/limits.h"
#include "base/text.h"
#include "host/host.h"
#include "json/cursor.h"

namespace proxy::gateway {
namespace {

constexpr json::ScanLimits kSmallJson = {.depth = 8, .values = 10'000};

// One variable's text without white space at its ends: a piped secret ends in a newline.
std::string variable(std::string_view name) {
  const std::string value = host::env(name).value_or(std::string());
  return std::string(text::trim(value));
}

class Reader {
 public:
  explicit Reader(Config& config) : config_(config) {}

  bool flag(std::string_view name, bool otherwise) {
    const std::string value = text::lower(variable(name));
    if (value.empty()) return otherwise;
    if (value == "true" || value == "1") return true;
    if (value == "false" || value == "0") return false;
    note("variable_invalid", std::string(name) + " is neither true nor false; it is ignored.");
    return otherwise;
  }

  std::int64_t number(std::string_view name, std::int64_t otherwise, std::int64_t most,
                      std::int64_t least = 1) {
    const std::string value = variable(name);
    if (value.empty()) return otherwise;
    const auto parsed = text::parse_decimal(value);
    if (parsed && *parsed >= least) return std::min(*parsed, most);
    note("variable_invalid", std::string(name) + " is no positive whole number; it is ignored.");
    return otherwise;
  }

  image_url::Fetchable fetchable_images() {
    constexpr std::string_view kName = "FETCH_IMAGES";
    if (text::equals_ignoring_case(variable(kName), "http")) return image_url::Fetchable::http_too;
    return flag(kName, false) ? image_url::Fetchable::https : image_url::Fetchable::nothing;
  }

  std::string base_url(std::string_view name, std::string_view otherwise) {
    std::string value = variable(name);
    if (value.empty()) return std::string(otherwise);
    if (value.ends_with('/')) value.pop_back();
    if (is_safe_base_url(value)) return value;
    std::string message(name);
    message += " must be an https URL without user, query or fragment.";
    config_.error = ApiError(ErrorCode::configuration_invalid, message);
    note("base_url_invalid", std::move(message));
    return std::string(otherwise);
  }

  std::string vertex_version() {
    std::string value = variable("VERTEX_API_VERSION");
    if (value == "v1" || value == "v1beta1") return value;
    if (!value.empty()) note("variable_invalid", "VERTEX_API_VERSION is neither v1 nor v1beta1.");
    return "v1beta1";
  }

  accounts::Upstream upstream() {
    const std::string value = variable("DEFAULT_UPSTREAM");
    if (const auto known = accounts::upstream_named(value)) return *known;
    if (!value.empty()) {
      note("variable_invalid", "DEFAULT_UPSTREAM is neither gemini, vertex nor codeassist.");
    }
    return accounts::Upstream::gemini_api;
  }

  void keys() {
    std::string value = variable("API_KEY");
    if (!value.starts_with('[')) return key(value);
    json::Index index;
    if (index.scan(value, kSmallJson)) {
      return note("api_key_invalid", "API_KEY begins with [ but is no JSON array of strings.");
    }
    for (const json::Cursor item : json::Cursor(index).items()) key(item.text());
  }

  void anonymous() {
    const std::string value = variable("ALLOW_ANONYMOUS");
    if (value == "true") {
      config_.anonymous = Anonymous::allowed;
      config_.notes.push_back({"auth_open", "ALLOW_ANONYMOUS=true: anyone may use this proxy."});
    } else if (value == "loopback") {
      config_.anonymous = Anonymous::loopback;
    } else if (!value.empty() && value != "false") {
      note("allow_anonymous_invalid", "ALLOW_ANONYMOUS is neither true, false nor loopback.");
    }
  }

  void aliases() {
    std::string value = variable("MODEL_ALIASES");
    if (value.empty()) return;
    json::Index index;
    const bool readable = !index.scan(value, kSmallJson);
    const json::Cursor root = readable ? json::Cursor(index) : json::Cursor();
    if (!root.is(json::Type::object)) {
      return note("model_aliases_invalid", "MODEL_ALIASES is no JSON object; it is ignored.");
    }
    for (const auto [name, target] : root.members()) {
      if (target.is(json::Type::string)) config_.aliases.emplace_back(name.text(), target.text());
    }
  }

  void profiles() {
    std::string value = variable("MODEL_PROFILES");
    if (value.empty()) return;
    if (auto profiles = gemini::Profiles::parse(std::move(value))) {
      config_.profiles = *std::move(profiles);
    } else {
      note("model_profiles_invalid",
           "MODEL_PROFILES is no JSON array of objects with a pattern; it is ignored.");
    }
  }

  void safety_settings() {
    std::string value = variable("SAFETY_SETTINGS");
    if (value.empty()) return;
    json::Index index;
    if (!index.scan(value, kSmallJson) && json::Cursor(index).is(json::Type::array)) {
      config_.safety_settings = std::move(value);
    } else {
      note("safety_settings_invalid", "SAFETY_SETTINGS is no JSON array; it is ignored.");
    }
  }

 private:
  void key(std::string_view candidate) {
    constexpr std::size_t kLongest = 512;
    candidate = text::trim(candidate);
    if (candidate.empty()) return;
    const bool visible = std::all_of(candidate.begin(), candidate.end(),
                                     [](char c) { return c >= 0x21 && c <= 0x7E; });
    if (candidate.size() > kLongest || !visible) {
      return note("api_key_invalid", "A key must be 1 to 512 visible ASCII characters.");
    }
    config_.key_hashes.push_back(base::sha256(candidate));
  }

  void note(std::string_view code, std::string message) {
    config_.notes.push_back({code, std::move(message)});
  }

  Config& config_;
};

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// What stands in front of the port; empty if it is no host.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::string_view host = authority.substr(0, authority.find(']') + 1);
    const bool is_address = host.find_first_not_of("[]0123456789abcdefABCDEF:.") == host.npos;
    return is_address ? host : std::string_view();
  }
  const std::string_view host = authority.substr(0, authority.find(':'));
  return accounts::is_identifier(host) ? host : std::string_view();
}

// Nothing, or `:8443`.
bool is_port(std::string_view text) {
  constexpr std::int64_t kMost = 65'535;
  if (text.empty()) return true;
  return text.size() > 1 && text.front() == ':' &&
         text.find_first_not_of("0123456789", 1) == text.npos &&
         text::parse_decimal(text.substr(1)).value_or(kMost + 1) <= kMost;
}

}  // namespace

bool is_safe_base_url(std::string_view url) {
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return false;
  const std::string_view rest = url.substr(secure ? 8 : 7);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::string_view host = host_of(authority);
  if (host.empty() || !is_port(authority.substr(host.size())) || url.ends_with('/')) return false;
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '?' && c != '#' && c != '@' && c != '\\';
  });
  return plain && (secure || is_loopback(host));
}

Config read_config() {
  Config config;
  Reader reader(config);
  reader.keys();
  reader.anonymous();
  reader.aliases();
  reader.profiles();
  reader.safety_settings();
  config.models_require_key = reader.flag("MODELS_REQUIRE_KEY", false);
  config.stream_default = reader.flag("STREAM_DEFAULT", true);
  config.include_thoughts = reader.flag("INCLUDE_THOUGHTS", true);
  config.text_signatures = reader.flag("RETURN_TEXT_SIGNATURES", true);
  config.images_as_markdown = reader.flag("IMAGES_AS_MARKDOWN", false);
  config.fetchable_images = reader.fetchable_images();
  config.most_choices =
      static_cast<int>(reader.number("MAX_N", limits::kChoices, limits::kMostChoices));
  const std::string origins = variable("ALLOWED_ORIGINS");
  for (const std::string_view origin : text::split(origins, ',')) {
    config.allowed_origins.emplace_back(origin);
  }
  const auto any = std::find(config.allowed_origins.begin(), config.allowed_origins.end(), "*");
  if (any != config.allowed_origins.end()) config.allowed_origins.clear();
  config.default_model = variable("DEFAULT_MODEL");
  config.max_body_bytes = static_cast<std::size_t>(
      reader.number("MAX_BODY_BYTES", limits::kDefaultBodyBytes, limits::kMaxBodyBytes));
  constexpr std::int64_t kLongestMs = 3'600'000;
  config.headers_deadline_ms =
      reader.number("UPSTREAM_TIMEOUT_MS", limits::kHeadersDeadlineMs, kLongestMs);
  config.idle_deadline_ms = reader.number("UPSTREAM_IDLE_MS", limits::kIdleDeadlineMs, kLongestMs);
  config.pace_ms = reader.number("STREAM_PACE_MS", limits::kPaceMs, limits::kMostPaceMs, 0);
  config.gemini_base_url =
      reader.base_url("GEMINI_BASE_URL", "https://generativelanguage.googleapis.com");
  config.vertex_base_url = reader.base_url("VERTEX_BASE_URL", {});
  config.vertex_version = reader.vertex_version();
  config.code_assist_base_url =
      reader.base_url("CODE_ASSIST_BASE_URL", "https://cloudcode-pa.googleapis.com");
  config.ai_gateway_token = SecretString(variable("AI_GATEWAY_TOKEN"));
  config.code_assist_onboard = reader.flag("CODE_ASSIST_ONBOARD", false);
  config.affinity = reader.flag("ACCOUNT_AFFINITY", true);
  config.accounts.client.id = variable("OAUTH_CLIENT_ID");
  config.accounts.client.secret = SecretString(variable("OAUTH_CLIENT_SECRET"));
  config.accounts.code_assist = reader.flag("ENABLE_CODE_ASSIST", false);
  config.accounts.upstream = reader.upstream();
  config.oauth_base_url = reader.base_url("OAUTH_BASE_URL", "https://oauth2.googleapis.com");
  return config;
}

}  // namespace proxy::gateway
