// Every parameter of the published schema with every kind of wrong value (fault list 2.3): it is
// accepted, or refused with a code of its own and its own name; none is dropped in silence.
#include "fronts/openai_chat/parameters.h"

#include <map>
#include <set>
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

const std::vector<std::string> kValues = {
    "null", "true",  "0",  "-1", "1.5",    "1e308",
    "\"\"", "\"x\"", "[]", "{}", "[null]", "\"" + std::string(1 << 20, 'y') + "\""};

// Codes in short.
const std::map<std::string_view, std::string_view> kCodes = {
    {"ok", "ok"},
    {"type", "invalid_type"},
    {"val", "invalid_value"},
    {"miss", "missing_required_parameter"},
    {"none", "empty_array"},
    {"404", "model_not_found"},
    {"i<", "integer_below_min_value"},
    {"i>", "integer_above_max_value"},
    {"d<", "decimal_below_min_value"},
    {"d>", "decimal_above_max_value"},
    {"uns", "unsupported_parameter"},
};

struct Row {
  const char* name;
  const char* codes;
};

const Row kOfficial[] = {
    // clang-format off
    //                       null true 0    -1   1.5  1e308 ""  "x"  []   {}   [null] long
    {"messages",               "miss type type type type type type type none type type type"},
    {"model",                  "miss type type type type type val  ok   type type type 404"},
    {"stream",                 "ok   ok   type type type type type type type type type type"},
    {"stream_options",         "ok   type type type type type type type type ok   type type"},
    {"temperature",            "ok   type ok   d<   ok   d>   type type type type type type"},
    {"top_p",                  "ok   type ok   d<   d>   d>   type type type type type type"},
    {"max_completion_tokens",  "ok   type i<   i<   type i>   type type type type type type"},
    {"max_tokens",             "ok   type i<   i<   type i>   type type type type type type"},
    {"stop",                   "ok   type type type type type ok   ok   ok   type type ok"},
    {"presence_penalty",       "ok   type ok   ok   ok   d>   type type type type type type"},
    {"frequency_penalty",      "ok   type ok   ok   ok   d>   type type type type type type"},
    {"seed",                   "ok   type ok   ok   type i>   type type type type type type"},
    {"n",                      "ok   type i<   i<   type i>   type type type type type type"},
    {"logit_bias",               "ok   type type type type type type type type ok   type type"},
    {"metadata",               "ok   type type type type type type type type ok   type type"},
    {"moderation",             "ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok"},
    {"prediction",             "ok   type type type type type type type type ok   type type"},
    {"prompt_cache_key",       "ok   type type type type type ok   ok   type type type ok"},
    {"prompt_cache_options",   "ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok"},
    {"prompt_cache_retention", "ok   type type type type type ok   ok   type type type ok"},
    {"safety_identifier",      "ok   type type type type type ok   ok   type type type ok"},
    {"store",                  "ok   ok   type type type type type type type type type type"},
    {"user",                   "ok   type type type type type ok   ok   type type type ok"},
    {"verbosity",              "ok   type type type type type ok   ok   type type type ok"},
    {"audio",                    "ok   type type type type type type type type ok   type type"},
    {"function_call",            "ok   type type type type type val  val  type val  type val"},
    {"functions",                "ok   type type type type type type type ok   type type type"},
    {"logprobs",                 "ok   ok   type type type type type type type type type type"},
    {"modalities",               "ok   type type type type type type type ok   type type type"},
    {"parallel_tool_calls",    "ok   ok   type type type type type type type type type type"},
    {"reasoning_effort",         "ok   type type type type type val  val  type type type val"},
    {"response_format",          "ok   type type type type type type type type miss type type"},
    {"service_tier",             "ok   type type type type type val  val  type type type val"},
    {"tool_choice",              "ok   type type type type type val  val  type val  type val"},
    {"tools",                    "ok   type type type type type type type ok   type type type"},
    {"top_logprobs",             "ok   type val  i<   type i>   type type type type type type"},
    {"web_search_options",       "ok   type type type type type type type type ok   type type"},
    // clang-format on
};

// A wrong element is named by its place, a missing member by its name.
std::string expected_param(std::string_view name, std::string_view value) {
  if (name == "response_format" && value == "{}") return "response_format.type";
  const bool has_elements = name == "messages" || name == "stop" || name == "tools" ||
                            name == "functions" || name == "modalities";
  return std::string(name) + (has_elements && value == "[null]" ? "[0]" : "");
}

}  // namespace

TEST_CASE("each parameter takes or refuses each kind of value") {
  for (const Row& row : kOfficial) {
    const auto codes = proxy::text::split(row.codes, ' ');
    REQUIRE(codes.size() == kValues.size());
    for (std::size_t i = 0; i < kValues.size(); ++i) {
      INFO(row.name << ": " << kValues[i].substr(0, 20));
      const Reading reading(request_with(row.name, kValues[i]));
      CHECK(reading.code() == kCodes.at(codes[i]));
      if (reading.ok()) continue;
      CHECK(reading.param() == expected_param(row.name, kValues[i]));
      CHECK_FALSE(reading.error().message.empty());
      CHECK(reading.error().message.find("yyy") == std::string::npos);
    }
  }
}

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

TEST_CASE("the table holds the 37 official parameters once each") {
  std::map<std::string_view, int> counts;
  for (const auto& parameter : parameters()) ++counts[parameter.name];
  std::set<std::string_view> official;
  for (const Row& row : kOfficial) {
    official.insert(row.name);
    INFO(row.name);
    CHECK(counts[row.name] == 1);
  }
  CHECK(official.size() == 37);
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
