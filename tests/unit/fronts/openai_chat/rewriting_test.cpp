// What of a request is written anew is counted, as there is not memory for all of it: each place
// where that happens, at the bound and one byte above.
#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::fronts::openai_chat::RequestOptions;
using proxy::test::asking;
using proxy::test::no_options;
using proxy::test::Reading;

namespace {

std::string talk(const std::string& messages) {
  return R"({"model":"gemini-2.5-flash-lite","messages":[{"role":"user","content":"x"},)" +
         messages + "]}";
}

std::string calling(const std::string& call) {
  return R"({"role":"assistant","content":null,"tool_calls":[)" + call + "]}";
}

std::string function_call(const std::string& arguments) {
  return R"({"id":"a","type":"function","function":{"name":"f","arguments":")" + arguments + "\"}}";
}

std::string result(const std::string& content, const char* id = "a") {
  return R"({"role":"tool","tool_call_id":")" + std::string(id) + R"(","content":)" + content + "}";
}

std::string picture(const std::string& url) {
  return talk(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":")" + url +
              "\"}}]}");
}

const std::string kSchema = R"({"type":"object","properties":{"a":{"type":"string"}}})";
const std::string kTool =
    R"({"type":"function","function":{"name":"f","parameters":)" + kSchema + "}}";
const std::string kFormat =
    R"("response_format":{"type":"json_schema","json_schema":{"name":"f","schema":)" + kSchema +
    "}}";
const std::string kGoogle = R"({"generation_config":{"seed":1}})";

}  // namespace

TEST_CASE("what is written anew has its bound, and a refusal names the place", "[J-18]") {
  const struct {
    std::string body;
    std::size_t bytes;
    const char* param;
  } rows[] = {
      {asking(R"("stop":"abcd")"), 4, "stop"},
      {asking(R"("stop":["ab","cd"])"), 4, "stop[1]"},
      {asking("\"tools\":[" + kTool + "]"), kSchema.size(), "tools[0].function.parameters"},
      {asking(R"("functions":[{"name":"f","parameters":)" + kSchema + "}]"), kSchema.size(),
       "functions[0].parameters"},
      {asking(R"("tools":[{"type":"custom","custom":{"name":"f","format":{"type":"grammar",)"
              R"("syntax":"lark","definition":"abcd"}}}])"),
       4, "tools[0].custom.format.definition"},
      {asking(kFormat), kSchema.size(), "response_format.json_schema.schema"},
      {asking(kFormat + ",\"tools\":[" + kTool + "]"), 3 * kSchema.size(),
       "response_format.json_schema.schema"},
      {asking("\"extra_body\":{\"google\":" + kGoogle + "}"), kGoogle.size(), "extra_body.google"},
      {asking("\"google\":" + kGoogle), kGoogle.size(), "google"},
      {talk(calling(function_call(R"({\"a\":1})"))), 9,
       "messages[1].tool_calls[0].function.arguments"},
      {talk(calling(function_call("ab") + "," + function_call("cd"))), 4,
       "messages[1].tool_calls[1].function.arguments"},
      {talk(calling(R"({"id":"a","type":"custom","custom":{"name":"f","input":"abcd"}})")), 4,
       "messages[1].tool_calls[0].custom.input"},
      {talk(R"({"role":"assistant","function_call":{"name":"f","arguments":"{}"}})"), 2,
       "messages[1].function_call.arguments"},
      {talk(calling(function_call("")) + "," +
            result(R"([{"type":"text","text":"ab"},{"type":"text","text":"cd"}])")),
       2 * 4, "messages[2].content"},
      {talk(calling(function_call("")) + "," + result(R"("ab")") + "," + result(R"("cd")")), 4,
       "messages[3].content"},
      {talk(result(R"("abcd")", "unknown")), 4, "messages[1].content"},
      {picture("data:text/plain,ab%20"), 5, "messages[1].content[0].image_url.url"},
      {picture("data:image/png;base64,AAA"), 4, "messages[1].content[0].image_url.url"},
  };
  for (const auto& row : rows) {
    INFO(row.body);
    RequestOptions options = no_options();
    options.rewritable_bytes = row.bytes;
    CHECK(Reading(row.body, options).code() == "ok");
    options.rewritable_bytes = row.bytes - 1;
    const Reading refused(row.body, options);
    CHECK(refused.code() == "request_too_large");
    CHECK(refused.param() == row.param);
  }
}

TEST_CASE("what is passed on as it stands costs nothing of the bound", "[J-18]") {
  const std::string text(100'000, 'x');
  const std::string data(100'000, 'A');
  RequestOptions options = no_options();
  options.rewritable_bytes = 0;
  for (const std::string& body :
       {talk(R"({"role":"user","content":")" + text + "\"}"),
        talk(R"({"role":"assistant","content":")" + text + "\"}"),
        talk(calling(function_call("")) + "," + result("\"" + text + "\"")),
        picture("data:image/png;base64," + data), picture("data:image/png;base64," + data + "\\n"),
        picture("data:image/png;base64," + data + "\\nAA"),
        asking(R"("metadata":{"a":")" + text + "\"}"),
        asking(R"("tools":[{"type":"function","function":{"name":"f","description":")" + text +
               "\"}}]")}) {
    CHECK(Reading(body, options).code() == "ok");
  }
}

TEST_CASE("base64 is mended where it stands", "[F-18]") {
  const Reading reading(picture("data:image/png;base64,-_\\u002b\\n\\/AAA"));
  REQUIRE(reading.ok());
  const auto& part = reading->upstream.parts.back();
  CHECK(part.text.escaped == "+/+/AAA=");
  CHECK(reading.upstream().find(R"("data":"+/+/AAA=")") != std::string::npos);
}
