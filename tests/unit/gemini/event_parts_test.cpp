// The parts of an event. Rows named T-.. are those of the fault list.
#include <string>

#include "event_tools.h"
#include "support/catch.h"

using proxy::gemini::FinishReason;
using proxy::test::Parsed;
using proxy::test::shown;
using proxy::test::with_parts;

TEST_CASE("T-06 T-07 parts of every shape are read or passed over", "[T-22][T-23]") {
  const struct {
    const char* parts;
    const char* shown;
    int unknown;
    int bad;
    const char* why;
  } rows[] = {
      {"[]", "", 0, 0, "no part"},
      {"null", "", 0, 0, "null is the default"},
      {R"({"text":"x"})", "", 0, 1, "parts is an object"},
      {R"("x")", "", 0, 1, "parts is a string"},
      {"[{}]", "", 0, 0, "an empty part"},
      {"[null,1,\"x\",[]]", "", 0, 4, "parts that are no objects"},
      {R"([{"text":""}])", "", 0, 0, "an empty text says nothing"},
      {R"([{"text":"","thoughtSignature":"U0lH"}])", "", 0, 0, "a signature alone"},
      {R"([{"thoughtSignature":"U0lH"}])", "", 0, 0, "the same without the text"},
      {R"([{"thought":true}])", "", 0, 0, "a thought of nothing"},
      {R"([{"text":"a","thoughtSignature":"U0lH"}])", "a", 0, 0, "a signed text"},
      {R"([{"text":1}])", "", 0, 1, "text is a number"},
      {R"([{"text":null}])", "", 0, 1, "text is null"},
      {R"([{"text":["a"]}])", "", 0, 1, "text is an array"},
      {R"([{"text":"a","thought":"true"}])", "a", 0, 0, "thought of a wrong type is no thought"},
      {R"([{"text":"a","thought":false}])", "a", 0, 0, "thought is false"},
      {R"([{"new":1},{"text":"a"},{"newer":2}])", "a", 2, 0, "kinds that do not exist yet"},
      {R"([{"text":"a","new":1}])", "a", 0, 0, "a text with a member more"},
      {R"([{"text":"a","text":"b"}])", "b", 0, 0, "of duplicate members the last counts"},
      {R"([{"t\u0065xt":"a"}])", "a", 0, 0, "an escaped key"},
      {R"([{"text":"a"},{"text":"b","thought":true},{"text":"c"}])", "a[b]c", 0, 0, "in order"},
      {R"([{"text":"\ud83d"}])", R"(\ufffd)", 0, 0, "T-22 a lone surrogate"},
      {R"([{"text":"a\n\ndata: b"}])", R"(a\n\ndata: b)", 0, 0, "T-23 stays escaped"},
  };
  for (const auto& row : rows) {
    INFO(row.why << ": " << row.parts);
    const Parsed parsed(with_parts(row.parts));
    CHECK(shown(parsed.event) == row.shown);
    CHECK(parsed.event.unknown_parts == row.unknown);
    CHECK(parsed.event.bad_parts == row.bad);
    CHECK(parsed.event.has_candidate);
    CHECK(parsed.event.finish == FinishReason::none);
  }
}

