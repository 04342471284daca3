#include "gemini/repair.h"

#include <algorithm>
#include <iterator>

#include "base/limits.h"
#include "base/text.h"
#include "gemini/schema.h"
#include "gemini/signature.h"
#include "json/cursor.h"
#include "json/escape.h"
#include "json/writer.h"

namespace proxy::gemini {
namespace {

using json::Cursor;
using json::Writer;

// All of `words` must be in the message, in any case. First match wins. The wordings come from
// public reports and drift, so they are matched loosely and kept as data.
struct Wording {
  std::string_view words[2];
  Repair repair;
};

constexpr Wording kWordings[] = {
    {{"unknown name \"id\"", "function"}, Repair::drop_call_ids},
    {{"missing a", "thought_signature"}, Repair::dummy_signatures},
    {{"missing_thought_signature", ""}, Repair::dummy_signatures},
    {{"invalid thought signature", ""}, Repair::dummy_signatures},
    {{"corrupted thought signature", ""}, Repair::dummy_signatures},
    {{"thought signature is not valid", ""}, Repair::dummy_signatures},
    {{"ending with a model turn", ""}, Repair::end_with_user},
    {{"must end with a user", ""}, Repair::end_with_user},
    {{"penalty is not enabled", ""}, Repair::drop_penalties},
    {{"logprobs is not enabled", ""}, Repair::drop_logprobs},
    {{"logprobs", "not supported"}, Repair::drop_logprobs},
    {{"response mime type", "unsupported"}, Repair::json_in_words},
    {{"parametersjsonschema", ""}, Repair::openapi_schemas},
    {{"parameters_json_schema", ""}, Repair::openapi_schemas},
    {{"responsejsonschema", ""}, Repair::openapi_schemas},
    {{"response_json_schema", ""}, Repair::openapi_schemas},
    {{"response_schema", ""}, Repair::openapi_schemas},
    {{"function_declarations[", "parameters"}, Repair::openapi_schemas},
    {{"functiondeclarations[", "parameters"}, Repair::openapi_schemas},
    {{"thinking level", ""}, Repair::drop_thinking_settings},
    {{"thinking_level", ""}, Repair::drop_thinking_settings},
    {{"thinkinglevel", ""}, Repair::drop_thinking_settings},
    {{"thinking budget", ""}, Repair::drop_thinking_settings},
    {{"budget 0 is invalid", ""}, Repair::drop_thinking_settings},
    {{"only works in thinking mode", ""}, Repair::drop_thinking_settings},
    {{"thinking is not", ""}, Repair::drop_thinking},
    {{"thinking_config", ""}, Repair::drop_thinking},
    {{"thinkingconfig", ""}, Repair::drop_thinking},
    {{"developer instruction is not enabled", ""}, Repair::system_as_user},
    {{"system instruction is not enabled", ""}, Repair::system_as_user},
    {{"temperature", "not supported"}, Repair::drop_temperature},
    {{"unknown name \"temperature\"", ""}, Repair::drop_temperature},
    {{"top_p", "not supported"}, Repair::drop_top_p},
    {{"unknown name \"topp\"", ""}, Repair::drop_top_p},
    {{"unknown name \"top_p\"", ""}, Repair::drop_top_p},
    {{"top_k", "not supported"}, Repair::drop_top_k},
    {{"unknown name \"topk\"", ""}, Repair::drop_top_k},
    {{"unknown name \"top_k\"", ""}, Repair::drop_top_k},
    {{"validated", "mode"}, Repair::auto_mode},
    {{"include_server_side_tool_invocations", ""}, Repair::drop_server_side_tools},
    {{"includeserversidetoolinvocations", ""}, Repair::drop_server_side_tools},
};

bool says(std::string_view message, const Wording& wording) {
  return text::contains_ignoring_case(message, wording.words[0]) &&
         text::contains_ignoring_case(message, wording.words[1]);
}

// Rewrites one request.
class Rewriter {
 public:
  Rewriter(Cursor root, Repairs repairs, Writer json)
      : root_(root), repairs_(repairs), json_(json) {}

