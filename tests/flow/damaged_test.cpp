// Damaged bodies and naughty strings through the whole program: the caller gets an answer of our
// own making, Google gets nothing or a request it can read, and the log stays one line of JSON an
// event (checked at each story's end).
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"
#include "support/corpora.h"
#include "support/gemini_shape.h"
#include "support/golden.h"
#include "support/long_form.h"

using namespace std::string_literals;

namespace proxy::flow {
namespace {

using Json = nlohmann::json;

// What is wrong with how a body was treated; "" if nothing is.
std::string flaw_of(Story& story, const std::string& body) {
  const auto& fetches = story.host.fetches;
  const std::size_t before = fetches.size();
  const Received& got = story.ask(post(body).with("accept", "application/json"));
  const std::string code = error_code(got.body);
  if (got.status == 200) {
    if (fetches.size() == before) return "an answer out of nothing";
    for (std::size_t i = before; i < fetches.size(); ++i) {
      if (!fetches[i].body.starts_with('{')) continue;  // for a token
      if (auto flaw = test::flaw_of_gemini_request(fetches[i].body); !flaw.empty()) return flaw;
    }
    return "";
  }
  if (fetches.size() != before) return "asked for what was refused, with " + got.body;
  if (got.status == 400 && !code.empty()) return "";
  if (got.status == 404 && code == "model_not_found") return "";
  return std::to_string(got.status) + " " + code;
}

// The strings of the list that lies beside the checkout; none where there is none.
std::vector<std::string> naughty_strings() {
  const auto folder = test::corpora();
  const std::string list = folder ? test::read_file(*folder / "blns" / "blns.json") : "";
  std::vector<std::string> strings;
  for (const Json& one : Json::parse(list, nullptr, false)) {
    if (one.is_string()) strings.push_back(one.get<std::string>());
  }
  return strings;
}

// A request with the string in one place: `@` of the form.
std::string request_with(const std::string& form, const std::string& naughty) {
  std::string body = form;
  const std::string quoted = Json(naughty).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (std::size_t at = body.find('@'); at != body.npos; at = body.find('@', at + quoted.size())) {
    body.replace(at, 1, quoted);
  }
  return body;
}

}  // namespace

TEST_CASE("a damaged body is the caller's error or a good request, never ours", "[J-01][J-02]") {
  constexpr unsigned kOneOf = 400;
  constexpr unsigned kOneOfInLongForm = 20;
  const std::string bytes = "\x00\x0A\x22\x2C\x3A\x5B\x5C\x5D\x7B\x7D\x80\xC0\xED\xFF"s;
  test::Sample sample(kOneOf, kOneOfInLongForm);
  std::size_t count = 0;
  for (const auto& one : test::golden_cases("openai_chat")) {
    const std::string body = one.json("request.json").value_or("");
    INFO(one.name() << ", PROXY_TEST_SEED=" << test::test_seed());
    Story story;
    for (std::size_t at = 0; at < body.size(); ++at) {
      if (sample.next()) {
        ++count;
        const std::string cut = body.substr(0, at);
        CHECK(story.tell(post(cut)) == "400 invalid_json");
      }
      for (const char byte : bytes) {
        if (!sample.next()) continue;
        ++count;
        std::string damaged = body;
        damaged[at] = byte;
        if (const auto flaw = flaw_of(story, damaged); !flaw.empty()) {
          FAIL_CHECK(flaw << " for " << damaged);
        }
      }
    }
  }
  std::cout << count
            << " damaged bodies through the whole program; PROXY_TEST_SEED=" << test::test_seed()
            << "\n";
  CHECK(count > 500);
}

TEST_CASE("naughty strings harm nothing, wherever they stand", "[F-24]") {
  const auto strings = naughty_strings();
  if (strings.empty()) {
    WARN("skipped: no list of naughty strings here");
    return;
  }
  REQUIRE(strings.size() == 515);
  const struct {
    const char* place;
    const char* form;
  } rows[] = {
      {"content", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":@}]})"},
      {"system", R"({"model":"gemini-2.5-flash","messages":[{"role":"system","content":@},)"
                 R"({"role":"user","content":"u"}]})"},
      {"model", R"({"model":@,"messages":[{"role":"user","content":"u"}]})"},
      {"tool", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"}],)"
               R"("tools":[{"type":"function","function":{"name":@,"description":@}}]})"},
      {"stop", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"}],)"
               R"("stop":[@]})"},
      {"user", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u"}],)"
               R"("user":@,"safety_identifier":@,"prompt_cache_key":@})"},
      {"id", R"({"model":"gemini-3.5-flash","messages":[{"role":"user","content":"u"},)"
             R"({"role":"assistant","tool_calls":[{"id":@,"type":"function","function":)"
             R"({"name":@,"arguments":@}}]},{"role":"tool","tool_call_id":@,"content":@}]})"},
      {"name", R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"u","name":@}],)"
               R"("metadata":{"k":@},"unknown":@})"},
  };
  std::size_t count = 0;
  for (const auto& row : rows) {
    INFO(row.place);
    Story story;
    for (const std::string& naughty : strings) {
      ++count;
      const auto flaw = flaw_of(story, request_with(row.form, naughty));
      if (!flaw.empty()) FAIL_CHECK(flaw << ": " << naughty);
      if (row.place != "content"s) continue;
      const Json sent = Json::parse(story.host.fetches.back().body, nullptr, false);
      const Json& text = sent["contents"][0]["parts"][0]["text"];
      CHECK(text.get<std::string>() == (naughty.empty() ? " " : naughty));
    }
    for (const std::string& line : story.host.logs) CHECK(view_log(line).flaw == "");
  }
  std::cout << count << " requests with naughty strings\n";
}

}  // namespace proxy::flow
