// Every fuzz target on every input that is kept: seeds/<target>, regressions/<target>, and some
// changes of each. So a finding stays a test, and no target rots between two rounds of fuzzing.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "fuzz/support/fuzz.h"
#include "fuzz/support/json_mutator.h"
#include "support/catch.h"
#include "support/corpora.h"
#include "support/json_tools.h"

#define FUZZ_TARGETS(each)                                                                   \
  each(accounts) each(chat) each(cursor) each(google_error) each(kv) each(names) each(oauth) \
      each(schema) each(sse) each(utf8)
#define FUZZ_DECLARE(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);
#define FUZZ_ROW(name) {#name, fuzz_##name},

FUZZ_TARGETS(FUZZ_DECLARE)

namespace fs = std::filesystem;

namespace {

struct Target {
  const char* name;
  int (*run)(const std::uint8_t* data, std::size_t size);
};
constexpr Target kTargets[] = {FUZZ_TARGETS(FUZZ_ROW)};

const fs::path kFolder = fs::path(PROXY_SOURCE_DIR) / "tests" / "fuzz";

std::vector<fs::path> inputs_of(const std::string& target) {
  std::vector<fs::path> found;
  for (const char* const kind : {"seeds", "regressions"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(kFolder / kind / target, error)) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

void run(const Target& target, const std::string& input) {
  const proxy::test::Chunk exact(input);
  target.run(reinterpret_cast<const std::uint8_t*>(exact.bytes.get()), exact.size);
}

// One change as libFuzzer's own mutators make them.
std::string changed_bytes(std::string text, std::mt19937& random) {
  if (text.empty()) return "a";
  const std::size_t at = random() % text.size();
  switch (random() % 4) {
    case 0:
      text[at] = static_cast<char>(random());
      break;
    case 1:
      text.erase(at, 1 + random() % 8);
      break;
    case 2:
      text.insert(at, 1, static_cast<char>(random()));
      break;
    default:
      text.resize(at);
  }
  return text;
}

}  // namespace

TEST_CASE("fuzz: each target has seeds, and its claims hold for all that is kept") {
  for (const Target& target : kTargets) {
    const auto inputs = inputs_of(target.name);
    INFO(target.name);
    CHECK(inputs.size() >= 5);
    for (const fs::path& path : inputs) {
      INFO(path.string());
      run(target, proxy::test::read_file(path));
      SUCCEED();
    }
  }
}

TEST_CASE("fuzz: each folder of inputs belongs to a target") {
  for (const char* const kind : {"seeds", "regressions"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(kFolder / kind, error)) {
      const std::string name = entry.path().filename().string();
      INFO(entry.path().string());
      CHECK(std::any_of(std::begin(kTargets), std::end(kTargets),
                        [&name](const Target& target) { return target.name == name; }));
    }
  }
}

TEST_CASE("fuzz: the claims hold for inputs that are a few changes away") {
  constexpr int kRounds = 20;
  const auto seed = proxy::test::test_seed();
  std::cout << "PROXY_TEST_SEED=" << seed << "\n";
  for (const Target& target : kTargets) {
    std::mt19937 random(seed);
    const auto dictionary = kFolder / "dict" / (std::string(target.name) + ".dict");
    const auto words = proxy::fuzz::read_words(proxy::test::read_file(dictionary));
    for (const fs::path& path : inputs_of(target.name)) {
      std::string text = proxy::test::read_file(path);
      if (text.size() > 4'096) continue;
      for (int round = 0; round != kRounds; ++round) {
        if (round % 4 == 0) text = proxy::test::read_file(path);
        text = random() % 3 == 0 ? changed_bytes(std::move(text), random)
                                 : proxy::fuzz::changed_json_within(text, words, random);
        INFO(path.string() << " became " << text);
        run(target, text);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("fuzz: what the mutator makes of JSON is JSON, and mostly another") {
  const auto words = proxy::fuzz::read_words("# Comment\na=\"\\\"key\\\"\"\n\"[1]\"\n\"no\"\n\"\n");
  REQUIRE(words.keys == std::vector<std::string>{"\"key\""});
  REQUIRE(words.values == std::vector<std::string>{"\"key\"", "[1]"});
  const auto seed = proxy::test::test_seed();
  std::cout << "PROXY_TEST_SEED=" << seed << "\n";
  std::mt19937 random(seed);
  int changed = 0;
  for (int round = 0; round != 2'000; ++round) {
    const std::string document = proxy::test::random_document(random);
    const std::string out = proxy::fuzz::changed_json(document, words, random);
    INFO(document << " became " << out);
    CHECK_FALSE(proxy::test::Scanned(out).error.has_value());
    if (out != document) ++changed;
  }
  CHECK(changed > 1'500);
  CHECK(proxy::fuzz::changed_json("{\"a\":", words, random) == "{\"a\":");
  const std::string event = "data: {\"a\":[\"}\"]}\r\n\r\ndata: [DONE]\n";
  for (int round = 0; round != 50; ++round) {
    const std::string out = proxy::fuzz::changed_json_within(event, words, random);
    INFO(out);
    CHECK(out.starts_with("data: "));
    CHECK(out.find("\r\n\r\ndata: [DONE]\n") != std::string::npos);
  }
}