  void write() {
    const bool moves_system = repairs_.has(Repair::system_as_user);
    const bool says_format = repairs_.has(Repair::json_in_words) && wants_json();
    json_.begin_object();
    if (!moves_system && (root_["systemInstruction"].exists() || says_format)) {
      json_.key("systemInstruction").begin_object().key("parts").begin_array();
      write_system_parts(says_format);
      json_.end_array().end_object();
    }
    for (const auto [key, value] : root_.members()) {
      if (key.equals("systemInstruction")) continue;
      json_.key(*key.string());
      if (key.equals("contents")) {
        write_contents(value, moves_system, says_format);
      } else if (key.equals("generationConfig")) {
        write_config(value);
      } else if (key.equals("tools")) {
        write_tools(value);
      } else if (key.equals("toolConfig")) {
        write_tool_config(value);
      } else {
        json_.raw(value.raw());
      }
    }
    json_.end_object();
  }

 private:
  bool wants_json() const {
    return root_["generationConfig"]["responseMimeType"].equals("application/json");
  }

  void write_system_parts(bool says_format) {
    for (const Cursor part : root_["systemInstruction"]["parts"].items()) json_.raw(part.raw());
    if (!says_format) return;
    json_.begin_object().key("text").open_string();
    json_.text(std::string_view("Answer with a single JSON value and nothing else."));
    if (const Cursor schema = root_["generationConfig"]["responseJsonSchema"]; schema.exists()) {
      json_.text(std::string_view(" It must match this JSON Schema: ")).text(schema.raw().text);
    }
    json_.close_string().end_object();
  }

  void write_contents(Cursor contents, bool moves_system, bool says_format) {
    json_.begin_array();
    bool ends_with_model = false;
    bool is_first_user = true;
    for (const Cursor content : contents.items()) {
      ends_with_model = content["role"].equals("model");
      json_.begin_object();
      for (const auto [key, value] : content.members()) {
        json_.key(*key.string());
        if (!key.equals("parts")) {
          json_.raw(value.raw());
          continue;
        }
        json_.begin_array();
        if (moves_system && is_first_user && !ends_with_model) write_system_parts(says_format);
        write_parts(value);
        json_.end_array();
      }
      json_.end_object();
      is_first_user = is_first_user && ends_with_model;
    }
    if (ends_with_model && repairs_.has(Repair::end_with_user)) {
      json_.raw({R"({"role":"user","parts":[{"text":"Continue."}]})"});
    }
    json_.end_array();
  }

  void write_parts(Cursor parts) {
    bool is_first_call = true;
    for (const Cursor part : parts.items()) {
      const bool call = part["functionCall"].exists();
      json_.begin_object();
      for (const auto [key, value] : part.members()) {
        const bool signature = key.equals("thoughtSignature");
        if (signature && repairs_.has(Repair::dummy_signatures)) continue;
        json_.key(*key.string());
        if (key.equals("functionCall") || key.equals("functionResponse")) {
          write_without(value, Repair::drop_call_ids, {"id"});
        } else {
          json_.raw(value.raw());
        }
      }
      if (call && is_first_call && repairs_.has(Repair::dummy_signatures)) {
        json_.key("thoughtSignature").string(kDummySignature);
      }
      is_first_call = is_first_call && !call;
      json_.end_object();
    }
  }

  // An object, without those members if that repair is to be made.
  void write_without(Cursor object, Repair repair, std::initializer_list<std::string_view> names) {
    json_.begin_object();
    for (const auto [key, value] : object.members()) {
      const bool named =
          std::any_of(names.begin(), names.end(),
                      [key = key](std::string_view name) { return key.equals(name); });
      if (!(named && repairs_.has(repair))) json_.key(*key.string()).raw(value.raw());
    }
    json_.end_object();
  }

  // The repair that leaves out this member of generationConfig.
  static std::optional<Repair> dropping(Cursor key) {
    static constexpr std::pair<std::string_view, Repair> kFields[] = {
        {"presencePenalty", Repair::drop_penalties},
        {"frequencyPenalty", Repair::drop_penalties},
        {"responseLogprobs", Repair::drop_logprobs},
        {"logprobs", Repair::drop_logprobs},
        {"temperature", Repair::drop_temperature},
        {"topP", Repair::drop_top_p},
        {"topK", Repair::drop_top_k},
        {"thinkingConfig", Repair::drop_thinking},
        {"responseMimeType", Repair::json_in_words},
        {"responseJsonSchema", Repair::json_in_words},
        {"responseSchema", Repair::json_in_words},
    };
    for (const auto& [name, repair] : kFields) {
      if (key.equals(name)) return repair;
    }
    return std::nullopt;
  }

