// Index and cursor against nlohmann/json: the same verdict and the same values, but for what
// tests/support/json_tools.h names.
//   all  the document
#include <string>
#include <string_view>

#include "base/limits.h"
#include "fuzz/support/fuzz.h"
#include "json/dom.h"
#include "json/escape.h"
#include "json/number.h"
#include "json/writer.h"
#include "support/json_tools.h"

namespace {

using namespace proxy;
using fuzz::expect;
using json::Cursor;

// Writes what the cursor shows, every string decoded and escaped again.
void rewrite(Cursor value, json::Writer& out) {
  switch (value.type()) {
    case json::Type::string:
      out.string(std::string_view(value.text()));
      return;
    case json::Type::array:
      out.begin_array();
      for (const Cursor item : value.items()) rewrite(item, out);
      out.end_array();
      return;
    case json::Type::object:
      out.begin_object();
      for (const auto member : value.members()) {
        std::string key;
        json::append_escaped(key, member.key.text());
        rewrite(member.value, out.key(json::RawString{key}));
      }
      out.end_object();
      return;
    default:
      out.raw(value.raw());
  }
}

// A number's facts agree with one another.
void check_number(Cursor value) {
  const std::string_view text = value.raw().text;
  const auto integer = value.integer();
  const auto whole = value.whole();
  expect(whole.has_value(), "a number has a whole", text);
  expect(!integer || (value.is_integral() && *whole == *integer), "an integer is whole", text);
  expect(!integer || value.compare(std::to_string(*integer)) == 0, "and equals itself", text);
  expect(value.compare(text) == 0, "a number equals itself", text);
  const int sign = value.compare("0");
  expect(*whole == 0 || (*whole > 0) == (sign > 0), "its sign is its own", text);
  expect(value.is_finite() != json::is_out_of_double(text), "its range is told once", text);
}

void check_numbers(Cursor value) {
  if (value.is(json::Type::number)) check_number(value);
  for (const Cursor item : value.items()) check_numbers(item);
  for (const auto member : value.members()) check_numbers(member.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Input(data, size).rest();
  test::Scanned scanned(text);
  if (scanned.error && scanned.error->kind == json::ScanError::Kind::too_deep) return 0;
  const std::string difference = test::difference(text);
  expect(difference.empty(), difference, text);
  // Narrower limits change nothing but the verdict.
  const test::Scanned narrow(text, {.depth = 8, .values = 64});
  expect(!scanned.error || narrow.error, "what is no JSON is none under any limits", text);
  if (scanned.error) {
    expect(scanned.error->offset <= text.size(), "the fault is within the text", text);
    return 0;
  }
  const std::string mended = scanned.text();
  expect(!test::Scanned(mended).error && test::Scanned(mended).text() == mended,
         "mended once it stays", mended);
  check_numbers(scanned.root());
  std::string rewritten;
  json::Writer writer(rewritten);
  rewrite(scanned.root(), writer);
  const bool is_comparable = !scanned.index.has_infinite_number() && json::same(text, text);
  expect(!is_comparable || json::same(text, rewritten), "written again it is the same", rewritten);
  return 0;
}
