#include "flow/plots.h"

#include <utility>

#include "flow/entries.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";
const std::string kStreamed = kServed + "[DONE]";
const std::string kThree = "private-answer one two|private-answer one two|private-answer one two";

void nothing(Story&) {}
void warm_up(Story& story) { story.ask(whole()); }

// The token is in KV only.
void warm_kv(Story& story) {
  story.ask(whole());
  story.evict();
}

void age_token(Story& story) {
  story.ask(whole());
  story.host.now_ms += 3'599'000 - 61'000;  // served once more, and renewed meanwhile
}

void revoke_first(Story& story) {
  story.on_token = [](const std::string& refresh_token, int n) {
    if (refresh_token.ends_with("0")) return refusal("invalid_grant");
    return token_answer("marked-access-1-" + std::to_string(n));
  };
}

// The token that the isolate holds is refused by Gemini.
void revoke_token(Story& story) {
  story.ask(whole());
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_old = request.header("authorization").ends_with("-0-1");
    return is_old ? error_answer(401, error_json(401, "UNAUTHENTICATED")) : good_answer();
  };
}

// Google gives out another refresh token.
void rotate(Story& story) {
  story.on_token = [](const std::string&, int) {
    return error_answer(200, R"({"access_token":"marked-access-0-1","expires_in":3599,)"
                             R"("refresh_token":"marked-refresh-new"})");
  };
}

void fail_once(Story& story) {
  story.on_google = [](const FetchRequest&, int n) {
    return n == 1 ? error_answer(500, error_json(500, "INTERNAL")) : good_answer();
  };
}

void break_once(Story& story) {
  story.on_google = [](const FetchRequest&, int n) {
    return n == 1 ? answer_of({}, BodyEnd::broken) : good_answer();
  };
}

void be_slow(Story& story) {
  story.on_google = [](const FetchRequest&, int) {
    FetchAnswer answer = good_answer();
    answer.delay_ms = 36'000;
    answer.gap_ms = 16'000;
    return answer;
  };
}

void break_late(Story& story) {
  story.on_google = [](const FetchRequest&, int) {
    return answer_of({text_event("private-answer")}, BodyEnd::broken);
  };
}

void refuse(Story& story) {
  story.on_google = [](const FetchRequest&, int) {
    return error_answer(429, error_json(429, "RESOURCE_EXHAUSTED"));
  };
}

// The second call of several meets a quota.
void limit_second(Story& story) {
  story.on_google = [](const FetchRequest&, int n) {
    return n == 2 ? error_answer(429, error_json(429, "RESOURCE_EXHAUSTED")) : good_answer();
  };
}

// Google refuses two settings, one after the other, until they are left out.
void refuse_settings(Story& story) {
  story.on_google = [](const FetchRequest& request, int) {
    for (const auto& [name, words] :
         {std::pair("presencePenalty", "Penalty is not enabled for this model"),
          std::pair("topP", "top_p is not supported")}) {
      if (request.body.find(name) == std::string::npos) continue;
      return error_answer(400, error_json(400, "INVALID_ARGUMENT", words));
    }
    return good_answer();
  };
}

// The model writes a call wrongly, then says something else.
void stumble_once(Story& story) {
  story.on_google = [](const FetchRequest&, int n) {
    if (n > 1) return good_answer();
    return answer_of({R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]})"});
  };
}

// One choice of three breaks after its first words.
void break_one(Story& story) {
  story.on_google = [](const FetchRequest&, int n) {
    if (n != 2) return good_answer();
    return answer_of({text_event("private-answer")}, BodyEnd::broken);
  };
}

void sign_in_robot(Story& story) { set_entries(story, {robot(0)}); }
void take_key(Story& story) { set_entries(story, {with_key(0)}); }

void refuse_key(Story& story) {
  set_entries(story, {with_key(0), signed_in(1)});
  story.on_google = [](const FetchRequest& request, int) {
    return account_of(request) == "0" ? error_answer(401) : good_answer();
  };
}

