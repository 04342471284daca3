// Requests that Google refuses for one thing in them: they are mended and sent again, and the next
// one is right at once. R.. are the rows of the list of repairs.
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

FetchAnswer refused(std::string_view words) {
  return error_answer(400, error_json(400, "INVALID_ARGUMENT", words));
}

bool holds(const FetchRequest& request, std::string_view part) {
  return request.body.find(part) != std::string::npos;
}

// Google refuses `word` in a body, in these words, as often as it is there.
Story::Google refusing(std::string word, std::string words) {
  return [word, words](const FetchRequest& request, int) {
    return holds(request, word) ? refused(words) : good_answer();
  };
}

Ask penalty(bool streamed, const std::string& more = {}) {
  return post(chat_body(R"(,"presence_penalty":0.5,"stream":)" +
                        std::string(streamed ? "true" : "false") + more));
}

constexpr const char* kPenalty = "Penalty is not enabled for this model";

// A conversation whose last turn is the result of a call.
Ask after_tool(bool streamed, std::string_view signature = {}) {
  std::string extra;
  if (!signature.empty()) {
    extra =
        R"(,"extra_content":{"google":{"thought_signature":")" + std::string(signature) + "\"}}";
  }
  return post(
      R"({"model":"gemini-3.5-flash","stream":)" + std::string(streamed ? "true" : "false") +
      R"(,"messages":[{"role":"user","content":"private-question"},{"role":"assistant",)"
      R"("tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"})" +
      extra +
      R"(}]},{"role":"tool","tool_call_id":"c1","content":"private-result"}],)"
      R"("tools":[{"type":"function","function":{"name":"f"}}]})");
}

FetchAnswer finished(std::string_view reason) {
  return answer_of({R"({"candidates":[{"finishReason":")" + std::string(reason) +
                    R"(","finishMessage":"Why."}]})"});
}

}  // namespace

TEST_CASE("what Google refuses is left out and the request sent once more, to the same account") {
  for (const bool is_stream : {true, false}) {
    Story story(0, 2);
    story.on_google = refusing("presencePenalty", kPenalty);
    const std::string good = kServed + (is_stream ? "[DONE]" : "");
    CHECK(story.tell(penalty(is_stream)) == good);
    auto requests = story.google_requests();
    REQUIRE(requests.size() == 2);
    CHECK(story.accounts_asked() == "0 0");
    CHECK(holds(requests[0], R"("presencePenalty":0.5)"));
    CHECK_FALSE(holds(requests[1], "presencePenalty"));
    CHECK(holds(requests[1], "private-question"));
    CHECK(story.host.log_count(R"("ev":"request_repaired")") == 1);
    // The next one of that model is right at once.
    CHECK(story.tell(penalty(!is_stream)) == kServed + (is_stream ? "" : "[DONE]"));
    requests = story.google_requests();
    REQUIRE(requests.size() == 3);
    CHECK_FALSE(holds(requests[2], "presencePenalty"));
    // That holds for an hour.
    story.host.now_ms += 3'600'000;
    CHECK(story.tell(penalty(false)) == kServed);
    CHECK(story.google_requests().size() == 5);
  }
}

TEST_CASE("what one model refuses is asked of another all the same") {
  Story story;
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_flash = request.url.find("gemini-2.5-flash:") != std::string::npos;
    return is_flash && holds(request, "presencePenalty") ? refused(kPenalty) : good_answer();
  };
  CHECK(story.tell(penalty(false)) == kServed);
  std::string body = penalty(false).body.front();
  body.replace(body.find("gemini-2.5-flash"), 16, "gemini-2.5-pro");
  CHECK(story.tell(post(body)) == kServed);
  CHECK(holds(story.google_requests().back(), "presencePenalty"));
}

TEST_CASE("a repair that did not help is not remembered") {
  Story story;
  story.on_google = [](const FetchRequest&, int n) {
    return n <= 2 ? refused(kPenalty) : good_answer();
  };
  CHECK(story.tell(penalty(false)) == "400 upstream_invalid_request");
  CHECK(story.google_requests().size() == 2);
  CHECK(story.tell(penalty(false)) == kServed);
  CHECK(holds(story.google_requests().back(), "presencePenalty"));
}

TEST_CASE("at most two repairs are made for one request") {
  const std::string more = R"(,"top_p":0.5,"logprobs":true)";
  for (const bool is_stream : {true, false}) {
    Story story(0, 2);
    story.on_google = [](const FetchRequest& request, int) {
      if (holds(request, "presencePenalty")) return refused(kPenalty);
      if (holds(request, "topP")) return refused("top_p is not supported");
      if (holds(request, "responseLogprobs")) return refused("Logprobs is not enabled");
      return good_answer();
    };
    CHECK(story.tell(penalty(is_stream, R"(,"top_p":0.5)")) ==
          kServed + (is_stream ? "[DONE]" : ""));
    CHECK(story.accounts_asked() == "0 0 0");
    story.evict();
    CHECK(story.tell(penalty(is_stream, more)) == "400 upstream_invalid_request");
    CHECK(story.google_requests().size() == 6);
    CHECK(story.accounts_asked() == "0 0 0 0 0 0");
  }
}

