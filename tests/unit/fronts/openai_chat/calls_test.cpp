// Calls in the history: arguments, ids, and the places where a signature may have come back.
#include "fronts/openai_chat/calls.h"

#include <string>

#include "gemini/signature.h"
#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::Reading;

namespace {

// The model's parts for one call, whose members these are.
std::string sent(const std::string& members, const std::string& model = "gemini-3.5-flash") {
  const Reading reading(R"({"model":")" + model +
                        R"(","messages":[{"role":"user","content":"x"},)"
                        R"({"role":"assistant","tool_calls":[{)" +
                        members + "}]}]}");
  if (!reading.ok()) return std::string(reading.code()) + " " + std::string(reading.param());
  const std::string upstream = reading.upstream();
  const std::string begin = R"({"role":"model","parts":[)";
  const std::size_t from = upstream.find(begin) + begin.size();
  return upstream.substr(from, upstream.find(R"(]},{"role":"user")", from) - from);
}

std::string args(const std::string& arguments) {
  const std::string part =
      sent(R"("id":"a","function":{"name":"f","arguments":)" + arguments + "}", "gemini-2.5-pro");
  const std::string begin = R"({"functionCall":{"name":"f","args":)";
  if (!part.starts_with(begin)) return part;
  return part.substr(begin.size(), part.size() - begin.size() - 2);
}

const std::string kDummy = R"(,"thoughtSignature":"skip_thought_signature_validator")";
const std::string kFunction = R"("function":{"name":"f","arguments":"{}"})";

std::string called(const std::string& id, const std::string& more) {
  return R"({"functionCall":{"id":")" + id + R"(","name":"f","args":{}})" + more + "}";
}
std::string signed_with(const std::string& signature) {
  return R"(,"thoughtSignature":")" + signature + "\"";
}

}  // namespace

TEST_CASE("J-08 J-10 F-13 arguments change their level and nothing else") {
  const struct {
    const char* arguments;
    const char* args;
  } rows[] = {
      {R"("{}")", "{}"},
      {R"("")", "{}"},
      {R"("  \n")", "{}"},
      {"null", "{}"},
      {R"("null")", "{}"},
      {R"("{\"a\": 9007199254740993, \"b\":1.50}")", R"({"a": 9007199254740993, "b":1.50})"},
      {R"("{\"a\":\"\\u00e9\\n\\\"\"}")", R"({"a":"\u00e9\n\""})"},
      {R"("{\"a\":1,\"a\":2}")", R"({"a":1,"a":2})"},
      {R"("{\"a\":1e400,\"b\":18446744073709551616}")", R"({"a":1e400,"b":18446744073709551616})"},
      {R"("[1]")", R"({"value":[1]})"},
      {R"("7")", R"({"value":7})"},
      {R"("\"x\"")", R"({"value":"x"})"},
      {R"("{\"a\":")", R"({"_raw":"{\"a\":"})"},
      {R"("call me")", R"({"_raw":"call me"})"},
      {"{}", "invalid_type messages[1].tool_calls[0].function.arguments"},
  };
  for (const auto& row : rows) {
    INFO(row.arguments);
    CHECK(args(row.arguments) == row.args);
  }
  // So deep that Google would refuse it beside the turns around it.
  const std::string deep = "\"" + std::string(125, '[') + std::string(125, ']') + "\"";
  CHECK(args(deep).starts_with(R"({"_raw":)"));
}

TEST_CASE("F-14 ids are sent as they are, without the signature behind them") {
  const std::string long_id(10'000, 'i');
  CHECK(sent(R"("id":"a",)" + kFunction) == called("a", kDummy));
  CHECK(sent(R"("id":")" + long_id + "\"," + kFunction) == called(long_id, kDummy));
  CHECK(sent(kFunction) == called("fc_1", kDummy));
  CHECK(sent(R"("id":"",)" + kFunction) == called("fc_1", kDummy));
  CHECK(sent(R"("id":"\u0061\"",)" + kFunction) == called("a\\\"", kDummy));
  CHECK(sent(R"("id":1,)" + kFunction) == "invalid_type messages[1].tool_calls[0].id");
  CHECK(sent(R"("id":"a\u0000",)" + kFunction) == "invalid_value messages[1].tool_calls[0].id");
}

TEST_CASE("a signature is taken from wherever a client keeps it") {
  const std::string extra = R"("extra_content":{"google":{"thought_signature":"U0lH"}})";
  const std::string sealed = proxy::gemini::seal("a", "QUJD");
  const std::string cut = sealed.substr(0, sealed.size() - 1);
  const struct {
    const char* where;
    std::string members;
    std::string part;
  } rows[] = {
      {"beside the call", R"("id":"a",)" + kFunction + "," + extra,
       called("a", signed_with("U0lH"))},
      {"beside the function", R"("id":"a","function":{"name":"f","arguments":"{}",)" + extra + "}",
       called("a", signed_with("U0lH"))},
      {"in the id", "\"id\":\"" + sealed + "\"," + kFunction, called("a", signed_with("QUJD"))},
      {"both: the field wins", "\"id\":\"" + sealed + "\"," + kFunction + "," + extra,
       called("a", signed_with("U0lH"))},
      {"a cut id", "\"id\":\"" + cut + "\"," + kFunction, called("a", kDummy)},
      {"no signature at all",
       R"("id":"a",)" + kFunction + R"(,"extra_content":{"google":{"thought_signature":"no!"}})",
       called("a", kDummy)},
      {"Google's placeholder",
       R"("id":"a",)" + kFunction +
           R"(,"extra_content":{"google":{"thought_signature":"context_engineering_is_the_way_to_go"}})",
       called("a", signed_with("context_engineering_is_the_way_to_go"))},
  };
  for (const auto& row : rows) {
    INFO(row.where);
    CHECK(sent(row.members) == row.part);
  }
}

TEST_CASE("free-form calls have their input as one member") {
  CHECK(sent(R"("id":"a","type":"custom","custom":{"name":"f","input":"x\n\"y\""})",
             "gemini-2.5-pro") == R"({"functionCall":{"name":"f","args":{"input":"x\n\"y\""}}})");
  CHECK(sent(R"("id":"a","type":"custom","custom":{"name":"f"})", "gemini-2.5-pro") ==
        R"({"functionCall":{"name":"f","args":{"input":""}}})");
}

TEST_CASE("a call that cannot be read is refused by its place") {
  CHECK(sent(R"("id":"a")") == "missing_required_parameter messages[1].tool_calls[0].function");
  CHECK(sent(R"("function":{})") ==
        "missing_required_parameter messages[1].tool_calls[0].function.name");
  CHECK(sent(R"("type":"custom","function":{"name":"f"})") ==
        "missing_required_parameter messages[1].tool_calls[0].custom");
  CHECK(sent(R"("function":[])") == "invalid_type messages[1].tool_calls[0].function");
  const Reading no_list(R"({"model":"m","messages":[{"role":"assistant","tool_calls":{}}]})");
  CHECK(no_list.param() == "messages[0].tool_calls");
  const Reading null_call(R"({"model":"m","messages":[{"role":"assistant","tool_calls":[null]}]})");
  CHECK(null_call.param() == "messages[0].tool_calls[0]");
}