void use_vertex(Story& story) {
  set_entries(story, {robot(0, R"(,"upstream":"vertex","location":"eu")")});
}

// Neither the token nor the project is known.
void use_code_assist(Story& story) {
  story.set("ENABLE_CODE_ASSIST", "1");
  set_entries(story, {signed_in(0, R"(,"upstream":"codeassist")")});
}

// Nor is the account signed up.
void sign_up(Story& story) {
  use_code_assist(story);
  story.set("CODE_ASSIST_ONBOARD", "1");
  story.on_google = [](const FetchRequest& request, int) {
    if (asks_for_project(request)) {
      return project_answer(R"({"allowedTiers":[{"id":"free-tier","isDefault":true}]})");
    }
    if (request.url.ends_with(":onboardUser")) return project_answer(R"({"name":"operations/1"})");
    if (request.method != "GET") return in_envelopes();
    return project_answer(
        R"({"done":true,"response":{"cloudaicompanionProject":{"id":"made-1"}}})");
  };
}

void list_models(Story& story) {
  story.on_google = [](const FetchRequest& request, int) {
    if (request.method != "GET") return good_answer();
    return error_answer(200, R"({"models":[{"name":"models/listed-1",)"
                             R"("supportedGenerationMethods":["generateContent"]}]})");
  };
}

// The first account meets a quota of minutes, which is told to other isolates.
void limit_first(Story& story) {
  story.on_google = [](const FetchRequest& request, int) {
    return account_of(request) == "0" ? limited_for("90s") : good_answer();
  };
}

// And this isolate knows it from there.
void rest_first(Story& story) {
  limit_first(story);
  story.ask(whole());
  story.evict();
}

void limit_for_a_moment(Story& story) {
  story.on_google = [](const FetchRequest&, int n) {
    return n == 1 ? limited_for("1s") : good_answer();
  };
}

// Overloaded, and says for how long.
void overload_once(Story& story) {
  story.on_google = [](const FetchRequest&, int n) {
    if (n > 1) return good_answer();
    return error_answer(503, error_json(503, "UNAVAILABLE"), {{"retry-after", "1"}});
  };
}

void break_kv(Story& story) { story.host.kv_get_fault = story.host.kv_put_fault = KvFault::fails; }

void silence_kv(Story& story) {
  story.host.kv_get_fault = story.host.kv_put_fault = KvFault::hangs;
}

void unbind_kv(Story& story) { story.host.kv_bound = false; }

void guard_models(Story& story) {
  list_models(story);
  story.set("MODELS_REQUIRE_KEY", "true");
}

