// Accounts of several upstreams beside each other: which of them serves what, and what each is
// sent of a request.
#include <nlohmann/json.hpp>
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
const std::string kVertex = R"(,"upstream":"vertex","projectId":"project-a")";
const std::string kCodeAssist = R"(,"upstream":"codeassist","projectId":"project-c")";

bool is_vertex(const FetchRequest& request) {
  return request.url.find("aiplatform.googleapis.com/") != std::string::npos;
}

// Accounts 0 of the Gemini API, 1 of Vertex AI, 2 of Code Assist.
void set_all_kinds(Story& story) {
  story.set("ENABLE_CODE_ASSIST", "1");
  set_entries(story, {with_key(0), robot(1, R"(,"upstream":"vertex")"), signed_in(2, kCodeAssist)});
}

void except(Story& story, const std::string& account, FetchAnswer answer) {
  story.on_google = [account, answer = std::move(answer)](const FetchRequest& request, int) {
    return account_of(request) == account ? answer : good_for(request);
  };
}

const FetchAnswer kWrongPlace =
    google_error(400, "FAILED_PRECONDITION", "User location is not supported for the API use.");
const FetchAnswer kNoModel = google_error(404, "NOT_FOUND", "The model is not found.");

}  // namespace

TEST_CASE("accounts of all kinds take turns") {
  Story story;
  set_all_kinds(story);
  for (const Ask& ask : {whole(), streamed(), whole(), whole()})
    CHECK(story.ask(ask).status == 200);
  CHECK(story.accounts_asked() == "0 1 2 0");
}

TEST_CASE("where Google does not serve one upstream another may be served", "[U-03]") {
  Story story;
  set_entries(story, {with_key(0), signed_in(1), signed_in(2, kVertex), with_key(3)});
  story.on_google = [](const FetchRequest& request, int) {
    return is_vertex(request) ? good_answer() : kWrongPlace;
  };
  CHECK(story.tell(streamed()) == kServed + "[DONE]");
  CHECK(story.accounts_asked() == "0 2");  // account 1 would hear the same
  // With all of them refused the caller is told what to do.
  story.on_google = [](const FetchRequest&, int) { return kWrongPlace; };
  const Received& got = story.ask(whole());
  CHECK(Story::summary(got) == "403 unsupported_country_region_territory");
  CHECK(error_message(got.body).find("Vertex AI") != std::string::npos);
  CHECK(story.google_requests().size() == 4);
  CHECK(story.host.log_count("account_rests") == 0);
}

TEST_CASE("a model that one upstream does not have may be another's", "[U-06]") {
  const std::string region = kVertex + R"(,"location":"us-central1")";
  struct Row {
    std::vector<std::string> entries;
    const char* asked;
    const char* summary;
  };
  const Row rows[] = {
      {{signed_in(0), signed_in(1)}, "0", "404 model_not_found"},
      {{signed_in(0), signed_in(1), signed_in(2, kVertex)}, "0 2", kServed.c_str()},
      // New models are at `global` first.
      {{signed_in(0, region), signed_in(1, region), signed_in(2, kVertex)}, "0 2", kServed.c_str()},
      {{signed_in(0, region), signed_in(1, region)}, "0", "404 model_not_found"}};
  for (const Row& row : rows) {
    INFO(row.asked << ' ' << row.summary);
    Story story;
    set_entries(story, row.entries);
    story.on_google = [](const FetchRequest& request, int) {
      return account_of(request) == "2" ? good_answer() : kNoModel;
    };
    CHECK(story.tell(whole()) == row.summary);
    CHECK(story.accounts_asked() == row.asked);
    CHECK(story.host.log_count("account_rests") == 0);
  }
}

TEST_CASE("what an upstream does not know is left out, and named in x-proxy-warnings") {
  struct Row {
    const char* more;
    const char* words;  // of the body; and of the header, where it is left out
    bool on[3];         // Gemini API, Vertex AI, Code Assist
  };
  const Row rows[] = {
      {R"("google":{"labels":{"team":"x"}})", "labels", {false, true, true}},
      {R"("google":{"model_armor_config":{"a":"b"}})", "modelArmorConfig", {false, true, false}},
      {R"("service_tier":"flex")", "serviceTier", {true, false, false}},
      {R"("google":{"generation_config":{"audio_timestamp":true}})",
       "audioTimestamp",
       {false, true, false}},
      {R"("google":{"aspect_ratio":"1:1"})", "imageConfig", {true, true, false}}};
  for (const Row& row : rows) {
    for (const bool streams : {false, true}) {
      INFO(row.words << " streamed " << streams);
      Story story;
      set_all_kinds(story);
      const std::string flag = streams ? "true," : "false,";
      for (const bool is_known : row.on) {
        const Received& got = story.ask(post(chat_body(",\"stream\":" + flag + row.more)));
        CHECK(got.status == 200);
        const FetchRequest& request = story.host.fetches.back();
        CHECK((request.body.find(row.words) != std::string::npos) == is_known);
        const std::string warning = got.header("x-proxy-warnings");
        CHECK((warning.find(row.words) == std::string::npos) == is_known);
      }
    }
  }
}

