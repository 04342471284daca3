// Accounts of Code Assist, which are off unless the owner switches them on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";
const std::string kUpstream = R"(,"upstream":"codeassist")";
const std::string kInternal = "https://cloudcode-pa.googleapis.com/v1internal";

// Google's answers: to the search for a project, and to all else.
void play(Story& story, FetchAnswer project) {
  story.set("ENABLE_CODE_ASSIST", "1");
  story.on_google = [project = std::move(project)](const FetchRequest& request, int) {
    return asks_for_project(request) ? project : in_envelopes();
  };
}

std::size_t searches(const Story& story) {
  const auto& fetches = story.host.fetches;
  return static_cast<std::size_t>(std::count_if(fetches.begin(), fetches.end(), asks_for_project));
}

}  // namespace

TEST_CASE("without ENABLE_CODE_ASSIST its accounts are left out") {
  for (const char* flag : {"", "0", "false"}) {
    Story story;
    set_entries(story, {signed_in(0, kUpstream)});
    story.set("ENABLE_CODE_ASSIST", flag);
    const Received& got = story.ask(whole());
    CHECK(Story::summary(got) == "503 no_enabled_account");
    CHECK(error_message(got.body).find("ENABLE_CODE_ASSIST") != std::string::npos);
    CHECK(story.host.fetches.empty());
    set_entries(story, {signed_in(0, kUpstream), signed_in(1)});
    CHECK(story.tell(whole()) == kServed);
    CHECK(story.accounts_asked() == "1");
  }
}

TEST_CASE("a request goes in an envelope, and so does its answer") {
  Story story;
  play(story, project_answer("{}"));
  set_entries(story,
              {signed_in(0, kUpstream + R"(,"projectId":"project-c","sessionId":"session-1")")});
  for (const Ask& ask : {streamed(), whole()}) {
    CHECK(Story::summary(story.ask(ask)).starts_with(kServed));
  }
  CHECK(searches(story) == 0);
  std::set<std::string> prompts;
  for (const FetchRequest& request : story.google_requests()) {
    CHECK(request.url == kInternal + ":streamGenerateContent?alt=sse");
    CHECK(request.header("authorization").starts_with("Bearer marked-access-0-"));
    CHECK(request.header("x-goog-user-project").empty());
    CHECK(request.header("user-agent").starts_with("openai-compatible-proxy/"));
    const auto body = nlohmann::json::parse(request.body);
    CHECK(body.size() == 4);
    CHECK(body["model"] == "gemini-2.5-flash");
    CHECK(body["project"] == "project-c");
    CHECK(body["request"]["session_id"] == "session-1");
    CHECK(body["request"]["contents"][0]["parts"][0]["text"] == "private-question");
    prompts.insert(body["user_prompt_id"].get<std::string>());
  }
  CHECK(prompts.size() == 2);
}

TEST_CASE("an answer of Code Assist may hold errors and empty envelopes") {
  struct Row {
    std::vector<std::string> events;
    const char* summary;
  };
  const Row rows[] = {
      {{R"({"response":)" + text_event("private-a") + '}', R"({"traceId":"t"})",
        R"({"response":)" + text_event("private-b", "STOP") + '}'},
       "200 private-aprivate-b[DONE]"},
      {{R"({"response":)" + text_event("private-a") + '}', error_json(500, "INTERNAL")},
       "200 private-a!upstream_error"},
      {{R"({"traceId":"t"})"}, "502 empty_response"},
      {{text_event("private-a", "STOP")}, "502 empty_response"},  // it is no envelope
      {{error_json(429, "RESOURCE_EXHAUSTED")}, "429 rate_limit_exceeded"}};
  for (const Row& row : rows) {
    INFO(row.summary);
    Story story;
    play(story, project_answer());
    set_entries(story, {signed_in(0, kUpstream + R"(,"projectId":"project-c")")});
    story.on_google = [&row](const FetchRequest&, int) { return answer_of(row.events); };
    CHECK(story.tell(streamed()) == row.summary);
  }
}

TEST_CASE("the project is looked for once per isolate") {
  for (const char* answer : {R"({"cloudaicompanionProject":"found-1","currentTier":{"id":"x"}})",
                             R"({"cloudaicompanionProject":{"id":"found-1"}})"}) {
    Story story;
    play(story, project_answer(answer));
    set_entries(story, {signed_in(0, kUpstream)});
    for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == kServed);
    CHECK(searches(story) == 1);
    CHECK(story.host.fetches[1].url == kInternal + ":loadCodeAssist");
    CHECK(nlohmann::json::parse(story.host.fetches[1].body)["metadata"]["pluginType"] ==
          "PLUGIN_UNSPECIFIED");
    CHECK(nlohmann::json::parse(story.host.fetches[2].body)["project"] == "found-1");
    story.evict();
    CHECK(story.tell(whole()) == kServed);
    CHECK(searches(story) == 2);
    CHECK(story.host.log_count("found-1") == 0);
  }
}

