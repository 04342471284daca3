// What of a tool and of a choice is refused, and by which place. What becomes of the rest is shown
// in tests/golden/openai_chat (tool_*, custom_*, legacy_*, web_search_*).
#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::asking;
using proxy::test::Reading;

namespace {

std::string outcome(const Reading& reading) {
  return std::string(reading.code()) + " " + std::string(reading.param());
}

std::string repeated(const std::string& element, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + element;
  return list;
}

constexpr const char* kModel = "gemini-3.5-flash";
const std::string kTools = R"("tools":[{"type":"function","function":{"name":"f"}},)"
                           R"({"type":"custom","custom":{"name":"c"}}])";

}  // namespace

TEST_CASE("F-15 a tool that cannot be declared is refused by its place") {
  const struct {
    const char* tool;
    const char* outcome;
  } rows[] = {
      {R"({"type":"function","function":{"name":"f"}})", "ok "},
      {R"({"function":{"name":"f"}})", "ok "},
      {"null", "invalid_type tools[0]"},
      {"[]", "invalid_type tools[0]"},
      {"{}", "missing_required_parameter tools[0].type"},
      {R"({"type":1})", "invalid_type tools[0].type"},
      {R"({"type":"retrieval"})", "invalid_value tools[0].type"},
      {R"({"type":"function"})", "missing_required_parameter tools[0].function"},
      {R"({"type":"function","function":"f"})", "invalid_type tools[0].function"},
      {R"({"type":"function","function":{}})", "missing_required_parameter tools[0].function.name"},
      {R"({"type":"function","function":{"name":7}})", "invalid_type tools[0].function.name"},
      {R"({"type":"function","function":{"name":""}})", "invalid_value tools[0].function.name"},
      {R"({"type":"function","function":{"name":"a b"}})", "invalid_value tools[0].function.name"},
      {R"({"type":"function","function":{"name":"a\u0000"}})",
       "invalid_value tools[0].function.name"},
      {R"({"type":"function","function":{"name":"f","description":1}})",
       "invalid_type tools[0].function.description"},
      {R"({"type":"function","function":{"name":"f","strict":"yes"}})",
       "invalid_type tools[0].function.strict"},
      {R"({"type":"function","function":{"name":"f","parameters":"x"}})",
       "invalid_type tools[0].function.parameters"},
      {R"({"type":"custom"})", "missing_required_parameter tools[0].custom"},
      {R"({"type":"custom","custom":{"name":""}})", "invalid_value tools[0].custom.name"},
      {R"({"type":"custom","custom":{"name":"c","format":{"type":"grammar","syntax":1}}})",
       "invalid_type tools[0].custom.format.syntax"},
  };
  for (const auto& row : rows) {
    INFO(row.tool);
    CHECK(outcome(Reading(asking(R"("tools":[)" + std::string(row.tool) + "]", kModel))) ==
          row.outcome);
  }
  const std::string tool = R"({"type":"web_search"})";
  CHECK(Reading(asking("\"tools\":[" + repeated(tool, 512) + "]", kModel)).ok());
  CHECK(outcome(Reading(asking("\"tools\":[" + repeated(tool, 513) + "]", kModel))) ==
        "array_above_max_length tools");
}

TEST_CASE("F-16 parameters that are no schema of an object are left out") {
  for (const char* parameters : {"null", "true", "[]", "{}", R"({"type":"object"})"}) {
    INFO(parameters);
    const Reading reading(asking(R"("tools":[{"type":"function","function":{"name":"f",)"
                                 R"("parameters":)" +
                                     std::string(parameters) + "}}]",
                                 kModel));
    CHECK(reading.upstream().find(R"("functionDeclarations":[{"name":"f"}])") != std::string::npos);
  }
}

