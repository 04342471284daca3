#include "accounts/names.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"

namespace proxy::accounts {

std::optional<Upstream> upstream_named(std::string_view word) {
  if (text::equals_ignoring_case(word, "gemini")) return Upstream::gemini_api;
  if (text::equals_ignoring_case(word, "vertex")) return Upstream::vertex;
  if (text::equals_ignoring_case(word, "codeassist")) return Upstream::code_assist;
  return std::nullopt;
}

bool is_identifier(std::string_view text, std::string_view others) {
  constexpr std::size_t kLongest = 128;
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  return !text.empty() && text.size() <= kLongest && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || c == '.' || c == '_' || c == ':' || c == '-' ||
                  others.find(c) != std::string_view::npos;
         });
}

}  // namespace proxy::accounts
