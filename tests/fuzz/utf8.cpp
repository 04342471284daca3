// Bytes that should be UTF-8 are found out, mended, cut and escaped.
//   all  the bytes
#include "base/utf8.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "fuzz/support/fuzz.h"
#include "json/escape.h"
#include "support/exact_bytes.h"

namespace {

using namespace proxy;
using fuzz::expect;

// Bytes of the character at `at`, decoded by its arithmetic; 0 if there is none.
std::size_t character_at(std::string_view text, std::size_t at) {
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  const std::size_t size = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : 4;
  if (size == 1) return 1;
  if ((size == 4 && first >> 3 != 30) || at + size > text.size()) return 0;
  std::uint32_t point = first & (0x7Fu >> size);
  for (std::size_t i = at + 1; i != at + size; ++i) {
    if (byte(i) >> 6 != 2) return 0;
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  const bool is_surrogate = point >= 0xD800 && point < 0xE000;
  return point < kLeast[size] || point > 0x10FFFF || is_surrogate ? 0 : size;
}

struct Verdict {
  std::optional<std::size_t> invalid_at;
  std::size_t characters = 0;
};

Verdict verdict_on(std::string_view text) {
  Verdict verdict;
  for (std::size_t at = 0; at != text.size(); ++verdict.characters) {
    const std::size_t size = character_at(text, at);
    if (size == 0) {
      verdict.invalid_at = at;
      break;
    }
    at += size;
  }
  return verdict;
}

void check_cuts(std::string_view text, bool is_valid) {
  for (const std::size_t most : {text.size() / 2, text.size(), std::size_t{3}, std::size_t{0}}) {
    const std::string_view cut = base::cut_utf8(text, most);
    expect(cut.size() <= most && text.starts_with(cut), "a cut is a prefix", cut);
    expect(!is_valid || !base::invalid_utf8_at(cut), "a cut splits no character", cut);
    expect(!is_valid || cut.size() + 4 > std::min(most, text.size()), "nor more than one", cut);
    const std::string shown = text::printable(text, most);
    expect(shown.size() <= most && fuzz::is_printable(shown), "what is shown can be read", shown);
  }
}

void check_escapes(const std::string& text) {
  std::string escaped;
  json::append_escaped(escaped, text);
  expect(fuzz::is_json('"' + escaped + '"'), "escaped it is JSON", escaped);
  expect(json::unescaped({escaped}) == text, "and the same again", escaped);
  expect(json::equals({escaped}, text), "and equal", escaped);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const test::ExactBytes bytes(fuzz::Input(data, size).rest());
  const std::string_view text = bytes.view();
  const Verdict verdict = verdict_on(text);
  expect(base::invalid_utf8_at(text) == verdict.invalid_at, "the fault is where it is", text);
  const std::string repaired = base::repair_utf8(text);
  const Verdict after = verdict_on(repaired);
  expect(!after.invalid_at, "mended it is valid", repaired);
  expect(base::code_points(repaired) == after.characters, "it has its characters", repaired);
  expect(base::repair_utf8(repaired) == repaired, "mending again changes nothing", repaired);
  expect(verdict.invalid_at || repaired == text, "what is valid stays", repaired);
  const std::size_t valid = verdict.invalid_at.value_or(text.size());
  expect(repaired.starts_with(text.substr(0, valid)), "so does what comes before", repaired);
  check_cuts(text, !verdict.invalid_at);
  check_escapes(repaired);
  return 0;
}
