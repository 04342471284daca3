// Histories of any shape -> turns that Google accepts. Each row: messages, and the turns in short:
//   u(...) m(...) turns of user and model; t text, c call, r response; s system text
#include "fronts/openai_chat/conversation.h"

#include <nlohmann/json.hpp>
#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::Reading;
using Json = nlohmann::ordered_json;

namespace {

std::string part_in_short(const Json& part) {
  if (part.contains("text")) return "t:" + part["text"].get<std::string>();
  if (part.contains("inlineData")) return "i:" + part["inlineData"]["data"].get<std::string>();
  const auto with_id = [](const Json& object) {
    return object["name"].get<std::string>() +
           (object.contains("id") ? "#" + object["id"].get<std::string>() : "");
  };
  if (part.contains("functionCall")) {
    const std::string signature =
        part.contains("thoughtSignature") ? "!" + part["thoughtSignature"].get<std::string>() : "";
    return "c:" + with_id(part["functionCall"]) + signature;
  }
  const Json& response = part["functionResponse"];
  const bool failed = response["response"].contains("error");
  return "r:" + with_id(response) + "=" +
         (failed ? "!" : response["response"]["output"].get<std::string>()) +
         (response.contains("parts") ? "+" + std::to_string(response["parts"].size()) : "");
}

std::string parts_in_short(const Json& content) {
  std::string out;
  for (const Json& part : content["parts"]) {
    out += (out.empty() ? "" : " ") + part_in_short(part);
  }
  return out;
}

std::string turns(const std::string& messages, const std::string& model = "gemini-2.5-flash-lite") {
  const Reading reading(R"({"model":")" + model + R"(","messages":[)" + messages + "]}");
  if (!reading.ok()) return std::string(reading.code()) + " " + std::string(reading.param());
  const Json body = Json::parse(reading.upstream(), nullptr, false);
  REQUIRE(body.is_object());
  std::string out;
  if (body.contains("systemInstruction")) {
    out = "s(" + parts_in_short(body["systemInstruction"]) + ") ";
  }
  for (const Json& content : body["contents"]) {
    out += content["role"] == "user" ? "u(" : "m(";
    out += parts_in_short(content) + ") ";
  }
  out.pop_back();
  return out;
}

std::string user(const std::string& text) { return R"({"role":"user","content":")" + text + "\"}"; }
std::string system_text(const std::string& text) {
  return R"({"role":"system","content":")" + text + "\"}";
}
std::string says(const std::string& text) {
  return R"({"role":"assistant","content":")" + text + "\"}";
}
std::string tool(const std::string& id, const std::string& text) {
  return R"({"role":"tool","tool_call_id":")" + id + R"(","content":")" + text + "\"}";
}
// An assistant's message with calls of f, one for each id.
std::string call(std::initializer_list<const char*> ids) {
  std::string calls;
  for (const char* id : ids) {
    calls += (calls.empty() ? "" : ",");
    calls += R"({"id":")" + std::string(id) +
             R"(","type":"function","function":{"name":"f","arguments":"{}"}})";
  }
  return R"({"role":"assistant","tool_calls":[)" + calls + "]}";
}

struct Row {
  const char* why;
  std::string messages;
  const char* turns;
};

}  // namespace

