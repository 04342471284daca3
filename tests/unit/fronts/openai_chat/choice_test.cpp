// Calls, sources and texts of one choice. Whole answers are in tests/golden/openai_chat.
#include "fronts/openai_chat/choice.h"

#include <string>

#include "gemini/event_parser.h"
#include "support/catch.h"
#include "support/json_tools.h"
#include "unit/fronts/openai_chat/events.h"

using namespace proxy::fronts::openai_chat;
using namespace proxy::test;
using proxy::gemini::Event;

namespace {

AnswerContext context() {
  AnswerContext context;
  context.model = "m";
  context.id_seed = 42;
  return context;
}

// The calls of one event, as members of tool_calls.
std::string calls_of(std::string_view parts, AnswerContext given = context()) {
  Envelope envelope(std::move(given));
  Choice choice(envelope);
  const Scanned scanned(event_with(parts));
  Event event;
  proxy::gemini::read_event(scanned.root(), event);
  std::string out;
  for (const auto& part : event.parts) {
    proxy::json::Writer json(out);
    json.begin_object();
    choice.write_call(json, part);
    json.end_object();
  }
  return out;
}

std::string call(std::string_view members) {
  return R"({"functionCall":{)" + std::string(members) + "}}";
}

// The ids among them.
std::vector<std::string> ids_in(const std::string& calls) {
  std::vector<std::string> ids;
  constexpr std::string_view kKey = R"({"id":")";
  for (std::size_t at = calls.find(kKey); at != std::string::npos; at = calls.find(kKey, at + 1)) {
    const std::size_t begin = at + kKey.size();
    ids.push_back(calls.substr(begin, calls.find('"', begin) - begin));
  }
  return ids;
}

// The annotations of events, of which each is parts and more members of the candidate.
std::string annotations_of(const std::vector<std::pair<std::string, std::string>>& events) {
  Envelope envelope(context());
  Choice choice(envelope);
  for (const auto& [parts, more] : events) {
    const Scanned scanned(event_with(parts, more));
    Event event;
    proxy::gemini::read_event(scanned.root(), event);
    choice.observe(event);
    for (const auto& part : event.parts) {
      using Kind = proxy::gemini::EventPart::Kind;
      choice.begin_part(part, &part == event.parts.data());
      if (part.kind == Kind::image) choice.note_text("[image]");
      if (part.kind == Kind::text) choice.note_text(part.text.escaped);
      if (part.kind >= Kind::file) choice.note_text(as_text(part));
    }
  }
  return choice.annotations();
}

// Of grounding with one source, whose places are these segments.
std::string grounded(std::string_view segments) {
  std::string out = R"(,"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}}],)"
                    R"("groundingSupports":[)";
  for (std::size_t at = 0; at < segments.size();) {
    const std::size_t end = std::min(segments.find('|', at), segments.size());
    if (at > 0) out += ',';
    out.append(R"({"groundingChunkIndices":[0],"segment":{)").append(segments.substr(at, end - at));
    out += "}}";
    at = end + 1;
  }
  return out + "]}";
}

std::string cited(int start, int end, std::string_view url = "u", std::string_view title = "t") {
  return R"({"type":"url_citation","url_citation":{"start_index":)" + std::to_string(start) +
         R"(,"end_index":)" + std::to_string(end) + R"(,"url":")" + std::string(url) +
         R"(","title":")" + std::string(title) + R"("}})";
}

}  // namespace

TEST_CASE("an id of Google's is kept if every client can live with it and it is new", "[T-19]") {
  const std::string longest(64, 'x');
  const struct {
    std::string given;
    bool kept;
  } rows[] = {
      {"aZ0_-.:9", true}, {longest, true},       {longest + "x", false}, {"", false},
      {"a b", false},     {R"(a\u0062)", false}, {"\xC3\xA9", false},
  };
  for (const auto& row : rows) {
    INFO(row.given);
    const auto ids = ids_in(calls_of(call(R"("name":"f","id":")" + row.given + "\"")));
    REQUIRE(ids.size() == 1);
    CHECK((ids[0] == row.given) == row.kept);
    if (!row.kept) CHECK((ids[0].size() == 29 && ids[0].starts_with("call_")));
  }
  const std::string twice = call(R"("name":"f","id":"i")") + "," + call(R"("name":"f","id":"i")");
  const auto ids = ids_in(calls_of(twice));
  REQUIRE(ids.size() == 2);
  CHECK(ids[0] == "i");
  CHECK(ids[1].starts_with("call_"));
}

