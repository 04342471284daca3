// Where requests go is the configuration's alone: neither a caller nor an answer of Google's, nor
// an odd name in ACCOUNTS, sends a credential anywhere else.
#include <set>
#include <string>
#include <string_view>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::set<std::string> kGoogle = {"https://generativelanguage.googleapis.com",
                                       "https://oauth2.googleapis.com"};

std::set<std::string> origins_of(const Story& story) {
  std::set<std::string> origins;
  for (const FetchRequest& request : story.host.fetches) {
    origins.insert(request.url.substr(0, request.url.find('/', std::string("https://").size())));
  }
  return origins;
}

}  // namespace

TEST_CASE("a caller cannot choose the upstream", "[S-12][H-20]") {
  const std::string evil = "https://evil.example";
  const std::string members =
      R"(,"stream":false,"base_url":")" + evil + R"(","api_base":")" + evil +
      R"(","upstream":"vertex","location":")" + evil + R"(","extra_body":{"base_url":")" + evil +
      R"(","google":{"base_url":")" + evil + R"(","endpoint":")" + evil + "\"}}";
  for (const std::string& url : {kHost, evil, std::string("http://evil.example:80")}) {
    Story story;
    Ask ask = post(chat_body(members), url + "/v1/chat/completions?base_url=" + evil);
    for (const char* name : {"host",
                             "x-forwarded-host",
                             "x-portkey-custom-host",
                             "x-custom-host",
                             "x-base-url",
                             "x-upstream",
                             "forwarded",
                             "x-goog-api-client",
                             "x-original-url",
                             "x-rewrite-url",
                             "x-http-method-override",
                             "x-goog-user-project",
                             "referer",
                             "cookie",
                             "cf-worker",
                             "openai-organization",
                             "openai-project",
                             "x-stainless-os",
                             "transfer-encoding",
                             "connection",
                             "upgrade",
                             "te"}) {
      ask = ask.with(name, evil);
    }
    CHECK(story.tell(ask) == "200 private-answer one two");
    CHECK(origins_of(story) == kGoogle);
    for (const FetchRequest& request : story.host.fetches) {
      CHECK(request.body.find("evil") == std::string::npos);
      CHECK(request.url.find("evil") == std::string::npos);
      for (const auto& [name, value] : request.headers) {
        CHECK(value.find("evil") == std::string::npos);
      }
    }
  }
}

TEST_CASE("an answer of Google cannot send the credential elsewhere", "[O-14][S-12][U-17]") {
  for (const int status : {301, 302, 303, 307, 308}) {
    const FetchAnswer away = error_answer(status, "", {{"location", "https://evil.example/"}});
    for (const bool is_token : {true, false}) {
      INFO(status << (is_token ? ", of the token endpoint" : ""));
      Story story;
      if (is_token) {
        story.on_token = [&away](const std::string&, int) { return away; };
      } else {
        story.on_google = [&away](const FetchRequest&, int) { return away; };
      }
      CHECK(story.tell(whole()) ==
            (is_token ? "503 token_refresh_failed" : "502 upstream_invalid_response"));
      for (const std::string& origin : origins_of(story)) CHECK(kGoogle.contains(origin));
    }
  }
}

TEST_CASE("a name in ACCOUNTS that could lead out of its place is not used", "[S-11]") {
  struct Name {
    std::string text;
    bool is_good;
  };
  const Name names[] = {{"project-1", true},
                        {"example.com:project", true},
                        {"../../v1/projects/other", false},
                        {"a/../../b", false},
                        {"a/b", false},
                        {"x?key=1", false},
                        {"x#f", false},
                        {"x:generateContent?", false},
                        {"%2e%2e%2f", false},
                        {"a\\\\b", false},
                        {"a\\r\\nx-goog-user-project: b", false},
                        {"a b", false},
                        {"\xC3\xA4", false},
                        {".private", false},
                        {"-private", false}};
  const std::string vertex = R"(,"upstream":"vertex","projectId":")";
  for (const Name& name : names) {
    struct Use {
      std::string members;
      bool serves;
    };
    const Use uses[] = {
        {vertex + name.text + '"', name.is_good},
        {vertex + R"(p","location":")" + name.text + '"', name.text == "project-1"},
        // Where the name is not needed, the account serves without it.
        {R"(,"sessionId":")" + name.text + R"(","projectId":")" + name.text + '"', true}};
    for (const Use& use : uses) {
      INFO(use.members);
      Story story;
      set_entries(story, {signed_in(0, use.members)});
      CHECK(story.tell(whole()) ==
            (use.serves ? "200 private-answer one two" : "503 no_enabled_account"));
      for (const FetchRequest& request : story.host.fetches) {
        CHECK(request.url.find("..") == std::string::npos);
        CHECK(request.url.find('#') == std::string::npos);
        if (name.is_good) continue;
        CHECK(request.url.find(name.text) == std::string::npos);
        CHECK(request.body.find(name.text) == std::string::npos);
        for (const auto& [field, value] : request.headers) {
          CHECK(value.find(name.text) == std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("a project that Google names is one, or the account does not serve", "[S-11]") {
  for (const char* name : {"../../x", "a/b", "a?b", "a b", "x\\r\\ny"}) {
    INFO(name);
    Story story;
    story.set("ENABLE_CODE_ASSIST", "1");
    set_entries(story, {signed_in(0, R"(,"upstream":"codeassist")")});
    story.on_google = [name](const FetchRequest& request, int) {
      if (!asks_for_project(request)) return in_envelopes();
      return project_answer(R"({"cloudaicompanionProject":")" + std::string(name) + "\"}");
    };
    CHECK(story.tell(whole()).substr(0, 1) != "2");
    for (const FetchRequest& request : story.host.fetches) {
      CHECK(request.url.find("..") == std::string::npos);
      CHECK(request.url.find("generateContent") == std::string::npos);
    }
  }
}

}  // namespace proxy::flow
