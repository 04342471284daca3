#include "gemini/models.h"

#include <algorithm>
#include <type_traits>

#include "base/limits.h"
#include "base/text.h"
#include "json/cursor.h"

namespace proxy::gemini {
namespace {

constexpr std::uint8_t kAllLevels = kMinimal | kLow | kMedium | kHigh;

constexpr std::int64_t kOutputTokens = 65'536;  // of the text models since 2.5

// Text models of 2.5: thinking by budget.
consteval Family by_budget(std::string_view pattern, std::int32_t least, std::int32_t most) {
  Family family{.pattern = pattern};
  family.thinking = Thinking::budget;
  family.least_budget = least;
  family.most_budget = most;
  family.can_stop = true;
  family.thoughts_shown = true;
  family.output_tokens = kOutputTokens;
  return family;
}

// Text models of Gemini 3 and later: thinking by level.
consteval Family by_level(std::string_view pattern, std::uint8_t levels, bool strict = false) {
  Family family{.pattern = pattern};
  family.thinking = Thinking::level;
  family.levels = levels;
  family.thoughts_shown = true;
  family.strict = strict;
  family.modern = true;
  family.output_tokens = kOutputTokens;
  return family;
}

consteval Family image_by_level(std::string_view pattern, std::uint8_t levels) {
  Family family = by_level(pattern, levels);
  family.output = Output::image;
  family.thoughts_shown = false;
  family.output_tokens = 0;
  return family;
}

consteval Family pro_2_5() {
  Family family = by_budget("gemini-2.5-pro*", 128, 32'768);
  family.can_stop = false;
  return family;
}

// Does not think unless it is asked to.
consteval Family flash_lite_2_5() {
  Family family = by_budget("gemini-2.5-flash-lite*", 512, 24'576);
  family.thoughts_shown = false;
  return family;
}

// The careful row: what all of them have in common.
consteval Family any_gemini() {
  Family family = by_level("gemini-*", kLow | kMedium | kHigh, true);
  family.output_tokens = 0;
  return family;
}

// First match wins. Source: Google's model pages and "What's new" notes, as of October 2026.
constexpr Family kFamilies[] = {
    {.pattern = "*embedding*", .chats = false},
    {.pattern = "*-tts*", .output = Output::speech, .strict = true},
    {.pattern = "*transcribe*", .output = Output::transcript, .strict = true},
    {.pattern = "gemma-3*", .system_role = false},
    {.pattern = "gemma-*"},
    {.pattern = "gemini-2.5-flash-image*", .output = Output::image},
    image_by_level("gemini-3-pro-image*", kLow | kHigh),
    image_by_level("gemini-3.1-flash-image*", kMinimal | kHigh),
    image_by_level("gemini-3.1-flash-lite-image*", kMinimal | kHigh),
    pro_2_5(),
    flash_lite_2_5(),
    by_budget("gemini-2.5-*", 0, 24'576),
    by_level("gemini-3-pro*", kLow | kHigh),
    by_level("gemini-3.1-pro*", kLow | kMedium | kHigh),
    by_level("gemini-3-flash*", kAllLevels),
    by_level("gemini-3.1-flash-lite*", kAllLevels),
    by_level("gemini-3.5-flash-lite*", kAllLevels, true),
    by_level("gemini-3.5-flash*", kAllLevels),
    by_level("gemini-3.6*", kAllLevels, true),
    by_level("gemini-3.7*", kLow | kMedium | kHigh, true),
    by_level("gemini-3.8*", kLow | kMedium | kHigh, true),
    {.pattern = "gemini-1*"},
    {.pattern = "gemini-2.0*"},
    {.pattern = "learnlm*"},
    any_gemini(),
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

// Takes over the members that a row of MODEL_PROFILES names.
void read_row(json::Cursor row, Family& family) {
  const auto flag = [row](std::string_view name, bool& member) {
    member = row[name].boolean().value_or(member);
  };
  const auto number = [row](std::string_view name, auto& member) {
    const auto value = row[name].integer();
    if (value) member = static_cast<std::remove_reference_t<decltype(member)>>(*value);
  };
  flag("chats", family.chats);
  flag("system_role", family.system_role);
  flag("thoughts_shown", family.thoughts_shown);
  flag("strict", family.strict);
  flag("modern", family.modern);
  flag("can_stop", family.can_stop);
  number("least_budget", family.least_budget);
  number("most_budget", family.most_budget);
  number("output_tokens", family.output_tokens);
  const json::Cursor thinking = row["thinking"];
  if (thinking.equals("none")) family.thinking = Thinking::none;
  if (thinking.equals("budget")) family.thinking = Thinking::budget;
  if (thinking.equals("level")) family.thinking = Thinking::level;
  const json::Cursor output = row["output"];
  if (output.equals("text")) family.output = Output::text;
  if (output.equals("image")) family.output = Output::image;
  if (output.equals("speech")) family.output = Output::speech;
  if (output.equals("transcript")) family.output = Output::transcript;
  if (!row["levels"].is(json::Type::array)) return;
  family.levels = 0;
  for (const json::Cursor level : row["levels"].items()) {
    if (level.equals("minimal")) family.levels |= kMinimal;
    if (level.equals("low")) family.levels |= kLow;
    if (level.equals("medium")) family.levels |= kMedium;
    if (level.equals("high")) family.levels |= kHigh;
  }
}

}  // namespace

const Family* Profiles::find(std::string_view lower_case_model) const {
  for (const Family& family : families_) {
    if (text::matches(family.pattern, lower_case_model)) return &family;
  }
  return nullptr;
}

std::optional<Profiles> Profiles::parse(std::string text) {
  json::Index index;
  constexpr json::ScanLimits kLimits = {.depth = 8, .values = 10'000};
  if (index.scan(text, kLimits)) return std::nullopt;
  const json::Cursor rows(index);
  if (!rows.is(json::Type::array)) return std::nullopt;
  Profiles profiles;
  for (const json::Cursor row : rows.items()) {
    const std::string pattern = text::lower(row["pattern"].text());
    if (pattern.empty()) return std::nullopt;
    profiles.patterns_.push_back(std::make_unique<std::string>(pattern));
    Family family = family_of(pattern);
    family.pattern = *profiles.patterns_.back();
    read_row(row, family);
    profiles.families_.push_back(family);
  }
  return profiles;
}

const Family& family_of(std::string_view model, const Profiles& profiles) {
  const std::string lower = text::lower(model);
  if (const Family* own = profiles.find(lower)) return *own;
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