TEST_CASE("answers stand behind their calls, complete and in order", "[F-12][F-14]") {
  const Row rows[] = {
      {"as it should be", user("Hi") + "," + call({"1"}) + "," + tool("1", "a"),
       "u(t:Hi) m(c:f) u(r:f=a)"},
      {"out of order",
       user("Hi") + "," + call({"1", "2"}) + "," + tool("2", "b") + "," + tool("1", "a"),
       "u(t:Hi) m(c:f c:f) u(r:f=a r:f=b)"},
      {"one is missing",
       user("Hi") + "," + call({"1", "2"}) + "," + tool("1", "a") + "," + user("so?"),
       "u(t:Hi) m(c:f c:f) u(r:f=a r:f=!) u(t:so?)"},
      {"all are missing, at the end", user("Hi") + "," + call({"1"}), "u(t:Hi) m(c:f) u(r:f=!)"},
      {"twice the same",
       user("Hi") + "," + call({"1"}) + "," + tool("1", "a") + "," + tool("1", "b"),
       "u(t:Hi) m(c:f) u(r:f=a\nb)"},
      {"F-14 two calls of one id",
       user("Hi") + "," + call({"1", "1"}) + "," + tool("1", "a") + "," + tool("1", "b"),
       "u(t:Hi) m(c:f c:f) u(r:f=a r:f=b)"},
      {"another call before the answer",
       user("Hi") + "," + call({"1"}) + "," + call({"2"}) + "," + tool("2", "b"),
       "u(t:Hi) m(c:f) u(r:f=!) m(c:f) u(r:f=b)"},
      {"steps",
       user("Hi") + "," + call({"1"}) + "," + tool("1", "a") + "," + call({"2"}) + "," +
           tool("2", "b") + "," + says("ok"),
       "u(t:Hi) m(c:f) u(r:f=a) m(c:f) u(r:f=b) m(t:ok)"},
      {"for no call", user("Hi") + "," + tool("9", "a"), "u(t:Hi t:[Tool result]\na)"},
      {"for no call, among others",
       user("Hi") + "," + call({"1"}) + "," + tool("9", "x") + "," + tool("1", "a"),
       "u(t:Hi) m(c:f) u(r:f=a) u(t:[Tool result]\nx)"},
      {"too late", user("Hi") + "," + call({"1"}) + "," + user("wait") + "," + tool("1", "a"),
       "u(t:Hi) m(c:f) u(r:f=!) u(t:wait t:[Tool result of f]\na)"},
      {"system text among answers",
       user("Hi") + "," + call({"1", "2"}) + "," + tool("1", "a") + "," + system_text("s") + "," +
           tool("2", "b"),
       "u(t:Hi) m(c:f c:f) u(r:f=a r:f=b) u(t:s)"},
      {"nothing but an answer", tool("1", "a"), "u(t:[Tool result]\na)"},
      {"text and call", user("Hi") + "," + says("Look") + "," + call({"1"}) + "," + tool("1", "a"),
       "u(t:Hi) m(t:Look c:f) u(r:f=a)"},
  };
  for (const Row& row : rows) {
    INFO(row.why);
    CHECK(turns(row.messages) == row.turns);
  }
}

TEST_CASE("F-11 an answer without an id is for the first call that waits") {
  const std::string nameless = R"({"role":"tool","content":"a"})";
  CHECK(turns(user("Hi") + "," + call({"1", "2"}) + "," + nameless + "," + tool("2", "b")) ==
        "u(t:Hi) m(c:f c:f) u(r:f=a r:f=b)");
  CHECK(turns(user("Hi") + "," + nameless) ==
        "missing_required_parameter messages[1].tool_call_id");
}

TEST_CASE("the deprecated function messages are matched by name") {
  const std::string call_f =
      R"({"role":"assistant","function_call":{"name":"f","arguments":"{}"}})";
  const std::string result = R"({"role":"function","name":"f","content":"a"})";
  CHECK(turns(user("Hi") + "," + call_f + "," + result) == "u(t:Hi) m(c:f) u(r:f=a)");
  CHECK(turns(user("Hi") + "," + call_f + "," + result, "gemini-3.5-flash") ==
        "u(t:Hi) m(c:f#fc_1!skip_thought_signature_validator) u(r:f#fc_1=a)");
  CHECK(turns(user("Hi") + "," + R"({"role":"function","name":"g","content":"a"})") ==
        "u(t:Hi t:[Tool result]\na)");
  CHECK(turns(user("Hi") + "," + R"({"role":"function","content":"a"})") ==
        "missing_required_parameter messages[1].name");
}

TEST_CASE("ids and signatures are for Gemini 3") {
  const std::string messages =
      user("Hi") + "," + call({"a", "b"}) + "," + tool("a", "1") + "," + tool("b", "2");
  CHECK(turns(messages, "gemini-3.5-flash") ==
        "u(t:Hi) m(c:f#a!skip_thought_signature_validator c:f#b) u(r:f#a=1 r:f#b=2)");
  CHECK(turns(messages, "gemini-2.5-pro") == "u(t:Hi) m(c:f c:f) u(r:f=1 r:f=2)");
  CHECK(turns(messages, "gemma-4-31b") == "u(t:Hi) m(c:f c:f) u(r:f=1 r:f=2)");
}