  void write_config(Cursor config) {
    json_.begin_object();
    for (const auto [key, value] : config.members()) {
      const auto repair = dropping(key);
      if (repair && repairs_.has(*repair)) continue;
      if (key.equals("thinkingConfig")) {
        json_.key("thinkingConfig");
        write_without(value, Repair::drop_thinking_settings, {"thinkingBudget", "thinkingLevel"});
      } else if (key.equals("responseJsonSchema") && repairs_.has(Repair::openapi_schemas)) {
        std::string converted;
        if (write_openapi_schema(value, converted)) json_.key("responseSchema").raw({converted});
      } else {
        json_.key(*key.string()).raw(value.raw());
      }
    }
    json_.end_object();
  }

  void write_tools(Cursor tools) {
    json_.begin_array();
    for (const Cursor tool : tools.items()) {
      json_.begin_object();
      for (const auto [key, value] : tool.members()) {
        json_.key(*key.string());
        if (!key.equals("functionDeclarations")) {
          json_.raw(value.raw());
          continue;
        }
        json_.begin_array();
        for (const Cursor declaration : value.items()) {
          if (may_be_called(declaration["name"])) write_declaration(declaration);
        }
        json_.end_array();
      }
      json_.end_object();
    }
    json_.end_array();
  }

  // Only VALIDATED and ANY know a list of names; under AUTO the others are left out instead.
  bool may_be_called(Cursor name) const {
    const Cursor config = root_["toolConfig"]["functionCallingConfig"];
    const Cursor allowed = config["allowedFunctionNames"];
    if (!is_made_auto(config) || !allowed.exists()) return true;
    for (const Cursor one : allowed.items()) {
      if (name.equals(one.text())) return true;
    }
    return false;
  }
  bool is_made_auto(Cursor config) const {
    return repairs_.has(Repair::auto_mode) && config["mode"].equals("VALIDATED");
  }

  void write_declaration(Cursor declaration) {
    json_.begin_object();
    for (const auto [key, value] : declaration.members()) {
      if (key.equals("parametersJsonSchema") && repairs_.has(Repair::openapi_schemas)) {
        std::string converted;
        if (write_openapi_parameters(value, converted)) json_.key("parameters").raw({converted});
      } else {
        json_.key(*key.string()).raw(value.raw());
      }
    }
    json_.end_object();
  }

  void write_tool_config(Cursor config) {
    json_.begin_object();
    for (const auto [key, value] : config.members()) {
      if (key.equals("includeServerSideToolInvocations") &&
          repairs_.has(Repair::drop_server_side_tools)) {
        continue;
      }
      json_.key(*key.string());
      if (key.equals("functionCallingConfig") && is_made_auto(value)) {
        json_.raw({R"({"mode":"AUTO"})"});
      } else {
        json_.raw(value.raw());
      }
    }
    json_.end_object();
  }

  Cursor root_;
  Repairs repairs_;
  Writer json_;
};

}  // namespace

std::string_view name_of(Repair repair) {
  static constexpr std::string_view kNames[] = {
      "drop_call_ids", "dummy_signatures", "end_with_user",         "drop_penalties",
      "drop_logprobs", "openapi_schemas",  "json_in_words",         "drop_thinking_settings",
      "drop_thinking", "system_as_user",   "drop_temperature",      "drop_top_p",
      "drop_top_k",    "auto_mode",        "drop_server_side_tools"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Repair::drop_server_side_tools) + 1);
  return kNames[static_cast<std::size_t>(repair)];
}

std::vector<std::string_view> names_of(Repairs repairs) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Repair::drop_server_side_tools); ++i) {
    const auto repair = static_cast<Repair>(i);
    if (repairs.has(repair)) names.push_back(name_of(repair));
  }
  return names;
}

std::optional<Repair> repair_for(std::string_view message, Repairs made) {
  for (const Wording& wording : kWordings) {
    if (!says(message, wording)) continue;
    if (!made.has(wording.repair)) return wording.repair;
    // Some families refuse the whole of what another only wants in part.
    if (wording.repair == Repair::drop_thinking_settings && !made.has(Repair::drop_thinking)) {
      return Repair::drop_thinking;
    }
  }
  return std::nullopt;
}

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] json::Rope repaired(json::Rope& body, Repairs repairs) {
  // A body of ours nests no deeper than the caller's plus the few levels around it.
  constexpr json::ScanLimits kLimits = {.depth = limits::kJsonDepth + 16,
                                        .values = 4 * limits::kJsonValues};
  json::Index index;
  if (index.scan(body.text, kLimits)) return body;
  json::Rope out;
  out.text.reserve(body.text.size() + 256);
  Rewriter(Cursor(index), repairs, Writer(out, body)).write();
  return out;
}

}  // namespace proxy::gemini
