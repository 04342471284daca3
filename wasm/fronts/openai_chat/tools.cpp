#include "fronts/openai_chat/tools.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "gemini/schema.h"
#include "json/escape.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::FunctionDeclaration;
using json::Cursor;
using json::RawString;

constexpr std::size_t kMostFunctions = 512;  // Gemini's limit
constexpr std::string_view kNoTools = "it is only allowed when 'tools' are specified.";

void declare(const FunctionDeclaration& declaration, Reading& reading) {
  for (FunctionDeclaration& known : reading.request.upstream.functions) {
    if (known.name.escaped != declaration.name.escaped) continue;
    known = declaration;  // Google refuses a name declared twice
    return;
  }
  reading.request.upstream.functions.push_back(declaration);
}

// Name and description, which every kind of tool has.
bool read_names(const Field& tool, bool custom, Reading& reading,
                FunctionDeclaration& declaration) {
  const Field name = tool["name"];
  RawString given;
  if (!name.need(given)) return false;
  const bool is_short = given.escaped.size() <= limits::kWordBytes;
  const std::string plain = is_short ? json::unescaped(given) : std::string();
  if (!ToolNames::is_valid(plain)) {
    return name.invalid("a name has 1 to 64 characters of a-z, A-Z, 0-9, '_', '-', '.', ':'.");
  }
  declaration.name = {reading.keep(reading.request.tools.add(plain, custom).gemini_name)};
  return tool["description"].take(declaration.description);
}

// `function` of a tool, or an entry of the deprecated `functions`.
//   strict  set if this function asks for strict arguments
bool read_function(const Field& function, Reading& reading, bool& strict) {
  FunctionDeclaration declaration;
  if (!function.need_object() || !read_names(function, false, reading, declaration)) return false;
  const Field parameters = function["parameters"];
  if (parameters.is(json::Type::boolean) || parameters.is(json::Type::array)) {
    reading.request.warn("parameters", "ignored, this is no schema of an object");
  } else if (!parameters.check_object()) {
    return false;
  } else if (gemini::has_parameters(parameters.value())) {
    if (!reading.may_rewrite(parameters, parameters.value().raw().text.size())) return false;
    std::string schema;
    gemini::write_json_schema(parameters.value(), schema);
    declaration.parameters = {reading.keep(std::move(schema))};
  }
  bool wants_strict = false;
  if (!function["strict"].take(wants_strict)) return false;
  strict = strict || wants_strict;
  declare(declaration, reading);
  return true;
}

// A free-form tool becomes a function of one string; a grammar goes into words, as Gemini enforces
// none.
bool read_custom(const Field& custom, Reading& reading) {
  FunctionDeclaration declaration;
  if (!custom.need_object() || !read_names(custom, true, reading, declaration)) return false;
  const Field format = custom["format"];
  const Field type = format["type"];
  RawString kind;
  if (!format.check_object() || !type.take(kind)) return false;
  if (!type.missing() && !type.equals("text") && !type.equals("grammar")) {
    return type.invalid("supported values are 'text' and 'grammar'.");
  }
  std::string schema = R"({"type":"object","properties":{"input":{"type":"string","description":)"
                       R"("The tool's free-form input.)";
  if (type.equals("grammar")) {
    // The published schema has the grammar's members in an object of their own, many clients do
    // not.
    const Field nested = format["grammar"];
    const bool is_flat = !format["syntax"].missing() || !format["definition"].missing();
    if (!is_flat && !nested.need()) return false;
    const Field& grammar = nested.missing() ? format : nested;
    const Field language = grammar["syntax"];
    RawString syntax;
    RawString definition;
    if (!grammar.check_object() || !language.need(syntax) ||
        !grammar["definition"].need(definition)) {
      return false;
    }
    if (!reading.may_rewrite(grammar["definition"], definition.escaped.size())) return false;
    if (!language.equals("lark") && !language.equals("regex")) {
      return language.invalid("supported values are 'lark' and 'regex'.");
    }
    reading.request.warn("tools[].custom.format", "asked for in words");
    schema.append(" The input must match this ").append(syntax.escaped);
    schema.append(R"( grammar:\n)").append(definition.escaped);
  }
  schema += R"("}},"required":["input"]})";
  declaration.parameters = {reading.keep(std::move(schema))};
  declare(declaration, reading);
  return true;
}

