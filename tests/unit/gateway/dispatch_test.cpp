#include "gateway/dispatch.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "support/fake_host.h"
#include "unit/accounts/parsed.h"

using namespace proxy;
using namespace proxy::gateway;
using accounts::Upstream;
using test::FakeHost;

namespace {

const SecretString kToken("test-token");
const std::string kBearer = "\nauthorization\nBearer test-token";
const std::string kKey = "\nx-goog-api-key\ntest-token";
const std::string kContents = R"("contents":[{"role":"user","parts":[{"text":"x"}]}])";

std::string entry(const std::string& members) {
  return R"({"refresh_token":"refresh-a",)" + members + "}";
}
std::string key_entry(const std::string& members) {
  return R"({"api_key":"key-a",)" + members + "}";
}

// An isolate with one account, and what its upstream is sent.
struct Scene {
  explicit Scene(const std::string& accounts, std::map<std::string, std::string> env = {}) {
    host.env = std::move(env);
    host.env["ACCOUNTS"] = accounts;
    host.env["ENABLE_CODE_ASSIST"] = "1";
    isolate.configure();
    REQUIRE(isolate.accounts.accounts.size() == 1);
    REQUIRE(isolate.accounts.accounts[0].valid);
  }
  Outgoing out(const std::string& body = "{" + kContents + "}", bool foreign_fields = false) {
    Prepared request;
    request.model = "named-by-the-caller";
    request.upstream_model = "gemini-2.5-flash";
    request.body = std::make_shared<json::Rope>(json::Rope{body, {}});
    request.foreign_fields = foreign_fields;
    Outgoing outgoing = outgoing_for(isolate, account(), kToken, request, dropped);
    CHECK(request.body->text == body);
    return outgoing;
  }
  const accounts::Account& account() const { return isolate.accounts.accounts[0]; }

  FakeHost host;
  Isolate isolate;
  std::vector<std::string_view> dropped;
};

// URL and headers beside those that every request has.
std::string shown(const std::string& head) {
  const std::string common =
      "\ncontent-type\napplication/json\nuser-agent\n" + std::string(kUserAgent);
  const std::size_t at = head.find(common);
  REQUIRE(at != std::string::npos);
  REQUIRE(head.starts_with("POST\n"));
  return head.substr(5, at - 5) + head.substr(at + common.size());
}

const std::string kGemini =
    "https://generativelanguage.googleapis.com/v1beta/models/"
    "gemini-2.5-flash:streamGenerateContent?alt=sse";
const std::string kVertexTail =
    "/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse";
const std::string kCodeAssist =
    "https://cloudcode-pa.googleapis.com/v1internal:streamGenerateContent?alt=sse";

}  // namespace

TEST_CASE("each upstream has its address, each credential its header") {
  const std::string robot = "/v1beta1/projects/file-project/locations/";
  const struct {
    const char* why;
    std::string account;
    std::string head;
  } rows[] = {
      {"a user", entry(R"("upstream":"gemini")"), kGemini + kBearer},
      {"a user's quota project", entry(R"("projectId":"project-a")"),
       kGemini + kBearer + "\nx-goog-user-project\nproject-a"},
      {"a key", key_entry(R"("projectId":"project-a")"), kGemini + kKey},
      {"a service account is in its project", accounts::key_file(), kGemini + kBearer},
      {"Vertex AI, a user", entry(R"("upstream":"vertex","projectId":"project-a")"),
       "https://aiplatform.googleapis.com/v1beta1/projects/project-a/locations/global" +
           kVertexTail + kBearer},
      {"Vertex AI, a service account, a region",
       accounts::key_file(R"("upstream":"vertex","location":"europe-west4",)"),
       "https://europe-west4-aiplatform.googleapis.com" + robot + "europe-west4" + kVertexTail +
           kBearer},
      {"Vertex AI, several regions", accounts::key_file(R"("upstream":"vertex","location":"eu",)"),
       "https://aiplatform.eu.rep.googleapis.com" + robot + "eu" + kVertexTail + kBearer},
      {"Vertex AI, a key needs no project", key_entry(R"("upstream":"vertex")"),
       "https://aiplatform.googleapis.com/v1beta1" + kVertexTail + kKey},
      {"Code Assist", entry(R"("upstream":"codeassist","projectId":"project-a")"),
       kCodeAssist + kBearer},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    Scene scene(row.account);
    CHECK(shown(scene.out().head) == row.head);
  }
}

