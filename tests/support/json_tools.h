// Judges the JSON scanner by a second opinion: nlohmann/json, which shares no code with it.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "json/cursor.h"
#include "json/index.h"
#include "support/splits.h"

namespace proxy::test {

inline constexpr json::ScanLimits kWideLimits{1'000, 10'000'000};

// A document in a heap buffer of exactly its size, and its index. Stays where it was made.
struct Scanned {
  explicit Scanned(std::string_view text, json::ScanLimits limits = kWideLimits)
      : bytes(text), error(index.scan(bytes.span(), limits)) {}
  Scanned(const Scanned&) = delete;
  Scanned& operator=(const Scanned&) = delete;

  json::Cursor root() const { return json::Cursor(index); }
  std::string text() { return {bytes.bytes.get(), bytes.size}; }

  Chunk bytes;
  json::Index index;
  std::optional<json::ScanError> error;
};

std::string to_string(json::ScanError::Kind kind);
std::string to_string(const std::optional<json::ScanError>& error);  // "syntax at 3", "none"

// What index and cursor say about `text` that nlohmann/json does not: verdict, types, values,
// order.
//   returns  "" if they agree, else the first difference and its path
// Known to differ, and checked for: nlohmann/json takes a NUL for the end, refuses lone surrogates
// (so it is given the repaired text) and numbers beyond double.
std::string difference(std::string_view text);

// A random document: nested, spaced, with every kind of escape, number and character, and with
// duplicate keys and lone surrogates.
std::string random_document(std::mt19937& random);

}  // namespace proxy::test
