// What is known of Google's models: names, families and what each family can be asked. The table is
// data (models.cpp); Google adds models more often than anybody deploys a Worker, so unknown
// `gemini-*` names get the careful last row.
#pragma once

#include <cstdint>
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

struct Family {
  std::string_view pattern;  // of the bare id, lower case, `*` for any run of characters
  bool chats = true;
  bool system_role = true;  // knows systemInstruction
  Thinking thinking = Thinking::none;
  bool thoughts_shown =
      false;  // ask for thought summaries when the caller says nothing of reasoning
  // Google's newest rule set: no sampling parameters, no model turn at the end.
  bool strict = false;
  std::int64_t output_tokens = 0;  // most it writes in one answer; 0 = not known
};

// The family of a bare id. Always finds one.
const Family& family_of(std::string_view model);

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
