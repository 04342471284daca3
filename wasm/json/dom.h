// A JSON tree for irregular little documents, such as schemas; what passes through in bulk uses
// json/cursor.h. Only dom.cpp knows nlohmann/json: with exceptions off its getters abort on a wrong
// type, so nothing of it shows here, and a program that calls nothing from here does not link it.
#pragma once

#include <string_view>

namespace proxy::json {

// Deep equality of two JSON texts; key order does not count, numbers compare by value, the last of
// duplicate keys counts. False if either is no JSON, holds a number beyond double or exceeds
// limits::kJsonDepth or limits::kJsonValues.
bool same(std::string_view a, std::string_view b);

}  // namespace proxy::json