bool read_tool(const Field& tool, Reading& reading, bool& strict) {
  const Field type = tool["type"];
  RawString name;
  if (!type.take(name)) return false;
  // Some clients leave the type out.
  if (type.equals("function") || (type.missing() && tool["function"].value().exists())) {
    return read_function(tool["function"], reading, strict);
  }
  if (!type.need()) return false;
  if (type.equals("custom")) return read_custom(tool["custom"], reading);
  if (type.equals("web_search") || type.equals("web_search_preview")) {
    reading.request.upstream.built_in_tools.set("googleSearch", {"{}"});
    return true;
  }
  return type.invalid("supported tools are 'function', 'custom' and 'web_search'.");
}

// Gemini's name of the tool that a choice, or an entry of one, names; added to the allowed ones.
bool allow(const Field& choice, const Field& tool, Reading& reading) {
  const Field type = tool["type"];
  RawString kind;
  if (!type.take(kind)) return false;
  const bool custom = type.equals("custom");
  if (!type.missing() && !custom && !type.equals("function")) {
    return type.invalid("supported values are 'function' and 'custom'.");
  }
  const Field direct = tool["name"];
  const Field inner = tool[custom ? "custom" : "function"];
  const Field nested = inner["name"];
  if (direct.missing() && !inner.need()) return false;
  if (!inner.check_object()) return false;
  RawString given;
  if (!(inner.missing() ? direct : nested).need(given)) return false;
  const bool is_short = given.escaped.size() <= limits::kWordBytes;
  const ToolNames::Tool* const known =
      is_short ? reading.request.tools.find(json::unescaped(given)) : nullptr;
  if (known == nullptr) return choice.invalid("it names a tool that is not in 'tools'.");
  reading.request.upstream.allowed_functions.push_back({reading.keep(known->gemini_name)});
  return true;
}

bool read_allowed_tools(const Field& choice, Reading& reading) {
  // The official nesting, or its members directly.
  const Field nested = choice["allowed_tools"];
  if (choice["mode"].missing() && !nested.need()) return false;
  if (!nested.check_object()) return false;
  const Field& allowed = nested.missing() ? choice : nested;
  const Field mode = allowed["mode"];
  const Field tools = allowed["tools"];
  RawString given;
  if (!mode.need(given)) return false;
  const bool required = mode.equals("required");
  if (!required && !mode.equals("auto")) {
    return mode.invalid("supported values are 'auto' and 'required'.");
  }
  if (!tools.need() || !tools.check_array(kMostFunctions)) return false;
  if (tools.value().size() == 0) {
    return tools.refuse(ErrorCode::empty_array,
                        "empty array. Expected an array with minimum length 1.");
  }
  std::size_t position = 0;
  for (const Cursor item : tools.value().items()) {
    const Field tool(tools, position++, item);
    if (!tool.is(json::Type::object)) return tool.wrong_type("an object");
    if (!allow(choice, tool, reading)) return false;
  }
  reading.request.upstream.calling_mode = required ? "ANY" : "VALIDATED";
  return true;
}

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] bool read_choice_object(const Field& choice, Reading& reading) {
  const Field type = choice["type"];
  RawString given;
  if (!type.take(given)) return false;
  if (type.equals("allowed_tools")) return read_allowed_tools(choice, reading);
  const Field name = choice["name"];
  if (type.missing() && reading.request.legacy_functions && !name.need()) return false;
  const bool legacy = type.missing() && name.value().exists();
  if (!legacy && !type.need()) return false;
  if (!legacy && !type.equals("function") && !type.equals("custom")) {
    return type.invalid("supported values are 'function', 'custom', 'allowed_tools'.");
  }
  reading.request.upstream.calling_mode = "ANY";
  return allow(choice, choice, reading);
}