TEST_CASE("each kind of part is read, and in one that is wrong nothing is", "[T-07][T-19]") {
  const struct {
    const char* part;
    const char* shown;
    int unknown;
    int bad;
    const char* why;
  } rows[] = {
      {R"({"functionCall":{"name":"f","id":"ab12","args":{"a": [1]}}})",
       R"({call f ab12 {"a": [1]}})", 0, 0, "a call; args as they stand"},
      {R"({"functionCall":{"name":"f"}})", "{call f  }", 0, 0, "T-19 no id, no args"},
      {R"({"functionCall":{"name":"f","args":null,"id":null}})", "{call f  }", 0, 0,
       "null is absent"},
      {R"({"functionCall":{"args":{}}})", "", 0, 1, "T-19 no name"},
      {R"({"functionCall":{"name":""}})", "", 0, 1, "T-19 an empty name"},
      {R"({"functionCall":{"name":7}})", "", 0, 1, "T-07 a name that is none"},
      {R"({"functionCall":{"name":"f","args":"{}"}})", "", 0, 1, "T-07 args is a string"},
      {R"({"functionCall":{"name":"f","args":[]}})", "", 0, 1, "T-07 args is an array"},
      {R"({"functionCall":null})", "", 0, 1, "T-07 no call"},
      {R"({"functionCall":{"name":"f"},"thought":true})", "", 0, 0,
       "thought whatever else it holds"},
      {R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}})", "{image image/png AAAA}", 0, 0,
       "an image"},
      {R"({"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"AA=="}})",
       "{audio audio/L16;codec=pcm;rate=24000 AA==}", 0, 0, "speech"},
      {R"({"inlineData":{"mimeType":"application/pdf","data":"AAAA"}})", "{file application/pdf}",
       0, 0, "a file is named by its type"},
      {R"({"inlineData":{"mimeType":"image/png"}})", "", 0, 1, "no data"},
      {R"({"inlineData":{"data":"AAAA"}})", "", 0, 1, "no type"},
      {R"({"inlineData":[]})", "", 0, 1, "T-07"},
      {R"({"thought":true,"inlineData":{"mimeType":"image/png","data":"AAAA"}})", "", 0, 0,
       "a draft image"},
      {R"({"fileData":{"fileUri":"https://x/y","mimeType":"video/mp4"}})", "{file https://x/y}", 0,
       0, "a file is named by its address"},
      {R"({"fileData":{}})", "", 0, 1, "no address"},
      {R"({"executableCode":{"language":"PYTHON","code":"print(1)\n"}})",
       R"({code PYTHON print(1)\n})", 0, 0, "code"},
      {R"({"executableCode":{"code":"x"}})", "{code  x}", 0, 0, "of no language"},
      {R"({"executableCode":{"language":"PYTHON"}})", "", 0, 1, "no code"},
      {R"({"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}})", R"({output 1\n})", 0,
       0, "its output"},
      {R"({"codeExecutionResult":{"outcome":"OUTCOME_FAILED","output":"e"}})", "{error e}", 0, 0,
       "it failed"},
      {R"({"codeExecutionResult":{"outcome":"OUTCOME_DEADLINE_EXCEEDED","output":"e"}})",
       "{error e}", 0, 0, "it took too long"},
      {R"({"codeExecutionResult":{"outcome":"OUTCOME_OK"}})", "", 0, 0, "it printed nothing"},
      {R"({"codeExecutionResult":{"output":1}})", "", 0, 1, "T-07"},
      {R"({"audioTranscription":{"text":"said","languageCode":"en"}})", "{transcript said}", 0, 0,
       "a transcript"},
      {R"({"audioTranscription":{}})", "", 0, 1, "without its text"},
      {R"({"toolCall":{"name":"google_search"}})", "", 1, 0, "Google's own tools"},
      {R"({"toolResponse":{}})", "", 1, 0, "and what they say"},
      {R"({"thought":false,"new":1})", "", 1, 0, "unknown beside a known flag"},
      {R"({"thoughtSignature":"U0lH","new":1})", "", 1, 0, "unknown beside a signature"},
  };
  for (const auto& row : rows) {
    INFO(row.why << ": " << row.part);
    const Parsed parsed(with_parts("[" + std::string(row.part) + R"(,{"text":"."}])"));
    CHECK(shown(parsed.event) == std::string(row.shown) + ".");
    CHECK(parsed.event.unknown_parts == row.unknown);
    CHECK(parsed.event.bad_parts == row.bad);
  }
}

TEST_CASE("signatures stay with their calls and images; of texts the last one counts") {
  const struct {
    const char* parts;
    const char* of_text;
    const char* of_first_part;
  } rows[] = {
      {R"([{"functionCall":{"name":"f"},"thoughtSignature":"U0lH"}])", "", "U0lH"},
      {R"([{"inlineData":{"mimeType":"image/png","data":"AAAA"},"thoughtSignature":"U0lH"}])", "",
       "U0lH"},
      {R"([{"text":"a","thoughtSignature":"U0lH"}])", "U0lH", "U0lH"},
      {R"([{"text":"a"},{"text":"","thoughtSignature":"U0lH"}])", "U0lH", ""},
      {R"([{"text":"a"},{"thoughtSignature":"U0lH"}])", "U0lH", ""},
      {R"([{"text":"a","thoughtSignature":"QQ=="},{"text":"b","thoughtSignature":"Qg=="}])",
       "Qg==", "QQ=="},
      {R"([{"text":"a","thoughtSignature":7}])", "", ""},
  };
  for (const auto& row : rows) {
    INFO(row.parts);
    const Parsed parsed(with_parts(row.parts));
    CHECK(parsed.event.thought_signature.escaped == row.of_text);
    REQUIRE_FALSE(parsed.event.parts.empty());
    CHECK(parsed.event.parts.front().thought_signature.escaped == row.of_first_part);
  }
}

TEST_CASE("sources and probabilities are found where each of Google's services puts them") {
  const struct {
    const char* candidate;
    const char* grounding;
    const char* citations;
    const char* logprobs;
  } rows[] = {
      {"{}", "", "", ""},
      {R"({"groundingMetadata":{"a":1}})", R"({"a":1})", "", ""},
      {R"({"groundingMetadata":null,"citationMetadata":null,"logprobsResult":null})", "", "", ""},
      {R"({"citationMetadata":{"citationSources":[1]}})", "", "[1]", ""},
      {R"({"citationMetadata":{"citations":[2]}})", "", "[2]", ""},
      {R"({"citationMetadata":[]})", "", "", ""},
      {R"({"logprobsResult":{"chosenCandidates":[]},"avgLogprobs":-1})", "", "",
       R"({"chosenCandidates":[]})"},
  };
  for (const auto& row : rows) {
    INFO(row.candidate);
    const Parsed parsed(R"({"candidates":[)" + std::string(row.candidate) + "]}");
    CHECK(parsed.event.grounding.raw().text == row.grounding);
    CHECK(parsed.event.citations.raw().text == row.citations);
    CHECK(parsed.event.logprobs.raw().text == row.logprobs);
    CHECK(parsed.event.has_candidate);
  }
}
