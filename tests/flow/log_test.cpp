// The log: one `req` line for each call, with the right facts; nothing from outside breaks out of a
// line.
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

LogView last_line(const Story& story) { return view_log(story.host.logs.back()); }

// Every way in which a text from outside may try to write lines of its own.
const std::vector<std::string> kInjections = {
    R"("}{\"ev\":\"fake\")",
    "\"}\n{\"ev\":\"fake\",\"id\":\"req_0\"}",
    "a\r\nerror {\"ev\":\"fake\"}",
    "\x1b[31mred\x1b[0m",
    "\xE2\x80\xA8line separator",
    std::string("nul\0nul", 7),
    "\xFF\xFE\xC3",
    std::string(1'048'576, 'x'),
    "\\",
    "\\u0022}",
};

std::size_t lines_of(const FakeHost& host, std::string_view ev) {
  std::size_t count = 0;
  for (const std::string& line : host.logs) count += view_log(line).get("ev") == ev ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("the tokens of all calls to Google are in the line", "[D-03]") {
  const auto event = [](const char* usage) {
    return R"({"candidates":[{"content":{"parts":[{"text":"private-x"}]}}],"usageMetadata":)" +
           std::string(usage) + "}";
  };
  Story story;
  // Counts grow from event to event; the first call is cut, the second one served.
  story.on_google = [&](const FetchRequest&, int n) {
    return answer_of({event(R"({"promptTokenCount":5,"candidatesTokenCount":1})"),
                      event(R"({"promptTokenCount":5,"candidatesTokenCount":4,)"
                            R"("thoughtsTokenCount":20})"),
                      n == 1 ? "{}" : text_event("", "STOP")});
  };
  story.ask(whole());
  CHECK(last_line(story).get("status") == "200");
  CHECK(last_line(story).get("tok_in") == "10");
  CHECK(last_line(story).get("tok_out") == "47");  // text_event() says 3, and no thoughts
}

TEST_CASE("the line of a request holds its facts") {
  Story story;
  story.ask(whole());
  story.on_google = [](const FetchRequest&, int) {
    FetchAnswer answer = good_answer();
    answer.delay_ms = 1'000;
    answer.gap_ms = 500;
    return answer;
  };
  const Ask ask = streamed();
  const Received got = story.ask(ask);
  const LogView line = last_line(story);
  CHECK(line.level == "info");
  CHECK(line.members ==
        std::map<std::string, std::string>{{"ev", "req"},
                                           {"id", got.header("x-request-id")},
                                           {"route", "/chat/completions"},
                                           {"status", "200"},
                                           {"model", "gemini-2.5-flash"},
                                           {"acct", "0"},
                                           {"try", "1"},
                                           {"ms", "3000"},
                                           {"ttfb", "1500"},
                                           {"in", std::to_string(ask.body.front().size())},
                                           {"out", std::to_string(got.body.size())},
                                           {"up", "200"},
                                           {"tok_in", "5"},
                                           {"tok_out", "3"}});
}

TEST_CASE("each route has its name in the log, and a refusal its code") {
  struct Row {
    Ask ask;
    const char* route;
    const char* status;
    const char* code;
    const char* level;
  };
  Ask preflight = get("/v1/models");
  preflight.method = "OPTIONS";
  const Row rows[] = {
      {get("/"), "/", "200", "", "info"},
      {get("/health?verbose=1"), "/health", "200", "", "info"},
      {get("/v1/models").without("authorization"), "/models", "200", "", "info"},
      {preflight, "/models", "204", "", "info"},
      {get("/private-place?private-query"), "unknown", "404", "unknown_url", "info"},
      {get("/v1/chat/completions"), "/chat/completions", "405", "method_not_allowed", "info"},
      {whole().without("authorization"), "/chat/completions", "401", "missing_api_key", "info"},
      {post("{"), "/chat/completions", "400", "invalid_json", "info"},
  };
  for (const Row& row : rows) {
    Story story;
    story.ask(row.ask);
    REQUIRE(story.host.logs.size() == 1);
    const LogView line = last_line(story);
    CHECK(line.get("ev") == "req");
    CHECK(line.get("route") == row.route);
    CHECK(line.get("status") == row.status);
    CHECK(line.get("code") == row.code);
    CHECK(line.level == row.level);
    CHECK(line.get("model").empty());
    CHECK(line.get("acct").empty());
    CHECK(line.get("up").empty());
  }
}

TEST_CASE("errors of the server's side are logged as errors") {
  for (const auto& [status, level] :
       {std::pair(503, "error"), std::pair(500, "error"), std::pair(429, "info"),
        std::pair(400, "info"), std::pair(403, "info")}) {
    Story story;
    story.on_google = [status = status](const FetchRequest&, int) { return error_answer(status); };
    story.ask(whole());
    CHECK(last_line(story).level == level);
    CHECK(last_line(story).get("up") == std::to_string(status));
  }
}

TEST_CASE("nothing that a caller sends writes a line of its own", "[S-16]") {
  for (const std::string& text : kInjections) {
    INFO(text.substr(0, 40));
    Story story;
    story.set("MODEL_ALIASES", R"({"*":"gemini-2.5-flash"})");
    std::string quoted;
    for (const char c : text.substr(0, 100)) {
      if (c == '"' || c == '\\') quoted += '\\';
      if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
      if (c == '\n') quoted += "\\n";
      if (c == '\r') quoted += "\\r";
      if (c == '\x1b') quoted += "\\u001b";
    }
    Ask ask = post(R"({"model":")" + quoted + R"(","messages":[{"role":"user","content":"x"}],)" +
                       "\"stream\":false,\"" + quoted + "\":1}",
                   "/v1/chat/completions?" + quoted);
    story.ask(ask.with("user-agent", text).with("x-request-id", text).with("origin", text));
    story.ask(get("/" + std::string(text.substr(0, text.find('\n')))).with("referer", text));
    CHECK(lines_of(story.host, "req") == 2);
    CHECK(lines_of(story.host, "fake") == 0);
    CHECK(flaw_of_log(story.host.logs) == "");
  }
}

TEST_CASE("a model named by an alias is logged as the caller named it, in one safe line",
          "[S-16]") {
  Story story;
  story.set("MODEL_ALIASES", R"({"*":"gemini-2.5-flash"})");
  CHECK(story.tell(post(R"({"model":"\"}\n{\"ev\":\"fake\"\u001b[0m","stream":false,)"
                        R"("messages":[{"role":"user","content":"private-question"}]})")) ==
        "200 private-answer one two");
  CHECK(last_line(story).get("model") == "\"} {\"ev\":\"fake\"?[0m");
  CHECK(story.host.received(1).body.find(R"("model":"\"}\n{\"ev\":\"fake\"\u001b[0m")") !=
        std::string::npos);
}

