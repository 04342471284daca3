// The index against nlohmann/json: the same verdict and the same values on every document at hand.
#include <fstream>
#include <iostream>
#include <string>

#include "support/catch.h"
#include "support/corpora.h"
#include "support/json_tools.h"

namespace fs = std::filesystem;
using proxy::test::difference;
using proxy::test::read_file;
using proxy::test::Scanned;
using proxy::test::to_string;

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
  int documents = 0;
  const auto check = [&documents](const std::string& text, const std::string& where) {
    ++documents;
    if (const auto found = difference(text); !found.empty()) FAIL_CHECK(where << ": " << found);
  };
  for (const auto& file : fs::recursive_directory_iterator(*corpora)) {
    const fs::path& path = file.path();
    if (path.extension() == ".json") check(read_file(path), path.string());
    if (path.extension() != ".jsonl" && path.extension() != ".sse") continue;
    std::ifstream lines(path);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("data:")) line.erase(0, 5);
      check(line, path.string());
    }
  }
  std::cout << documents << " documents compared\n";
  CHECK(documents > 2'000);
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