TEST_CASE("F-17 a choice must name tools of the request") {
  const struct {
    const char* choice;
    const char* outcome;
  } rows[] = {
      {"null", "ok "},
      {R"("auto")", "ok "},
      {R"("any")", "invalid_value tool_choice"},
      {"[]", "invalid_type tool_choice"},
      {"{}", "missing_required_parameter tool_choice.type"},
      {R"({"type":"function","function":{"name":"f"}})", "ok "},
      {R"({"type":"function","name":"f"})", "ok "},
      {R"({"type":"function","function":{"name":"g"}})", "invalid_value tool_choice"},
      {R"({"type":"function"})", "missing_required_parameter tool_choice.function"},
      {R"({"type":"custom","custom":{"name":"c"}})", "ok "},
      {R"({"type":"hosted","name":"f"})", "invalid_value tool_choice.type"},
      {R"({"type":"allowed_tools","mode":"auto","tools":[{"type":"custom","custom":{"name":"c"}}]})",
       "ok "},
      {R"({"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}})",
       "empty_array tool_choice.allowed_tools.tools"},
      {R"({"type":"allowed_tools","allowed_tools":{"mode":"all","tools":[{"name":"f"}]}})",
       "invalid_value tool_choice.allowed_tools.mode"},
      {R"({"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"name":"g"}]}})",
       "invalid_value tool_choice"},
  };
  for (const auto& row : rows) {
    INFO(row.choice);
    CHECK(outcome(Reading(asking(kTools + R"(,"tool_choice":)" + row.choice, kModel))) ==
          row.outcome);
  }
  CHECK(Reading(asking(R"("tool_choice":"auto")", kModel)).ok());
  CHECK(Reading(asking(R"("tool_choice":"required","web_search_options":{})", kModel)).ok());
}

TEST_CASE("the deprecated functions have a choice of their own") {
  const std::string functions = R"("functions":[{"name":"f"}],)";
  const struct {
    std::string asked;
    const char* outcome;
    bool legacy;
  } rows[] = {
      {functions + R"("function_call":"auto")", "ok ", true},
      {functions + R"("function_call":{"name":"f"})", "ok ", true},
      {functions + R"("function_call":{"name":"g"})", "invalid_value function_call", true},
      {functions + R"("function_call":"x")", "invalid_value function_call", true},
      {functions + kTools, "ok ", false},
      {R"("functions":[{}])", "missing_required_parameter functions[0].name", true},
      {R"("function_call":{"name":"f"})", "invalid_value function_call", false},
      {R"("function_call":"auto")", "ok ", false},
      {kTools + R"(,"function_call":"x")", "invalid_value function_call", false},
      {functions + R"("tool_choice":"nope")", "invalid_value tool_choice", true},
  };
  for (const auto& row : rows) {
    INFO(row.asked);
    const Reading reading(asking(row.asked, kModel));
    CHECK(outcome(reading) == row.outcome);
    if (reading.ok()) CHECK(reading->legacy_functions == row.legacy);
  }
}

TEST_CASE("what of the tools has no effect or is said in words is named") {
  const struct {
    std::string asked;
    const char* warning;
  } rows[] = {
      {kTools + R"(,"functions":[{"name":"f"}])", "functions: ignored beside tools"},
      {kTools + R"(,"function_call":"auto")", "function_call: ignored"},
      {R"("web_search_options":{"search_context_size":"low"})",
       "web_search_options.search_context_size: ignored"},
      {R"("web_search_options":{"user_location":{}})", "web_search_options.user_location: ignored"},
      {R"("tools":[{"type":"custom","custom":{"name":"c","format":{"type":"grammar",)"
       R"("grammar":{"syntax":"regex","definition":"a"}}}}])",
       "tools[].custom.format: asked for in words"},
  };
  for (const auto& row : rows) {
    INFO(row.asked);
    const Reading reading(asking(row.asked, kModel));
    REQUIRE(reading.ok());
    REQUIRE(reading->warnings.size() == 1);
    CHECK(reading->warnings[0] == row.warning);
  }
}