TEST_CASE("those who come together share one search for the project") {
  const Ask five = post(chat_body(R"(,"stream":false,"n":5)"));
  Story story;
  play(story, project_answer());
  set_entries(story, {signed_in(0, kUpstream)});
  story.start(five);
  CHECK(story.ask(five).status == 200);
  CHECK(searches(story) == 1);
  CHECK(story.host.count("streamGenerateContent") == 10);
  // One that failed is believed by them all, and for a moment after.
  play(story, error_answer(500));
  for (int i = 0; i < 2; ++i) CHECK(story.tell(five) == "502 upstream_error");
  CHECK(searches(story) == 2);
  story.host.now_ms += 1'000;
  CHECK(story.tell(five) == "502 upstream_error");
  CHECK(searches(story) == 3);
  // What does not pass by itself is believed longer.
  story.host.now_ms += 1'000;
  play(story, project_answer("{}"));
  CHECK(story.tell(five) == "403 upstream_permission_denied");
  story.host.now_ms += 9'000;
  CHECK(story.tell(five) == "403 upstream_permission_denied");
  CHECK(searches(story) == 4);
  story.host.now_ms += 1'000;
  CHECK(story.tell(five) == "403 upstream_permission_denied");
  CHECK(searches(story) == 5);
}

TEST_CASE("who leaves in the middle of the search keeps nobody from going on with it") {
  for (const bool lost : {false, true}) {
    Story story;
    story.expects_lost_calls = lost;
    play(story, silence());
    set_entries(story, {signed_in(0, kUpstream)});
    const host::CallId first = story.start(whole());
    while (searches(story) == 0) story.host.run(1);
    const host::CallId second = story.start(whole());
    story.host.run(4);
    story.on_google = nullptr;
    lost ? story.host.lose(first) : story.host.cancel(first);
    const std::int64_t begun_ms = story.host.now_ms;
    story.run();
    CHECK(Story::summary(story.host.received(second)) == kServed);
    CHECK(story.host.now_ms - begun_ms <= (lost ? 16'000 : 0));
    CHECK(searches(story) == 2);
  }
}

TEST_CASE("an account whose project cannot be found is passed over, and says why") {
  const std::pair<FetchAnswer, const char*> rows[] = {
      {project_answer(R"({"currentTier":{"id":"standard-tier"}})"), "set projectId"},
      {project_answer(R"({"allowedTiers":[{"id":"free-tier","isDefault":true}]})"),
       "CODE_ASSIST_ONBOARD"},
      {project_answer(R"({"ineligibleTiers":[{"reasonCode":"RESTRICTED_AGE"}]})"),
       "RESTRICTED_AGE"},
      {project_answer(R"({"cloudaicompanionProject":"a/../b"})"), "projectId"},
      {project_answer("{}"), "projectId"},
      {project_answer("[]"), "projectId"},
      {project_answer(""), "projectId"},
      {error_answer(200, "<html>"), "projectId"},
      {error_answer(200, std::string(100'000, '{')), "projectId"}};
  for (const auto& [answer, says] : rows) {
    INFO(answer.status << ' ' << says);
    Story story;
    play(story, answer);
    set_entries(story, {signed_in(0, kUpstream)});
    const std::int64_t begun_ms = story.host.now_ms;
    const Received& got = story.ask(whole());
    CHECK(Story::summary(got) == "403 upstream_permission_denied");
    CHECK(error_message(got.body).find("account 0") != std::string::npos);
    CHECK(error_message(got.body).find(says) != std::string::npos);
    CHECK(story.host.now_ms - begun_ms <= 10'000);
    CHECK(story.host.count("streamGenerateContent") == 0);
    // As soon as it is found all is well.
    play(story, project_answer());
    CHECK(story.tell(whole()) == kServed);
  }
}

TEST_CASE("trouble in the search for the project is told as what it is") {
  const std::pair<FetchAnswer, const char*> rows[] = {
      {google_error(403, "PERMISSION_DENIED"), "403 upstream_permission_denied"},
      {error_answer(500), "502 upstream_error"},
      {google_error(503, "UNAVAILABLE"), "503 upstream_overloaded"},
      {google_error(429, "RESOURCE_EXHAUSTED"), "429 rate_limit_exceeded"},
      {error_answer(302, "", {{"location", "https://evil.example"}}),
       "502 upstream_invalid_response"},
      {no_connection(), "502 upstream_reset"},
      {silence(), "504 upstream_timeout"}};
  for (const auto& [answer, summary] : rows) {
    INFO(summary);
    Story story;
    play(story, answer);
    set_entries(story, {signed_in(0, kUpstream)});
    const std::int64_t begun_ms = story.host.now_ms;
    CHECK(story.tell(whole()) == summary);
    CHECK(story.host.now_ms - begun_ms <= 10'000);
    CHECK(story.host.count("streamGenerateContent") == 0);
    story.host.now_ms += 10'000;
    play(story, project_answer());
    CHECK(story.tell(whole()) == kServed);
  }
}

TEST_CASE("another account serves while the first has no project") {
  Story story;
  play(story, error_answer(500));
  set_entries(story, {signed_in(0, kUpstream), signed_in(1)});
  story.on_google = [](const FetchRequest& request, int) {
    return asks_for_project(request) ? error_answer(500) : good_answer();
  };
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.host.log_count(R"("ev":"failover")") == 1);
}

TEST_CASE("a token that is refused in the search for the project is renewed", "[O-17]") {
  Story story;
  play(story, project_answer());
  set_entries(story, {signed_in(0, kUpstream)});
  story.ask(whole());
  story.evict();
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_old = request.header("authorization").ends_with("-0-1");
    if (is_old) return google_error(401, "UNAUTHENTICATED");
    return asks_for_project(request) ? project_answer() : in_envelopes();
  };
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.token_requests().size() == 2);
}

TEST_CASE("an account is signed up only where its owner wants that") {
  const std::string offer = R"({"allowedTiers":[{"id":"legacy-tier"},{"id":")";
  for (const char* tier : {"free-tier", "standard-tier"}) {
    Story story;
    play(story, {});
    story.set("CODE_ASSIST_ONBOARD", "1");
    set_entries(story, {signed_in(0, kUpstream)});
    int polls = 0;
    story.on_google = [&](const FetchRequest& request, int) {
      if (asks_for_project(request)) {
        return project_answer(offer + tier + R"(","isDefault":true}]})");
      }
      if (request.url.ends_with(":onboardUser")) {
        const auto body = nlohmann::json::parse(request.body);
        CHECK(body["tierId"] == tier);
        CHECK_FALSE(body.contains("cloudaicompanionProject"));
        return project_answer(R"({"name":"operations/op-1"})");
      }
      if (request.method == "GET") {
        CHECK(request.url == kInternal + "/operations/op-1");
        return project_answer(++polls < 3 ? R"({"name":"operations/op-1"})"
                                          : R"({"done":true,"response":{"cloudaicompanionProject":)"
                                            R"({"id":"made-1"}}})");
      }
      return in_envelopes();
    };
    const std::int64_t begun_ms = story.host.now_ms;
    CHECK(story.tell(whole()) == kServed);
    CHECK(story.host.now_ms - begun_ms == 15'000);
    CHECK(nlohmann::json::parse(story.host.fetches.back().body)["project"] == "made-1");
  }
}

TEST_CASE("signing up ends, whatever comes of it") {
  const FetchAnswer answers[] = {error_answer(500),
                                 silence(),
                                 project_answer("{}"),
                                 project_answer(R"({"name":"operations/op-1"})"),
                                 project_answer(R"({"name":"https://evil.example/a b"})"),
                                 project_answer(R"({"done":true,"response":{}})")};
  for (const FetchAnswer& answer : answers) {
    Story story;
    play(story, {});
    story.set("CODE_ASSIST_ONBOARD", "1");
    set_entries(story, {signed_in(0, kUpstream)});
    story.on_google = [&answer](const FetchRequest& request, int) {
      if (!asks_for_project(request)) return answer;
      return project_answer(R"({"allowedTiers":[{"id":"free-tier","isDefault":true}]})");
    };
    const std::int64_t begun_ms = story.host.now_ms;
    CHECK(story.tell(whole()) == "403 upstream_permission_denied");
    CHECK(story.host.now_ms - begun_ms <= 80'000);
    CHECK(story.host.fetches.size() <= 20);
    for (const FetchRequest& request : story.google_requests()) {
      CHECK(request.url.starts_with(kInternal));
    }
  }
}

}  // namespace proxy::flow
