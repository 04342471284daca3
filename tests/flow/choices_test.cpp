// `n`: several choices are as many calls of Gemini side by side, each with its own way through the
// accounts, and one answer.
#include <algorithm>
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kOne = "private-answer one two";
const std::string kThree = kOne + "|" + kOne + "|" + kOne;

Ask several(int n, bool streamed, const std::string& more = {}) {
  return post(chat_body(R"(,"n":)" + std::to_string(n) + R"(,"stream":)" +
                        (streamed ? "true" : "false") + more));
}

// The n-th call says its number.
FetchAnswer numbered(int n) {
  const std::string name = "private-" + std::to_string(n);
  return answer_of({text_event(name), text_event(" end", "STOP")});
}

}  // namespace

TEST_CASE("each choice is a call of its own, all of them open at once") {
  for (const bool is_stream : {true, false}) {
    Story story;
    story.on_google = [](const FetchRequest&, int n) {
      FetchAnswer answer = numbered(n);
      answer.delay_ms = 10'000;
      return answer;
    };
    const std::int64_t begun_ms = story.host.now_ms;
    const Received& got = story.ask(several(3, is_stream));
    CHECK(story.host.now_ms - begun_ms == 10'000);
    CHECK(Story::summary(got) ==
          "200 private-1 end|private-2 end|private-3 end" + std::string(is_stream ? "[DONE]" : ""));
    const auto requests = story.google_requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].body == requests[2].body);
    CHECK(requests[0].body.find("candidateCount") == std::string::npos);
    CHECK(story.token_requests().size() == 1);  // the choices share one refresh
    CHECK(view_log(story.host.logs.back()).get("try") == "3");
  }
}

TEST_CASE("whichever choice is quicker, each keeps its index and the answer one id") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    Story story(seed);
    story.on_google = [](const FetchRequest&, int n) {
      FetchAnswer answer = numbered(n);
      answer.gap_ms = 10 * (4 - n);
      return answer;
    };
    const std::string told = story.tell(several(3, seed % 2 == 0));
    for (const char* text : {"private-1 end", "private-2 end", "private-3 end"}) {
      CHECK(told.find(text) != std::string::npos);
    }
    CHECK(told.starts_with("200 "));
  }
}

TEST_CASE("the usage of all choices is added up, that of calls made again is not") {
  for (const bool is_stream : {true, false}) {
    Story story(0, 2);
    story.on_google = [](const FetchRequest&, int n) {
      if (n == 2)
        return answer_of({R"({"candidates":[{"finishReason":"STOP"}],)"
                          R"("usageMetadata":{"promptTokenCount":500}})"});
      return good_answer();
    };
    const Received& got =
        story.ask(several(3, is_stream, R"(,"stream_options":{"include_usage":true})"));
    CHECK(story.google_requests().size() == 4);
    CHECK(
        got.body.find(R"("usage":{"prompt_tokens":15,"completion_tokens":9,"total_tokens":24,)") !=
        std::string::npos);
    if (!is_stream) continue;
    const StreamView view = view_stream(got.body, true, 3);
    CHECK(view.events.back().find(R"("choices":[],"usage":{)") != std::string::npos);
    CHECK(std::count_if(view.events.begin(), view.events.end(), [](const std::string& event) {
            return event.find(R"("usage":null)") == std::string::npos;
          }) == 1);
  }
}

TEST_CASE("a choice that fails before it has said anything goes to the next account alone") {
  for (const bool is_stream : {true, false}) {
    Story story(0, 2);
    story.on_google = [](const FetchRequest&, int n) {
      return n == 2 ? error_answer(429, error_json(429, "RESOURCE_EXHAUSTED")) : good_answer();
    };
    CHECK(story.tell(several(3, is_stream)) == "200 " + kThree + (is_stream ? "[DONE]" : ""));
    CHECK(story.accounts_asked() == "0 0 0 1");
    CHECK(story.host.log_count(R"("ev":"failover")") == 1);
  }
}