TEST_CASE("a tool that an upstream does not know leaves no empty tool behind") {
  Story story;
  set_entries(story, {signed_in(0, kVertex)});
  const Received& got = story.ask(post(chat_body(
      R"(,"stream":false,"google":{"tools":[{"file_search":{"file_search_store_names":["a"]}}]})")));
  CHECK(got.status == 200);
  CHECK(got.header("x-proxy-warnings").find("fileSearch") != std::string::npos);
  const auto body = nlohmann::json::parse(story.host.fetches.back().body);
  CHECK((!body.contains("tools") || body["tools"].empty()));
}

TEST_CASE("what only one upstream can serve is asked of that one") {
  const std::string image = R"({"model":"gemini-2.5-flash","stream":false,"messages":[)"
                            R"({"role":"user","content":[{"type":"image_url","image_url":{"url":")";
  const std::string end = R"("}}]}]})";
  const std::pair<Ask, const char*> rows[] = {
      {post(image + "gs://bucket/private-a.png" + end), "1 1 1"},
      {post(image + "https://generativelanguage.googleapis.com/v1beta/files/private-a" + end),
       "0 0 0"},
      {post(chat_body(R"(,"stream":false,"google":{"tools":[{"enterprise_web_search":{}}]})")),
       "1 1 1"},
      {ask_of("tunedModels/own-1"), "0 0 0"}};
  for (const auto& [ask, asked] : rows) {
    Story story;
    set_all_kinds(story);
    for (int i = 0; i < 3; ++i) CHECK(story.tell(ask) == kServed);
    CHECK(story.accounts_asked() == asked);
  }
}

TEST_CASE("a request that none of the accounts can serve is refused without a call") {
  for (const bool resting : {false, true}) {
    Story story;
    set_entries(story, {signed_in(0, kVertex)});
    if (resting) {
      except(story, "0", limited_for("30s"));
      story.ask(whole());
    }
    const std::size_t calls = story.host.fetches.size();
    const Received& got = story.ask(ask_of("tunedModels/own-1"));
    CHECK(Story::summary(got) == "400 unsupported_value");
    CHECK(story.host.fetches.size() == calls);
  }
}

TEST_CASE("rests of accounts that could not serve anyway are not waited for", "[U-23]") {
  Story story;
  set_entries(story, {with_key(0), signed_in(1, kVertex)});
  // Quotas of no one model, so that they hold for the next, too.
  story.on_google = [](const FetchRequest& request, int) {
    return error_answer(429, error_json(429, "RESOURCE_EXHAUSTED", "No.",
                                        detail("QuotaFailure", R"("violations":[{}])") + ',' +
                                            retry_info(is_vertex(request) ? "5s" : "50s")));
  };
  CHECK(story.ask(whole()).header("retry-after") == "5");
  const Ask tuned = ask_of("tunedModels/own-1");
  CHECK(story.ask(tuned).header("retry-after") == "50");
  CHECK(story.google_requests().size() == 2);
}

TEST_CASE("what one upstream did not take is still sent to the others") {
  Story story;
  set_all_kinds(story);
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_strict = account_of(request) == "0";
    if (is_strict && request.body.find("presencePenalty") != std::string::npos) {
      return google_error(400, "INVALID_ARGUMENT", "Penalty is not enabled for this model");
    }
    return good_for(request);
  };
  const Ask ask = post(chat_body(R"(,"stream":false,"presence_penalty":1)"));
  for (int i = 0; i < 6; ++i) CHECK(story.tell(ask) == kServed);
  CHECK(story.accounts_asked() == "0 0 1 2 0 1 2");
  std::string with;
  for (const FetchRequest& request : story.google_requests()) {
    if (request.body.find("presencePenalty") != std::string::npos) with += account_of(request);
  }
  CHECK(with == "01212");
}

TEST_CASE("a quota that is spent at one upstream is not at another") {
  Story story;
  set_all_kinds(story);
  set_entries(story, {signed_in(0, R"(,"projectId":"project-a")"), signed_in(1, kVertex)});
  except(story, "0", limited_for("30s"));
  for (int i = 0; i < 2; ++i) CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 1 1");
}

TEST_CASE("an explanation shows what the account's upstream would be sent") {
  Story story;
  set_all_kinds(story);
  for (const char* name : {"gemini_api", "vertex", "code_assist"}) {
    const auto shown = nlohmann::json::parse(story.ask(whole().with("x-proxy-explain", "1")).body);
    CHECK(shown["upstream"] == name);
    CHECK(shown["request"].contains("contents"));  // without the envelope of Code Assist
    CHECK(story.tell(whole()) == kServed);
  }
}

}  // namespace proxy::flow
