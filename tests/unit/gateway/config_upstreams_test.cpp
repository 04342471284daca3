// The owner's variables about upstreams: where they are, and which of them accounts go to.
#include <map>
#include <string>
#include <vector>

#include "gateway/config.h"
#include "support/catch.h"
#include "unit/gateway/config_of.h"

using proxy::ErrorCode;
using proxy::accounts::Upstream;
using proxy::gateway::Config;
using proxy::gateway::config_of;

namespace {

using Codes = std::vector<std::string>;

Codes codes(const Config& config) {
  Codes out;
  for (const auto& note : config.notes) out.emplace_back(note.code);
  return out;
}

}  // namespace

TEST_CASE("S-13 an unsafe base URL stops all requests instead of being guessed at") {
  struct Url {
    const char* name;
    std::string Config::*member;
    const char* otherwise;
  };
  const Url urls[] = {
      {"GEMINI_BASE_URL", &Config::gemini_base_url, "https://generativelanguage.googleapis.com"},
      {"VERTEX_BASE_URL", &Config::vertex_base_url, ""},
      {"CODE_ASSIST_BASE_URL", &Config::code_assist_base_url,
       "https://cloudcode-pa.googleapis.com"},
      {"OAUTH_BASE_URL", &Config::oauth_base_url, "https://oauth2.googleapis.com"},
  };
  for (const Url& url : urls) {
    INFO(url.name);
    CHECK(config_of({{url.name, " http://localhost:8791/ "}}).*url.member ==
          "http://localhost:8791");
    const Config good = config_of({{url.name, "https://example.test/a/"}});
    CHECK(good.*url.member == "https://example.test/a");
    CHECK_FALSE(good.error.has_value());
    CHECK(good.notes.empty());
    for (const char* unsafe : {"http://hush.test", "https://u:hush@example.test", "hush.test",
                               "https://example.test/?hush", "https://example.test//"}) {
      INFO(unsafe);
      const Config bad = config_of({{url.name, unsafe}});
      REQUIRE(bad.error.has_value());
      CHECK(bad.error->code == ErrorCode::configuration_invalid);
      CHECK(bad.error->message ==
            std::string(url.name) + " must be an https URL without user, query or fragment.");
      CHECK(codes(bad) == Codes{"base_url_invalid"});
      CHECK(bad.notes[0].message.find("hush") == std::string::npos);
      for (const Url& any : urls) CHECK(bad.*any.member == any.otherwise);
    }
  }
}

TEST_CASE("accounts go to the upstream that their owner names, Code Assist only if it is on") {
  const struct {
    const char* name;
    const char* value;
    Upstream upstream;
    bool code_assist;
    Codes notes;
  } rows[] = {
      {"DEFAULT_UPSTREAM", "gemini", Upstream::gemini_api, false, {}},
      {"DEFAULT_UPSTREAM", "vertex", Upstream::vertex, false, {}},
      {"DEFAULT_UPSTREAM", " Vertex\n", Upstream::vertex, false, {}},
      {"DEFAULT_UPSTREAM", "codeassist", Upstream::code_assist, false, {}},
      {"DEFAULT_UPSTREAM", "", Upstream::gemini_api, false, {}},
      {"DEFAULT_UPSTREAM", "vertex_ai", Upstream::gemini_api, false, {"variable_invalid"}},
      {"DEFAULT_UPSTREAM", "code_assist", Upstream::gemini_api, false, {"variable_invalid"}},
      {"ENABLE_CODE_ASSIST", "1", Upstream::gemini_api, true, {}},
      {"ENABLE_CODE_ASSIST", "true", Upstream::gemini_api, true, {}},
      {"ENABLE_CODE_ASSIST", "0", Upstream::gemini_api, false, {}},
      {"ENABLE_CODE_ASSIST", "yes", Upstream::gemini_api, false, {"variable_invalid"}},
  };
  for (const auto& row : rows) {
    INFO(row.name << "=" << row.value);
    const Config config = config_of({{row.name, row.value}});
    CHECK(config.accounts.upstream == row.upstream);
    CHECK(config.accounts.code_assist == row.code_assist);
    CHECK(codes(config) == row.notes);
    for (const auto& note : config.notes) {
      CHECK(note.message.starts_with(row.name));
      CHECK(note.message.find(row.value) == std::string::npos);
    }
  }
}

TEST_CASE("Code Assist is joined, and a conversation moves, only if the owner says so") {
  const struct {
    const char* value;
    bool onboard;
    bool affinity;
    bool noted;
  } rows[] = {
      {"1", true, true, false},       {"true", true, true, false}, {"0", false, false, false},
      {"FALSE", false, false, false}, {"", false, true, false},    {"on", false, true, true},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    const Config onboard = config_of({{"CODE_ASSIST_ONBOARD", row.value}});
    CHECK(onboard.code_assist_onboard == row.onboard);
    CHECK(onboard.notes.size() == (row.noted ? 1u : 0u));
    const Config affinity = config_of({{"ACCOUNT_AFFINITY", row.value}});
    CHECK(affinity.affinity == row.affinity);
    CHECK(affinity.notes.size() == (row.noted ? 1u : 0u));
  }
}

TEST_CASE("Vertex AI has two versions") {
  const struct {
    const char* value;
    const char* version;
    Codes notes;
  } rows[] = {
      {"v1", "v1", {}},
      {" v1beta1\n", "v1beta1", {}},
      {"", "v1beta1", {}},
      {"v2", "v1beta1", {"variable_invalid"}},
      {"V1", "v1beta1", {"variable_invalid"}},
      {"v1/../v2", "v1beta1", {"variable_invalid"}},
  };
  for (const auto& row : rows) {
    INFO(row.value);
    const Config config = config_of({{"VERTEX_API_VERSION", row.value}});
    CHECK(config.vertex_version == row.version);
    CHECK(codes(config) == row.notes);
  }
}
