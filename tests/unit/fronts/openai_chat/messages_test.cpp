// OpenAI's messages -> Gemini's contents. Rows named F-.. are those of the fault list.
#include "fronts/openai_chat/messages.h"

#include <algorithm>
#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::Reading;

namespace {

std::string request_for(std::string_view model, std::string_view messages) {
  return R"({"model":")" + std::string(model) + R"(","messages":)" + std::string(messages) + "}";
}

// `system` then `contents` as Google gets them, without the settings.
std::string turns(std::string_view model, std::string_view messages) {
  const Reading reading(request_for(model, messages));
  if (!reading.ok()) return std::string(reading.code());
  const std::string upstream = reading.upstream();
  return upstream.substr(0, upstream.find(R"(,"generationConfig")"));
}

std::string user(std::string_view parts) {
  return R"({"role":"user","parts":[)" + std::string(parts) + "]}";
}
std::string model(std::string_view parts) {
  return R"({"role":"model","parts":[)" + std::string(parts) + "]}";
}
std::string text(std::string_view text) { return R"({"text":")" + std::string(text) + "\"}"; }

std::string contents(std::initializer_list<std::string> list) {
  std::string out = R"("contents":[)";
  for (const std::string& one : list) out += (out.ends_with('[') ? "" : ",") + one;
  return out + "]";
}
std::string system(std::string_view parts) {
  return R"("systemInstruction":{"parts":[)" + std::string(parts) + "]},";
}

// `gemini-2.5-flash-lite` wants no thoughts, so nothing stands behind the contents.
constexpr const char* kUsual = "gemini-2.5-flash-lite";
constexpr const char* kStrict = "gemini-3.8-flash";
constexpr const char* kWithoutSystem = "gemma-3-27b-it";

}  // namespace

