// A JSON Schema of a tool or a response format, in both dialects that Gemini reads.
//   all  the schema
#include <algorithm>
#include <string>

#include "base/limits.h"
#include "base/text.h"
#include "fuzz/support/fuzz.h"
#include "unit/gemini/schema_tools.h"

namespace {

using namespace proxy;
using fuzz::expect;

struct Schema {
  explicit Schema(std::string_view schema, std::size_t depth = limits::kJsonDepth)
      : scanned("{\"schema\": " + std::string(schema) + " , \"x\": 1}",
                {depth, limits::kJsonValues}) {}
  json::Cursor root() const { return scanned.root()["schema"]; }

  test::Scanned scanned;
};

std::string json_schema(std::string_view text) {
  std::string out;
  // `const` becomes a list, so what is written may be deeper than what was read.
  gemini::write_json_schema(Schema(text, 2 * limits::kJsonDepth).root(), out);
  return out;
}

void check_json_schema(std::string_view text) {
  const std::string out = json_schema(text);
  expect(fuzz::is_json(out), "a JSON Schema is JSON", out);
  expect(out.size() <= 2 * text.size() + 64, "it is not larger than it was", out);
  // A pointer through `allOf` keeps it from being merged, and may stand in what is left out.
  const bool has_pointer =
      text.find("allOf/0") != text.npos || text.find(R"(allOf\/0)") != text.npos;
  expect(has_pointer || json_schema(out) == out, "written again it is the same", out);
}

void check_message(json::Cursor root, bool as_parameters, std::size_t size) {
  std::string out;
  const bool is_written = as_parameters ? gemini::write_openapi_parameters(root, out)
                                        : gemini::write_openapi_schema(root, out);
  expect(is_written == !out.empty(), "nothing is left of what is not sent", out);
  if (!is_written) return;
  const std::string refusal = test::refusal_of_text(out);
  expect(refusal.empty(), refusal, out);
  expect(out.size() <= 10 * (size + limits::kSchemaInlinedBytes), "its size is bounded", out);
  if (!as_parameters) return;
  expect(test::parsed(out)["type"] == "OBJECT", "parameters are an object", out);
  expect(gemini::has_parameters(root), "what can be sent is worth it", out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Input(data, size).rest();
  const Schema schema(text);
  // Numbers beyond double are refused before a schema is looked at.
  const bool is_read = !schema.scanned.error && !schema.scanned.index.has_infinite_number();
  if (!is_read || schema.root().raw().text != proxy::text::trim(text)) return 0;
  check_json_schema(schema.root().raw().text);
  check_message(schema.root(), false, text.size());
  check_message(schema.root(), true, text.size());
  return 0;
}
