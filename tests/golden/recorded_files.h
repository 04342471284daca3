// The recordings of one folder of the corpora that may lie beside the checkout.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "support/catch.h"
#include "support/corpora.h"

namespace proxy::test {

// Files whose names begin and end so, sorted; says "skipped" where there are none.
inline std::vector<std::filesystem::path> files_in(const std::string& folder,
                                                   std::string_view begin, std::string_view end) {
  std::vector<std::filesystem::path> paths;
  const auto root = corpora();
  std::error_code error;
  if (root) {
    for (const auto& entry : std::filesystem::directory_iterator(*root / folder, error)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(begin) && name.ends_with(end)) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) WARN("skipped: no recordings in " << folder);
  return paths;
}

}  // namespace proxy::test