TEST_CASE("a signature stands beside its call and inside its id") {
  CHECK(calls_of(R"({"functionCall":{"name":"f","id":"i"},"thoughtSignature":"U0lH"})") ==
        R"({"id":"i__ts0YyU0lH","type":"function","function":{"name":"f","arguments":"{}"},)"
        R"("extra_content":{"google":{"thought_signature":"U0lH"}}})");
  // What is no base64 cannot travel in an id.
  CHECK(calls_of(R"({"functionCall":{"name":"f","id":"i"},"thoughtSignature":"a b"})") ==
        R"({"id":"i","type":"function","function":{"name":"f","arguments":"{}"},)"
        R"("extra_content":{"google":{"thought_signature":"a b"}}})");
}

TEST_CASE("names and kinds are those the caller declared") {
  AnswerContext given = context();
  given.tools.add("1st", false);
  given.tools.add("sql", true);
  CHECK(calls_of(call(R"("name":"_1st","id":"i","args":{"a":"\"\\"})"), given) ==
        R"({"id":"i","type":"function","function":{"name":"1st","arguments":)"
        R"("{\"a\":\"\\\"\\\\\"}"}})");
  const struct {
    const char* args;
    const char* input;
  } rows[] = {
      {R"({"input":"a\n\"\u00e9"})", R"("a\n\"\u00e9")"},
      {R"({"input":""})", R"("")"},
      {R"({"input":[1, 2]})", R"("[1, 2]")"},
      {R"({"other":"a"})", R"("")"},
      {"{}", R"("")"},
      {"null", R"("")"},
  };
  for (const auto& row : rows) {
    INFO(row.args);
    CHECK(calls_of(call(R"("name":"sql","id":"i","args":)" + std::string(row.args)), given) ==
          R"({"id":"i","type":"custom","custom":{"name":"sql","input":)" + std::string(row.input) +
              "}}");
  }
  CHECK(calls_of(call(R"("name":"other\u0020one","id":"i")"), given) ==
        R"({"id":"i","type":"function","function":{"name":"other\u0020one","arguments":"{}"}})");
}

TEST_CASE("one call is wanted where the caller said so, and always of the deprecated functions") {
  for (const int way : {0, 1, 2}) {
    AnswerContext given = context();
    given.one_call_only = way == 1;
    given.legacy_functions = way == 2;
    Envelope envelope(given);
    Choice choice(envelope);
    CHECK(choice.wants_call());
    std::string out;
    proxy::json::Writer json(out);
    proxy::gemini::EventPart part;
    part.name = {"f"};
    choice.write_legacy_call(json, part);
    CHECK(out == R"({"name":"f","arguments":"{}"})");
    CHECK(choice.calls() == 1);
    CHECK(choice.wants_call() == (way == 0));
  }
}

TEST_CASE("places are counted in characters of the whole content") {
  const std::string text = R"({"text":"\u00e9\ud83d\ude00a"})";  // 2, 4 and 1 bytes
  const struct {
    const char* why;
    const char* segments;
    std::string annotations;
  } rows[] = {
      {"from the beginning", R"("endIndex":6)", cited(0, 2)},
      {"in the middle", R"("startIndex":2,"endIndex":7)", cited(1, 3)},
      {"two places", R"("endIndex":2|"startIndex":6,"endIndex":7)",
       cited(0, 1) + "," + cited(2, 3)},
      {"beyond the end", R"("startIndex":99,"endIndex":9223372036854775807)", cited(3, 3)},
      {"below zero", R"("startIndex":-5,"endIndex":-1)", cited(0, 0)},
      {"numbers as strings", R"("startIndex":"2","endIndex":"7")", cited(1, 3)},
      {"a part that is not there", R"("partIndex":9,"endIndex":2)", cited(0, 1)},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(annotations_of({{text, grounded(row.segments)}}) == "[" + row.annotations + "]");
  }
}

TEST_CASE("a place in a later part begins behind the texts before it") {
  const std::string second = grounded(R"("partIndex":1,"startIndex":1,"endIndex":2)");
  const std::string third = grounded(R"("partIndex":2,"endIndex":3)");
  const struct {
    const char* why;
    std::vector<std::pair<std::string, std::string>> events;
    std::string annotations;
  } rows[] = {
      {"texts of one event", {{R"({"text":"\u00e9"},{"text":"bcd"})", second}}, cited(2, 3)},
      {"text that goes on is one part",
       {{R"({"text":"ab"})", ""}, {R"({"text":"cd"},{"text":"efg"})", ""}, {"", second}},
       cited(5, 6)},
      {"thoughts are parts without content",
       {{R"({"text":"t","thought":true})", ""},
        {R"({"text":"u","thought":true},{"text":"abc"})", second}},
       cited(1, 2)},
      {"calls too",
       {{R"({"functionCall":{"name":"f"}},{"text":"a"},{"text":"bcd"})", third}},
       cited(1, 4)},
      {"an image may stand in the content",
       {{R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"text":"abc"})", second}},
       cited(8, 9)},
      {"code stands in the content",
       {{R"({"text":"a"},{"executableCode":{"code":"x"}},{"text":"bcd"})", third}},
       cited(12, 15)},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(annotations_of(row.events) == "[" + row.annotations + "]");
  }
}

