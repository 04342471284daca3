#include "flow/rules.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

namespace proxy::flow {
namespace {

using Json = nlohmann::json;

Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string text_at(const Json& object, const char* name) {
  if (!object.is_object() || !object.contains(name)) return {};
  const Json& value = object[name];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// `{"error":{...}}` with its four members and nothing else.
std::string flaw_of_error(const Json& root) {
  if (!root.is_object() || root.size() != 1 || !root.contains("error")) return "no error object";
  const Json& error = root["error"];
  if (!error.is_object() || error.size() != 4) return "an error has four members";
  for (const char* name : {"message", "type", "code"}) {
    if (!error.contains(name) || !error[name].is_string()) return std::string(name) + " is no text";
  }
  if (!error.contains("param")) return "no param";
  if (!error["param"].is_null() && !error["param"].is_string()) return "param is no text";
  const auto message = error["message"].get<std::string>();
  if (message.empty() || message.size() > 1'000) return "the message's length";
  return {};
}

// Takes in what one chunk says of one choice.
std::string take_choice(const Json& choice, StreamView& view) {
  if (!choice.is_object() || !choice.contains("delta")) return "no delta";
  if (!choice.contains("index") || !choice["index"].is_number_unsigned()) return "no index";
  const auto index = choice["index"].get<std::size_t>();
  if (index >= 128) return "an index that is too high";
  if (index >= view.texts.size()) view.texts.resize(index + 1);
  view.finish_reasons.resize(view.texts.size());
  view.roles.resize(view.texts.size());
  if (!view.finish_reasons[index].empty()) return "a choice after its finish";
  const bool has_role = choice["delta"].contains("role");
  if (has_role == view.roles[index]) return "the role is not in the first chunk, and only there";
  view.roles[index] = true;
  if (choice["delta"].contains("content")) view.texts[index] += text_at(choice["delta"], "content");
  const std::string finish = text_at(choice, "finish_reason");
  if (finish != "null") view.finish_reasons[index] = finish;
  return {};
}

// Takes in one chunk of an answer; says what is wrong with it.
std::string take_chunk(const Json& chunk, StreamView& view, std::string& id) {
  if (!chunk.is_object() || text_at(chunk, "object") != "chat.completion.chunk") return "no chunk";
  if (view.events.size() == 1) id = text_at(chunk, "id");
  if (text_at(chunk, "id") != id || !id.starts_with("chatcmpl-")) return "the id changes";
  if (!chunk.contains("choices") || !chunk["choices"].is_array()) return "no choices";
  for (const Json& choice : chunk["choices"]) {
    if (std::string flaw = take_choice(choice, view); !flaw.empty()) return flaw;
  }
  return {};
}

// Whether every choice has its finish.
bool all_finished(const StreamView& view, std::size_t choices) {
  const auto& reasons = view.finish_reasons;
  return !reasons.empty() && (choices == 0 || reasons.size() == choices) &&
         std::find(reasons.begin(), reasons.end(), "") == reasons.end();
}

std::string take_event(std::string_view data, StreamView& view, std::string& id,
                       std::size_t choices) {
  if (view.done) return "an event after [DONE]";
  if (!view.error_code.empty()) return "an event after the error";
  if (data == "[DONE]") {
    view.done = true;
    return all_finished(view, choices) ? "" : "[DONE] without every finish_reason";
  }
  view.events.emplace_back(data);
  const Json event = parse(data);
  if (!event.is_object() || !event.contains("error")) return take_chunk(event, view, id);
  view.error_code = error_code(data);
  if (choices > 0 && all_finished(view, choices)) return "an error after the finish";
  return flaw_of_error(event);
}

// A whole answer has each choice once, in order.
std::string flaw_of_choices(const Json& root, std::size_t choices) {
  if (text_at(root, "object") != "chat.completion") return {};
  if (!root["choices"].is_array() || root["choices"].size() != choices) return "choices missing";
  for (std::size_t i = 0; i < choices; ++i) {
    const Json& choice = root["choices"][i];
    if (text_at(choice, "index") != std::to_string(i)) return "the order of the choices";
    if (text_at(choice, "finish_reason").empty()) return "a choice without its finish";
  }
  return {};
}

bool is_request_id(std::string_view id) {
  return id.size() == 36 && id.starts_with("req_") &&
         id.find_first_not_of("0123456789abcdef", 4) == std::string_view::npos;
}

std::string flaw_of_headers(const test::Received& answer, bool is_open) {
  if (!is_request_id(answer.header("x-request-id"))) return "x-request-id";
  if (answer.header("x-content-type-options") != "nosniff") return "x-content-type-options";
  if (is_open && answer.header("access-control-allow-origin") != "*") return "CORS";
  std::set<std::string> names;
  for (const auto& [name, value] : answer.headers) {
    if (!names.insert(name).second) return "two headers named " + name;
    if (name == "access-control-allow-credentials") return name;
    for (const char c : value) {
      if (c < 0x20 || c == 0x7F) return "a header value that the platform would refuse: " + name;
    }
  }
  return {};
}

// Rounded up, and at least one.
std::string in_seconds(const std::string& ms) {
  if (ms.empty()) return {};
  const long value = std::strtol(ms.c_str(), nullptr, 10);
  return std::to_string(std::max((value + 999) / 1'000, 1L));
}

std::string flaw_of_error_answer(const test::Received& answer, std::string_view method) {
  if (answer.streamed) return "an error status and a stream";
  if (answer.header("content-type") != "application/json") return "an error that is no JSON";
  const std::string retry = answer.header("x-should-retry");
  if (retry != "true" && retry != "false") return "x-should-retry";
  if (answer.header("retry-after") != in_seconds(answer.header("retry-after-ms"))) {
    return "retry-after and retry-after-ms differ";
  }
  if (method == "HEAD") return answer.body.empty() ? "" : "a body to HEAD";
  return flaw_of_error(parse(answer.body));
}

}  // namespace

StreamView view_stream(std::string_view body, bool is_whole, std::size_t choices) {
  StreamView view;
  std::string id;
  while (view.flaw.empty() && !body.empty()) {
    const std::size_t end = body.find("\n\n");
    if (end == std::string_view::npos) {
      view.flaw = "an event without an end";
      break;
    }
    const std::string_view block = body.substr(0, end);
    body.remove_prefix(end + 2);
    if (block.find('\n') != std::string_view::npos || block.find('\r') != std::string_view::npos) {
      view.flaw = "an event of several lines";
    } else if (block.starts_with(": ")) {
      view.comments.emplace_back(block.substr(2));
      if (view.done || !view.error_code.empty()) view.flaw = "a comment after the end";
    } else if (block.starts_with("data: ")) {
      view.flaw = take_event(block.substr(6), view, id, choices);
    } else {
      view.flaw = "neither event nor comment";
    }
  }
  if (view.flaw.empty() && is_whole && !view.done && view.error_code.empty()) {
    view.flaw = "neither [DONE] nor an error";
  }
  for (const std::string& text : view.texts) view.text += text + '|';
  if (!view.text.empty()) view.text.pop_back();
  return view;
}

std::string error_code(std::string_view body) {
  const Json root = parse(body);
  return root.is_object() && root.contains("error") ? text_at(root["error"], "code") : "";
}

std::string error_message(std::string_view body) {
  const Json root = parse(body);
  return root.is_object() && root.contains("error") ? text_at(root["error"], "message") : "";
}

std::string flaw_of_answer(const test::Received& answer, std::string_view method, bool is_open,
                           std::size_t choices) {
  if (answer.status == 0) return "no answer";
  if (!answer.ended) return "an answer without an end";
  if (std::string flaw = flaw_of_headers(answer, is_open); !flaw.empty()) return flaw;
  if (answer.status >= 400) return flaw_of_error_answer(answer, method);
  if (answer.streamed) {
    if (!answer.header("content-type").starts_with("text/event-stream")) return "the stream's type";
    return view_stream(answer.body, true, choices).flaw;
  }
  const bool is_json = answer.header("content-type") == "application/json";
  if (!is_json || method == "HEAD") return {};
  const Json root = parse(answer.body);
  return root.is_object() ? flaw_of_choices(root, choices) : "JSON that is none";
}

std::string LogView::get(const std::string& name) const {
  const auto found = members.find(name);
  return found == members.end() ? "" : found->second;
}

LogView view_log(const std::string& line) {
  constexpr std::size_t kLongest = 128;
  LogView view;
  const std::size_t space = line.find(' ');
  view.level = line.substr(0, space);
  const std::string text = line.substr(space + 1);
  const Json root = parse(text);
  if (!root.is_object() || !root.contains("ev")) {
    view.flaw = "no JSON object with `ev`: " + line;
    return view;
  }
  for (const char c : text) {
    if (c >= 0 && c < 0x20) view.flaw = "a raw control character: " + line;
  }
  for (const auto& [name, value] : root.items()) {
    if (value.is_structured()) view.flaw = "a nested value: " + line;
    view.members[name] = text_at(root, name.c_str());
    if (value.is_string() && view.members[name].size() > kLongest) view.flaw = "too long: " + line;
  }
  return view;
}

std::string flaw_of_log(const std::vector<std::string>& lines) {
  constexpr std::size_t kMostBytes = 2'048;
  std::map<std::string, std::size_t> bytes;
  for (const std::string& line : lines) {
    const LogView view = view_log(line);
    if (!view.flaw.empty()) return view.flaw;
    for (const char* word : {"private-", "marked-"}) {
      if (line.find(word) != std::string::npos) return std::string(word) + " in " + line;
    }
    const std::string id = view.get("id");
    if (id.empty()) continue;
    if (!is_request_id(id)) return "the id: " + line;
    bytes[id] += line.size() - view.level.size() - 1;
    if (bytes[id] > kMostBytes) return "more than 2 KB of one request: " + line;
  }
  return {};
}

}  // namespace proxy::flow
