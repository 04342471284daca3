// Accounts of Vertex AI: where their requests go, in which form, and what their answers become.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";
const std::string kVertex = R"(,"upstream":"vertex","projectId":"project-a")";
const std::string kModel =
    "/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse";

std::string located(const std::string& location) {
  return kVertex + R"(,"location":")" + location + '"';
}

// A conversation with a call and what came of it.
std::string with_call(std::string_view model) {
  return R"({"model":")" + std::string(model) +
         R"(","stream":false,"messages":[)"
         R"({"role":"user","content":"private-question"},)"
         R"({"role":"assistant","tool_calls":[{"id":"call_private","type":"function",)"
         R"("function":{"name":"look","arguments":"{\"id\":\"private-id\"}"}}]},)"
         R"({"role":"tool","tool_call_id":"call_private","content":"{\"id\":\"private-7\"}"}],)"
         R"("tools":[{"type":"function","function":{"name":"look","parameters":)"
         R"({"type":"object","properties":{"id":{"type":"string"}}}}}]})";
}

}  // namespace

TEST_CASE("a request goes to the account's project and location") {
  struct Row {
    std::string entry;
    std::string url;  // up to the model
  };
  const std::string tail = "/v1beta1/projects/project-a/locations/";
  const Row rows[] = {
      {signed_in(0, kVertex), "https://aiplatform.googleapis.com" + tail + "global"},
      {signed_in(0, located("us-central1")),
       "https://us-central1-aiplatform.googleapis.com" + tail + "us-central1"},
      {signed_in(0, located(" Europe-West4 ")),
       "https://europe-west4-aiplatform.googleapis.com" + tail + "europe-west4"},
      {signed_in(0, located("us")), "https://aiplatform.us.rep.googleapis.com" + tail + "us"},
      {signed_in(0, located("eu")), "https://aiplatform.eu.rep.googleapis.com" + tail + "eu"},
      {robot(0, R"(,"upstream":"vertex")"),
       "https://aiplatform.googleapis.com/v1beta1/projects/robots/locations/global"},
      {robot(0, kVertex), "https://aiplatform.googleapis.com" + tail + "global"},
      {with_key(0, R"(,"upstream":"vertex")"), "https://aiplatform.googleapis.com/v1beta1"}};
  for (const Row& row : rows) {
    INFO(row.url);
    Story story;
    set_entries(story, {row.entry});
    CHECK(story.tell(streamed()) == kServed + "[DONE]");
    REQUIRE(story.google_requests().size() == 1);
    const FetchRequest request = story.google_requests().front();
    CHECK(request.url == row.url + kModel);
    const bool is_key = row.entry.find("api_key") != std::string::npos;
    CHECK(request.header("authorization").empty() == is_key);
    CHECK(request.header("x-goog-api-key").empty() != is_key);
    CHECK(request.header("x-goog-user-project").empty());
    CHECK(story.host.count("/token") == (is_key ? 0 : 1));
  }
}

TEST_CASE("variables say which Vertex AI is meant") {
  Story story;
  set_entries(story, {signed_in(0, located("us-central1")), signed_in(1)});
  story.set("VERTEX_API_VERSION", "v1");
  story.set("VERTEX_BASE_URL", "http://127.0.0.1:9999");
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.host.fetches.back().url ==
        "http://127.0.0.1:9999/v1/projects/project-a/locations/us-central1" + kModel);
}

TEST_CASE("DEFAULT_UPSTREAM is that of entries that name none") {
  Story story;
  story.set("DEFAULT_UPSTREAM", "Vertex");
  set_entries(story, {robot(0), robot(1, R"(,"upstream":"gemini")")});
  for (int i = 0; i < 2; ++i) CHECK(story.tell(whole()) == kServed);
  const auto requests = story.google_requests();
  CHECK(requests[0].url.find("//aiplatform.googleapis.com/") != std::string::npos);
  CHECK(requests[1].url.find("//generativelanguage.googleapis.com/") != std::string::npos);
}