TEST_CASE("messages become turns that Google accepts",
          "[F-06][F-08][F-09][F-10][J-13][J-14][J-15][J-21]") {
  const std::string hi = text("Hi");
  const std::string space = text(" ");
  const struct {
    const char* why;
    const char* model;
    const char* messages;
    std::string sent;
  } rows[] = {
      {"one message", kUsual, R"([{"role":"user","content":"Hi"}])", contents({user(hi)})},
      {"system and developer first", kUsual,
       R"([{"role":"system","content":"a"},{"role":"developer","content":"b"},)"
       R"({"role":"user","content":"Hi"}])",
       system(text("a") + "," + text("b")) + contents({user(hi)})},
      {"parts of a system message", kUsual,
       R"([{"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":""},)"
       R"({"type":"text","text":"b"}]},{"role":"user","content":"Hi"}])",
       system(text("a") + "," + text("b")) + contents({user(hi)})},
      {"an empty system message", kUsual,
       R"([{"role":"system","content":""},{"role":"user","content":"Hi"}])", contents({user(hi)})},
      {"system: null", kUsual,
       R"([{"role":"system","content":null},{"role":"user","content":"Hi"}])",
       contents({user(hi)})},
      {"several turns", kUsual,
       R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"b"},)"
       R"({"role":"user","content":"c"}])",
       contents({user(hi), model(text("b")), user(text("c"))})},
      {"F-10 neighbours are merged part by part", kUsual,
       R"([{"role":"user","content":"a"},{"role":"user","content":"b"},)"
       R"({"role":"assistant","content":"c"},{"role":"assistant","content":"d"}])",
       contents({user(text("a") + "," + text("b")), model(text("c") + "," + text("d"))})},
      {"a later system message stays where it is", kUsual,
       R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"b"},)"
       R"({"role":"system","content":"s"},{"role":"user","content":"c"}])",
       contents({user(hi), model(text("b")), user(text("s") + "," + text("c"))})},
      {"an empty one there says nothing", kUsual,
       R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"b"},)"
       R"({"role":"system","content":""},{"role":"assistant","content":"c"}])",
       contents({user(hi), model(text("b") + "," + text("c"))})},
      {"system between two of the user's", kUsual,
       R"([{"role":"user","content":"a"},{"role":"system","content":"s"},)"
       R"({"role":"user","content":"b"}])",
       contents({user(text("a") + "," + text("s") + "," + text("b"))})},
      {"F-09 only system messages", kUsual,
       R"([{"role":"system","content":"a"},{"role":"developer","content":"b"}])",
       contents({user(text("a") + "," + text("b"))})},
      {"F-09 only an empty one", kUsual, R"([{"role":"system","content":""}])",
       contents({user(space)})},
      {"F-10 assistant first", kUsual,
       R"([{"role":"assistant","content":"a"},{"role":"user","content":"b"}])",
       contents({user(space), model(text("a")), user(text("b"))})},
      {"assistant first, after a system message", kUsual,
       R"([{"role":"system","content":"s"},{"role":"assistant","content":"a"}])",
       system(text("s")) + contents({user(space), model(text("a"))})},
      {"F-10 assistant last is continued", kUsual,
       R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"}])",
       contents({user(text("a")), model(text("b"))})},
      {"F-10 but not by strict models", kStrict,
       R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"}])",
       contents({user(text("a")), model(text("b")), user(text("Continue."))})},
      {"a strict model with the user last", kStrict, R"([{"role":"user","content":"a"}])",
       contents({user(text("a"))})},
      {"only an empty assistant message", kStrict, R"([{"role":"assistant","content":""}])",
       contents({user(space)})},
      {"F-08 an empty text", kUsual, R"([{"role":"user","content":""}])", contents({user(space)})},
      {"F-08 no parts", kUsual, R"([{"role":"user","content":[]}])", contents({user(space)})},
      {"F-08 an empty part", kUsual, R"([{"role":"user","content":[{"type":"text","text":""}]}])",
       contents({user(space)})},
      {"F-08 spaces are kept", kUsual, R"([{"role":"user","content":"  \n"}])",
       contents({user(text(R"(  \n)"))})},
      {"F-06 null", kUsual, R"([{"role":"user","content":null}])", contents({user(space)})},
      {"an empty message between two others", kUsual,
       R"([{"role":"user","content":"a"},{"role":"user","content":""},)"
       R"({"role":"user","content":"b"}])",
       contents({user(text("a") + "," + space + "," + text("b"))})},
      {"an empty assistant message is left out", kUsual,
       R"([{"role":"user","content":"a"},{"role":"assistant","content":null},)"
       R"({"role":"assistant"},{"role":"assistant","content":[]},)"
       R"({"role":"user","content":"b"}])",
       contents({user(text("a") + "," + text("b"))})},
      {"a refusal stands in for the text", kUsual,
       R"([{"role":"user","content":"a"},{"role":"assistant","content":null,"refusal":"no"},)"
       R"({"role":"user","content":"b"}])",
       contents({user(text("a")), model(text("no")), user(text("b"))})},
      {"also for an empty one", kUsual,
       R"([{"role":"user","content":"a"},{"role":"assistant","content":"","refusal":"no"}])",
       contents({user(text("a")), model(text("no"))})},
      {"but not beside a text", kUsual,
       R"([{"role":"user","content":"a"},{"role":"assistant","content":"b","refusal":"no"}])",
       contents({user(text("a")), model(text("b"))})},
      {"a refusal as a part", kUsual,
       R"([{"role":"user","content":"a"},)"
       R"({"role":"assistant","content":[{"type":"text","text":"b"},{"type":"refusal",)"
       R"("refusal":"no"}]}])",
       contents({user(text("a")), model(text("b") + "," + text("no"))})},
      {"no calls are no calls", kUsual,
       R"([{"role":"user","content":"a"},)"
       R"({"role":"assistant","content":"b","tool_calls":[],"function_call":null}])",
       contents({user(text("a")), model(text("b"))})},
      {"what is not sent: name, reasoning, unknown members", kUsual,
       R"([{"role":"user","name":"n","content":[{"type":"text","text":"a",)"
       R"("prompt_cache_breakpoint":{}}]},)"
       R"({"role":"assistant","content":"b","reasoning_content":"r","audio":null,)"
       R"("annotations":[],"x":{}}])",
       contents({user(text("a")), model(text("b"))})},
      {"escapes are copied", kUsual, R"([{"role":"user","content":"\u00e9\ud83d\ude00\/é"}])",
       contents({user(text(R"(\u00e9\ud83d\ude00\/é)"))})},
      {"J-13 a lone surrogate", kUsual, R"([{"role":"user","content":"a\ud83d b"}])",
       contents({user(text(R"(a\ufffd b)"))})},
      {"J-14 NUL is content", kUsual, R"([{"role":"user","content":"a\u0000"}])",
       contents({user(text(R"(a\u0000)"))})},
      {"J-15 of duplicate members the last counts", kUsual,
       R"([{"role":"system","content":"a","role":"user","content":"b"}])",
       contents({user(text("b"))})},
      {"J-21 keys and words may be escaped", kUsual,
       R"([{"\u0072ole":"\u0075ser","content":[{"type":"te\u0078t","text":"a"}]}])",
       contents({user(text("a"))})},
      {"no system role: before the first words", kWithoutSystem,
       R"([{"role":"system","content":"s"},{"role":"user","content":"a"}])",
       contents({user(text("s") + "," + text("a"))})},
      {"no system role, assistant first", kWithoutSystem,
       R"([{"role":"system","content":"s"},{"role":"assistant","content":"a"},)"
       R"({"role":"user","content":"b"}])",
       contents({user(text("s")), model(text("a")), user(text("b"))})},
      {"no system role, only system", kWithoutSystem, R"([{"role":"system","content":"s"}])",
       contents({user(text("s"))})},
      {"no system role, no system", kWithoutSystem, R"([{"role":"user","content":"a"}])",
       contents({user(text("a"))})},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    const std::string sent = turns(row.model, row.messages);
    CHECK((sent.ends_with('}') ? sent : sent + "}") == "{" + row.sent + "}");
  }
}