TEST_CASE("a source is one with an address, wherever Google puts it") {
  const struct {
    const char* source;
    std::string annotations;
  } rows[] = {
      {R"({"web":{"uri":"u","title":"t"}})", "[" + cited(0, 1) + "]"},
      {R"({"retrievedContext":{"uri":"u","title":"t"}})", "[" + cited(0, 1) + "]"},
      {R"({"maps":{"uri":"u","title":"t"}})", "[" + cited(0, 1) + "]"},
      {R"({"image":{"sourceUri":"u"}})", "[" + cited(0, 1, "u", "") + "]"},
      {R"({"web":{"uri":"u\"\n"}})", "[" + cited(0, 1, R"(u\"\n)", "") + "]"},
      {R"({"web":{"uri":""}})", ""},
      {R"({"web":{"title":"t"}})", ""},
      {R"({"web":{"uri":5}})", ""},
      {"{}", ""},
      {"null", ""},
  };
  for (const auto& row : rows) {
    INFO(row.source);
    CHECK(
        annotations_of({{R"({"text":"abc"})",
                         R"(,"groundingMetadata":{"groundingChunks":[)" + std::string(row.source) +
                             R"(],"groundingSupports":[{"segment":{"endIndex":1},)"
                             R"("groundingChunkIndices":[0,1,-1,null]}]})"}}) == row.annotations);
  }
}

TEST_CASE("what OpenAI has no form for becomes text") {
  const struct {
    const char* part;
    const char* text;
  } rows[] = {
      {R"({"executableCode":{"language":"PYTHON","code":"a\n"}})", R"(\n```python\na\n```\n)"},
      {R"({"executableCode":{"language":"LANGUAGE_UNSPECIFIED","code":"a"}})",
       R"(\n```\na\n```\n)"},
      {R"({"executableCode":{"code":"a"}})", R"(\n```\na\n```\n)"},
      {R"({"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}})", R"(\n```\n1\n```\n)"},
      {R"({"codeExecutionResult":{"outcome":"OUTCOME_FAILED","output":"1\n"}})",
       R"(\n```error\n1\n```\n)"},
      {R"({"codeExecutionResult":{"outcome":"OUTCOME_DEADLINE_EXCEEDED","output":"1"}})",
       R"(\n```error\n1\n```\n)"},
      {R"({"inlineData":{"mimeType":"application/pdf","data":"AAAA"}})", "[file: application/pdf]"},
      {R"({"fileData":{"fileUri":"https://example.com/a"}})", "[file: https://example.com/a]"},
  };
  for (const auto& row : rows) {
    INFO(row.part);
    const Scanned scanned(event_with(row.part));
    Event event;
    proxy::gemini::read_event(scanned.root(), event);
    REQUIRE(event.parts.size() == 1);
    CHECK(as_text(event.parts[0]) == row.text);
  }
}

TEST_CASE("tokens have their bytes, and the alternatives that belong to them") {
  const struct {
    const char* why;
    const char* result;
    const char* tokens;
  } rows[] = {
      {"none", "{}", ""},
      {"null", "null", ""},
      {"escapes are bytes of the text",
       R"({"chosenCandidates":[{"token":"\u00e9\"","logProbability":-0.5}]})",
       R"({"token":"\u00e9\"","logprob":-0.5,"bytes":[195,169,34],"top_logprobs":[]})"},
      {"an absent probability is 0", R"({"chosenCandidates":[{"token":""}],"topCandidates":[]})",
       R"({"token":"","logprob":0,"bytes":[],"top_logprobs":[]})"},
      {"alternatives by position",
       R"({"chosenCandidates":[{"token":"a"},{"token":"b"}],"topCandidates":[{},{"candidates":[)"
       R"({"token":"b","logProbability":-1e-3},{"token":"c"}]}]})",
       R"({"token":"a","logprob":0,"bytes":[97],"top_logprobs":[]},{"token":"b","logprob":0,)"
       R"("bytes":[98],"top_logprobs":[{"token":"b","logprob":-1e-3,"bytes":[98]},{"token":"c",)"
       R"("logprob":0,"bytes":[99]}]})"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const Scanned scanned(row.result);
    std::string out;
    append_logprobs(out, scanned.root());
    CHECK(out == row.tokens);
    const std::string object = logprobs_object(out);
    CHECK(object == (out.empty() ? "null" : R"({"content":[)" + out + R"(],"refusal":null})"));
  }
  const Scanned one(R"({"chosenCandidates":[{"token":"a"}]})");
  std::string twice;
  append_logprobs(twice, one.root());
  append_logprobs(twice, one.root());
  CHECK(twice.find("]},{") != std::string::npos);
}
