// What every streamed chat answer looks like, whatever it says: read with another JSON library than
// the program's.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::test {

using Json = nlohmann::ordered_json;

// The member, or null; also of what is no object.
inline const Json& member(const Json& json, const char* name) {
  static const Json kNull;
  if (!json.is_object()) return kNull;
  const auto found = json.find(name);
  return found == json.end() ? kNull : *found;
}

inline std::string text_of(const Json& json) {
  return json.is_string() ? json.get<std::string>() : std::string();
}

struct StreamShape {
  std::string wrong;  // the first thing that is not as it must be; "" if none
  std::string content;
  std::string reasoning;
  std::string refusal;
  std::string finish;
  Json calls = Json::array();  // by index
  Json images = Json::array();
  Json annotations = Json::array();
  Json signature;  // extra_content of the message
  Json usage;
  bool is_error = false;
};

// The data of each event; "" as the last one if the text does not end where an event does.
inline std::vector<std::string> events_of(std::string_view out) {
  std::vector<std::string> events;
  while (!out.empty()) {
    const std::size_t end = out.find("\n\n");
    const bool whole = end != std::string_view::npos && out.substr(0, 6) == "data: ";
    events.emplace_back(whole ? out.substr(6, end - 6) : "");
    if (!whole) break;
    out.remove_prefix(end + 2);
  }
  return events;
}

class StreamReader {
 public:
  explicit StreamReader(std::string_view out) {
    const auto events = events_of(out);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const bool is_last = i + 1 == events.size();
      if (events[i] == "[DONE]") {
        require(is_last && !shape_.finish.empty(), "[DONE] in its place");
        return;
      }
      read(Json::parse(events[i], nullptr, false), is_last);
      if (!shape_.wrong.empty()) return;
    }
    require(shape_.is_error, "an end");
  }

  StreamShape shape() const { return shape_; }

 private:
  void require(bool holds, const char* what) {
    if (!holds && shape_.wrong.empty()) shape_.wrong = what;
  }

  void read(const Json& event, bool is_last) {
    require(event.is_object(), "valid JSON in every event");
    if (event.contains("error")) {
      shape_.is_error = true;
      require(is_last && member(event, "error").size() == 4, "an error of four members, last");
      return;
    }
    Json head = event;
    head.erase("choices");
    head.erase("usage");
    head.erase("service_tier");
    if (head_.is_null()) head_ = head;
    require(head == head_, "the same head in every chunk");
    require(text_of(member(event, "id")).starts_with("chatcmpl-"), "an id");
    require(text_of(member(event, "object")) == "chat.completion.chunk", "its object");
    const Json& choices = member(event, "choices");
    require(choices.is_array(), "choices");
    if (choices.empty()) {
      require(!shape_.finish.empty() && shape_.usage.is_null(), "one usage, after the finish");
      shape_.usage = member(event, "usage");
      return;
    }
    require(event.contains("usage") && member(event, "usage").is_null(), "usage: null");
    require(choices.size() == 1 && member(choices[0], "index") == 0, "one choice");
    read_delta(member(choices[0], "delta"), member(choices[0], "finish_reason"));
  }

  void read_delta(const Json& delta, const Json& finish) {
    require(delta.is_object() && shape_.finish.empty(), "no delta after the finish");
    require(delta.contains("role") == !has_role_, "one role, first");
    has_role_ = true;
    shape_.content += text_of(member(delta, "content"));
    shape_.reasoning += text_of(member(delta, "reasoning_content"));
    shape_.refusal += text_of(member(delta, "refusal"));
    for (const Json& call : member(delta, "tool_calls")) {
      require(member(call, "index") == shape_.calls.size(), "calls counted from 0");
      require(!text_of(member(call, "id")).empty(), "an id for each call");
      shape_.calls.push_back(call);
    }
    for (const Json& image : member(delta, "images")) shape_.images.push_back(image);
    for (const Json& one : member(delta, "annotations")) shape_.annotations.push_back(one);
    if (delta.contains("extra_content")) shape_.signature = delta["extra_content"];
    for (const auto& [name, value] : delta.items()) {
      require((!value.is_null() && value != "") || (name == "content" && delta.contains("role")),
              "nothing empty in a delta");
    }
    if (finish.is_null()) return;
    shape_.finish = text_of(finish);
    require(delta.empty(), "an empty delta beside the finish");
    require(shape_.finish == "stop" || shape_.finish == "length" ||
                shape_.finish == "content_filter" || shape_.finish == "tool_calls",
            "a finish reason of OpenAI's");
  }

  StreamShape shape_;
  Json head_;
  bool has_role_ = false;
};

inline StreamShape shape_of(std::string_view out) { return StreamReader(out).shape(); }

}  // namespace proxy::test
