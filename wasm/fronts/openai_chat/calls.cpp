#include "fronts/openai_chat/calls.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "gemini/signature.h"
#include "json/escape.h"
#include "json/index.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::Part;
using json::Cursor;
using json::RawString;
using json::RawValue;

// The one place where text changes its level: OpenAI holds the arguments as JSON inside a string,
// Gemini as an object. The JSON itself is spliced, so that no number or escape in it changes. Text
// that is no object is kept as a member, never refused: it stands in saved conversations.
bool read_arguments(const Field& field, Reading& reading, RawValue& args) {
  constexpr json::ScanLimits kLimits = {.depth = limits::kJsonDepth - 8,
                                        .values = limits::kJsonValues};
  RawString text;
  if (!field.take(text) || !reading.may_rewrite(field, text.escaped.size())) return false;
  const std::string plain = json::unescaped(text);
  std::string json(text::trim(plain));
  if (json.empty() || json == "null") json = "{}";
  json::Index index;
  const bool valid = !index.scan(json, kLimits);
  if (!valid) {
    json.assign(R"({"_raw":")").append(text.escaped).append(R"("})");
  } else if (!Cursor(index).is(json::Type::object)) {
    json.insert(0, R"({"value":)") += '}';
  }
  args = {reading.keep(std::move(json))};
  return true;
}

// The text of a free-form call, as the only argument.
bool read_input(const Field& field, Reading& reading, RawValue& args) {
  RawString text;
  if (!field.take(text) || !reading.may_rewrite(field, text.escaped.size())) return false;
  std::string json = R"({"input":")";
  json.append(text.escaped).append(R"("})");
  args = {reading.keep(std::move(json))};
  return true;
}

// `extra_content` beside the call, beside its function, or what travelled inside its id.
RawString signature_of(Cursor call, Reading& reading) {
  RawString signature = signature_in(call["extra_content"]);
  if (signature.empty()) signature = signature_in(call["function"]["extra_content"]);
  const auto id = call["id"].string();
  if (!signature.empty() || !id) return signature;
  return {reading.keep(gemini::open_seal(id->escaped).signature)};
}

bool read_call(const Field& call, Reading& reading, Conversation& conversation, Part& part) {
  if (!call.is(json::Type::object)) return call.wrong_type("an object");
  part.kind = Part::Kind::function_call;
  const RawString numbered = conversation.next_call_id();
  if (!read_call_id(call["id"], reading, part.id)) return false;
  if (part.id.empty()) part.id = numbered;
  part.thought_signature = signature_of(call.value(), reading);

  const Field type = call["type"];
  RawString kind;
  if (!type.take(kind)) return false;
  const bool custom = type.equals("custom");
  if (!type.missing() && !custom && !type.equals("function")) {
    return type.invalid("supported values are 'function' and 'custom'.");
  }
  const Field inner = call[custom ? "custom" : "function"];
  if (!inner.need_object() || !read_tool_name(inner["name"], reading, part.name)) return false;
  return custom ? read_input(inner["input"], reading, part.args)
                : read_arguments(inner["arguments"], reading, part.args);
}

}  // namespace

bool read_tool_calls(const Field& calls, Reading& reading, Conversation& conversation,
                     Conversation::Parts& parts) {
  if (!calls.check_array(limits::kContentParts)) return false;
  std::size_t position = 0;
  for (const Cursor call : calls.value().items()) {
    Part part;
    if (!read_call({calls, position++, call}, reading, conversation, part)) return false;
    parts.push_back(part);
  }
  return true;
}

bool read_function_call(const Field& call, Reading& reading, Conversation& conversation,
                        Conversation::Parts& parts) {
  if (call.missing()) return true;
  Part part;
  part.kind = Part::Kind::function_call;
  part.id = conversation.next_call_id();
  if (!call.check_object() || !read_tool_name(call["name"], reading, part.name) ||
      !read_arguments(call["arguments"], reading, part.args)) {
    return false;
  }
  parts.push_back(part);
  return true;
}

bool read_tool_name(const Field& field, Reading& reading, RawString& name) {
  RawString given;
  if (!field.need() || !field.take_word(given)) return false;
  const std::string plain = json::unescaped(given);
  if (plain.find('\0') != std::string::npos) return field.invalid("it holds a NUL character.");
  name = {reading.keep(reading.request.tools.gemini_name(plain))};
  return true;
}

bool read_call_id(const Field& field, Reading& reading, RawString& id) {
  RawString given;
  if (!field.take_word(given)) return false;
  id = {gemini::open_seal(given.escaped).id};
  if (id.escaped.find('\\') == std::string_view::npos) return true;
  if (!reading.may_rewrite(field, id.escaped.size())) return false;
  const std::string plain = json::unescaped(id);
  if (plain.find('\0') != std::string::npos) return field.invalid("it holds a NUL character.");
  id = reading.escaped(plain);
  return true;
}

RawString signature_in(Cursor extra_content) {
  const auto signature = extra_content["google"]["thought_signature"].string();
  return signature && gemini::is_signature(signature->escaped) ? *signature : RawString{};
}

}  // namespace proxy::fronts::openai_chat
