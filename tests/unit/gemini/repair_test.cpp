// Rows named R.. are those of the list of repairs. Wordings are public reports' of what Google
// says.
#include "gemini/repair.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::gemini::name_of;
using proxy::gemini::names_of;
using proxy::gemini::Repair;
using proxy::gemini::repair_for;
using proxy::gemini::Repairs;
using proxy::test::ExactBytes;
using enum proxy::gemini::Repair;

namespace {

std::string repair_named(std::string_view message, Repairs made = {}) {
  const auto repair = repair_for(ExactBytes(message).view(), made);
  return repair ? std::string(name_of(*repair)) : "none";
}

std::string unknown_field(std::string_view name, std::string_view place) {
  return R"(Invalid JSON payload received. Unknown name ")" + std::string(name) + R"(" at ')" +
         std::string(place) + "': Cannot find field.";
}

}  // namespace

TEST_CASE("R1-R11 Google's words lead to the repair, in any case") {
  const struct {
    const char* row;
    std::string message;
    Repair repair;
  } rows[] = {
      {"R1", unknown_field("id", "contents[1].parts[0].function_call"), drop_call_ids},
      {"R1", unknown_field("id", "contents[2].parts[0].functionResponse"), drop_call_ids},
      {"R2",
       "Function call `w` in the `2.` content block is missing a `thought_signature`. Learn more.",
       dummy_signatures},
      {"R2", "Invalid thought signature.", dummy_signatures},
      {"R2", "Corrupted thought signature.", dummy_signatures},
      {"R2", "Thought signature is not valid", dummy_signatures},
      {"R2", "MISSING_THOUGHT_SIGNATURE", dummy_signatures},
      {"R3", "Requests ending with a model turn are not supported.", end_with_user},
      {"R3", "The request must end with a user message.", end_with_user},
      {"R4", "Penalty is not enabled for this model", drop_penalties},
      {"R5", "Logprobs is not enabled for models/x", drop_logprobs},
      {"R5", "logprobs is not supported for this model.", drop_logprobs},
      {"R6", unknown_field("parametersJsonSchema", "tools[0].function_declarations[0]"),
       openapi_schemas},
      {"R6", unknown_field("parameters_json_schema", "tools[0]"), openapi_schemas},
      {"R6", unknown_field("responseJsonSchema", "generation_config"), openapi_schemas},
      {"R6", "response_json_schema: unsupported keyword", openapi_schemas},
      {"R6",
       "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties[a].enum: "
       "only allowed for STRING type",
       openapi_schemas},
      {"R7", "Function calling with a response mime type: 'application/json' is unsupported",
       json_in_words},
      {"R8", "Thinking level MINIMAL is not supported for this model.", drop_thinking_settings},
      {"R8", unknown_field("thinking_level", "generation_config.thinking_config"),
       drop_thinking_settings},
      {"R8", unknown_field("thinkingLevel", "generation_config.thinking_config"),
       drop_thinking_settings},
      {"R8", "The thinking budget 5 is invalid. Please choose a value between 128 and 32768.",
       drop_thinking_settings},
      {"R8", "Budget 0 is invalid. This model only works in thinking mode.",
       drop_thinking_settings},
      {"R8", "This model only works in thinking mode.", drop_thinking_settings},
      {"R8", "Thinking is not enabled for models/x", drop_thinking},
      {"R8", unknown_field("thinkingConfig", "generation_config"), drop_thinking},
      {"R9", "Developer instruction is not enabled for models/gemma-3-1b-it", system_as_user},
      {"R9", "System instruction is not enabled for this model", system_as_user},
      {"R10", unknown_field("temperature", "generation_config"), drop_temperature},
      {"R10", "`temperature` is not supported by this model", drop_temperature},
      {"R10", unknown_field("topP", "generation_config"), drop_top_p},
      {"R10", "top_p is not supported", drop_top_p},
      {"R10", unknown_field("topK", "generation_config"), drop_top_k},
      {"R10", "top_k is not supported", drop_top_k},
      {"R11", R"(Invalid value at 'tool_config.function_calling_config.mode' (X), "VALIDATED")",
       auto_mode},
      {"R11", unknown_field("include_server_side_tool_invocations", "tool_config"),
       drop_server_side_tools},
      {"R11", unknown_field("includeServerSideToolInvocations", "tool_config"),
       drop_server_side_tools},
  };
  for (const auto& row : rows) {
    INFO(row.row << ": " << row.message);
    CHECK(repair_named(row.message) == name_of(row.repair));
    std::string other_case = row.message;
    for (char& c : other_case) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    CHECK(repair_named(other_case) == name_of(row.repair));
    // At most once, but for thinking, of which the rest may go as well.
    const bool is_first_of_two = row.repair == drop_thinking_settings;
    CHECK(repair_named(row.message, {row.repair}) == (is_first_of_two ? "drop_thinking" : "none"));
    CHECK(repair_named(row.message, {row.repair, drop_thinking}) == "none");
  }
}

TEST_CASE("R12 R13 S11 S20 no repair is made where none would help") {
  for (const char* message : {
           "",
           "Request contains an invalid argument.",
           "Role 'system' is not supported.",
           "Please ensure that the number of function response parts is equal to the number of "
           "function call parts of the function call turn.",
           "Please ensure that function call turn comes immediately after a user turn or after a "
           "function response turn.",
           "The input token count (1200000) exceeds the maximum number of tokens allowed (1).",
           "API key not valid. Please pass a valid API key.",
           "Unable to process input image.",
           "The specified schema produces a constraint that has too many states for serving.",
           "MALFORMED_FUNCTION_CALL",
           "Penalty",
           "the temperature is high",
       }) {
    INFO(message);
    CHECK(repair_named(message) == "none");
  }
}

TEST_CASE("a message that names several things is mended one by one") {
  const std::string message = "temperature, top_p and top_k are not supported.";
  CHECK(repair_named(message) == "drop_temperature");
  CHECK(repair_named(message, {drop_temperature}) == "drop_top_p");
  CHECK(repair_named(message, {drop_temperature, drop_top_p}) == "drop_top_k");
}

TEST_CASE("repairs have names for the log, and are told in their order") {
  CHECK(names_of({}).empty());
  CHECK(names_of({drop_server_side_tools, drop_call_ids, auto_mode}) ==
        std::vector<std::string_view>{"drop_call_ids", "auto_mode", "drop_server_side_tools"});
  Repairs repairs = {auto_mode};
  repairs.add(Repairs{drop_top_k});
  CHECK(repairs == Repairs{drop_top_k, auto_mode});
  repairs.remove(auto_mode);
  CHECK(repairs == Repairs{drop_top_k});
  CHECK_FALSE(repairs.empty());
  CHECK_FALSE(repairs.has(auto_mode));
}
