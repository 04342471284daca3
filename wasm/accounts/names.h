// Words and identifiers of the configuration.
#pragma once

#include <optional>
#include <string_view>

#include "accounts/account.h"

namespace proxy::accounts {

// `gemini`, `vertex` or `codeassist`, in any case.
std::optional<Upstream> upstream_named(std::string_view word);

// Whether `text` may become part of a URL or a body: 1 to 128 letters, digits and `.`, `_`, `:`,
// `-` or one of `others`, the first a letter or digit.
bool is_identifier(std::string_view text, std::string_view others = {});

}  // namespace proxy::accounts