// Five pieces, and as much for Google.
Ask large(bool streamed) {
  Ask ask = streamed ? proxy::flow::streamed() : whole();
  std::string body = std::move(ask.body.front());
  body.insert(body.find("private-question"), std::string(300'000, 'w'));
  ask.body.clear();
  for (std::size_t at = 0; at < body.size(); at += 65'536) {
    ask.body.push_back(body.substr(at, 65'536));
  }
  return ask;
}

Ask three(bool streamed) {
  return post(chat_body(std::string(R"(,"n":3,"stream":)") + (streamed ? "true" : "false")));
}

Ask with_settings(bool streamed) {
  return post(chat_body(std::string(R"(,"presence_penalty":1,"top_p":0.5,"stream":)") +
                        (streamed ? "true" : "false")));
}

Ask in_pieces(const Ask& ask) {
  Ask pieces = ask;
  const std::string body = ask.body.front();
  pieces.body = {body.substr(0, 10), body.substr(10, 1), body.substr(11)};
  return pieces;
}

}  // namespace

std::vector<Plot> plots() {
  return {
      {"cold, streamed", 1, nothing, in_pieces(streamed()), kStreamed},
      {"cold, whole", 1, nothing, whole(), kServed},
      {"token in memory, streamed", 1, warm_up, streamed(), kStreamed},
      {"token in KV, whole", 1, warm_kv, whole(), kServed},
      {"token due for renewal, streamed", 1, age_token, streamed(), kStreamed},
      {"first account revoked, streamed", 2, revoke_first, streamed(), kStreamed},
      {"token revoked, whole", 1, revoke_token, whole(), kServed},
      {"token revoked, streamed", 2, revoke_token, streamed(), kStreamed},
      {"refresh token rotated, whole", 1, rotate, whole(), kServed},
      {"one internal error, streamed", 1, fail_once, streamed(), kStreamed},
      {"one broken stream, whole", 2, break_once, whole(), kServed},
      {"slow, streamed", 1, be_slow, streamed(), kStreamed},
      {"slow, whole", 1, be_slow, whole(), kServed},
      {"broken late, streamed", 1, break_late, streamed(), "200 private-answer!upstream_reset"},
      {"broken late, whole", 1, break_late, whole(), "502 upstream_reset"},
      {"quota spent, streamed", 2, refuse, streamed(), "429 rate_limit_exceeded"},
      {"three choices, streamed", 1, nothing, three(true), "200 " + kThree + "[DONE]"},
      {"three choices, whole", 2, warm_up, three(false), "200 " + kThree},
      {"three choices, one fails over, streamed", 2, limit_second, three(true),
       "200 " + kThree + "[DONE]"},
      {"three choices, one breaks, whole", 1, break_one, three(false), "200 " + kThree},
      {"three choices, one breaks, streamed", 1, break_one, three(true),
       "200 private-answer one|private-answer|private-answer!upstream_reset"},
      {"two settings refused, streamed", 1, refuse_settings, with_settings(true), kStreamed},
      {"two settings refused, whole", 2, refuse_settings, with_settings(false), kServed},
      {"a call written wrongly, streamed", 1, stumble_once, streamed(), kStreamed},
      {"service account, streamed", 1, sign_in_robot, streamed(), kStreamed},
      {"API key, whole", 1, take_key, whole(), kServed},
      {"API key refused, streamed", 2, refuse_key, streamed(), kStreamed},
      {"Vertex AI, whole", 1, use_vertex, whole(), kServed},
      {"Code Assist, streamed", 1, use_code_assist, streamed(), kStreamed},
      {"Code Assist, signing up, whole", 1, sign_up, whole(), kServed},
      {"list of models", 1, list_models, get("/v1/models"), "200 ?"},
      {"quota of minutes, streamed", 2, limit_first, streamed(), kStreamed},
      {"first account rests, whole", 2, rest_first, whole(), kServed},
      {"quota of a moment, streamed", 1, limit_for_a_moment, streamed(), kStreamed},
      {"overloaded once, whole", 1, overload_once, whole(), kServed},
      {"KV fails, streamed", 1, break_kv, streamed(), kStreamed},
      {"KV hangs, whole", 1, silence_kv, whole(), kServed},
      {"KV not bound, streamed", 1, unbind_kv, streamed(), kStreamed},
      {"large body, streamed", 1, nothing, large(true), kStreamed},
      {"large body, whole", 2, fail_once, large(false), kServed},
      {"list of models for those with a key", 1, guard_models, get("/v1/models"), "200 ?"},
      {"invalid body", 1, nothing, in_pieces(post(chat_body(R"(,"stream":)"))), "400 invalid_json"},
  };
}

bool is_honest(const Plot& plot, const std::string& outcome) {
  for (const std::string& good : {kServed, "200 " + kThree}) {
    if (outcome == good || outcome == good + "[DONE]") return true;
  }
  if (outcome == plot.outcome) return true;
  const bool is_error = outcome[0] == '4' || outcome[0] == '5';
  return is_error ? outcome.size() > 4 : outcome.find('!') != std::string::npos;
}

}  // namespace proxy::flow
