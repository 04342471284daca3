// The list of models as Google tells it: whom it is asked with, how long it is believed, and what
// is listed when Google says nothing of use.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "gemini/models.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

using Json = nlohmann::json;

std::string model(const std::string& name, const std::string& methods = "\"generateContent\"") {
  return R"({"name":")" + name + R"(","inputTokenLimit":1000,"outputTokenLimit":"200",)" +
         R"("supportedGenerationMethods":[)" + methods + "]}";
}

FetchAnswer list_of(const std::vector<std::string>& models) {
  std::string body;
  for (const std::string& one : models) body += (body.empty() ? "" : ",") + one;
  return error_answer(200, R"({"models":[)" + body + "]}", {{"content-type", "application/json"}});
}

FetchAnswer good_list() { return list_of({model("models/listed-1"), model("models/listed-2")}); }

// The ids of the list, without the aliases.
std::vector<std::string> ids_of(const Received& got) {
  std::vector<std::string> ids;
  const Json list = Json::parse(got.body);
  for (const Json& one : list["data"]) {
    if (one["owned_by"] == "google") ids.push_back(one["id"].get<std::string>());
  }
  return ids;
}

std::vector<std::string> listed(Story& story) {
  const Received& got = story.ask(get("/v1/models"));
  CHECK(got.status == 200);
  return ids_of(got);
}

const std::vector<std::string> kListed = {"listed-1", "listed-2"};

std::vector<std::string> built_in() {
  std::vector<std::string> ids;
  for (const gemini::ListedModel& one : gemini::listed_models()) ids.emplace_back(one.id);
  return ids;
}

void always(Story& story, FetchAnswer answer) {
  story.on_google = [answer = std::move(answer)](const FetchRequest&, int) { return answer; };
}

}  // namespace

TEST_CASE("the list is Google's, asked for once an hour") {
  Story story;
  always(story, good_list());
  for (int i = 0; i < 3; ++i) CHECK(listed(story) == kListed);
  REQUIRE(story.google_requests().size() == 1);
  const FetchRequest request = story.google_requests().front();
  CHECK(request.method == "GET");
  CHECK(request.url == "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000");
  CHECK(request.body.empty());
  story.host.now_ms += 3'599'000;
  CHECK(listed(story) == kListed);
  CHECK(story.google_requests().size() == 1);
  // Then it is asked for behind the caller's back.
  always(story, list_of({model("models/listed-3")}));
  story.host.now_ms += 1'000;
  CHECK(listed(story) == kListed);
  CHECK(listed(story) == std::vector<std::string>{"listed-3"});
  CHECK(story.google_requests().size() == 2);
}