// tool_choice, or function_call for the deprecated functions.
bool read_choice(const Field& choice, bool strict, Reading& reading) {
  gemini::Request& upstream = reading.request.upstream;
  const bool has_functions = !upstream.functions.empty();
  if (choice.is(json::Type::object)) {
    return has_functions ? read_choice_object(choice, reading) : choice.invalid(kNoTools);
  }
  if (!choice.missing() && !choice.is(json::Type::string)) {
    return choice.wrong_type("a string or an object");
  }
  std::string_view mode;
  if (choice.missing()) {
    if (strict) mode = "VALIDATED";
  } else if (choice.equals("auto")) {
    mode = strict ? "VALIDATED" : "AUTO";
  } else if (choice.equals("none")) {
    mode = "NONE";
  } else if (choice.equals("required")) {
    if (!has_functions && upstream.built_in_tools.empty()) return choice.invalid(kNoTools);
    mode = "ANY";
  } else {
    return choice.invalid("supported values are 'none', 'auto', 'required', or an object.");
  }
  if (has_functions) upstream.calling_mode = mode;
  return true;
}

// The one of tool_choice and function_call that belongs to the other kind of tools.
bool check_unused(const Field& choice, Reading& reading) {
  if (choice.missing()) return true;
  const bool names = choice.is(json::Type::object);
  if (!names && !choice.is(json::Type::string)) return choice.wrong_type("a string or an object");
  if (names && reading.request.upstream.functions.empty()) return choice.invalid(kNoTools);
  if (!names && !choice.equals("auto") && !choice.equals("none") && !choice.equals("required")) {
    return choice.invalid("supported values are 'none', 'auto', or an object.");
  }
  reading.request.warn(choice.path(), "ignored");
  return true;
}

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] bool read_list(const Field& list, bool legacy, Reading& reading, bool& strict) {
  if (!list.check_array(kMostFunctions)) return false;
  std::size_t position = 0;
  for (const Cursor item : list.value().items()) {
    const Field entry(list, position++, item);
    if (!item.is(json::Type::object)) return entry.wrong_type("an object");
    if (!(legacy ? read_function(entry, reading, strict) : read_tool(entry, reading, strict))) {
      return false;
    }
  }
  return true;
}

// Google's search takes neither a place nor a context size.
bool read_web_search(const Field& options, Reading& reading) {
  if (options.missing()) return true;
  if (!options.check_object()) return false;
  reading.request.searches = true;
  if (!options["search_context_size"].missing()) {
    reading.request.warn("web_search_options.search_context_size", "ignored");
  }
  if (!options["user_location"].missing()) {
    reading.request.warn("web_search_options.user_location", "ignored");
  }
  reading.request.upstream.built_in_tools.set("googleSearch", {"{}"});
  return true;
}

}  // namespace

bool read_tools(const Field& root, Reading& reading) {
  ChatRequest& request = reading.request;
  bool strict = false;
  const Field tools = root["tools"];
  const Field functions = root["functions"];
  if (!tools.missing() && !read_list(tools, false, reading, strict)) return false;
  if (tools.value().size() == 0) {
    if (!functions.missing() && !read_list(functions, true, reading, strict)) return false;
    request.legacy_functions = functions.value().size() > 0;
  } else if (!functions.missing()) {
    request.warn("functions", "ignored beside tools");
  }
  if (!read_web_search(root["web_search_options"], reading)) return false;
  const char* choice = "tool_choice";
  const char* other = "function_call";
  if (request.legacy_functions) std::swap(choice, other);
  if (!check_unused(root[other], reading)) return false;
  bool parallel = true;
  if (!read_choice(root[choice], strict, reading) || !root["parallel_tool_calls"].take(parallel)) {
    return false;
  }
  request.one_call_only = !parallel;
  return true;
}

}  // namespace proxy::fronts::openai_chat
