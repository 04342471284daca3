#include "fronts/openai_chat/messages.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "fronts/openai_chat/calls.h"
#include "fronts/openai_chat/conversation.h"
#include "fronts/openai_chat/media.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::Part;
using json::Cursor;
using json::RawString;
using Parts = Conversation::Parts;

enum class Author : std::uint8_t { system, user, assistant, tool, function };

bool read_author(const Field& role, Author& author) {
  static constexpr std::pair<std::string_view, Author> kAuthors[] = {
      {"system", Author::system}, {"developer", Author::system},
      {"user", Author::user},     {"assistant", Author::assistant},
      {"tool", Author::tool},     {"function", Author::function},
  };
  RawString given;
  if (!role.need(given)) return false;
  for (const auto& [name, known] : kAuthors) {
    if (!role.equals(name)) continue;
    author = known;
    return true;
  }
  return role.invalid(
      "supported values are 'system', 'developer', 'user', 'assistant', 'tool', 'function'.");
}

bool read_part(const Field& field, Author author, Reading& reading, Part& part) {
  if (!field.is(json::Type::object)) return field.wrong_type("an object");
  const Field type = field["type"];
  RawString name;
  if (!type.need(name)) return false;
  if (is_media_type(type.value())) {
    if (author == Author::user || author == Author::tool) return read_media(field, reading, part);
    return type.invalid("only user messages may hold media.");
  }
  const bool refusal = author == Author::assistant && type.equals("refusal");
  if (!refusal && !type.equals("text")) {
    return type.invalid("this kind of content part is not known.");
  }
  const Field text = field[refusal ? "refusal" : "text"];
  return text.missing() ? text.wrong_type("a string") : text.take(part.text);
}

// One part for each that says something.
bool read_content(const Field& content, Author author, Reading& reading, Parts& parts) {
  Part part;
  if (content.is(json::Type::string)) {
    if (content.take(part.text) && !part.text.empty()) parts.push_back(part);
    return true;
  }
  // Saved conversations hold `content: null`; a message without the field is a mistake.
  if (content.value().is_null()) return true;
  if (!content.is(json::Type::array)) {
    return content.wrong_type("a string or an array of content parts");
  }
  if (!content.check_array(limits::kContentParts)) return false;
  std::size_t position = 0;
  for (const Cursor item : content.value().items()) {
    part = {};
    if (!read_part({content, position++, item}, author, reading, part)) return false;
    if (part.kind != Part::Kind::text || !part.text.empty()) parts.push_back(part);
  }
  return true;
}

// What a tool said: texts joined by line ends, images and documents beside them.
bool read_output(const Field& message, Reading& reading, ToolOutput& output) {
  constexpr std::string_view kJoint = "\\n";
  const Field content = message["content"];
  Parts parts;
  if (!read_content(content, Author::tool, reading, parts)) return false;
  std::size_t bytes = 0;
  for (const Part& part : parts) {
    if (part.kind != Part::Kind::text) {
      output.media.push_back(part);
    } else {
      output.text = part.text;
      bytes += part.text.escaped.size() + kJoint.size();
    }
  }
  // One text is passed on as it stands.
  if (bytes == 0 || bytes == output.text.escaped.size() + kJoint.size()) return true;
  if (!reading.may_rewrite(content, bytes)) return false;
  std::string joined;
  joined.reserve(bytes);
  for (const Part& part : parts) {
    if (part.kind == Part::Kind::text) joined.append(part.text.escaped).append(kJoint);
  }
  joined.resize(joined.size() - kJoint.size());
  output.text = {reading.keep(std::move(joined))};
  return true;
}

// Non-official, but what image models' answers come back as: `images: [{image_url: {url}}]`.
bool read_images(const Field& images, Reading& reading, Parts& parts) {
  std::size_t position = 0;
  for (const Cursor item : images.value().items()) {
    const Field image(images, position++, item);
    const Field outer = image["image_url"];
    const Field url = outer["url"];
    if (!url.is(json::Type::string)) continue;
    Part part;
    if (!read_image(outer, url, reading, part)) return false;
    parts.push_back(part);
  }
  return true;
}

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] bool read_assistant(const Field& message, Reading& reading,
                                      Conversation& conversation) {
  Parts parts;
  const Field content = message["content"];
  if (!content.missing() && !read_content(content, Author::assistant, reading, parts)) return false;
  Part refusal;
  if (!message["refusal"].take(refusal.text)) return false;
  if (parts.empty() && !refusal.text.empty()) parts.push_back(refusal);
  if (!parts.empty()) {
    parts.back().thought_signature = signature_in(message["extra_content"].value());
  }
  if (!read_images(message["images"], reading, parts)) return false;
  const Field calls = message["tool_calls"];
  if (!read_tool_calls(calls, reading, conversation, parts)) return false;
  if (calls.missing() &&
      !read_function_call(message["function_call"], reading, conversation, parts)) {
    return false;
  }
  conversation.add_model(std::move(parts));
  return true;
}

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] bool read_tool(const Field& message, Reading& reading,
                                 Conversation& conversation) {
  ToolOutput output;
  const Field id = message["tool_call_id"];
  RawString call_id;
  if (!read_output(message, reading, output) || !read_call_id(id, reading, call_id)) return false;
  return id.missing() ? conversation.add_output_to_first(message, output)
                      : conversation.add_output(message, call_id, output);
}

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] bool read_function(const Field& message, Reading& reading,
                                     Conversation& conversation) {
  ToolOutput output;
  RawString name;
  if (!read_output(message, reading, output) || !read_tool_name(message["name"], reading, name)) {
    return false;
  }
  return conversation.add_output_by_name(message, name.escaped, output);
}

bool read_message(const Field& message, Reading& reading, Conversation& conversation) {
  if (!message.is(json::Type::object)) return message.wrong_type("an object");
  Author author{};
  if (!read_author(message["role"], author)) return false;
  if (author != Author::function && !message["name"].missing()) {
    reading.request.warn("messages[].name", "ignored");
  }
  switch (author) {
    case Author::assistant:
      return read_assistant(message, reading, conversation);
    case Author::tool:
      return read_tool(message, reading, conversation);
    case Author::function:
      return read_function(message, reading, conversation);
    case Author::system:
    case Author::user:
      break;
  }
  Parts parts;
  if (!read_content(message["content"], author, reading, parts)) return false;
  author == Author::system ? conversation.add_system(parts) : conversation.add_user(parts);
  return true;
}

}  // namespace

bool read_messages(const Field& messages, Reading& reading) {
  if (!messages.need() || !messages.check_array(limits::kMessages)) return false;
  if (messages.value().size() == 0) {
    return messages.refuse(ErrorCode::empty_array,
                           "empty array. Expected an array with minimum length 1.");
  }
  Conversation conversation(reading);
  std::size_t position = 0;
  for (const Cursor message : messages.value().items()) {
    if (!read_message({messages, position++, message}, reading, conversation)) return false;
  }
  conversation.finish();
  return true;
}

}  // namespace proxy::fronts::openai_chat
