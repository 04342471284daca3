// The strict scan comes before nlohmann/json: the library takes a NUL for the end of its input, and
// compares trees by recursion, so depth must be bounded first.
#include "json/dom.h"

#include <nlohmann/json.hpp>
#include <string>

#include "base/limits.h"
#include "json/index.h"

namespace proxy::json {
namespace {

nlohmann::json parse(std::string_view text) {
  std::string repaired(text);  // the scan overwrites lone surrogates, which the library refuses
  Index index;
  const ScanLimits limits{limits::kJsonDepth, limits::kJsonValues};
  if (index.scan(repaired, limits)) return nlohmann::json::value_t::discarded;
  return nlohmann::json::parse(repaired, nullptr, /*allow_exceptions=*/false);
}

}  // namespace

bool same(std::string_view a, std::string_view b) {
  const nlohmann::json left = parse(a);
  return !left.is_discarded() && left == parse(b);
}

}  // namespace proxy::json
