#include "fuzz/support/fuzz.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "base/limits.h"
#include "base/text.h"
#include "base/utf8.h"
#include "fronts/openai_chat/error.h"

namespace proxy::fuzz {

void expect(bool holds, std::string_view claim, std::string_view about) {
  if (holds) return;
  std::fprintf(stderr, "claim broken: %.*s\n", static_cast<int>(claim.size()), claim.data());
  if (!about.empty()) {
    std::fprintf(stderr, "about: %.*s\n", static_cast<int>(about.size()), about.data());
  }
  std::abort();
}

std::string_view word(std::string_view line, std::size_t place) {
  const auto words = text::split(line, ' ');
  return place < words.size() ? words[place] : std::string_view();
}

int number(std::string_view line, std::size_t place, int otherwise, int most) {
  const auto value = text::parse_decimal(word(line, place));
  if (!value || *value < 0 || *value > most) return otherwise;
  return static_cast<int>(*value);
}

bool is_json(std::string_view text) {
  // The library takes a NUL for the end.
  return text.find('\0') == std::string_view::npos && nlohmann::json::accept(text);
}

bool is_printable(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !base::invalid_utf8_at(text) && std::none_of(text.begin(), text.end(), is_control);
}

void check_error(const ApiError& error) {
  const std::string body = fronts::openai_chat::error_body(error);
  expect(is_json(body), "an error's body is JSON", body);
  const auto tree = nlohmann::json::parse(body, nullptr, false);
  expect(tree.contains("error") && tree["error"].size() == 4, "it has OpenAI's members", body);
  expect(!error.message.empty() && is_printable(error.message), "its message can be read", body);
  expect(error.message.size() <= 2 * limits::kErrorMessageBytes, "its message is short", body);
  expect(is_printable(error.param), "its parameter can be read", body);
  const int status = traits(error.code).status;
  expect(status >= 400 && status <= 599, "its status is an error's", body);
}

}  // namespace proxy::fuzz
