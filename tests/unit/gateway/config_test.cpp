// The owner's variables: what each may be, and what becomes of nonsense.
#include "gateway/config.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/limits.h"
#include "support/catch.h"
#include "support/exact_bytes.h"
#include "unit/gateway/config_of.h"

using proxy::accounts::Upstream;
using proxy::base::sha256;
using proxy::gateway::Anonymous;
using proxy::gateway::Config;
using proxy::gateway::config_of;
using proxy::gateway::is_safe_base_url;
using proxy::test::ExactBytes;

namespace {

bool accepts(const Config& config, std::string_view key) {
  return std::find(config.key_hashes.begin(), config.key_hashes.end(), sha256(key)) !=
         config.key_hashes.end();
}

std::vector<std::string> codes(const Config& config) {
  std::vector<std::string> out;
  for (const auto& note : config.notes) out.emplace_back(note.code);
  return out;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("without a variable everything has its default, and nobody may call") {
  const Config config = config_of({});
  CHECK(config.key_hashes.empty());
  CHECK(config.anonymous == Anonymous::refused);
  CHECK_FALSE(config.models_require_key);
  CHECK(config.allowed_origins.empty());
  CHECK(config.max_body_bytes == 25 * proxy::limits::kMiB);
  CHECK(config.gemini_base_url == "https://generativelanguage.googleapis.com");
  CHECK(config.oauth_base_url == "https://oauth2.googleapis.com");
  CHECK(config.vertex_base_url.empty());
  CHECK(config.vertex_version == "v1beta1");
  CHECK(config.code_assist_base_url == "https://cloudcode-pa.googleapis.com");
  CHECK_FALSE(config.code_assist_onboard);
  CHECK(config.affinity);
  CHECK(config.accounts.upstream == Upstream::gemini_api);
  CHECK_FALSE(config.accounts.code_assist);
  CHECK(config.accounts.client.id.empty());
  CHECK(config.accounts.client.secret.empty());
  CHECK(config.aliases.empty());
  CHECK(config.default_model.empty());
  CHECK(config.stream_default);
  CHECK(config.include_thoughts);
  CHECK(config.text_signatures);
  CHECK_FALSE(config.images_as_markdown);
  CHECK(config.most_choices == 5);
  CHECK(config.profiles.find("gemini-3.5-flash") == nullptr);
  CHECK(config.safety_settings.empty());
  CHECK(config.headers_deadline_ms == 300'000);
  CHECK(config.idle_deadline_ms == 120'000);
  CHECK_FALSE(config.error.has_value());
  CHECK(config.notes.empty());
}

TEST_CASE("K-09 K-10 one key or several, what is none does not count") {
  const struct {
    const char* why;
    std::string value;
    std::vector<std::string> keys;
    Codes notes;
  } rows[] = {
      {"one", "key-a", {"key-a"}, {}},
      {"a piped one ends in a newline", "  key-a\r\n", {"key-a"}, {}},
      {"several", R"(["key-a","key-b", " key-c "])", {"key-a", "key-b", "key-c"}, {}},
      {"escaped", R"(["key\u002da"])", {"key-a"}, {}},
      {"one in a list", R"(["key-a"])", {"key-a"}, {}},
      {"empty", "", {}, {}},
      {"spaces", "   ", {}, {}},
      {"an empty one in a list", R"(["","key-b"])", {"key-b"}, {}},
      {"no list", "[]", {}, {}},
      {"things that are no strings", R"([1,null,{},"key-a"])", {"key-a"}, {}},
      {"a list that is cut", R"(["key-a")", {}, {"api_key_invalid"}},
      {"a list that is none", "[key-a]", {}, {"api_key_invalid"}},
      {"a space inside", "key a", {}, {"api_key_invalid"}},
      {"not ASCII", "k\xC3\xA9y", {}, {"api_key_invalid"}},
      {"a control character", R"(["a\u0007"])", {}, {"api_key_invalid"}},
      {"another", "k\x7Fy", {}, {"api_key_invalid"}},
      {"512 characters", std::string(512, 'k'), {std::string(512, 'k')}, {}},
      {"513 characters", std::string(513, 'k'), {}, {"api_key_invalid"}},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const Config config = config_of({{"API_KEY", row.value}});
    CHECK(config.key_hashes.size() == row.keys.size());
    for (const std::string& key : row.keys) CHECK(accepts(config, key));
    CHECK_FALSE(accepts(config, ""));
    CHECK(codes(config) == row.notes);
    for (const auto& note : config.notes) CHECK(note.message.find("key-a") == std::string::npos);
  }
}

TEST_CASE("the door opens for the exact words only") {
  const struct {
    const char* value;
    Anonymous anonymous;
    Codes notes;
  } rows[] = {
      {"", Anonymous::refused, {}},
      {"false", Anonymous::refused, {}},
      {"true", Anonymous::allowed, {"auth_open"}},
      {" true\n", Anonymous::allowed, {"auth_open"}},
      {"loopback", Anonymous::loopback, {}},
      {"True", Anonymous::refused, {"allow_anonymous_invalid"}},
      {"1", Anonymous::refused, {"allow_anonymous_invalid"}},
      {"yes", Anonymous::refused, {"allow_anonymous_invalid"}},
      {"LOOPBACK", Anonymous::refused, {"allow_anonymous_invalid"}},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    const Config config = config_of({{"ALLOW_ANONYMOUS", row.value}});
    CHECK(config.anonymous == row.anonymous);
    CHECK(codes(config) == row.notes);
  }
}

TEST_CASE("flags are true or false, else as if they were not set") {
  const struct {
    const char* value;
    bool when_true;   // a flag whose default is true
    bool when_false;  // and false
    bool noted;
  } rows[] = {
      {"true", true, true, false}, {"TRUE", true, true, false},
      {"1", true, true, false},    {"false", false, false, false},
      {"0", false, false, false},  {" False\n", false, false, false},
      {"", true, false, false},    {"yes", true, false, true},
      {"2", true, false, true},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    const Config stream = config_of({{"STREAM_DEFAULT", row.value}});
    CHECK(stream.stream_default == row.when_true);
    CHECK(stream.notes.size() == (row.noted ? 1u : 0u));
    CHECK(config_of({{"INCLUDE_THOUGHTS", row.value}}).include_thoughts == row.when_true);
    CHECK(config_of({{"MODELS_REQUIRE_KEY", row.value}}).models_require_key == row.when_false);
  }
}

TEST_CASE("numbers have bounds, and what is none is ignored") {
  const std::int64_t hour = 3'600'000;
  const struct {
    const char* value;
    std::int64_t body_bytes;
    std::int64_t idle_ms;
    bool noted;
  } rows[] = {
      {"1", 1, 1, false},
      {"1000", 1'000, 1'000, false},
      {" 1000 ", 1'000, 1'000, false},
      {"99999999999", 26 << 20, hour, false},
      {"9223372036854775807", 26 << 20, hour, false},
      {"9223372036854775808", 25 << 20, 120'000, true},
      {"0", 25 << 20, 120'000, true},
      {"-5", 25 << 20, 120'000, true},
      {"1e6", 25 << 20, 120'000, true},
      {"10 MB", 25 << 20, 120'000, true},
      {"", 25 << 20, 120'000, false},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    const Config config = config_of({{"MAX_BODY_BYTES", row.value}});
    CHECK(static_cast<std::int64_t>(config.max_body_bytes) == row.body_bytes);
    CHECK(codes(config) == (row.noted ? Codes{"variable_invalid"} : Codes{}));
    CHECK(config_of({{"UPSTREAM_IDLE_MS", row.value}}).idle_deadline_ms == row.idle_ms);
  }
  CHECK(config_of({{"UPSTREAM_TIMEOUT_MS", "5"}}).headers_deadline_ms == 5);
}

TEST_CASE("S-13 a base URL is https, or http on this machine, and nothing more") {
  const struct {
    const char* url;
    bool safe;
  } rows[] = {
      {"https://generativelanguage.googleapis.com", true},
      {"https://example.test/google/v1", true},
      {"https://example.test:8443", true},
      {"http://localhost:8791", true},
      {"http://localhost", true},
      {"http://localhost/x", true},
      {"http://127.0.0.1:8791", true},
      {"http://[::1]:8791", true},
      {"http://example.test", false},
      {"http://localhost.example.test", false},
      {"http://localhostx:1", false},
      {"http://127.0.0.10", false},
      {"http://192.168.1.5:8791", false},
      {"https://", false},
      {"https:///x", false},
      {"https://example.test/", false},
      {"https://user@example.test", false},
      {"https://example.test?x", false},
      {"https://example.test#x", false},
      {"https://example.test/a?x", false},
      {"https://example.test/a#x", false},
      {"https://example.test/a@x", false},
      {"https://example.test/a\\x", false},
      {"https://example.test/a\x7F", false},
      {"https://example.test/\xC3\xA4", false},
      {"https://[2001:db8::g]", false},
      {"https://example.test/a b", false},
      {"https://example.test\\x", false},
      {"https://example.test\x7F", false},
      {"https://example.test/\r\nx: y", false},
      {"https://ex\xC3\xA4mple.test", false},
      {"HTTPS://example.test", false},
      {"ftp://example.test", false},
      {"example.test", false},
      {"//example.test", false},
      // No URL to the platform, so that every request would fail.
      {"http://localhost:87]", false},
      {"http://localhost:", false},
      {"http://[::1]x", false},
      {"http://[::1]x8443", false},
      {"http://[::1", false},
      {"http://[::1]:99999999999999999999", false},
      {"https://[2001:db8::1]:8443/x", true},
      {"https://:8443", false},
      {"https://example.test:65536", false},
      {"https://example.test:-1", false},
      {"https://example.test:8443:1", false},
      {"https://example<.test", false},
      {"", false},
  };
  for (const auto& row : rows) {
    INFO(row.url);
    CHECK(is_safe_base_url(ExactBytes(row.url).view()) == row.safe);
  }
}

TEST_CASE("aliases keep their order; what is no text is left out") {
  using proxy::gemini::Aliases;
  const struct {
    const char* value;
    Aliases aliases;
    Codes notes;
  } rows[] = {
      {"", {}, {}},
      {"{}", {}, {}},
      {R"({"b":"1","a*":"2","a":"3"})", {{"b", "1"}, {"a*", "2"}, {"a", "3"}}, {}},
      {R"({"\u0061":"\"x\""})", {{"a", "\"x\""}}, {}},
      {R"({"a":1,"b":null,"c":"d"})", {{"c", "d"}}, {}},
      {"[]", {}, {"model_aliases_invalid"}},
      {"gpt-4o=x", {}, {"model_aliases_invalid"}},
      {R"({"a":"b")", {}, {"model_aliases_invalid"}},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    const Config config = config_of({{"MODEL_ALIASES", row.value}});
    CHECK(config.aliases == row.aliases);
    CHECK(codes(config) == row.notes);
  }
}

TEST_CASE("lists are split at commas, names are trimmed") {
  const Config config = config_of({{"ALLOWED_ORIGINS", " https://a.test, ,http://b.test:1,"},
                                   {"DEFAULT_MODEL", " gemini-2.5-pro\n"}});
  CHECK(config.allowed_origins == std::vector<std::string>{"https://a.test", "http://b.test:1"});
  CHECK(config.default_model == "gemini-2.5-pro");
  CHECK(config_of({{"ALLOWED_ORIGINS", "https://a.test, *"}}).allowed_origins.empty());
}

TEST_CASE("how many choices one request may have is bounded by the connections there are") {
  const struct {
    const char* value;
    int most;
    Codes notes;
  } rows[] = {
      {"1", 1, {}},
      {"6", 6, {}},
      {" 3\n", 3, {}},
      {"7", 6, {}},
      {"99999999999", 6, {}},
      {"0", 5, {"variable_invalid"}},
      {"-1", 5, {"variable_invalid"}},
      {"many", 5, {"variable_invalid"}},
      {"2.5", 5, {"variable_invalid"}},
      {"", 5, {}},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    const Config config = config_of({{"MAX_N", row.value}});
    CHECK(config.most_choices == row.most);
    CHECK(codes(config) == row.notes);
  }
}

TEST_CASE("answers may be without texts' signatures, or with images in the text") {
  CHECK_FALSE(config_of({{"RETURN_TEXT_SIGNATURES", "0"}}).text_signatures);
  CHECK_FALSE(config_of({{"RETURN_TEXT_SIGNATURES", "FALSE"}}).text_signatures);
  CHECK(config_of({{"RETURN_TEXT_SIGNATURES", "1"}}).text_signatures);
  CHECK(config_of({{"IMAGES_AS_MARKDOWN", "1"}}).images_as_markdown);
  CHECK(config_of({{"IMAGES_AS_MARKDOWN", "true"}}).images_as_markdown);
  CHECK_FALSE(config_of({{"IMAGES_AS_MARKDOWN", "false"}}).images_as_markdown);
  for (const char* name : {"RETURN_TEXT_SIGNATURES", "IMAGES_AS_MARKDOWN"}) {
    const Config config = config_of({{name, "perhaps"}});
    CHECK(config.text_signatures);
    CHECK_FALSE(config.images_as_markdown);
    CHECK(codes(config) == Codes{"variable_invalid"});
  }
}

TEST_CASE("images are fetched only where FETCH_IMAGES says so", "[S-01][S-02]") {
  using proxy::image_url::Fetchable;
  const struct {
    const char* value;
    Fetchable fetchable;
    Codes notes;
  } rows[] = {
      {"", Fetchable::nothing, {}},
      {"false", Fetchable::nothing, {}},
      {"0", Fetchable::nothing, {}},
      {"true", Fetchable::https, {}},
      {" 1\n", Fetchable::https, {}},
      {"http", Fetchable::http_too, {}},
      {"HTTP", Fetchable::http_too, {}},
      {"https", Fetchable::nothing, {"variable_invalid"}},
      {"http,https", Fetchable::nothing, {"variable_invalid"}},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    const Config config = config_of({{"FETCH_IMAGES", row.value}});
    CHECK(config.fetchable_images == row.fetchable);
    CHECK(codes(config) == row.notes);
  }
  CHECK(config_of({}).fetchable_images == Fetchable::nothing);
}

TEST_CASE("profiles of models and safety settings are JSON arrays, or ignored and noted") {
  const struct {
    const char* name;
    const char* value;
    bool taken;
    Codes notes;
  } rows[] = {
      {"MODEL_PROFILES", R"([{"pattern":"gemini-9*","strict":false}])", true, {}},
      {"MODEL_PROFILES", "\n[{\"pattern\":\"gemini-9*\"}]\n", true, {}},
      {"MODEL_PROFILES", "[]", false, {}},
      {"MODEL_PROFILES", "", false, {}},
      {"MODEL_PROFILES", "{}", false, {"model_profiles_invalid"}},
      {"MODEL_PROFILES", R"([{"strict":false}])", false, {"model_profiles_invalid"}},
      {"MODEL_PROFILES", "[", false, {"model_profiles_invalid"}},
      {"SAFETY_SETTINGS", R"([{"category":"C","threshold":"OFF"}])", true, {}},
      {"SAFETY_SETTINGS", "[]", true, {}},
      {"SAFETY_SETTINGS", "", false, {}},
      {"SAFETY_SETTINGS", R"({"category":"C"})", false, {"safety_settings_invalid"}},
      {"SAFETY_SETTINGS", "OFF", false, {"safety_settings_invalid"}},
      {"SAFETY_SETTINGS", "[}", false, {"safety_settings_invalid"}},
  };
  for (const auto& row : rows) {
    INFO(row.name << "=" << row.value);
    const Config config = config_of({{row.name, row.value}});
    const bool profiles = std::string_view(row.name) == "MODEL_PROFILES";
    CHECK((config.profiles.find("gemini-9-x") != nullptr) == (profiles && row.taken));
    CHECK(config.safety_settings == (!profiles && row.taken ? row.value : ""));
    CHECK(codes(config) == row.notes);
    CHECK_FALSE(config.error.has_value());
  }
}