TEST_CASE("repairs and retries share four attempts") {
  Story story(0, 3);
  story.on_google = [](const FetchRequest& request, int n) {
    if (holds(request, "presencePenalty")) return refused(kPenalty);
    if (n == 2) return error_answer(500, error_json(500, "INTERNAL"));
    if (holds(request, "topP")) return refused("top_p is not supported");
    return error_answer(500, error_json(500, "INTERNAL"));
  };
  CHECK(story.tell(penalty(false, R"(,"top_p":0.5)")) == "502 upstream_error");
  CHECK(story.google_requests().size() == 4);
}

TEST_CASE("a refusal that no repair is known for, or that came after words, is passed on") {
  Story story;
  story.on_google = [](const FetchRequest&, int) { return refused("Something else."); };
  CHECK(story.tell(penalty(true)) == "400 upstream_invalid_request");
  CHECK(story.google_requests().size() == 1);
  // As an event of a stream that has begun.
  const std::string error = error_json(400, "INVALID_ARGUMENT", kPenalty);
  story.on_google = [&](const FetchRequest&, int) {
    return answer_of({text_event("private-a"), error});
  };
  CHECK(story.tell(penalty(true)) == "200 private-a!upstream_invalid_request");
  CHECK(story.google_requests().size() == 2);
  // As its first event: nothing was shown.
  story.on_google = [&](const FetchRequest& request, int) {
    return holds(request, "presencePenalty") ? answer_of({error}) : good_answer();
  };
  CHECK(story.tell(penalty(true)) == kServed + "[DONE]");
}

TEST_CASE("of a whole answer nothing is shown, so it is mended wherever the refusal stands") {
  Story story;
  const std::string error = error_json(400, "INVALID_ARGUMENT", kPenalty);
  story.on_google = [&](const FetchRequest& request, int) {
    return holds(request, "presencePenalty") ? answer_of({text_event("private-a"), error})
                                             : good_answer();
  };
  CHECK(story.tell(penalty(false)) == kServed);
  CHECK(story.google_requests().size() == 2);
}

TEST_CASE("choices of one request learn of a repair from one another") {
  for (const bool is_stream : {true, false}) {
    Story story;
    story.on_google = refusing("presencePenalty", kPenalty);
    const std::string three =
        "private-answer one two|private-answer one two|private-answer one two";
    CHECK(story.tell(penalty(is_stream, R"(,"n":3)")) ==
          "200 " + three + (is_stream ? "[DONE]" : ""));
    CHECK(story.google_requests().size() == 6);
    CHECK(story.host.log_count(R"("ev":"request_repaired")") == 1);
  }
}

TEST_CASE("R2 a lost signature is replaced by the placeholder, and not remembered") {
  const std::string dummy = R"("thoughtSignature":"skip_thought_signature_validator")";
  for (const bool is_stream : {true, false}) {
    for (const bool as_finish : {true, false}) {
      Story story;
      story.on_google = [&](const FetchRequest& request, int) {
        if (!holds(request, "QUJD")) return good_answer();
        return as_finish ? finished("MISSING_THOUGHT_SIGNATURE")
                         : refused("Corrupted thought signature.");
      };
      const std::string good = kServed + (is_stream ? "[DONE]" : "");
      CHECK(story.tell(after_tool(is_stream, "QUJD")) == good);
      REQUIRE(story.google_requests().size() == 2);
      CHECK(holds(story.google_requests()[1], dummy));
      CHECK(story.tell(after_tool(is_stream, "QUJE")) == good);
      REQUIRE(story.google_requests().size() == 3);
      CHECK(holds(story.google_requests()[2], "QUJE"));
    }
  }
}

TEST_CASE("4.3 an answer that says nothing is asked for again, but not after a tool's result") {
  for (const bool is_stream : {true, false}) {
    Story story;
    story.on_google = [](const FetchRequest&, int n) {
      return n == 1 ? finished("STOP") : good_answer();
    };
    const Ask ask = is_stream ? streamed() : whole();
    CHECK(story.tell(ask) == kServed + (is_stream ? "[DONE]" : ""));
    CHECK(story.google_requests().size() == 2);
    story.on_google = [](const FetchRequest&, int) { return finished("STOP"); };
    CHECK(story.tell(ask) == "200 " + std::string(is_stream ? "[DONE]" : ""));  // told as it is
    CHECK(story.google_requests().size() == 4);
    CHECK(story.tell(after_tool(is_stream)) == "200 " + std::string(is_stream ? "[DONE]" : ""));
    CHECK(story.google_requests().size() == 5);
  }
}

TEST_CASE("4.3 a call that the model wrote wrongly is asked for again once, then it is an error") {
  for (const char* reason : {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL",
                             "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"}) {
    for (const bool is_stream : {true, false}) {
      INFO(reason);
      Story story;
      story.on_google = [&](const FetchRequest&, int n) {
        return n == 1 ? finished(reason) : good_answer();
      };
      CHECK(story.tell(after_tool(is_stream)) == kServed + (is_stream ? "[DONE]" : ""));
      story.on_google = [&](const FetchRequest&, int) { return finished(reason); };
      const Received& got = story.ask(after_tool(is_stream));
      CHECK(Story::summary(got) == "502 malformed_function_call");
      CHECK(error_message(got.body).find("Why.") != std::string::npos);
      CHECK(story.google_requests().size() == 4);
    }
  }
}

}  // namespace proxy::flow