TEST_CASE("F-09 F-10 there is always a turn, the user's first") {
  const Row rows[] = {
      {"only instructions", system_text("s"), "u(t:s)"},
      {"only an empty one", system_text(""), "u(t: )"},
      {"the assistant first", says("a") + "," + user("b"), "u(t: ) m(t:a) u(t:b)"},
      {"an assistant without words", says(""), "u(t: )"},
      {"instructions first, then the assistant",
       system_text("s") + "," + says("a") + "," + user("b"), "s(t:s) u(t: ) m(t:a) u(t:b)"},
      {"instructions later stay there",
       user("a") + "," + system_text("s") + "," + says("b") + "," + system_text("u") + "," +
           user("c"),
       "u(t:a t:s) m(t:b) u(t:u t:c)"},
      {"neighbours of one role", user("a") + "," + user("b") + "," + says("c") + "," + says("d"),
       "u(t:a t:b) m(t:c t:d)"},
  };
  for (const Row& row : rows) {
    INFO(row.why);
    CHECK(turns(row.messages) == row.turns);
  }
}

TEST_CASE("strict families do not continue the model's turn") {
  const std::string messages = user("a") + "," + says("b");
  CHECK(turns(messages, "gemini-3.8-flash") == "u(t:a) m(t:b) u(t:Continue.)");
  CHECK(turns(messages, "gemini-3.5-flash") == "u(t:a) m(t:b)");
  CHECK(turns(messages, "gemma-4-31b") == "u(t:a) m(t:b)");
}

TEST_CASE("a family without a system role reads it from the user") {
  CHECK(turns(system_text("s") + "," + user("a"), "gemma-3-27b") == "u(t:s t:a)");
  CHECK(turns(system_text("s") + "," + says("a") + "," + user("b"), "gemma-3-27b") ==
        "u(t:s) m(t:a) u(t:b)");
}

TEST_CASE("media of tools stand beside their text, or in the user's turn behind") {
  const auto with_media = [](const std::string& type) {
    return user("Hi") + "," + call({"1"}) + "," +
           R"({"role":"tool","tool_call_id":"1","content":[{"type":"text","text":"a"},)"
           R"({"type":"image_url","image_url":{"url":"data:)" +
           type + R"(;base64,AAAA"}}]})";
  };
  const std::string call_3 = "u(t:Hi) m(c:f#1!skip_thought_signature_validator) ";
  CHECK(turns(with_media("image/png"), "gemini-3.5-flash") == call_3 + "u(r:f#1=a+1)");
  CHECK(turns(with_media("application/pdf"), "gemini-3.5-flash") == call_3 + "u(r:f#1=a+1)");
  CHECK(turns(with_media("audio/wav"), "gemini-3.5-flash") ==
        call_3 + "u(r:f#1=a) u(t:[Attachment of tool result f] i:AAAA)");
  CHECK(turns(with_media("image/png")) ==
        "u(t:Hi) m(c:f) u(r:f=a) u(t:[Attachment of tool result f] i:AAAA)");
}

TEST_CASE("what was mended is named, once") {
  const Reading reading(R"({"model":"gemini-3.8-flash","messages":[)" + user("Hi") + "," +
                        call({"1", "2"}) + "," + user("a") + "," + tool("1", "x") + "," +
                        tool("2", "y") + "," + says("b") + "]}");
  REQUIRE(reading.ok());
  CHECK(reading->warnings ==
        std::vector<std::string>{
            "messages: a tool call without its result got one",
            "messages: a tool result without its call was sent as text",
            "messages: a user's turn was added, as this model needs one at the end"});
}

TEST_CASE("a second result is named, too") {
  const Reading reading(R"({"model":"gemini-3.5-flash","messages":[)" + user("Hi") + "," +
                        call({"1"}) + "," + tool("1", "x") + "," + tool("1", "y") + "]}");
  REQUIRE(reading.ok());
  CHECK(reading->warnings ==
        std::vector<std::string>{"messages: a second result of a call was appended to the first"});
}

TEST_CASE("after the answers of tools an empty turn is a legal end") {
  const auto may_end_empty = [](const std::string& messages) {
    const Reading reading(R"({"model":"gemini-3.5-flash","messages":[)" + messages + "]}");
    REQUIRE(reading.ok());
    return reading->may_end_empty;
  };
  CHECK(may_end_empty(user("Hi") + "," + call({"1"}) + "," + tool("1", "a")));
  CHECK_FALSE(
      may_end_empty(user("Hi") + "," + call({"1"}) + "," + tool("1", "a") + "," + user("b")));
  CHECK_FALSE(may_end_empty(user("Hi")));
}
