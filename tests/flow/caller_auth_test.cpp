// Who may call. A request that is refused costs nothing: no KV, no OAuth, no upstream, no body
// read.
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

// A chat with these headers for a credential; its body would be endless.
Ask with_credential(const Fields& credential) {
  Ask ask = whole().without("authorization");
  for (const auto& [name, value] : credential) ask.headers.emplace_back(name, value);
  return ask;
}

void check_refused(Story& story, const Ask& ask, const std::string& code) {
  const Received& got = story.ask(ask);
  CHECK(Story::summary(got) == "401 " + code);
  CHECK(got.header("www-authenticate") == "Bearer");
  CHECK(got.header("x-should-retry") == "false");
  CHECK(story.host.transcript.size() == story.host.count("respond 401"));
}

}  // namespace

TEST_CASE("a caller without a credential is refused before the body is read", "[K-01][K-14]") {
  Story story;
  Ask ask = with_credential({});
  ask.body = std::vector<std::string>(25, std::string(1'048'576, ' '));
  check_refused(story, ask, "missing_api_key");
}

TEST_CASE("the key is compared exactly", "[K-02][K-04][K-05][S-21]") {
  for (const char* value :
       {"Bearer marked-kex", "Bearer marked-key1", "Bearer marked-ke", "Bearer MARKED-KEY",
        "Bearer marked -key", "Bearer", "Bearer ", "", "Basic bWFya2Vk", "Token marked-key",
        "marked-key", "Bearermarked-key", "Bearer marked-key, Bearer marked-key",
        "Bearer \"marked-key\"", "Bearer marked-key\xEF\xBF\xBD"}) {
    INFO(value);
    Story story;
    check_refused(story, with_credential({{"authorization", value}}), "invalid_api_key");
    CHECK(error_message(story.host.received(1).body) == "Incorrect API key provided.");
  }
}

TEST_CASE("the scheme has no case and any white space behind it", "[K-03]") {
  for (const char* value :
       {"Bearer marked-key", "bearer marked-key", "BEARER  marked-key", "Bearer\tmarked-key",
        " Bearer marked-key ", "bEARER \t marked-key\t"}) {
    INFO(value);
    Story story;
    CHECK(story.tell(with_credential({{"authorization", value}})) == kServed);
  }
}

TEST_CASE("other headers for keys count where Authorization is absent, in order", "[K-06]") {
  struct Row {
    Fields credential;
    bool good;
  };
  const Row rows[] = {
      {{{"x-api-key", kKey}}, true},
      {{{"api-key", kKey}}, true},
      {{{"x-goog-api-key", kKey}}, true},
      {{{"api-key", "wrong"}, {"x-api-key", kKey}}, true},
      {{{"x-goog-api-key", "wrong"}, {"api-key", kKey}}, true},
      {{{"x-api-key", "wrong"}, {"api-key", kKey}}, false},
      {{{"authorization", "Bearer wrong"}, {"x-api-key", kKey}}, false},
      {{{"authorization", "Bearer " + kKey}, {"x-api-key", "wrong"}}, true},
      {{{"x-api-key", ""}, {"api-key", kKey}}, false},
  };
  for (const Row& row : rows) {
    Story story;
    CHECK(story.tell(with_credential(row.credential)) ==
          (row.good ? kServed : "401 invalid_api_key"));
  }
}

TEST_CASE("a key in the URL, a cookie or the body is none", "[K-07][K-08]") {
  for (const char* query : {"?key=marked-key", "?api_key=marked-key", "?a=b&key=marked-key"}) {
    Story story;
    Ask ask = with_credential({{"cookie", "key=marked-key"}});
    ask.path += query;
    check_refused(story, ask, "missing_api_key");
    CHECK(error_message(story.host.received(1).body).find("Authorization header") !=
          std::string::npos);
  }
  Story story;
  Ask ask = with_credential({});
  ask.body = {chat_body(R"(,"api_key":"marked-key")")};
  check_refused(story, ask, "missing_api_key");
}

TEST_CASE("without a usable key the door is closed", "[K-09]") {
  for (const char* key : {"", "  \r\n", "[]", R"([""])", R"(["", "  "])", "[1, null]", "[\"cut",
                          R"({"key":"marked-key"} x)", "two words", "caf\xC3\xA9"}) {
    INFO(key);
    Story story;
    story.set("API_KEY", key);
    check_refused(story, whole(), "no_api_key_configured");
    check_refused(story, with_credential({}), "no_api_key_configured");
    CHECK(error_message(story.host.received(1).body).find("ALLOW_ANONYMOUS") != std::string::npos);
    CHECK(story.tell(get("/")) == "200");
    CHECK(story.ask(get("/v1/models")).status == 200);
  }
}