TEST_CASE("Vertex AI is sent no ids of calls, and loses none of the arguments") {
  for (const char* model : {"gemini-2.5-flash", "gemini-3-flash-preview"}) {
    Story story;
    set_entries(story, {signed_in(0, kVertex), signed_in(1)});
    for (int i = 0; i < 2; ++i) CHECK(story.tell(post(with_call(model))) == kServed);
    const auto requests = story.google_requests();
    const auto on_vertex = nlohmann::json::parse(requests[0].body);
    const auto& call = on_vertex["contents"][1]["parts"][0]["functionCall"];
    CHECK_FALSE(call.contains("id"));
    CHECK(call["args"]["id"] == "private-id");
    const auto& response = on_vertex["contents"][2]["parts"][0]["functionResponse"];
    CHECK_FALSE(response.contains("id"));
    CHECK(response["name"] == "look");
    CHECK(response.dump().find("private-7") != std::string::npos);
    // But for these ids the two are sent the same.
    auto on_gemini = nlohmann::json::parse(requests[1].body);
    on_gemini["contents"][1]["parts"][0]["functionCall"].erase("id");
    on_gemini["contents"][2]["parts"][0]["functionResponse"].erase("id");
    CHECK(on_gemini == on_vertex);
  }
}

TEST_CASE("calls of an answer without ids get some of the proxy's own") {
  Story story;
  set_entries(story, {signed_in(0, kVertex)});
  story.on_google = [](const FetchRequest&, int) {
    const std::string call = R"({"functionCall":{"name":"look","args":{"id":"private-1"}}})";
    return answer_of({R"({"usageMetadata":{"trafficType":"ON_DEMAND"}})",
                      R"({"candidates":[{"content":{"role":"model","parts":[)" + call + ',' + call +
                          R"(]},"finishReason":"STOP"}],"createTime":"2026-01-01T00:00:00Z",)"
                          R"("usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":3,)"
                          R"("totalTokenCount":8,"trafficType":"ON_DEMAND"}})"});
  };
  const auto answer = nlohmann::json::parse(story.ask(post(with_call("gemini-2.5-flash"))).body);
  const auto& calls = answer["choices"][0]["message"]["tool_calls"];
  REQUIRE(calls.size() == 2);
  for (const auto& call : calls) CHECK(call["id"].get<std::string>().starts_with("call_"));
  CHECK(calls[0]["id"] != calls[1]["id"]);
  CHECK(answer["usage"]["total_tokens"] == 8);
}

TEST_CASE("a location that there is not is a page of HTML, and the account's fault", "[U-06]") {
  Story story;
  set_entries(story, {signed_in(0, located("nowhere1")), signed_in(1)});
  story.on_google = [](const FetchRequest& request, int) {
    return account_of(request) == "0" ? error_answer(404, "<!DOCTYPE html><title>Error 404")
                                      : good_answer();
  };
  for (int i = 0; i < 3; ++i) CHECK(story.tell(whole()) == kServed);
  CHECK(story.accounts_asked() == "0 1 1 1");  // it rests, as nothing there will answer
  CHECK(story.host.log_count("account_rests") == 1);
}

TEST_CASE("an entry that Vertex AI could not serve is left out with a note") {
  for (const std::string& entry :
       {signed_in(0, R"(,"upstream":"vertex")"), signed_in(0, located("evil.example/")),
        signed_in(0, located(std::string(41, 'a'))),
        signed_in(0, R"(,"upstream":"vertex","projectId":"a/../b")")}) {
    Story story;
    set_entries(story, {entry});
    CHECK(story.tell(whole()) == "503 no_enabled_account");
    set_entries(story, {entry, signed_in(1)});
    CHECK(story.tell(whole()) == kServed);
    CHECK(story.accounts_asked() == "1");
  }
}

}  // namespace proxy::flow
