#include "support/golden.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "support/corpora.h"

namespace proxy::test {
namespace {

namespace fs = std::filesystem;

bool is_updating() {
  const char* const update = std::getenv("GOLDEN_UPDATE");
  return update != nullptr && std::string_view(update) == "1";
}

void rewrite(const fs::path& path, const std::optional<std::string>& text) {
  if (!text) {
    fs::remove(path);
    return;
  }
  std::ofstream file(path, std::ios::binary);
  file << *text;
}

// The first line where two texts part, with a few characters of both.
std::string first_difference(std::string_view expected, std::string_view actual) {
  const auto [e, a] = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  const auto at = static_cast<std::size_t>(e - expected.begin());
  const std::size_t from = at < 60 ? 0 : at - 60;
  return "differs at byte " + std::to_string(at) + "\n  expected: ..." +
         std::string(expected.substr(std::min(from, expected.size()), 140)) + "\n  actual:   ..." +
         std::string(actual.substr(std::min(from, actual.size()), 140));
}

}  // namespace

std::vector<std::string> GoldenCase::files() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> GoldenCase::file(std::string_view name) const {
  const fs::path path = folder_ / name;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  return read_file(path);
}

std::optional<std::string> GoldenCase::json(std::string_view name) const {
  std::optional<std::string> text = file(name);
  if (text && text->ends_with('\n')) text->pop_back();
  return text;
}

std::string GoldenCase::difference(std::string_view name,
                                   const std::optional<std::string>& actual) const {
  const bool ends_in_newline = name.ends_with(".json");
  std::optional<std::string> text = actual;
  if (text && ends_in_newline) *text += '\n';
  const std::optional<std::string> expected = file(name);
  if (text == expected) return {};
  if (is_updating()) {
    rewrite(folder_ / name, text);
    return {};
  }
  const std::string what(name);
  if (!expected) return what + " is not there, but the program gave: " + *text;
  if (!text) return what + " is there, but the program gave nothing";
  return what + " " + first_difference(*expected, *text);
}

std::vector<GoldenCase> golden_cases(std::string_view front) {
  std::vector<fs::path> folders;
  std::error_code error;
  const fs::path root = fs::path(PROXY_SOURCE_DIR) / "tests" / "golden" / front;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return {folders.begin(), folders.end()};
}

}  // namespace proxy::test