TEST_CASE("each of several keys works, and one taken out does not", "[K-10][K-11]") {
  const std::string longest = "marked-" + std::string(505, 'k');
  for (const std::string& key : {std::string("marked-a"), std::string("marked-b"), longest}) {
    Story story;
    story.set("API_KEY", R"(["marked-a"," marked-b\n","","marked-too-)" + std::string(512, 'x') +
                             R"(",")" + longest + "\"]");
    CHECK(story.tell(with_credential({{"authorization", "Bearer " + key}})) == kServed);
    story.set("API_KEY", R"(["marked-c"])");
    CHECK(story.tell(with_credential({{"authorization", "Bearer " + key}})) ==
          "401 invalid_api_key");
  }
}

TEST_CASE("a presented key of 100 KB is just another wrong one", "[K-11]") {
  for (const std::string& key :
       {std::string(102'400, 'k'), kKey + std::string(102'400, 'k'), std::string(513, 'k')}) {
    Story story;
    story.set("API_KEY", R"(["marked-key",")" + std::string(512, 'k') + "\"]");
    check_refused(story, with_credential({{"authorization", "Bearer " + key}}), "invalid_api_key");
  }
}

TEST_CASE("ALLOW_ANONYMOUS=true opens the door, but a key that is sent is still checked") {
  Story story;
  story.set("ALLOW_ANONYMOUS", "true");
  CHECK(story.tell(with_credential({})) == kServed);
  CHECK(story.tell(with_credential({{"authorization", "Bearer wrong"}})) == "401 invalid_api_key");
  CHECK(story.tell(with_credential({{"authorization", "Bearer " + kKey}})) == kServed);
  CHECK(story.host.log_count(R"(warn {"ev":"auth_open")") == 1);  // once per isolate
  // Official clients cannot send none; where no key is configured any will do.
  story.set("API_KEY", "");
  CHECK(story.tell(with_credential({{"authorization", "Bearer anything"}})) == kServed);
}

TEST_CASE("any other value of ALLOW_ANONYMOUS leaves the door closed and says so") {
  for (const char* value : {"1", "yes", "TRUE", "True", "on", "Loopback", "true,loopback", "[]"}) {
    INFO(value);
    Story story;
    story.set("ALLOW_ANONYMOUS", value);
    check_refused(story, with_credential({}), "missing_api_key");
    check_refused(story, with_credential({}), "missing_api_key");
    CHECK(story.host.log_count(R"("ev":"config")") == 1);
    CHECK(story.host.log_count(R"("code":"allow_anonymous_invalid")") == 1);
    CHECK(story.tell(whole()) == kServed);
  }
  Story story;
  story.set("ALLOW_ANONYMOUS", " false\n");
  check_refused(story, with_credential({}), "missing_api_key");
  CHECK(story.host.log_count(R"("ev":"config")") == 0);
}

TEST_CASE("ALLOW_ANONYMOUS=loopback opens it to programs on the same machine only") {
  struct Row {
    const char* url;
    Fields headers;
    bool open;
  };
  const std::string path = "/v1/chat/completions";
  const std::pair<std::string, std::string> here = {"cf-connecting-ip", "127.0.0.1"};
  const Row rows[] = {
      {"http://localhost:8787", {here}, true},
      {"http://127.0.0.1:8787", {here}, true},
      {"http://[::1]:8787", {{"cf-connecting-ip", "::1"}}, true},
      {"http://localhost", {here, {"origin", "http://localhost:3000"}}, true},
      {"http://localhost", {here, {"origin", "http://[::1]:3000"}}, true},
      {"http://localhost", {here, {"origin", "http://127.0.0.1"}}, true},
      {"http://localhost", {here, {"origin", "https://page.example"}}, false},
      {"http://localhost", {here, {"origin", "http://localhost.page.example"}}, false},
      {"http://localhost", {here, {"origin", "null"}}, false},
      {"http://localhost", {here, {"origin", ""}}, false},
      {"http://localhost", {here, {"cf-ray", "8a1b2c"}}, false},
      {"http://localhost", {}, false},
      {"http://localhost", {{"cf-connecting-ip", "192.168.0.7"}}, false},
      {"http://localhost", {{"cf-connecting-ip", "127.0.0.1, 192.168.0.7"}}, false},
      {"http://192.168.0.2:8787", {here}, false},
      {"http://localhost.page.example", {here}, false},
      {"https://proxy.example.workers.dev", {here}, false},
  };
  for (const Row& row : rows) {
    INFO(row.url);
    Story story;
    story.set("ALLOW_ANONYMOUS", "loopback");
    Ask ask = with_credential(row.headers);
    ask.path = row.url + path;
    CHECK(story.tell(ask) == (row.open ? kServed : "401 missing_api_key"));
    // With the key it does not matter.
    ask.path = kHost + path;
    CHECK(story.tell(ask.with("authorization", "Bearer " + kKey)) == kServed);
    CHECK(story.tell(ask.with("authorization", "Bearer wrong")) == "401 invalid_api_key");
  }
}

}  // namespace proxy::flow
