#include "fronts/openai_chat/reasoning.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "fronts/openai_chat/google_fields.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::Family;
using gemini::Thinking;

enum class Effort : std::uint8_t { unsaid, none, minimal, low, medium, high, most };

// What the caller asked for, in any of the forms.
struct Wish {
  Effort effort = Effort::unsaid;
  std::int64_t budget = -1;  // tokens; -1 = unsaid
  bool hide_thoughts = false;
  const char* parameter = "reasoning_effort";  // that said so

  bool is_said() const { return effort != Effort::unsaid || budget >= 0; }
};

bool read_effort(const Field& field, Wish& wish) {
  static constexpr std::pair<std::string_view, Effort> kEfforts[] = {
      {"none", Effort::none},     {"minimal", Effort::minimal}, {"low", Effort::low},
      {"medium", Effort::medium}, {"high", Effort::high},       {"xhigh", Effort::most},
      {"max", Effort::most},
  };
  json::RawString text;
  if (!field.take(text)) return false;
  if (field.missing() || wish.effort != Effort::unsaid) return true;
  for (const auto& [name, effort] : kEfforts) {
    if (!field.equals(name)) continue;
    wish.effort = effort;
    return true;
  }
  return field.invalid(
      "supported values are 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'.");
}

bool read_budget(const Field& field, Wish& wish) {
  if (!field.missing()) wish.parameter = "reasoning";
  return field.take(wish.budget, 0, std::numeric_limits<std::int32_t>::max());
}

// `reasoning: {effort, max_tokens, enabled, exclude}`
bool read_openrouter(const Field& reasoning, Wish& wish) {
  bool enabled = true;
  if (!reasoning.check_object() || !read_effort(reasoning["effort"], wish) ||
      !read_budget(reasoning["max_tokens"], wish) || !reasoning["enabled"].take(enabled) ||
      !reasoning["exclude"].take(wish.hide_thoughts)) {
    return false;
  }
  if (!enabled) {
    wish.effort = Effort::none;
    wish.budget = -1;
  }
  return true;
}

// `thinking: {type, budget_tokens}`
bool read_anthropic(const Field& thinking, Wish& wish) {
  if (thinking.missing()) return true;
  if (!thinking.check_object()) return false;
  const Field type = thinking["type"];
  json::RawString name;
  if (!type.take(name)) return false;
  if (type.equals("enabled")) return read_budget(thinking["budget_tokens"], wish);
  if (type.equals("disabled")) wish.effort = Effort::none;
  return type.missing() || type.equals("disabled") || type.equals("adaptive") ||
         type.invalid("supported values are 'enabled', 'disabled', 'adaptive'.");
}

std::int64_t budget_of(Effort effort) {
  static constexpr std::int64_t kBudgets[] = {0, 0, 1'024, 1'024, 8'192, 24'576, 32'768};
  return kBudgets[static_cast<std::size_t>(effort)];
}

// The budget nearest to the wish that the family takes; 0 only where it may be switched off.
std::int64_t nearest_budget(std::int64_t wanted, const Family& family) {
  if (wanted == 0 && family.can_stop) return 0;
  return std::clamp<std::int64_t>(wanted, family.least_budget, family.most_budget);
}

std::uint8_t level_of(const Wish& wish) {
  if (wish.budget >= 0) {
    if (wish.budget <= 1'024) return gemini::kMinimal;
    if (wish.budget <= 8'192) return gemini::kLow;
    return wish.budget <= 16'384 ? gemini::kMedium : gemini::kHigh;
  }
  static constexpr std::uint8_t kLevels[] = {gemini::kHigh, gemini::kMinimal, gemini::kMinimal,
                                             gemini::kLow,  gemini::kMedium,  gemini::kHigh,
                                             gemini::kHigh};
  return kLevels[static_cast<std::size_t>(wish.effort)];
}

// The lowest level of the family that is at least the wanted one, else its highest.
std::uint8_t nearest_level(std::uint8_t wanted, const Family& family) {
  unsigned level = wanted;
  while (level <= gemini::kHigh && (family.levels & level) == 0) level *= 2;
  if (level > gemini::kHigh) {
    for (level = gemini::kHigh; level > 1 && (family.levels & level) == 0;) level /= 2;
  }
  return static_cast<std::uint8_t>(level);
}

std::string_view name_of(std::uint8_t level) {
  switch (level) {
    case gemini::kMinimal:
      return "MINIMAL";
    case gemini::kLow:
      return "LOW";
    case gemini::kMedium:
      return "MEDIUM";
    default:
      return "HIGH";
  }
}

// Google's own form. Its types are checked with all of Google's settings, see google.cpp.
bool read_google(const Field& config, Reading& reading) {
  if (!config.check_object()) return false;
  reading.request.upstream.config.set(
      "thinkingConfig", as_sent(config.value(), Kind::thinking, "google.thinking_config", reading));
  return true;
}

// How much, for a family with budgets or with levels; appended to `out`.
void append_amount(const Wish& wish, Reading& reading, std::string& out) {
  const Family& family = reading.family;
  std::string nearest;
  if (family.thinking == Thinking::budget) {
    const std::int64_t wanted = wish.budget >= 0 ? wish.budget : budget_of(wish.effort);
    const std::int64_t budget = nearest_budget(wanted, family);
    nearest = text::decimal(budget);
    out.append("\"thinkingBudget\":").append(nearest);
    // "As much as it takes" is met by the most there is.
    if (budget == wanted || (wish.budget < 0 && wish.effort == Effort::most)) return;
  } else {
    const std::uint8_t wanted = level_of(wish);
    const std::uint8_t level = nearest_level(wanted, family);
    nearest = name_of(level);
    out.append(R"("thinkingLevel":")").append(nearest) += '"';
    if (level == wanted && wish.budget < 0 && wish.effort != Effort::none) return;
  }
  reading.request.warn(wish.parameter, "changed to the nearest this model has, " + nearest);
}

void set_thinking(const Wish& wish, Reading& reading) {
  const Family& family = reading.family;
  const bool off = wish.budget < 0 ? wish.effort == Effort::none : wish.budget == 0;
  const bool shown = !off && !wish.hide_thoughts && reading.options.include_thoughts &&
                     family.output == gemini::Output::text &&
                     (family.thoughts_shown || wish.is_said());
  std::string out;
  if (shown) out += "\"includeThoughts\":true";
  if (wish.is_said()) {
    if (shown) out += ',';
    append_amount(wish, reading, out);
  }
  if (out.empty()) return;
  out.insert(0, "{") += '}';
  reading.request.upstream.config.set("thinkingConfig", {reading.keep(std::move(out))});
}

}  // namespace

bool read_reasoning(const Field& root, const Field& google, Reading& reading) {
  Wish wish;
  if (!read_effort(root["reasoning_effort"], wish) || !read_openrouter(root["reasoning"], wish) ||
      !read_anthropic(root["thinking"], wish)) {
    return false;
  }
  const Field own = google.either("thinking_config", "thinkingConfig");
  const bool thinks = reading.family.thinking != Thinking::none;
  if (!own.missing()) {
    if (wish.is_said()) reading.request.warn(wish.parameter, "ignored beside thinking_config");
    return read_google(own, reading);
  }
  if (!thinks && wish.is_said() && wish.effort != Effort::none) {
    reading.request.warn(wish.parameter, "ignored, this model does not think");
  }
  if (thinks) set_thinking(wish, reading);
  return true;
}

}  // namespace proxy::fronts::openai_chat
