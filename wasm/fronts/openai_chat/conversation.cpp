#include "fronts/openai_chat/conversation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "gemini/signature.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::Content;
using gemini::Part;
using gemini::Role;
using json::RawString;

// Google refuses empty texts and turns; one space keeps the turn.
constexpr RawString kSpace = {" "};
constexpr RawString kNoOutput = {"No output was provided for this tool call."};

Part text_part(RawString text) {
  Part part;
  part.text = text;
  return part;
}

void append_to(Conversation::Parts& target, const Conversation::Parts& parts) {
  target.insert(target.end(), parts.begin(), parts.end());
}

// What Gemini 3 takes beside a function's text.
bool may_accompany_output(const Part& part) {
  const std::string_view type = part.mime_type.escaped;
  return part.kind == Part::Kind::inline_data &&
         (type.starts_with("image/") || type == "application/pdf");
}

}  // namespace

void Conversation::add_system(const Parts& parts) {
  auto& request = reading_.request.upstream;
  if (!open_.empty()) return append_to(held_, parts);
  // Instructions in mid-conversation stay where they are: hoisting them would change the prompt's
  // beginning, which Google caches.
  if (!request.contents.empty()) return append(Role::user, parts);
  for (const Part& part : parts) request.system.push_back(part.text);
}

void Conversation::add_user(const Parts& parts) {
  close_calls();
  append(Role::user, parts.empty() ? Parts{text_part(kSpace)} : parts);
}

void Conversation::add_model(Parts parts) {
  close_calls();
  sign(parts);
  for (Part& part : parts) {
    if (part.kind != Part::Kind::function_call) continue;
    OpenCall call;
    call.id = part.id;
    call.name = part.name;
    // Calls before Gemini 3 have no id there.
    if (!reading_.family.modern) part.id = {};
    call.sent_id = part.id;
    known_calls_.push_back({call.id, call.name});
    open_.push_back(std::move(call));
  }
  append(Role::model, parts);
}

// Gemini 3 demands a signature on the first call of each step, and may do so on images; it takes a
// substitute for one that got lost.
void Conversation::sign(Parts& parts) const {
  const gemini::Family& family = reading_.family;
  bool is_first_call = true;
  for (Part& part : parts) {
    const bool is_call = part.kind == Part::Kind::function_call;
    const bool is_image = family.output == gemini::Output::image &&  //
                          part.kind == Part::Kind::inline_data;
    if (family.thinking == gemini::Thinking::none) part.thought_signature = {};
    if (family.modern && ((is_call && is_first_call) || is_image) &&
        part.thought_signature.empty()) {
      part.thought_signature = {gemini::kDummySignature};
    }
    if (is_call) is_first_call = false;
  }
}

bool Conversation::add_output(const Field& message, RawString call_id, const ToolOutput& output) {
  OpenCall* found = nullptr;
  for (OpenCall& call : open_) {
    if (call.id.escaped != call_id.escaped || (found != nullptr && call.answered)) continue;
    found = &call;
    if (!call.answered) break;
  }
  return found != nullptr ? answer(message, *found, output) : add_orphan(message, call_id, output);
}

bool Conversation::add_output_to_first(const Field& message, const ToolOutput& output) {
  for (OpenCall& call : open_) {
    if (!call.answered) return answer(message, call, output);
  }
  return message["tool_call_id"].need();
}

bool Conversation::add_output_by_name(const Field& message, std::string_view gemini_name,
                                      const ToolOutput& output) {
  OpenCall* found = nullptr;
  for (OpenCall& call : open_) {
    if (!call.answered && call.name.escaped == gemini_name) found = &call;
  }
  return found != nullptr ? answer(message, *found, output) : add_orphan(message, {}, output);
}

bool Conversation::answer(const Field& message, OpenCall& call, const ToolOutput& output) {
  if (call.answered) {
    const std::size_t bytes = call.output.text.escaped.size() + output.text.escaped.size();
    if (!reading_.may_rewrite(message["content"], bytes)) return false;
    std::string both(call.output.text.escaped);
    both.append("\\n").append(output.text.escaped);
    call.output.text = {reading_.keep(std::move(both))};
    reading_.request.warn("messages", "a second result of a call was appended to the first");
  } else {
    call.answered = true;
    call.output.text = output.text;
  }
  append_to(call.output.media, output.media);
  return true;
}

