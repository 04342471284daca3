// Names of a request's functions. OpenAI allows a digit or a hyphen in front, Gemini wants a letter
// or an underscore there; such a name gets `_` in front on its way out and loses it on its way
// back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proxy::fronts::openai_chat {

class ToolNames {
 public:
  struct Tool {
    std::string name;         // the caller's
    std::string gemini_name;  // unique among the request's
    bool custom = false;      // free-form: its input is one string
  };

  // 1 to 64 of A-Z, a-z, 0-9, `_`, `-`, `.`, `:`.
  static bool is_valid(std::string_view name);

  // Declares a tool. The same name again is the same tool (the later declaration wins).
  const Tool& add(std::string_view name, bool custom);

  const Tool* find(std::string_view name) const;
  const Tool* find_gemini(std::string_view gemini_name) const;
  bool empty() const { return tools_.empty(); }

  // Gemini's name for a function of the history, declared or not.
  std::string gemini_name(std::string_view name) const;

 private:
  std::vector<Tool> tools_;
};

}  // namespace proxy::fronts::openai_chat
