#include "gemini/signature.h"

#include <algorithm>
#include <cstdint>

namespace proxy::gemini {
namespace {

// Then a digit: the number of `=` at the end, plus 4 if the signature is in the URL alphabet
// itself. Then two characters that tell whether what follows, the signature, is still whole: some
// clients cut ids.
constexpr std::string_view kMark = "__ts";
constexpr std::size_t kMostSealedBytes = 8 * 1024;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_url_character(char c) { return is_alphanumeric(c) || c == '-' || c == '_'; }

constexpr std::size_t kCheckBytes = 2;

std::string check_of(std::string_view body) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::uint32_t sum = 1;
  for (const char c : body) sum = sum * 31 + static_cast<unsigned char>(c);
  return {kDigits[sum & 63], kDigits[sum >> 6 & 63]};
}

std::string replaced(std::string_view text, char plus, char slash, char new_plus, char new_slash) {
  std::string out(text);
  std::replace(out.begin(), out.end(), plus, new_plus);
  std::replace(out.begin(), out.end(), slash, new_slash);
  return out;
}

}  // namespace

bool is_signature(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_url_character(c) || c == '+' || c == '/' || c == '=';
  });
}

std::string seal(std::string_view id, std::string_view signature) {
  std::string sealed(id);
  if (!is_signature(signature) || signature.size() > kMostSealedBytes) return sealed;
  std::size_t padding = 0;
  while (signature.ends_with('=')) {
    signature.remove_suffix(1);
    ++padding;
  }
  const bool url = signature.find_first_of("-_") != std::string_view::npos;
  const bool standard = signature.find_first_of("+/") != std::string_view::npos;
  const bool odd = padding > 2 || signature.find('=') != std::string_view::npos;
  if (signature.empty() || odd || (url && standard)) return sealed;
  sealed += kMark;
  sealed += static_cast<char>('0' + padding + (url ? 4 : 0));
  const std::string body = url ? std::string(signature) : replaced(signature, '+', '/', '-', '_');
  return sealed.append(check_of(body)).append(body);
}

SealedId open_seal(std::string_view sealed) {
  const std::size_t at = sealed.find(kMark);
  if (at == std::string_view::npos || sealed.size() <= at + kMark.size()) return {sealed, {}};
  const int flags = sealed[at + kMark.size()] - '0';
  const std::string_view rest = sealed.substr(at + kMark.size() + 1);
  const bool ours = flags >= 0 && flags <= 6 && (flags & 3) != 3 &&
                    std::all_of(rest.begin(), rest.end(), is_url_character);
  if (!ours) return {sealed, {}};
  const std::string_view body = rest.substr(std::min(kCheckBytes, rest.size()));
  if (body.size() > kMostSealedBytes) return {sealed, {}};
  if (body.empty() || !rest.starts_with(check_of(body))) return {sealed.substr(0, at), {}};
  std::string signature = (flags & 4) != 0 ? std::string(body) : replaced(body, '-', '_', '+', '/');
  signature.append(static_cast<std::size_t>(flags & 3), '=');
  return {sealed.substr(0, at), std::move(signature)};
}

}  // namespace proxy::gemini
