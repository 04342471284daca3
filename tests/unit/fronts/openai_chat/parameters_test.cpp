// The ends of each parameter's range, and what is said of those without effect; none is dropped in
// silence. Which kinds of values each field takes: field_matrix_test.cpp.
#include "fronts/openai_chat/parameters.h"

#include <string>
#include <vector>

#include "base/text.h"
#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::fronts::openai_chat::parameters;
using proxy::fronts::openai_chat::Treatment;
using proxy::test::Reading;

namespace {

// A request whose member `name` is `value`.
std::string request_with(std::string_view name, std::string_view value) {
  std::string body = "{";
  const auto add = [&body](std::string_view key, std::string_view json) {
    if (body.size() > 1) body += ',';
    body.append("\"").append(key).append("\":").append(json);
  };
  if (name != "model") add("model", "\"gemini-2.5-flash\"");
  if (name != "messages") add("messages", R"([{"role":"user","content":"x"}])");
  add(name, value);
  return body + "}";
}

}  // namespace

TEST_CASE("F-20 numbers are refused just beyond their range and accepted at its ends") {
  const struct {
    const char* name;
    std::vector<const char*> accepted;
    std::vector<const char*> too_small;
    std::vector<const char*> too_large;
    const char* kind;
  } rows[] = {
      {"temperature",
       {"0", "-0", "2", "2.0", "1e-400"},
       {"-0.1", "-1e-9"},
       {"2.1", "3"},
       "decimal"},
      {"top_p", {"0", "1", "1e0"}, {"-0.01"}, {"1.01"}, "decimal"},
      {"presence_penalty", {"-2", "2", "1.995"}, {"-2.01"}, {"2.01"}, "decimal"},
      {"frequency_penalty", {"-2", "2", "0"}, {"-3"}, {"2.0000001"}, "decimal"},
      {"max_tokens",
       {"1", "1.0", "1e2", "2147483647"},
       {"0", "-1"},
       {"2147483648", "1099511627776"},
       "integer"},
      {"max_completion_tokens",
       {"1"},
       {"0", "-9223372036854775808"},
       {"9223372036854775808"},
       "integer"},
      {"seed",
       {"0", "-1", "2147483648", "9223372036854775807", "-9223372036854775808"},
       {"-1e30"},
       {"9223372036854775808", "1e30"},
       "integer"},
      {"n", {"1", "1.0", "5"}, {"0", "-1"}, {"129", "99999"}, "integer"},
  };
  for (const auto& row : rows) {
    const std::string kind = row.kind;
    for (const char* value : row.accepted) {
      INFO(row.name << ": " << value);
      CHECK(Reading(request_with(row.name, value)).code() == "ok");
    }
    for (const char* value : row.too_small) {
      INFO(row.name << ": " << value);
      const Reading reading(request_with(row.name, value));
      CHECK(reading.code() == kind + "_below_min_value");
      CHECK(reading.param() == row.name);
    }
    for (const char* value : row.too_large) {
      INFO(row.name << ": " << value);
      const Reading reading(request_with(row.name, value));
      CHECK(reading.code() == kind + "_above_max_value");
      CHECK(reading.param() == row.name);
    }
  }
  for (const char* n : {"6", "9", "128"}) {
    CHECK(Reading(request_with("n", n)).code() == "invalid_value");
  }
}

TEST_CASE("what is inside of a translated parameter is checked as well") {
  const struct {
    const char* name;
    const char* value;
    const char* code;
    const char* param;
  } rows[] = {
      {"tools", R"([{"type":"function","function":{"name":"f"}}])", "ok", ""},
      {"tools", R"([{"type":"function"}])", "missing_required_parameter", "tools[0].function"},
      {"tools", R"([{"type":"x"}])", "invalid_value", "tools[0].type"},
      {"functions", R"([{"name":"f"}])", "ok", ""},
      {"tool_choice", "\"none\"", "ok", ""},
      {"tool_choice", "\"auto\"", "ok", ""},
      {"tool_choice", "\"required\"", "invalid_value", "tool_choice"},
      {"function_call", "\"none\"", "ok", ""},
      {"parallel_tool_calls", "false", "ok", ""},
      {"response_format", R"({"type":"text"})", "ok", ""},
      {"response_format", R"({"type":"json_object"})", "ok", ""},
      {"response_format", R"({"type":"json_schema"})", "missing_required_parameter",
       "response_format.json_schema"},
      {"response_format", R"({"type":"x"})", "invalid_value", "response_format.type"},
      {"response_format", R"({"type":1})", "invalid_type", "response_format.type"},
      {"modalities", R"(["text"])", "ok", ""},
      {"modalities", R"(["text","image"])", "ok", ""},
      {"modalities", R"(["text","audio"])", "unsupported_value", "modalities"},
      {"modalities", R"(["x"])", "invalid_value", "modalities[0]"},
      {"service_tier", "\"scale\"", "ok", ""},
      {"service_tier", "\"flex\"", "ok", ""},
      {"service_tier", "\"fast\"", "ok", ""},
      {"top_logprobs", "5", "invalid_value", "top_logprobs"},
      {"reasoning_effort", "\"high\"", "ok", ""},
      {"web_search_options", "{}", "ok", ""},
      {"extra_body", "{}", "ok", ""},
      {"extra_body", "[]", "invalid_type", "extra_body"},
      {"extra_body", R"({"google":1})", "invalid_type", "extra_body.google"},
      {"google", R"({"cached_content":1})", "invalid_type", "google.cached_content"},
      {"reasoning", R"({"effort":"x"})", "invalid_value", "reasoning.effort"},
      {"thinking", R"({"type":"disabled"})", "ok", ""},
      {"top_k", "40", "ok", ""},
      {"top_k", "0", "integer_below_min_value", "top_k"},
      {"top_k", "null", "ok", ""},
      {"min_p", "0.1", "ok", ""},
  };
  for (const auto& row : rows) {
    INFO(row.name << ": " << row.value);
    const Reading reading(request_with(row.name, row.value));
    CHECK(reading.code() == row.code);
    CHECK(reading.param() == row.param);
  }
}

TEST_CASE("an ignored parameter is named in a warning, a translated one is not") {
  for (const auto& parameter : parameters()) {
    if (parameter.treatment != Treatment::ignored) continue;
    INFO(parameter.name);
    std::string value = "{}";
    if (parameter.type == "a string") value = "\"x\"";
    if (parameter.type == "a boolean") value = "false";
    const Reading reading(request_with(parameter.name, value));
    REQUIRE(reading.ok());
    CHECK(reading->warnings == std::vector<std::string>{std::string(parameter.name) + ": ignored"});
    CHECK(Reading(request_with(parameter.name, "null"))->warnings.empty());
  }
  CHECK(Reading(request_with("temperature", "1"))->warnings.empty());
}
