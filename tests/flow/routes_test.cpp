// The routes around the chat: which path and method means what, and the headers of every answer.
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

constexpr std::string_view kRunning = "OpenAI Compatible Proxy Worker is running!";

Ask of(std::string method, std::string path) {
  Ask ask = get(std::move(path));
  ask.method = std::move(method);
  return ask;
}

// A Worker of which nothing is configured.
void strip(Story& story) {
  story.host.env.clear();
  story.evict();
}

}  // namespace

TEST_CASE("root and health answer with every secret missing and no other work", "[H-01]") {
  for (const char* path : {"/", "/health", "/health/", "/?a=b", "/health?verbose=0"}) {
    INFO(path);
    Story story;
    strip(story);
    const Received& got = story.ask(get(path).without("authorization"));
    CHECK(got.status == 200);
    CHECK(got.header("content-type") == "text/plain; charset=utf-8");
    CHECK(got.body == kRunning);
    CHECK(story.host.transcript == std::vector<std::string>{"respond 200"});
  }
}

TEST_CASE("?verbose=1 tells the owner who may use the proxy", "[H-01]") {
  struct Row {
    const char* key;
    const char* anonymous;
    const char* told;
  };
  const Row rows[] = {{"marked-key", "", "An API key is needed."},
                      {"", "", "Nobody may use it: API_KEY is not set."},
                      {"", "loopback", "Only this machine may use it: ALLOW_ANONYMOUS=loopback."},
                      {"marked-key", "loopback", "An API key is needed, but not on this machine."},
                      {"", "true", "Anyone may use it: ALLOW_ANONYMOUS=true."},
                      {"marked-key", "true", "Anyone may use it: ALLOW_ANONYMOUS=true."}};
  for (const Row& row : rows) {
    Story story;
    story.set("API_KEY", row.key);
    story.set("ALLOW_ANONYMOUS", row.anonymous);
    CHECK(story.ask(get("/health?verbose=1")).body == std::string(kRunning) + '\n' + row.told);
  }
}

TEST_CASE("HEAD is as GET without the body", "[H-02]") {
  for (const char* path : {"/", "/health", "/v1/models", "/v1/nope"}) {
    INFO(path);
    Story story;
    const Received got = story.ask(get(path));
    const Received head = story.ask(of("HEAD", path));
    CHECK(head.status == got.status);
    CHECK(head.body.empty());
    CHECK_FALSE(got.body.empty());
    std::vector<std::string> names[2];
    for (const auto& [name, value] : got.headers) names[0].push_back(name);
    for (const auto& [name, value] : head.headers) names[1].push_back(name);
    CHECK(names[0] == names[1]);
  }
}

TEST_CASE("an unknown path is a 404 that names it", "[H-03][S-14][S-18]") {
  for (const char* path :
       {"/v1/nope", "/v1", "//v1/models", "/V1/Models", "/v1/models%00", "/v1/%6dodels",
        "/v1/models;x", "/v1/%ff", "/v1/models//", "/v1/v1/v1/models", "/v2/models",
        "/v1/chat/completions/x", "/proxy?url=https://internal.example", "/v1beta/models",
        "/internal", "/v1/health", "/health/x", "/<script>alert(1)</script>"}) {
    INFO(path);
    Story story;
    const Received& got = story.ask(get(path).without("authorization"));
    CHECK(Story::summary(got) == "404 unknown_url");
    const std::string shown = std::string(path).substr(0, std::string(path).find('?'));
    CHECK(error_message(got.body) ==
          "Unknown request URL: GET " + shown + ". Please check the URL for typos.");
    CHECK(got.header("x-should-retry") == "false");
    CHECK(story.host.transcript == std::vector<std::string>{"respond 404"});
  }
}