TEST_CASE("nothing that Google sends writes a line of its own", "[S-16]") {
  const std::string odd = R"(\"}\n{\"ev\":\"fake\"}\u001b[31m\u2028\u0000)";
  const std::string words[] = {odd, std::string(10'000, 'x'), "\xFF\xFE"};
  for (const std::string& word : words) {
    for (const int status : {400, 403, 429, 500}) {
      Story story;
      story.on_google = [&](const FetchRequest&, int) {
        return error_answer(status, error_json(status, word, word), {{"retry-after", "\x01"}});
      };
      story.ask(whole());
      CHECK(lines_of(story.host, "fake") == 0);
    }
    Story story;
    story.on_google = [&](const FetchRequest&, int) {
      return answer_of({text_event("private-answer", word)});
    };
    story.on_token = [&](const std::string&, int n) {
      return n == 1 ? refusal(word, 503) : token_answer("marked-access-0-2");
    };
    CHECK(story.tell(streamed()) == "200 private-answer[DONE]");
    CHECK(lines_of(story.host, "fake") == 0);
    CHECK(lines_of(story.host, "unknown_enum") == 1);
  }
}

TEST_CASE("however much there is to say, the line of the request is logged within 2 KB") {
  const std::string name(limits::kModelNameBytes, '"');
  std::string escaped;
  for (const char c : name) escaped.append(1, '\\').append(1, c);
  Story story(0, 40);
  story.set("MODEL_ALIASES", R"({"*":"gemini-2.5-flash"})");
  story.on_token = [](const std::string&, int) { return refusal("unauthorized_client", 401); };
  const std::string body =
      R"({"model":")" + escaped + R"(","messages":[{"role":"user","content":"x"}]})";
  for (int i = 0; i < 3; ++i) {
    story.ask(post(body));
    CHECK(last_line(story).get("ev") == "req");
    CHECK(last_line(story).get("model") == name);
    CHECK(story.host.logs.back().size() <= limits::kLastLogLineBytes);
  }
}

TEST_CASE("what is odd about the configuration is said once per isolate") {
  Story story;
  story.set("API_KEY", R"(["marked-key","two words"])");
  story.set("ALLOW_ANONYMOUS", "maybe");
  story.set("STREAM_DEFAULT", "maybe");
  story.set("MODEL_ALIASES", "[");
  story.set("ACCOUNTS",
            R"([{"refresh_token":"marked-refresh-0"},{"refresh_token":"marked-refresh-0"}])");
  for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == "200 private-answer one two");
  for (const char* code : {"api_key_invalid", "allow_anonymous_invalid", "variable_invalid",
                           "model_aliases_invalid", "account_duplicate"}) {
    INFO(code);
    CHECK(story.host.log_count(R"("code":")" + std::string(code)) == 1);
  }
  CHECK(lines_of(story.host, "config") == 5);
  story.evict();
  story.ask(get("/"));
  CHECK(lines_of(story.host, "config") == 10);
}

}  // namespace proxy::flow
