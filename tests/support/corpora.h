// Finds the corpora of recorded traffic that may lie beside the checkout, and reads files.
// PROXY_SHARED in the environment names their parent folder; otherwise it is ../shared. A test that
// finds none says "skipped" and passes.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>

namespace proxy::test {

inline std::filesystem::path shared_folder() {
  if (const char* folder = std::getenv("PROXY_SHARED")) return folder;
#ifdef PROXY_SOURCE_DIR
  return PROXY_SOURCE_DIR "/../shared";
#else
  return "../shared";
#endif
}

// The folder whose subfolders are the corpora; nullopt where there is none.
inline std::optional<std::filesystem::path> corpora() {
  std::error_code error;
  auto folder = shared_folder() / "corpora";
  if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
  return folder;
}

// All bytes of a file; empty if it cannot be read.
inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace proxy::test