TEST_CASE("only models that answer or embed are listed, with what they can take") {
  Story story;
  always(story, list_of({model("models/listed-1"), model("models/live", "\"bidiGenerateContent\""),
                         model("models/paint", "\"predict\""), model("models/none", ""),
                         model("models/embedding", "\"embedContent\",\"countTokens\""),
                         model("tunedModels/own"), "{}", "7", "null"}));
  const Received& got = story.ask(get("/v1/models"));
  CHECK(ids_of(got) == std::vector<std::string>{"listed-1", "embedding"});
  const Json data = Json::parse(got.body)["data"];
  CHECK(data[0]["object"] == "model");
  CHECK(data[0]["context_length"] == 1'000);
  CHECK(data[0]["max_output_tokens"] == 200);
  CHECK_FALSE(data[1].contains("max_output_tokens"));
  CHECK(got.body.find(R"({"id":"gemini-pro")") != std::string::npos);  // an alias
}

TEST_CASE("a single model is told from that list") {
  Story story;
  always(story, good_list());
  CHECK(story.ask(get("/v1/models/listed-2")).status == 200);
  CHECK(story.ask(get("/v1/models/models/listed-2")).status == 200);
  CHECK(Story::summary(story.ask(get("/v1/models/listed-9"))) == "404 model_not_found");
  CHECK(story.google_requests().size() == 1);
  // A reader without a key hears of the built-in ones only, and asks nothing of Google.
  const Ask unknown = get("/v1/models/listed-2").without("authorization");
  CHECK(Story::summary(story.ask(unknown)) == "404 model_not_found");
  CHECK(story.ask(get("/v1/models/gemini-2.5-flash").without("authorization")).status == 200);
}

TEST_CASE("without a key nothing is asked, and Google's list is not shown") {
  Story story;
  always(story, good_list());
  const Ask open = get("/v1/models").without("authorization");
  CHECK(ids_of(story.ask(open)) == built_in());
  CHECK(story.host.fetches.empty());
  CHECK(story.host.count("kv_") == 0);
  listed(story);
  CHECK(ids_of(story.ask(open)) == built_in());
}

TEST_CASE("whatever Google does, there is a list within five seconds") {
  FetchAnswer slow = good_list();
  slow.delay_ms = 6'000;
  const FetchAnswer answers[] = {google_error(401, "UNAUTHENTICATED"),
                                 google_error(403, "PERMISSION_DENIED"),
                                 error_answer(429),
                                 error_answer(500),
                                 error_answer(200, "<html>"),
                                 error_answer(200),
                                 error_answer(200, R"({"models":)"),
                                 error_answer(200, "[]"),
                                 error_answer(200, "{}"),
                                 list_of({}),
                                 list_of({model("models/live", "\"bidiGenerateContent\"")}),
                                 error_answer(200, std::string(1'100'000, ' ') + "{}"),
                                 error_answer(302, "", {{"location", "https://evil.example"}}),
                                 no_connection(),
                                 silence(),
                                 slow};
  for (const FetchAnswer& answer : answers) {
    INFO(answer.status << ' ' << answer.delay_ms);
    Story story;
    always(story, answer);
    std::int64_t begun_ms = story.host.now_ms;
    Ask ask = get("/v1/models");
    const host::CallId call = story.start(ask);
    story.run();
    CHECK(ids_of(story.host.received(call)) == built_in());
    CHECK(story.host.now_ms - begun_ms <= 5'000);
    // It is asked again after a minute, and not before.
    story.host.now_ms = begun_ms + 59'000;
    CHECK(listed(story) == built_in());
    CHECK(story.google_requests().size() == 1);
    always(story, good_list());
    story.host.now_ms = begun_ms + 60'000;
    CHECK(listed(story) == kListed);
  }
}

TEST_CASE("a list that there was outlives Google's failures") {
  Story story;
  always(story, good_list());
  listed(story);
  always(story, error_answer(500));
  for (int i = 0; i < 3; ++i) {
    story.host.now_ms += 3'600'000;
    CHECK(listed(story) == kListed);
  }
  CHECK(story.google_requests().size() == 4);
}

TEST_CASE("no token and no account make no trouble for the list") {
  for (const FetchAnswer& token : {refusal("invalid_grant"), error_answer(503), silence()}) {
    Story story;
    story.on_token = [&token](const std::string&, int) { return token; };
    const std::int64_t begun_ms = story.host.now_ms;
    const host::CallId call = story.start(get("/v1/models"));
    // Not a moment longer than that, though the token is still waited for.
    while (!story.host.received(call).ended) story.host.run(1);
    CHECK(story.host.now_ms - begun_ms <= 5'000);
    CHECK(ids_of(story.host.received(call)) == built_in());
    story.run();
    CHECK(story.google_requests().empty());
  }
  Story story;
  story.set("ACCOUNTS", "[]");
  CHECK(listed(story) == built_in());
  CHECK(story.host.fetches.empty());
}

TEST_CASE("a key or a service account lists as well") {
  for (const bool is_key : {true, false}) {
    Story story;
    set_entries(story, {is_key ? with_key(0) : robot(0)});
    always(story, good_list());
    CHECK(listed(story) == kListed);
    CHECK(story.accounts_asked() == "0");
    CHECK(story.host.fetches.back().url.find("marked-") == std::string::npos);
  }
}

TEST_CASE("upstreams that tell no list add the built-in one") {
  const std::string vertex = signed_in(0, R"(,"upstream":"vertex","projectId":"project-a")");
  Story story;
  set_entries(story, {vertex});
  CHECK(listed(story) == built_in());
  CHECK(story.host.fetches.empty());
  set_entries(story, {vertex, with_key(1)});
  always(story, list_of({model("models/listed-1"), model("models/gemini-2.5-flash")}));
  const auto ids = listed(story);
  CHECK(story.accounts_asked() == "1");
  CHECK(ids.size() == built_in().size() + 1);  // each once
  CHECK(ids[0] == "listed-1");
}

TEST_CASE("many who ask at once wait for one answer") {
  Story story;
  always(story, good_list());
  std::vector<host::CallId> calls;
  for (int i = 0; i < 10; ++i) calls.push_back(story.start(get("/v1/models")));
  story.run();
  CHECK(story.google_requests().size() == 1);
  for (const host::CallId call : calls) CHECK(story.host.received(call).status == 200);
  CHECK(ids_of(story.host.received(calls[0])) == kListed);
}

}  // namespace proxy::flow
