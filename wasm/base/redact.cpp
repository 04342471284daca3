#include "base/redact.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"

namespace proxy::base {
namespace {

struct Mark {
  std::string_view prefix;
  bool keep_prefix;        // names what follows and is no secret itself
  std::size_t least_tail;  // shorter tails are ordinary words
};

constexpr Mark kMarks[] = {
    {"ya29.", false, 1},
    {"1//", false, 6},
    {"eyJ", false, 12},
    {"AIza", false, 12},
    {"AQ.", false, 12},
    {"GOCSPX-", false, 1},
    {"key=", true, 1},
    {"token=", true, 1},
    {"secret=", true, 1},
    {"Bearer ", true, 4},
    {"projects/", true, 1},
    {"project=", true, 1},
    {"project ", true, 4},
    {"project number ", true, 1},
    {"project_number:", true, 1},
    {"project #", true, 1},
    {"project: ", true, 1},
    {"project '", true, 1},
    {"project \"", true, 1},
    {"api_key:", true, 1},
};
constexpr std::string_view kPrivateKey = "-----BEGIN ";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_word(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
bool is_token(char c) {
  return is_word(c) || c == '.' || c == '/' || c == '+' || c == '=' || c == '~' || c == '%';
}
bool is_address(char c) { return is_word(c) || c == '.' || c == '+' || c == '%' || c == '\''; }

std::size_t token_end(std::string_view text, std::size_t from) {
  while (from < text.size() && is_token(text[from])) ++from;
  return from;
}

// "project 123": a number or an id with a digit, not the sentence "project has not used".
bool looks_like_project(std::string_view tail) {
  return std::any_of(tail.begin(), tail.end(), [](char c) { return c >= '0' && c <= '9'; });
}

const Mark* mark_at(std::string_view text, std::size_t at) {
  if (at > 0 && is_alphanumeric(text[at - 1])) return nullptr;
  for (const Mark& mark : kMarks) {
    const std::string_view rest = text.substr(at);
    if (rest.size() < mark.prefix.size() ||
        !text::equals_ignoring_case(rest.substr(0, mark.prefix.size()), mark.prefix)) {
      continue;
    }
    const std::size_t tail_at = at + mark.prefix.size();
    const std::size_t end = token_end(text, tail_at);
    if (end - tail_at < mark.least_tail) continue;
    if (mark.prefix == "project " && !looks_like_project(text.substr(tail_at, end - tail_at))) {
      continue;
    }
    return &mark;
  }
  return nullptr;
}

// Replaces words with an `@` between word characters.
std::string without_addresses(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > copied && is_address(text[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < text.size() && (is_word(text[end]) || text[end] == '.')) ++end;
    while (end > at + 1 && text[end - 1] == '.') --end;
    if (begin == at || end == at + 1) continue;
    out += text.substr(copied, begin - copied);
    out += "[redacted]";
    copied = end;
    at = end - 1;
  }
  out += text.substr(copied);
  return out;
}

}  // namespace

std::string redacted(std::string_view text) {
  std::string out;
  if (const std::size_t key = text.find(kPrivateKey); key != std::string_view::npos) {
    return redacted(text.substr(0, key)) + "[redacted]";
  }
  for (std::size_t at = 0; at < text.size();) {
    const Mark* const mark = mark_at(text, at);
    if (mark == nullptr) {
      out += text[at++];
      continue;
    }
    if (mark->keep_prefix) out += text.substr(at, mark->prefix.size());
    out += "[redacted]";
    std::size_t end = token_end(text, at + mark->prefix.size());
    while (end > at + mark->prefix.size() && text[end - 1] == '.')
      --end;  // the sentence's own stop
    at = end;
  }
  return without_addresses(out);
}

void hide(std::string& text, std::string_view word) {
  constexpr std::size_t kShortest = 4;  // a shorter one is also part of ordinary words
  if (word.size() < kShortest) return;
  constexpr std::string_view kInstead = "[redacted]";
  for (std::size_t at = text.find(word); at != std::string::npos;
       at = text.find(word, at + kInstead.size())) {
    text.replace(at, word.size(), kInstead);
  }
}

}  // namespace proxy::base
