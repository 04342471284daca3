// Golden folders: each case is a folder of inputs and expected outputs. With GOLDEN_UPDATE=1 in the
// environment the outputs are rewritten instead of compared; what changed is then reviewed as a
// diff. Files of JSON end in a newline that the program's output does not have.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::test {

class GoldenCase {
 public:
  explicit GoldenCase(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::string name() const { return folder_.filename().string(); }
  // Names of the files in it, sorted.
  std::vector<std::string> files() const;
  // All bytes of a file; nothing if it is not there.
  std::optional<std::string> file(std::string_view name) const;
  // The same without the newline at the end of JSON.
  std::optional<std::string> json(std::string_view name) const;

  // Compares what the program gave with the file; nothing stands for no such file.
  //   returns  "" if they agree, else what differs
  std::string difference(std::string_view name, const std::optional<std::string>& actual) const;

 private:
  std::filesystem::path folder_;
};

// The cases below tests/golden/`front`, sorted by name.
std::vector<GoldenCase> golden_cases(std::string_view front);

}  // namespace proxy::test
