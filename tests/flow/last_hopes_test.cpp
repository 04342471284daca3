// When accounts run out: what is still tried, how often, and what the caller is told so that its
// next try is worth it.
#include <cstdint>
#include <string>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

}  // namespace

TEST_CASE("an account whose every token is refused is not renewed with every request", "[O-18]") {
  Story story;
  story.on_google = [](const FetchRequest&, int) { return google_error(401, "UNAUTHENTICATED"); };
  for (int i = 0; i < 10; ++i) CHECK(story.tell(whole()) == "403 upstream_permission_denied");
  CHECK(story.token_requests().size() == 1);
  CHECK(story.host.count("kv_put token_0") == 1);
  // A minute later once more.
  story.host.now_ms += 60'000;
  CHECK(story.tell(whole()) == "403 upstream_permission_denied");
  CHECK(story.token_requests().size() == 2);
}

TEST_CASE("who met the limits of some accounts is told to come back for the others") {
  Story story(0, 6);
  story.on_google = [](const FetchRequest& request, int) {
    return account_of(request) < "4" ? spent_today() : good_answer();
  };
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "429 rate_limit_exceeded");
  CHECK(got.header("x-should-retry") == "true");
  CHECK(got.header("retry-after") == "1");
  CHECK(story.tell(whole()) == kServed);
}

TEST_CASE("a refused account does not hide that another one only rests", "[U-23]") {
  Story story(0, 2);
  story.on_google = [](const FetchRequest& request, int) {
    return account_of(request) == "0" ? limited_for("38s") : forbidden();
  };
  for (int i = 0; i < 3; ++i) {
    const Received& got = story.ask(whole());
    CHECK(Story::summary(got) == "429 rate_limit_exceeded");
    CHECK(got.header("retry-after") == "38");
  }
}

TEST_CASE("a refusal that is over leaves no rest, and one inside a stream counts as a failure") {
  Story story;
  story.on_google = [](const FetchRequest&, int n) {
    if (n == 1) return forbidden();
    if (n == 2) return good_answer();
    return answer_of({text_event("private-answer"), error_json(503, "UNAVAILABLE")});
  };
  const auto status = [&story](const std::string& part) {
    return story.ask(get("/v1/status")).body.find(part) != std::string::npos;
  };
  CHECK(story.tell(whole()) == "403 upstream_permission_denied");
  CHECK(status(R"("models":[{"model":"gemini-2.5-flash")"));
  CHECK(story.tell(whole()) == kServed);
  CHECK(status(R"("models":[],"requests":2,"failures":1)"));
  CHECK(story.tell(streamed()) == "200 private-answer!upstream_overloaded");
  CHECK(status(R"("requests":3,"failures":2)"));
}

TEST_CASE("the account's own project is kept out of what the caller is told", "[K-13]") {
  Story story;
  set_entries(story, {signed_in(0, R"(,"projectId":"marked-project")")});
  story.on_google = [](const FetchRequest&, int) {
    return google_error(403, "PERMISSION_DENIED",
                        "Billing of marked-project (project #123, project 'x-y', api_key:k-1) is "
                        "off.");
  };
  const Received& got = story.ask(whole());
  CHECK(error_message(got.body) ==
        "Google: Billing of [redacted] (project #[redacted], project '[redacted]', "
        "api_key:[redacted]) is off.");
  CHECK(story.ask(get("/v1/status")).body.find("marked-project") == std::string::npos);
}

TEST_CASE("a list of models is waited for by all who come while it is on its way") {
  Story story;
  story.on_google = [](const FetchRequest&, int) {
    FetchAnswer answer = error_answer(
        200,
        R"({"models":[{"name":"models/listed-1","supportedGenerationMethods":["generateContent"]}]})");
    answer.delay_ms = 1'000;
    return answer;
  };
  const host::CallId first = story.start(get("/v1/models"));
  const host::CallId second = story.start(get("/v1/models"));
  story.run();
  for (const host::CallId call : {first, second}) {
    CHECK(story.host.received(call).body.find("listed-1") != std::string::npos);
  }
  CHECK(story.google_requests().size() == 1);
}

TEST_CASE("a token that is refused for the list of models is renewed once", "[O-17]") {
  Story story;
  story.ask(whole());
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_old = request.header("authorization").ends_with("-0-1");
    if (is_old) return google_error(401, "UNAUTHENTICATED");
    return error_answer(
        200,
        R"({"models":[{"name":"models/listed-1","supportedGenerationMethods":["generateContent"]}]})");
  };
  CHECK(story.ask(get("/v1/models")).body.find("listed-1") != std::string::npos);
  CHECK(story.token_requests().size() == 2);
  // One that is refused again and again makes no loop.
  story.evict();
  story.on_google = [](const FetchRequest&, int) { return google_error(401, "UNAUTHENTICATED"); };
  CHECK(story.ask(get("/v1/models")).status == 200);
  CHECK(story.token_requests().size() == 3);
}

TEST_CASE("no list is asked for while a base URL is not allowed", "[S-13]") {
  Story story;
  story.set("GEMINI_BASE_URL", "http://gateway.example");
  CHECK(story.ask(get("/v1/models")).status == 200);
  CHECK(story.host.fetches.empty());
}

}  // namespace proxy::flow
