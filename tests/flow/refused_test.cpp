// Accounts that Google refuses for another reason than a quota, and rests that isolates tell each
// other.
#include <cstdint>
#include <string>
#include <utility>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

void always(Story& story, FetchAnswer answer) {
  story.on_google = [answer = std::move(answer)](const FetchRequest&, int) { return answer; };
}

void first_gets(Story& story, FetchAnswer answer) {
  story.on_google = [answer = std::move(answer)](const FetchRequest& request, int) {
    return account_of(request) == "0" ? answer : good_answer();
  };
}

}  // namespace

TEST_CASE("an account without permission rests ten minutes for that model", "[U-05]") {
  Story story(0, 2);
  first_gets(story, forbidden());
  for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 1 1 1");
  story.host.now_ms += 599'000;
  CHECK(story.tell(whole()) == kServed);
  story.host.now_ms += 1'000;
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 1 1 1 1 0 1");
  // The model alone: with another it is asked like any other.
  story.on_google = nullptr;
  CHECK(story.tell(ask_of("gemini-2.5-pro")) == kServed);
  CHECK(story.accounts_asked() == "0 1 1 1 1 0 1 0");
  CHECK(story.host.count("kv_put cool_") == 0);  // another isolate sees for itself
}

TEST_CASE("where the owner can lift a block is in the log, not in the answer", "[U-05]") {
  for (const int accounts : {1, 2, 3}) {
    Story story(0, accounts);
    always(story, forbidden());
    const Received& got = story.ask(whole());
    CHECK(Story::summary(got) == "403 upstream_permission_denied");
    CHECK(got.body.find("accounts.example") == std::string::npos);
    CHECK(story.host.log_count("https://accounts.example/verify?of=it") ==
          static_cast<std::size_t>(accounts));
    // When nobody else is left it costs a call to see whether the owner has done it.
    const std::size_t calls = story.google_requests().size();
    CHECK(story.tell(whole()) == "403 upstream_permission_denied");
    CHECK(story.google_requests().size() == calls + 1);
    story.on_google = nullptr;
    CHECK(story.tell(whole()) == kServed);
  }
}

TEST_CASE("an account whose new token is refused, too, rests a minute", "[O-17]") {
  Story story(0, 2);
  first_gets(story, google_error(401, "UNAUTHENTICATED"));
  for (int i = 0; i < 2; ++i) CHECK(story.tell(whole()) == kServed);
  CHECK(story.tell(ask_of("gemini-2.5-pro")) == kServed);  // whatever the model
  CHECK(story.accounts_asked() == "0 1 1 1");
  story.host.now_ms += 60'000;
  story.on_google = nullptr;
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 1 1 1 0");
}

TEST_CASE("a place that Google does not serve is so for every account of that address", "[U-03]") {
  for (const int accounts : {1, 2, 3}) {
    Story story(0, accounts);
    always(story, google_error(400, "FAILED_PRECONDITION",
                               "User location is not supported for the API use."));
    const Received& got = story.ask(streamed());
    CHECK(Story::summary(got) == "403 unsupported_country_region_territory");
    CHECK(error_message(got.body).find("Smart Placement") != std::string::npos);
    CHECK(story.accounts_asked() == "0");
    CHECK(story.host.log_count("account_rests") == 0);
  }
}

TEST_CASE("a model that is not there is asked for once", "[U-06]") {
  for (const int accounts : {1, 2, 3}) {
    Story story(0, accounts);
    always(story, google_error(404, "NOT_FOUND", "models/gemini-2.5-flash is not found."));
    const Received& got = story.ask(whole());
    CHECK(Story::summary(got) == "404 model_not_found");
    CHECK(error_message(got.body) ==
          "The model `gemini-2.5-flash` does not exist or you do not have access to it.");
    CHECK(story.accounts_asked() == "0");
    CHECK(story.host.log_count("account_rests") == 0);
  }
}

TEST_CASE("a long rest is told to other isolates, once", "[U-09][U-10]") {
  for (const char* delay : {"60s", "60.001s"}) {
    INFO(delay);
    const bool is_long = std::string(delay) != "60s";
    Story story(0, 2);
    first_gets(story, limited_for(delay));
    for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == kServed);
    CHECK(story.host.count("kv_put cool_0") == (is_long ? 1 : 0));
    CHECK(story.accounts_asked() == "0 1 1 1");
  }
  Story story(0, 2);
  first_gets(story, spent_today());
  CHECK(story.tell(whole()) == kServed);
  for (int i = 0; i < 3; ++i) {
    story.evict();
    CHECK(story.tell(streamed()) == kServed + "[DONE]");
  }
  CHECK(story.accounts_asked() == "0 1 1 1 1");
  CHECK(story.host.count("kv_put cool_0") == 1);
  CHECK(story.host.count("kv_put cool_1") == 0);
  // The model that is named there, and no other.
  story.evict();
  story.on_google = nullptr;
  CHECK(story.tell(ask_of("gemini-2.5-pro")) == kServed);
  CHECK(story.accounts_asked() == "0 1 1 1 1 0");
}

TEST_CASE("a rest that another isolate has told is not told again", "[U-10]") {
  std::string record;
  {
    Story story;
    always(story, spent_today());
    story.ask(whole());
    record = *story.host.kv("cool_0");
  }
  Story story;
  story.ask(whole());  // so it has looked before the other one writes
  story.host.set_kv("cool_0", record);
  always(story, spent_today());
  CHECK(story.tell(whole()) == "429 insufficient_quota");
  CHECK(story.host.count("kv_put cool_0") == 0);
}

TEST_CASE("where all rest the next isolate makes no call of the model", "[U-10][U-23]") {
  Story story(0, 2);
  always(story, spent_today());
  CHECK(story.tell(whole()) == "429 insufficient_quota");
  story.evict();
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "429 insufficient_quota");
  CHECK(got.header("retry-after") == "35200");
  CHECK(story.google_requests().size() == 2);
  CHECK(story.token_requests().size() == 2);
}

TEST_CASE("what KV says of a rest is another account's after a change of ACCOUNTS", "[A-13]") {
  for (const bool keys : {false, true}) {
    Story story;
    set_entries(story, {keys ? with_key(0) : signed_in(0)});
    always(story, spent_today());
    CHECK(story.tell(whole()) == "429 insufficient_quota");
    CHECK(story.host.kv("cool_0").has_value());
    story.on_google = nullptr;
    story.evict();
    CHECK(story.tell(whole()) == "429 insufficient_quota");
    set_entries(story, {keys ? with_key(7) : signed_in(7)});
    CHECK(story.tell(whole()) == kServed);
    CHECK(story.accounts_asked() == "0 7");
  }
}

TEST_CASE("a record of a rest that makes no sense is none") {
  Story story;
  always(story, spent_today());
  story.ask(whole());
  const std::string record = *story.host.kv("cool_0");
  story.on_google = nullptr;
  for (const std::string& value :
       {std::string("x"), std::string("{}"), std::string("[]"), record.substr(0, record.size() - 1),
        std::string(100'000, '[')}) {
    story.host.set_kv("cool_0", value);
    story.evict();
    CHECK(story.tell(whole()) == kServed);
  }
}

TEST_CASE("several choices that meet a long quota together tell it once") {
  Story story;
  always(story, spent_today());
  CHECK(story.tell(post(chat_body(R"(,"stream":false,"n":4)"))) == "429 insufficient_quota");
  CHECK(story.host.count("kv_put cool_0") == 1);
}

}  // namespace proxy::flow