TEST_CASE("a long path is cut in the message, and no path is logged", "[H-03][S-16]") {
  Story story;
  const Received& got = story.ask(get("/private-" + std::string(9'000, 'x')));
  CHECK(error_message(got.body).size() < 220);
  CHECK(story.host.logs.size() == 1);
}

TEST_CASE("paths as clients build them lead to the route meant", "[H-04]") {
  for (const char* path : {"/v1/models", "/v1/models/", "/models", "/v1beta/openai/models",
                           "/v1/v1/models", "/v1/models?a=b"}) {
    INFO(path);
    Story story;
    CHECK(story.ask(get(path)).status == 200);
  }
  for (const char* path : {"/v1/chat/completions", "/chat/completions", "/v1/chat/completions/",
                           "/v1beta/openai/chat/completions", "/v1/v1/chat/completions"}) {
    INFO(path);
    Story story;
    CHECK(story.tell(post(chat_body(R"(,"stream":false)"), path)) == "200 private-answer one two");
  }
}

TEST_CASE("a wrong method is a 405 that lists the right ones and reads no body", "[H-06][H-08]") {
  for (const char* method :
       {"GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "QUERY", "PROPFIND", "CONNECT", "get"}) {
    INFO(method);
    Story story;
    Ask ask = of(method, "/v1/chat/completions").with("upgrade", "websocket");
    ask.body = {"never read"};
    const Received& got = story.ask(ask.without("authorization"));
    CHECK(got.status == 405);
    CHECK(got.header("allow") == "POST, OPTIONS");
    if (!got.body.empty()) CHECK(error_code(got.body) == "method_not_allowed");
    CHECK(story.host.transcript == std::vector<std::string>{"respond 405"});
  }
  for (const char* path : {"/", "/health", "/v1/models"}) {
    Story story;
    const Received& got = story.ask(of("POST", path));
    CHECK(Story::summary(got) == "405 method_not_allowed");
    CHECK(got.header("allow") == "GET, HEAD, OPTIONS");
  }
}

TEST_CASE("a preflight needs no key and gets the names it asked for", "[H-07][X-01]") {
  for (const char* path : {"/", "/v1/models", "/v1/chat/completions", "/nowhere"}) {
    Story story;
    strip(story);
    const Received& got = story.ask(
        of("OPTIONS", path)
            .without("authorization")
            .with("origin", "https://page.example")
            .with("access-control-request-headers", "Authorization,x-custom, x-stainless-os"));
    CHECK(got.status == 204);
    CHECK(got.body.empty());
    CHECK(got.header("access-control-allow-origin") == "*");
    CHECK(got.header("access-control-allow-methods") == "GET, POST, DELETE, OPTIONS");
    CHECK(got.header("access-control-allow-headers") ==
          "authorization, content-type, x-custom, x-stainless-os");
    CHECK(got.header("access-control-max-age") == "86400");
    CHECK(story.host.transcript == std::vector<std::string>{"respond 204"});
  }
}

TEST_CASE("header names that are none are not echoed", "[X-05]") {
  std::string many;
  for (int i = 0; i < 65; ++i) many += "x-" + std::to_string(i) + ',';
  for (const std::string& asked :
       {std::string("x-good, bad name"), std::string("x\rset-cookie: a"), std::string("x:y"),
        std::string("x-\xC3\xA9"), many, "x-" + std::string(4'096, 'a')}) {
    Story story;
    const Received& got =
        story.ask(of("OPTIONS", "/").with("access-control-request-headers", asked));
    CHECK(got.header("access-control-allow-headers") == "authorization, content-type");
  }
}

TEST_CASE("every kind of answer may be read by a page of any origin", "[X-02]") {
  struct Row {
    Ask ask;
    int status;
  };
  const Row rows[] = {{streamed(), 200},
                      {whole(), 200},
                      {get("/"), 200},
                      {get("/v1/models"), 200},
                      {streamed().without("authorization"), 401},
                      {get("/nope"), 404},
                      {of("PUT", "/v1/models"), 405},
                      {streamed().with("content-length", "99999999999"), 413},
                      {post("{"), 400}};
  for (const Row& row : rows) {
    Story story;
    const Received& got = story.ask(row.ask.with("origin", "https://page.example"));
    CHECK(got.status == row.status);
    CHECK(got.header("access-control-allow-origin") == "*");
    CHECK(got.header("access-control-expose-headers")
              .starts_with("x-request-id, retry-after, retry-after-ms, x-should-retry"));
    CHECK(got.header("vary").empty());
  }
}

TEST_CASE("with ALLOWED_ORIGINS only those get CORS headers; all are served", "[X-03][X-04]") {
  struct Row {
    std::string origin;
    bool listed;
  };
  const Row rows[] = {{"https://a.example", true},
                      {"https://b.example", true},
                      {"https://c.example", false},
                      {"https://a.example.evil.example", false},
                      {"https://a.example/", false},
                      {"HTTPS://A.EXAMPLE", false},
                      {"null", false},
                      {std::string(16'384, 'o'), false},
                      {"https://a.example\rx: y", false},
                      {"", false}};
  for (const Row& row : rows) {
    Story story;
    story.set("ALLOWED_ORIGINS", "https://a.example, https://b.example");
    const Ask ask = row.origin.empty() ? whole() : whole().with("origin", row.origin);
    const Received& got = story.ask(ask);
    CHECK(got.status == 200);
    CHECK(got.header("vary") == "origin");
    CHECK(got.header("access-control-allow-origin") == (row.listed ? row.origin : ""));
    CHECK(got.header("access-control-expose-headers").empty() != row.listed);

    Ask preflight = ask;
    preflight.method = "OPTIONS";
    const Received& allowed = story.ask(preflight);
    CHECK(allowed.status == 204);
    CHECK(allowed.header("access-control-allow-headers").empty() != row.listed);
    CHECK(allowed.header("access-control-allow-methods").empty() != row.listed);
  }
}

TEST_CASE("the list of models is open, unless it is closed; a wrong key never opens it", "[K-02]") {
  struct Row {
    const char* authorization;  // nullptr: none
    const char* require_key;
    int status;
  };
  const Row rows[] = {{nullptr, "", 200},
                      {"Bearer marked-key", "", 200},
                      {"Bearer marked-kex", "", 401},
                      {nullptr, "true", 401},
                      {"Bearer marked-key", "true", 200}};
  for (const Row& row : rows) {
    Story story;
    story.set("MODELS_REQUIRE_KEY", row.require_key);
    story.set("MODEL_ALIASES", R"({"gpt-4o":"gemini-2.5-flash"})");
    Ask ask = get("/v1/models").without("authorization");
    if (row.authorization != nullptr) ask = ask.with("authorization", row.authorization);
    const Received& got = story.ask(ask);
    CHECK(got.status == row.status);
    // Only for a caller with a key is Google asked, and what it says here is no list.
    const bool has_key = row.status == 200 && row.authorization != nullptr;
    CHECK(story.google_requests().size() == (has_key ? 1 : 0));
    if (!has_key) CHECK(story.host.count("kv_get") == 0);
    if (row.status != 200) continue;
    CHECK(got.body.starts_with(R"({"object":"list","data":[{"id":"gemini-)"));
    CHECK(got.body.find(R"("id":"gpt-4o")") != std::string::npos);
    CHECK(got.body.find(R"("id":"gemini-pro")") != std::string::npos);
  }
}

TEST_CASE("long queries and thousands of headers are no trouble", "[H-18][H-19][H-21]") {
  Story story;
  Ask ask = post(chat_body(R"(,"stream":false)"),
                 "/v1/chat/completions?private-" + std::string(16'384, 'q'));
  for (int i = 0; i < 5'000; ++i) ask.headers.emplace_back("x-private-" + std::to_string(i), "v");
  ask = ask.with("x-odd", "private-\x01\xEF\xBF\xBD").with("accept", "text/html");
  ask = ask.with("x-long", "private-" + std::string(131'072, 'v'));
  CHECK(story.tell(ask) == "200 private-answer one two");
  for (const FetchRequest& request : story.host.fetches) {
    CHECK(request.url.find("private-") == std::string::npos);
    for (const auto& [name, value] : request.headers) {
      CHECK(name.find("private-") == std::string::npos);
      CHECK(value.find("private-") == std::string::npos);
    }
  }
}

}  // namespace proxy::flow
