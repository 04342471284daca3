// Thought signatures: base64 that Gemini 3 attaches to its calls and demands back, unaltered.
// Clients drop fields they do not know but always echo a call's id, so the signature also travels
// inside the id.
#pragma once

#include <string>
#include <string_view>

namespace proxy::gemini {

// What Google accepts in place of a signature that got lost.
inline constexpr std::string_view kDummySignature = "skip_thought_signature_validator";

// Base64 of either alphabet, or one of the documented substitutes. Anything else counts as absent.
bool is_signature(std::string_view text);

struct SealedId {
  std::string_view id;    // the call's own
  std::string signature;  // empty if the id carries none
};

// `id` with the signature behind it, in letters, digits, `_` and `-` only; `id` as it is if there
// is no signature or it is too long to travel so.
std::string seal(std::string_view id, std::string_view signature);

// Takes apart what seal() made; without a signature if a client has cut it. Any other id is
// returned whole.
SealedId open_seal(std::string_view sealed);

}  // namespace proxy::gemini