TEST_CASE("the first choice that no account serves ends the whole answer") {
  for (const bool is_stream : {true, false}) {
    Story story(0, 2);
    story.on_google = [](const FetchRequest& request, int n) {
      const bool second =
          n == 2 || request.header("authorization").find("-1-") != std::string::npos;
      if (second) return error_answer(429, error_json(429, "RESOURCE_EXHAUSTED"));
      FetchAnswer slow = good_answer();
      slow.delay_ms = 60'000;  // would be an answer, but nobody waits for it
      return slow;
    };
    const std::int64_t begun_ms = story.host.now_ms;
    CHECK(story.tell(several(3, is_stream)) == "429 rate_limit_exceeded");
    CHECK(story.host.now_ms - begun_ms < 1'000);
    CHECK(story.accounts_asked() == "0 0 0 1");
  }
}

TEST_CASE("a choice that breaks after its first words ends the stream, the others are dropped") {
  Story story(0, 2);
  story.on_google = [](const FetchRequest&, int n) {
    FetchAnswer answer = numbered(n);
    answer.gap_ms = n == 2 ? 10 : 1'000;
    if (n == 2) {
      answer.chunks.pop_back();
      answer.end = BodyEnd::broken;
    }
    return answer;
  };
  const std::int64_t begun_ms = story.host.now_ms;
  const Received& got = story.ask(several(3, true));
  CHECK(Story::summary(got) == "200 |private-2!upstream_reset");
  CHECK(story.host.now_ms - begun_ms < 1'000);
  CHECK(story.accounts_asked() == "0 0 0");
  // Nothing was shown of a whole answer: there the same choice is asked for again.
  story.on_google = [](const FetchRequest&, int n) {
    return n == 5 ? answer_of({text_event("private-half")}, BodyEnd::broken) : numbered(n);
  };
  CHECK(story.tell(several(3, false)) == "200 private-4 end|private-7 end|private-6 end");
}

TEST_CASE("a choice that nobody serves after the others have spoken ends the stream") {
  Story story(0, 2);
  story.on_google = [](const FetchRequest& request, int n) {
    const bool fails = n == 2 || request.header("authorization").find("-1-") != std::string::npos;
    if (!fails) return numbered(n);
    FetchAnswer refusal = error_answer(429, error_json(429, "RESOURCE_EXHAUSTED"));
    refusal.delay_ms = 1'000;
    return refusal;
  };
  const Received& got = story.ask(several(3, true));
  CHECK(Story::summary(got) == "200 private-1 end||private-3 end!rate_limit_exceeded");
  CHECK(story.accounts_asked() == "0 0 0 1");
}

TEST_CASE("choices survive any fault in any order of the host's answers") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    for (std::size_t n = 1; n <= 45; ++n) {
      for (const bool hangs : {true, false}) {
        INFO("seed " << seed << ", operation " << n << (hangs ? " hangs" : " fails"));
        Story story(seed, 2);
        if (hangs) {
          story.host.hang_at(n);
        } else {
          story.host.fail_at(n);
        }
        if (seed % 3 == 0) story.host.cancel_at(n / 2 + 1);
        const std::string told = story.tell(several(3, seed % 2 == 0));
        if (seed % 3 == 0) continue;  // the caller may have left
        const bool is_good = told == "200 " + kThree || told == "200 " + kThree + "[DONE]";
        const bool is_error = told[0] != '2' || told.find('!') != std::string::npos;
        CHECK((is_good || is_error));
      }
    }
  }
}

TEST_CASE("one choice may be done while another is silent for too long") {
  Story story;
  story.on_google = [](const FetchRequest&, int n) {
    FetchAnswer answer = numbered(n);
    if (n == 2) {
      answer.chunks.pop_back();
      answer.end = BodyEnd::never;
    }
    return answer;
  };
  const Received& got = story.ask(several(2, true));
  CHECK(Story::summary(got) == "200 private-1 end|private-2!upstream_timeout");
  const StreamView view = view_stream(got.body, true, 2);
  REQUIRE(view.finish_reasons.size() == 2);
  CHECK(view.finish_reasons[0] == "stop");
  CHECK(view.finish_reasons[1].empty());
}

TEST_CASE("a request that Google refuses is refused once for all choices") {
  for (const bool is_stream : {true, false}) {
    Story story(0, 2);
    story.on_google = [](const FetchRequest&, int) {
      return error_answer(400, error_json(400, "INVALID_ARGUMENT", "Bad."));
    };
    CHECK(story.tell(several(3, is_stream)) == "400 upstream_invalid_request");
    CHECK(story.accounts_asked() == "0 0 0");
  }
}

TEST_CASE("without a token no choice is asked for at all") {
  Story story;
  story.on_token = [](const std::string&, int) { return refusal("invalid_grant"); };
  CHECK(story.tell(several(3, true)) == "503 all_accounts_dead");
  CHECK(story.google_requests().empty());
  CHECK(story.token_requests().size() == 1);
  CHECK(story.tell(several(3, false)) == "503 all_accounts_dead");  // remembered
  CHECK(story.token_requests().size() == 1);
}

TEST_CASE("how many choices there may be is the owner's to say") {
  Story story;
  story.set("MAX_N", "2");
  CHECK(story.tell(several(2, false)) == "200 " + kOne + "|" + kOne);
  CHECK(story.tell(several(3, false)) == "400 invalid_value");
  story.set("MAX_N", "6");
  CHECK(story.tell(several(6, true)) == "200 " + kThree + "|" + kThree + "[DONE]");
}

}  // namespace proxy::flow