TEST_CASE("a message that is none is refused by its path", "[F-03][F-04][F-05][F-06][F-07]") {
  const struct {
    const char* id;
    const char* messages;
    const char* code;
    const char* param;
  } rows[] = {
      {"F-03", R"({})", "invalid_type", "messages"},
      {"F-03", R"([])", "empty_array", "messages"},
      {"F-03", R"("Hi")", "invalid_type", "messages"},
      {"F-03", R"(null)", "missing_required_parameter", "messages"},
      {"F-04", R"([null])", "invalid_type", "messages[0]"},
      {"F-04", R"([{"role":"user","content":"a"},3])", "invalid_type", "messages[1]"},
      {"F-04", R"([[]])", "invalid_type", "messages[0]"},
      {"F-04", R"(["Hi"])", "invalid_type", "messages[0]"},
      {"F-05", R"([{}])", "missing_required_parameter", "messages[0].role"},
      {"F-05", R"([{"content":"a"}])", "missing_required_parameter", "messages[0].role"},
      {"F-05", R"([{"role":null,"content":"a"}])", "missing_required_parameter",
       "messages[0].role"},
      {"F-05", R"([{"role":"User","content":"a"}])", "invalid_value", "messages[0].role"},
      {"F-05", R"([{"role":"model","content":"a"}])", "invalid_value", "messages[0].role"},
      {"F-05", R"([{"role":"","content":"a"}])", "invalid_value", "messages[0].role"},
      {"F-05", R"([{"role":1,"content":"a"}])", "invalid_type", "messages[0].role"},
      {"F-06", R"([{"role":"user"}])", "invalid_type", "messages[0].content"},
      {"F-06", R"([{"role":"system"}])", "invalid_type", "messages[0].content"},
      {"F-07", R"([{"role":"user","content":5}])", "invalid_type", "messages[0].content"},
      {"F-07", R"([{"role":"user","content":true}])", "invalid_type", "messages[0].content"},
      {"F-07", R"([{"role":"user","content":{"type":"text","text":"a"}}])", "invalid_type",
       "messages[0].content"},
      {"F-07", R"([{"role":"user","content":[null]}])", "invalid_type", "messages[0].content[0]"},
      {"F-07", R"([{"role":"user","content":["a"]}])", "invalid_type", "messages[0].content[0]"},
      {"F-07", R"([{"role":"user","content":[{}]}])", "missing_required_parameter",
       "messages[0].content[0].type"},
      {"F-07", R"([{"role":"user","content":[{"type":7}]}])", "invalid_type",
       "messages[0].content[0].type"},
      {"F-07", R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"nope"}]}])",
       "invalid_value", "messages[0].content[1].type"},
      {"F-07", R"([{"role":"user","content":[{"type":"text"}]}])", "invalid_type",
       "messages[0].content[0].text"},
      {"F-07", R"([{"role":"user","content":[{"type":"text","text":null}]}])", "invalid_type",
       "messages[0].content[0].text"},
      {"F-07", R"([{"role":"user","content":[{"type":"text","text":1}]}])", "invalid_type",
       "messages[0].content[0].text"},
      {"a refusal of the user's",
       R"([{"role":"user","content":[{"type":"refusal","refusal":"a"}]}])", "invalid_value",
       "messages[0].content[0].type"},
      {"a refusal without words",
       R"([{"role":"assistant","content":[{"type":"refusal","text":"a"}]}])", "invalid_type",
       "messages[0].content[0].refusal"},
      {"a refusal that is none", R"([{"role":"assistant","content":null,"refusal":1}])",
       "invalid_type", "messages[0].refusal"},
      {"3.2", R"([{"role":"user","content":[{"type":"image_url","image_url":{}}]}])",
       "missing_required_parameter", "messages[0].content[0].image_url.url"},
      {"3.2", R"([{"role":"user","content":[{"type":"input_audio"}]}])",
       "missing_required_parameter", "messages[0].content[0].input_audio"},
      {"3.2", R"([{"role":"user","content":[{"type":"file"}]}])", "missing_required_parameter",
       "messages[0].content[0].file"},
      {"3.2", R"([{"role":"user","content":[{"type":"video_url"}]}])", "missing_required_parameter",
       "messages[0].content[0].video_url"},
      {"an image of the system's", R"([{"role":"system","content":[{"type":"image_url"}]}])",
       "invalid_value", "messages[0].content[0].type"},
      {"calls of a wrong type", R"([{"role":"assistant","content":"a","tool_calls":"c"}])",
       "invalid_type", "messages[0].tool_calls"},
  };
  for (const auto& row : rows) {
    INFO(row.id << ": " << row.messages);
    const Reading reading(request_for(kUsual, row.messages));
    CHECK(reading.code() == row.code);
    CHECK(reading.param() == row.param);
  }
}

