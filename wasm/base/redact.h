// Takes out of a text of Google's what must not travel on: tokens, keys, addresses, project names.
#pragma once

#include <string>
#include <string_view>

namespace proxy::base {

// `text` with each access token (`ya29.`), refresh token (`1//`), JWT (`eyJ`), API key (`AIza`,
// `AQ.`), `key=`, `token=` and `secret=` value, e-mail address, and the name behind `projects/`,
// `project=` or `project ` replaced by `[redacted]`, and with all that follows the start of a
// private key. Rather takes too much than too little.
std::string redacted(std::string_view text);

// Replaces each `word` in the text, such as an account's own project, by `[redacted]`.
void hide(std::string& text, std::string_view word);

}  // namespace proxy::base
