// What is known of Google's models: names, families and what each family can be asked. The table is
// data (models.cpp); Google adds models more often than anybody deploys a Worker, so unknown
// `gemini-*` names get the careful last row.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace proxy::gemini {

enum class Thinking : std::uint8_t {
  none,    // thinkingConfig is a 400
  budget,  // thinkingBudget, 2.5
  level    // thinkingLevel, 3 and later
};

enum class Output : std::uint8_t { text, image, speech, transcript };

// Bits of Family::levels.
inline constexpr std::uint8_t kMinimal = 1;
inline constexpr std::uint8_t kLow = 2;
inline constexpr std::uint8_t kMedium = 4;
inline constexpr std::uint8_t kHigh = 8;

struct Family {
  std::string_view pattern;  // of the bare id, lower case, `*` for any run of characters
  bool chats = true;
  bool system_role = true;  // knows systemInstruction
  Output output = Output::text;
  Thinking thinking = Thinking::none;
  std::uint8_t levels = 0;        // accepted thinking levels
  std::int32_t least_budget = 0;  // of thinkingBudget, besides -1 (dynamic)
  std::int32_t most_budget = 0;
  bool can_stop = false;  // thinking can be switched off, by a budget of 0
  bool thoughts_shown =
      false;  // ask for thought summaries when the caller says nothing of reasoning
  // Google's newest rule set: no sampling parameters, no model turn at the end.
  bool strict = false;
  // Gemini 3 and later: calls have ids and signed thoughts, tools go together with JSON answers.
  bool modern = false;
  std::int64_t output_tokens = 0;  // most it writes in one answer; 0 = not known
};

// Rows that stand before the built-in ones: the variable MODEL_PROFILES. Owns their patterns.
class Profiles {
 public:
  Profiles() = default;
  // A JSON array of rows, each with `pattern` and any of Family's members by name; what a row
  // leaves out it takes from the built-in family of its pattern's name.
  //   returns  nothing unless `text` is such an array
  static std::optional<Profiles> parse(std::string text);

  const Family* find(std::string_view lower_case_model) const;

 private:
  std::vector<std::unique_ptr<std::string>> patterns_;
  std::vector<Family> families_;
};

// The family of a bare id. Always finds one.
const Family& family_of(std::string_view model, const Profiles& profiles = {});

struct ListedModel {
  std::string_view id;
  std::int64_t input_tokens;
  std::int64_t output_tokens;  // 0: not a chat model
};

// What `GET /v1/models` says without asking Google.
std::span<const ListedModel> listed_models();

// Aliases in the order they were configured; a key may hold `*`.
using Aliases = std::vector<std::pair<std::string, std::string>>;

// The aliases every deployment has: `gemini-pro`.
const Aliases& default_aliases();

// The bare id for the name a caller sent: alias (exact ones first, then patterns, in order), then
// `models/`, `google/`, `publishers/google/models/` taken off.
//   returns  an id that is safe in a URL path, or model_not_found with param `model`
Result<std::string> resolve_model(std::string_view name, const Aliases& aliases);

}  // namespace proxy::gemini
