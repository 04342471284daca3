// The index against nlohmann/json: the same verdict and the same values on every document at hand.
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "support/catch.h"
#include "support/corpora.h"
#include "support/golden.h"
#include "support/json_tools.h"

namespace fs = std::filesystem;
using proxy::test::difference;
using proxy::test::read_file;
using proxy::test::Scanned;
using proxy::test::to_string;

namespace {

struct Comparison {
  int documents = 0;
  int refused = 0;
  int inner = 0;
};

// Strings of a document that look like JSON, such as a call's arguments, are documents as well.
void compare_inner(proxy::json::Cursor value, const std::string& where, Comparison& comparison) {
  for (const auto item : value.items()) compare_inner(item, where, comparison);
  for (const auto member : value.members()) compare_inner(member.value, where, comparison);
  const std::string text = value.text();
  if (text.empty() || (text[0] != '{' && text[0] != '[')) return;
  ++comparison.inner;
  if (const auto found = difference(text); !found.empty()) {
    FAIL_CHECK(where << ", in a string: " << found);
  }
}

void compare_document(const std::string& text, const std::string& where, Comparison& comparison) {
  ++comparison.documents;
  if (const auto found = difference(text); !found.empty()) FAIL_CHECK(where << ": " << found);
  const Scanned scanned(text);
  if (scanned.error) {
    ++comparison.refused;
  } else {
    compare_inner(scanned.root(), where, comparison);
  }
}

// Lines of JSON, and events.
void compare_lines(const std::string& text, const std::string& where, Comparison& comparison) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("data:")) line.erase(0, 5);
    if (!line.empty()) compare_document(line, where, comparison);
  }
}

void compare_file(const fs::path& path, Comparison& comparison) {
  const std::string kind = path.extension().string();
  const std::string where = path.string();
  const std::string text = read_file(path);
  if (kind == ".json") return compare_document(text, where, comparison);
  if (kind == ".jsonl" || kind == ".sse") return compare_lines(text, where, comparison);
  if (kind == ".txt") {
    compare_document(text, where, comparison);
    return compare_lines(text, where, comparison);
  }
  // A file of another kind would be left out in silence.
  const std::string name = path.filename().string();
  if (name != "NOTE" && name != "LICENSE") FAIL_CHECK(where << ": of an unknown kind");
}

}  // namespace

TEST_CASE("J-03: JSONTestSuite is decided as it says") {
  const auto corpora = proxy::test::corpora();
  if (!corpora) {
    std::cout << "skipped: no JSONTestSuite here\n";
    return;
  }
  int decided = 0;
  for (const auto& file : fs::directory_iterator(*corpora / "JSONTestSuite" / "test_parsing")) {
    const std::string name = file.path().filename().string();
    const std::string text = read_file(file.path());
    const Scanned scanned(text);
    INFO(name << ": " << to_string(scanned.error));
    if (name[0] != 'i') {
      CHECK(scanned.error.has_value() == (name[0] == 'n'));
      ++decided;
    }
    CHECK(difference(text) == "");
  }
  CHECK(decided == 283);
}

TEST_CASE("every document of the corpora is read as nlohmann/json reads it") {
  const auto corpora = proxy::test::corpora();
  if (!corpora) {
    std::cout << "skipped: no corpora here\n";
    return;
  }
  std::map<std::string, Comparison> comparisons;
  for (const auto& file : fs::recursive_directory_iterator(*corpora)) {
    if (!file.is_regular_file()) continue;
    const fs::path& path = file.path();
    compare_file(path, comparisons[fs::relative(path, *corpora).begin()->string()]);
  }
  auto documents = Comparison().documents;
  for (const auto& [name, comparison] : comparisons) {
    std::cout << name << ": " << comparison.documents << " documents, " << comparison.refused
              << " of them no JSON; " << comparison.inner << " more in their strings\n";
    CHECK(comparison.documents > 0);
    documents += comparison.documents;
  }
  CHECK(comparisons.size() == 6);
  CHECK(documents > 2'000);
}

TEST_CASE("every document of the golden cases is read as nlohmann/json reads it") {
  Comparison comparison;
  for (const auto& one : proxy::test::golden_cases("openai_chat")) {
    for (const std::string& name : one.files()) {
      const std::string text = one.file(name).value_or("");
      if (name.ends_with(".json")) compare_document(text, one.name() + "/" + name, comparison);
      if (name.ends_with(".sse")) compare_lines(text, one.name() + "/" + name, comparison);
    }
  }
  std::cout << "golden cases: " << comparison.documents << " documents, " << comparison.refused
            << " of them no JSON; " << comparison.inner << " more in their strings\n";
  CHECK(comparison.documents > 500);
}

TEST_CASE("random documents are read as nlohmann/json reads them, whole and damaged") {
  const auto seed = proxy::test::test_seed();
  std::cout << "PROXY_TEST_SEED=" << seed << "\n";
  std::mt19937 random(seed);
  const std::string noise = "\"\\{}[]:,0e.-+u \n\x80\xC3\xF0\xFF";
  for (int round = 0; round != 3'000; ++round) {
    std::string text = proxy::test::random_document(random);
    if (const auto found = difference(text); !found.empty()) FAIL(found << " in " << text);
    if (Scanned scanned(text); scanned.error) FAIL(to_string(scanned.error) << " in " << text);
    for (int damage = 0; damage != 5; ++damage) {
      const std::size_t at = random() % text.size();
      const char byte = noise[random() % noise.size()];
      switch (random() % 3) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        default:
          if (text.size() > 1) text.erase(at, 1);
      }
      if (const auto found = difference(text); !found.empty()) FAIL(found << " in " << text);
    }
  }
}