// Its call was cut off, or answered long ago.
bool Conversation::add_orphan(const Field& message, RawString call_id, const ToolOutput& output) {
  if (!reading_.may_rewrite(message["content"], output.text.escaped.size())) return false;
  std::string heading = "[Tool result";
  std::size_t looked_at = 0;
  for (auto call = known_calls_.rbegin();
       call != known_calls_.rend() && looked_at < limits::kCallsRemembered; ++call, ++looked_at) {
    if (call->id.escaped != call_id.escaped) continue;
    heading.append(" of ").append(call->name.escaped);
    break;
  }
  heading.append("]\\n").append(output.text.escaped);
  reading_.request.warn("messages", "a tool result without its call was sent as text");
  Parts parts = {text_part({reading_.keep(std::move(heading))})};
  append_to(parts, output.media);
  open_.empty() ? append(Role::user, parts) : append_to(held_, parts);
  return true;
}

RawString Conversation::next_call_id() {
  return {reading_.keep("fc_" + text::decimal(++numbered_calls_))};
}

// Puts the media of an output beside its text if this model takes them there.
bool Conversation::keep_media(OpenCall& call, Part& response) {
  const Parts& media = call.output.media;
  if (!reading_.family.modern || !std::all_of(media.begin(), media.end(), may_accompany_output)) {
    return false;
  }
  auto& blobs = reading_.request.upstream.blobs;
  response.first_blob = static_cast<std::uint32_t>(blobs.size());
  response.blob_count = static_cast<std::uint32_t>(media.size());
  for (const Part& part : media) blobs.push_back({part.mime_type, part.text});
  return true;
}

void Conversation::close_calls() {
  if (open_.empty()) return;
  Parts answers;
  Parts after;
  for (OpenCall& call : open_) {
    Part part;
    part.kind = Part::Kind::function_response;
    part.name = call.name;
    part.id = call.sent_id;
    part.is_error = !call.answered;
    part.text = call.answered ? call.output.text : kNoOutput;
    if (!call.answered) reading_.request.warn("messages", "a tool call without its result got one");
    if (!call.output.media.empty() && !keep_media(call, part)) {
      std::string heading = "[Attachment of tool result ";
      heading.append(call.name.escaped) += ']';
      after.push_back(text_part({reading_.keep(std::move(heading))}));
      append_to(after, call.output.media);
    }
    answers.push_back(part);
  }
  open_.clear();
  append_to(after, std::exchange(held_, {}));
  auto& request = reading_.request.upstream;
  append_to(request.parts, answers);
  request.contents.push_back({.role = Role::user,
                              .answers_calls = true,
                              .end = static_cast<std::uint32_t>(request.parts.size())});
  append(Role::user, after);
}

// Neighbours of the same role become one turn.
void Conversation::append(Role role, const Parts& parts) {
  if (parts.empty()) return;
  auto& request = reading_.request.upstream;
  auto& contents = request.contents;
  if (contents.empty() || contents.back().role != role || contents.back().answers_calls) {
    contents.push_back({.role = role, .answers_calls = false, .end = 0});
  }
  append_to(request.parts, parts);
  contents.back().end = static_cast<std::uint32_t>(request.parts.size());
}

// At the beginning of the first turn, which is the user's.
void Conversation::put_first(const Parts& parts) {
  auto& request = reading_.request.upstream;
  auto& contents = request.contents;
  if (contents.empty() || contents.front().role != Role::user) {
    contents.insert(contents.begin(), Content{});
  }
  request.parts.insert(request.parts.begin(), parts.begin(), parts.end());
  for (Content& content : contents) content.end += static_cast<std::uint32_t>(parts.size());
}

void Conversation::finish() {
  auto& request = reading_.request.upstream;
  auto& contents = request.contents;
  const bool ends_with_calls = !open_.empty();
  close_calls();
  reading_.request.may_end_empty = ends_with_calls;
  if (!request.system.empty() && (contents.empty() || !reading_.family.system_role)) {
    Parts texts;
    for (const RawString text : std::exchange(request.system, {})) texts.push_back(text_part(text));
    put_first(texts);
  }
  if (contents.empty() || contents.front().role == Role::model) put_first({text_part(kSpace)});
  if (reading_.family.strict && contents.back().role == Role::model) {
    append(Role::user, {text_part({"Continue."})});
    reading_.request.warn("messages",
                          "a user's turn was added, as this model needs one at the end");
  }
}

}  // namespace proxy::fronts::openai_chat
