#include "fronts/openai_chat/messages.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "fronts/openai_chat/fields.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::Role;
using json::Cursor;
using json::RawString;

// Google refuses empty texts and turns; one space keeps the turn.
constexpr RawString kSpace = {" "};

enum class Author : std::uint8_t { system, user, assistant };

using Texts = std::vector<RawString>;

bool are_empty(const Texts& texts) {
  return std::all_of(texts.begin(), texts.end(), [](RawString text) { return text.empty(); });
}

class Conversation {
 public:
  Conversation(const gemini::Family& family, gemini::Request& request)
      : family_(family), request_(request) {}

  void add_system(const Texts& texts) {
    // Instructions in mid-conversation stay where they are: hoisting them would change the prompt's
    // beginning, which Google caches.
    if (!request_.contents.empty()) {
      if (!are_empty(texts)) add_turn(Role::user, texts);
      return;
    }
    for (const RawString text : texts) {
      if (!text.empty()) request_.system.push_back(text);
    }
  }

  void add_turn(Role role, const Texts& texts) {
    gemini::Content& content = open(role);
    for (const RawString text : texts) {
      if (!text.empty()) content.parts.push_back({text});
    }
    if (!content.parts.empty()) return;
    if (role == Role::user) {
      content.parts.push_back({kSpace});
    } else {
      request_.contents.pop_back();
    }
  }

  void finish() {
    auto& contents = request_.contents;
    if (!request_.system.empty() && (contents.empty() || !family_.system_role)) {
      gemini::Content first = {.role = Role::user, .parts = {}};
      for (const RawString text : request_.system) first.parts.push_back({text});
      request_.system.clear();
      if (!contents.empty() && contents.front().role == Role::user) {
        auto& parts = contents.front().parts;
        parts.insert(parts.begin(), first.parts.begin(), first.parts.end());
      } else {
        contents.insert(contents.begin(), std::move(first));
      }
    }
    if (contents.empty() || contents.front().role == Role::model) {
      contents.insert(contents.begin(), {.role = Role::user, .parts = {{kSpace}}});
    }
    if (family_.strict && contents.back().role == Role::model) {
      contents.push_back({.role = Role::user, .parts = {{RawString{"Continue."}}}});
    }
  }

 private:
  gemini::Content& open(Role role) {
    auto& contents = request_.contents;
    if (contents.empty() || contents.back().role != role) contents.push_back({role, {}});
    return contents.back();
  }

  const gemini::Family& family_;
  gemini::Request& request_;
};

Result<Author> read_author(Cursor role, const Path& path) {
  static constexpr std::pair<std::string_view, Author> kAuthors[] = {
      {"system", Author::system},
      {"developer", Author::system},
      {"user", Author::user},
      {"assistant", Author::assistant},
  };
  if (role.missing()) return missing_parameter(path);
  if (!role.string()) return wrong_type(path, "a string", role);
  for (const auto& [name, author] : kAuthors) {
    if (role.equals(name)) return author;
  }
  if (role.equals("tool") || role.equals("function")) {
    return unsupported_value(path, "Tool messages are not translated by this version.");
  }
  return invalid_value(
      path, "supported values are 'system', 'developer', 'user', 'assistant', 'tool', 'function'.");
}

Result<RawString> read_part(Cursor part, Author author, const Path& path) {
  if (!part.is(json::Type::object)) return wrong_type(path, "an object", part);
  const Path type_path(path, "type");
  const Cursor type = part["type"];
  if (type.missing()) return missing_parameter(type_path);
  if (!type.string()) return wrong_type(type_path, "a string", type);
  const bool refusal = author == Author::assistant && type.equals("refusal");
  if (!refusal && !type.equals("text")) {
    static constexpr std::string_view kKnown[] = {"image_url", "input_audio", "file", "video_url"};
    for (const std::string_view known : kKnown) {
      if (!type.equals(known)) continue;
      return unsupported_value(type_path, "Only text parts are translated by this version.");
    }
    return invalid_value(type_path, "this kind of content part is not known.");
  }
  const Path text_path(path, refusal ? "refusal" : "text");
  const Cursor text = part[refusal ? "refusal" : "text"];
  if (text.missing()) return missing_parameter(text_path);
  if (const auto string = text.string()) return *string;
  return wrong_type(text_path, "a string", text);
}

Result<Texts> read_content(Cursor content, Author author, const Path& path) {
  Texts texts;
  if (const auto string = content.string()) {
    texts.push_back(*string);
    return texts;
  }
  if (!content.is(json::Type::array)) {
    return wrong_type(path, "a string or an array of content parts", content);
  }
  if (content.size() > limits::kContentParts) {
    return out_of_range(ErrorCode::array_above_max_length, path,
                        "at most 1024 content parts are allowed.");
  }
  std::size_t index = 0;
  for (const Cursor part : content.items()) {
    TRY(const RawString text, read_part(part, author, Path(path, index++)));
    texts.push_back(text);
  }
  return texts;
}

// The fields of an assistant message that would be calls.
Result<void> refuse_calls(Cursor message, const Path& path) {
  for (const std::string_view name : {"tool_calls", "function_call"}) {
    const Cursor calls = message[name];
    if (calls.missing() || (calls.is(json::Type::array) && calls.size() == 0)) continue;
    return unsupported_parameter(Path(path, name),
                                 "Tool calls are not translated by this version.");
  }
  return {};
}

Result<void> read_message(Cursor message, const Path& path, Conversation& conversation) {
  static constexpr std::array<std::string_view, 3> kKeys = {"role", "content", "refusal"};
  if (!message.is(json::Type::object)) return wrong_type(path, "an object", message);
  const auto [role, content, refusal] = message.pick(kKeys);
  TRY(const Author author, read_author(role, Path(path, "role")));
  Texts texts;
  if (author == Author::assistant) TRY_VOID(refuse_calls(message, path));
  // Saved conversations hold `content: null`; a message that lacks the field altogether is a
  // mistake.
  if (!content.missing()) {
    TRY(texts, read_content(content, author, Path(path, "content")));
  } else if (!content.exists() && author != Author::assistant) {
    return wrong_type(Path(path, "content"), "a string or an array of content parts", content);
  }
  if (author == Author::assistant && are_empty(texts)) {
    TRY(const auto refused, string_field(refusal, Path(path, "refusal")));
    if (refused) texts.push_back(*refused);
  }
  switch (author) {
    case Author::system:
      conversation.add_system(texts);
      break;
    case Author::user:
      conversation.add_turn(Role::user, texts);
      break;
    case Author::assistant:
      conversation.add_turn(Role::model, texts);
      break;
  }
  return {};
}

}  // namespace

Result<void> read_messages(Cursor messages, const gemini::Family& family,
                           gemini::Request& request) {
  const Path path = "messages";
  if (messages.missing()) return missing_parameter(path);
  if (!messages.is(json::Type::array)) return wrong_type(path, "an array", messages);
  if (messages.size() == 0) {
    return out_of_range(ErrorCode::empty_array, path,
                        "empty array. Expected an array with minimum length 1.");
  }
  if (messages.size() > limits::kMessages) {
    return out_of_range(ErrorCode::array_above_max_length, path,
                        "at most 10000 messages are allowed.");
  }
  Conversation conversation(family, request);
  std::size_t index = 0;
  for (const Cursor message : messages.items()) {
    TRY_VOID(read_message(message, Path(path, index++), conversation));
  }
  conversation.finish();
  return {};
}

}  // namespace proxy::fronts::openai_chat
