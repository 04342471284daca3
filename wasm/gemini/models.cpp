#include "gemini/models.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace proxy::gemini {
namespace {

// First match wins. Source: Google's model pages and "What's new" notes, as of October 2026.
constexpr Family kFamilies[] = {
    {.pattern = "*embedding*", .chats = false},
    {.pattern = "*-tts*", .strict = true},
    {.pattern = "*transcribe*", .strict = true},
    {.pattern = "gemma-3*", .system_role = false},
    {.pattern = "gemma-*"},
    {.pattern = "gemini-2.5-flash-image*"},
    {.pattern = "gemini-3-pro-image*", .thinking = Thinking::level},
    {.pattern = "gemini-3.1-flash-image*", .thinking = Thinking::level},
    {.pattern = "gemini-3.1-flash-lite-image*", .thinking = Thinking::level},
    {.pattern = "gemini-2.5-pro*",
     .thinking = Thinking::budget,
     .thoughts_shown = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-2.5-flash-lite*", .thinking = Thinking::budget, .output_tokens = 65'536},
    {.pattern = "gemini-2.5-*",
     .thinking = Thinking::budget,
     .thoughts_shown = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3-pro*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3.1-pro*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3-flash*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3.1-flash-lite*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3.5-flash-lite*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .strict = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3.5-flash*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3.6*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .strict = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3.7*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .strict = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-3.8*",
     .thinking = Thinking::level,
     .thoughts_shown = true,
     .strict = true,
     .output_tokens = 65'536},
    {.pattern = "gemini-1*"},
    {.pattern = "gemini-2.0*"},
    {.pattern = "learnlm*"},
    {.pattern = "gemini-*", .thinking = Thinking::level, .thoughts_shown = true, .strict = true},
    {.pattern = "*", .strict = true},
};

constexpr ListedModel kListed[] = {
    {"gemini-3.8-flash", 1'048'576, 65'536},
    {"gemini-3.7-flash", 1'048'576, 65'536},
    {"gemini-3.6-flash", 1'048'576, 65'536},
    {"gemini-3.5-flash", 1'048'576, 65'536},
    {"gemini-3.5-flash-lite", 1'048'576, 65'536},
    {"gemini-3.1-pro-preview", 1'048'576, 65'536},
    {"gemini-3.1-flash-lite", 1'048'576, 65'536},
    {"gemini-3-flash-preview", 1'048'576, 65'536},
    {"gemini-2.5-pro", 1'048'576, 65'536},
    {"gemini-2.5-flash", 1'048'576, 65'536},
    {"gemini-2.5-flash-lite", 1'048'576, 65'536},
    {"gemini-3.1-flash-image", 65'536, 32'768},
    {"gemini-3-pro-image", 65'536, 32'768},
    {"gemini-embedding-001", 2'048, 0},
    {"gemini-embedding-2", 8'192, 0},
};

std::string_view without_prefix(std::string_view name) {
  static constexpr std::string_view kPrefixes[] = {"publishers/google/models/", "models/",
                                                   "google/"};
  for (const std::string_view prefix : kPrefixes) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  return name;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// `^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`, so that no name can leave its place in the upstream's path.
bool is_safe_id(std::string_view id) {
  return !id.empty() && id.size() <= limits::kModelNameBytes && is_alphanumeric(id.front()) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

std::string_view target_of(std::string_view name, const Aliases& aliases) {
  for (const auto& [key, target] : aliases) {
    if (key == name) return target;
  }
  for (const auto& [key, target] : aliases) {
    if (key.find('*') != std::string::npos && text::matches(key, name)) return target;
  }
  return {};
}

}  // namespace

const Family& family_of(std::string_view model) {
  const std::string lower = text::lower(model);
  const auto* found =
      std::find_if(std::begin(kFamilies), std::end(kFamilies),
                   [&](const Family& family) { return text::matches(family.pattern, lower); });
  return *found;
}

std::span<const ListedModel> listed_models() { return kListed; }

const Aliases& default_aliases() {
  static const Aliases aliases = {{"gemini-pro", "gemini-3.1-pro-preview"}};
  return aliases;
}

Result<std::string> resolve_model(std::string_view name, const Aliases& aliases) {
  std::string_view target = target_of(name, aliases);
  if (target.empty()) target = target_of(name, default_aliases());
  if (target.empty()) target = target_of(without_prefix(name), default_aliases());
  if (target.empty()) target = name;

  const std::string_view tuned = "tunedModels/";
  const std::string_view id = without_prefix(target);
  const bool is_tuned = id.starts_with(tuned);
  if (!is_safe_id(is_tuned ? id.substr(tuned.size()) : id)) {
    return ApiError(ErrorCode::model_not_found,
                    "The model `" + text::printable(name, limits::kModelNameBytes) +
                        "` does not exist or you do not have access to it.",
                    "model");
  }
  return std::string(id);
}

}  // namespace proxy::gemini