TEST_CASE("an owner may put another address in place of each upstream") {
  const std::map<std::string, std::string> env = {
      {"GEMINI_BASE_URL", "https://gemini.example/a"},
      {"VERTEX_BASE_URL", "https://vertex.example/b"},
      {"CODE_ASSIST_BASE_URL", "http://localhost:8791/c"},
      {"VERTEX_API_VERSION", "v1"}};
  const struct {
    std::string account;
    std::string url;
  } rows[] = {
      {key_entry(R"("upstream":"gemini")"), "https://gemini.example/a/v1beta/models/"},
      {accounts::key_file(R"("upstream":"vertex","location":"us-central1",)"),
       "https://vertex.example/b/v1/projects/file-project/locations/us-central1/publishers/"},
      {key_entry(R"("upstream":"vertex")"), "https://vertex.example/b/v1/publishers/google/"},
      {entry(R"("upstream":"codeassist")"), "http://localhost:8791/c/v1internal:stream"},
  };
  for (const auto& row : rows) {
    Scene scene(row.account, env);
    CHECK(scene.out().head.substr(5, row.url.size()) == row.url);
  }
}

TEST_CASE("Code Assist has its request in an envelope, with project and session") {
  const auto body = [](Scene& scene) {
    Outgoing outgoing = scene.out();
    CHECK(outgoing.in_envelope);
    return outgoing.body->flat();
  };
  {
    Scene named(
        entry(R"("upstream":"codeassist","projectId":"project-a","sessionId":"session-a")"));
    named.isolate.tokens.pool.of(named.account()).project_id = "found";
    const std::string text = body(named);
    const std::string begin =
        R"({"model":"gemini-2.5-flash","project":"project-a","user_prompt_id":")";
    REQUIRE(text.starts_with(begin));
    CHECK(text.substr(begin.size() + 32) ==
          R"(","request":{)" + kContents + R"(,"session_id":"session-a"}})");
    CHECK(body(named) != text);  // each prompt has an id of its own
  }
  Scene bare(entry(R"("upstream":"codeassist")"));
  CHECK(body(bare).find("\"project\"") == std::string::npos);
  bare.isolate.tokens.pool.of(bare.account()).project_id = "found";
  CHECK(body(bare).starts_with(R"({"model":"gemini-2.5-flash","project":"found",)"));
  CHECK(bare.isolate.session_id.size() == 32);
  CHECK(body(bare).ends_with(R"(,"session_id":")" + bare.isolate.session_id + "\"}}"));
}

TEST_CASE("a body goes as it is, unless it has fields that its upstream does not know") {
  const std::string labels = R"(,"labels":{"a":"b"})";
  const std::string tier = R"(,"serviceTier":"flex")";
  const std::string all = "{" + kContents + labels + tier + "}";
  const std::string plain = "{" + kContents + "}";
  const struct {
    const char* why;
    std::string account;
    std::string body;
    bool foreign_fields;
    std::string sent;
    std::vector<std::string_view> dropped;
  } rows[] = {
      {"as it is", key_entry(R"("upstream":"gemini")"), plain, false, "", {}},
      {"some of Vertex AI",
       key_entry(R"("upstream":"gemini")"),
       all,
       true,
       "{" + kContents + tier + "}",
       {"labels"}},
      {"some of the Gemini API",
       key_entry(R"("upstream":"vertex")"),
       all,
       true,
       "{" + kContents + labels + "}",
       {"serviceTier"}},
      {"they are looked for there in any case",
       key_entry(R"("upstream":"vertex")"),
       "{" + kContents + tier + "}",
       false,
       plain,
       {"serviceTier"}},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    Scene scene(row.account);
    const Outgoing outgoing = scene.out(row.body, row.foreign_fields);
    CHECK(outgoing.body->text == (row.sent.empty() ? row.body : row.sent));
    CHECK_FALSE(outgoing.in_envelope);
    CHECK(scene.dropped == row.dropped);
  }
  Scene assist(entry(R"("upstream":"codeassist","sessionId":"session-a")"));
  const std::string armor = R"(,"modelArmorConfig":{}})";
  CHECK(assist.out("{" + kContents + labels + tier + armor, true)
            .body->text.ends_with(R"("request":{)" + kContents + labels +
                                  R"(,"session_id":"session-a"}})"));
  CHECK(assist.dropped == std::vector<std::string_view>{"serviceTier", "modelArmorConfig"});
}

TEST_CASE("a request that refers to one upstream's things is for its accounts alone") {
  gemini::Request request;
  CHECK(upstreams_for(request) == accounts::kAnyUpstream);
  request.foreign_fields = true;
  CHECK(upstreams_for(request) == accounts::kAnyUpstream);
  request.gemini_api_only = true;
  CHECK(upstreams_for(request) == accounts::only(Upstream::gemini_api));
  request.gemini_api_only = false;
  request.vertex_only = true;
  CHECK(upstreams_for(request) == accounts::only(Upstream::vertex));
}