TEST_CASE("there is an end to messages and to parts") {
  const auto many = [](std::string_view one, std::size_t count) {
    std::string out = "[";
    for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + std::string(one);
    return out + "]";
  };
  const std::string message = R"({"role":"user","content":"a"})";
  CHECK(Reading(request_for(kUsual, many(message, 10'000))).code() == "ok");
  const Reading messages(request_for(kUsual, many(message, 10'001)));
  CHECK(messages.code() == "array_above_max_length");
  CHECK(messages.param() == "messages");

  const std::string part = R"({"type":"text","text":"a"})";
  const auto with_parts = [&](std::size_t count) {
    return request_for(kUsual, R"([{"role":"user","content":)" + many(part, count) + "}]");
  };
  CHECK(Reading(with_parts(1'024)).code() == "ok");
  const Reading parts(with_parts(1'025));
  CHECK(parts.code() == "array_above_max_length");
  CHECK(parts.param() == "messages[0].content");
}

TEST_CASE("the name of a message is ignored aloud, but for a function's, which is its call's") {
  const struct {
    std::string message;
    bool is_told;
  } rows[] = {
      {R"({"role":"user","name":"n","content":"x"})", true},
      {R"({"role":"system","name":"n","content":"x"})", true},
      {R"({"role":"assistant","name":"n","content":"x"})", true},
      {R"({"role":"tool","tool_call_id":"a","name":"n","content":"x"})", true},
      {R"({"role":"user","content":"x"})", false},
      {R"({"role":"assistant","function_call":{"name":"f","arguments":""}},)"
       R"({"role":"function","name":"f","content":"x"})",
       false},
  };
  for (const auto& row : rows) {
    INFO(row.message);
    const Reading reading(request_for("gemini-2.5-flash-lite", "[" + row.message + "]"));
    REQUIRE(reading.ok());
    const auto& told = reading->warnings;
    CHECK((std::find(told.begin(), told.end(), "messages[].name: ignored") != told.end()) ==
          row.is_told);
  }
}
