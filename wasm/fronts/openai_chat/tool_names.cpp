#include "fronts/openai_chat/tool_names.h"

#include <algorithm>

#include "base/text.h"

namespace proxy::fronts::openai_chat {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == ':';
}

// Whatever a saved conversation calls a function, Gemini must accept it.
std::string acceptable(std::string_view name) {
  constexpr std::size_t kMost = 128;
  std::string out;
  if (name.empty() || !(is_letter(name.front()) || name.front() == '_')) out = "_";
  for (const char c : name.substr(0, kMost - out.size())) out += is_name_character(c) ? c : '_';
  return out;
}

}  // namespace

bool ToolNames::is_valid(std::string_view name) {
  constexpr std::size_t kMost = 64;
  return !name.empty() && name.size() <= kMost &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

const ToolNames::Tool& ToolNames::add(std::string_view name, bool custom) {
  for (Tool& tool : tools_) {
    if (tool.name != name) continue;
    tool.custom = custom;
    return tool;
  }
  const std::string wanted = acceptable(name);
  std::string unique = wanted;
  for (int suffix = 2; find_gemini(unique) != nullptr; ++suffix) {
    unique = wanted + "_" + text::decimal(suffix);
  }
  tools_.push_back({std::string(name), std::move(unique), custom});
  return tools_.back();
}

const ToolNames::Tool* ToolNames::find(std::string_view name) const {
  const auto found = std::find_if(tools_.begin(), tools_.end(),
                                  [name](const Tool& tool) { return tool.name == name; });
  return found == tools_.end() ? nullptr : &*found;
}

const ToolNames::Tool* ToolNames::find_gemini(std::string_view gemini_name) const {
  const auto found = std::find_if(tools_.begin(), tools_.end(), [gemini_name](const Tool& tool) {
    return tool.gemini_name == gemini_name;
  });
  return found == tools_.end() ? nullptr : &*found;
}

std::string ToolNames::gemini_name(std::string_view name) const {
  const Tool* const declared = find(name);
  return declared != nullptr ? declared->gemini_name : acceptable(name);
}

}  // namespace proxy::fronts::openai_chat
