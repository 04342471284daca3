// Whole public collections of bad JSON and odd strings as what callers send.
#include "support/corpora.h"

#include <filesystem>
#include <string>

#include "support/catch.h"
#include "support/json_tools.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::kMessages;
using proxy::test::Reading;
using proxy::test::Scanned;

namespace {

bool is_wrong_json(std::string_view code) {
  return code == "invalid_json" || code == "invalid_utf8" || code == "body_too_complex";
}

}  // namespace

TEST_CASE("J-03 every document of JSONTestSuite as a body is refused for what it is") {
  const auto folder = proxy::test::corpora();
  if (!folder) {
    WARN("skipped: no corpora");
    return;
  }
  int decided = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(*folder / "JSONTestSuite" / "test_parsing")) {
    const std::string name = file.path().filename().string();
    const Reading reading(proxy::test::read_file(file.path()));
    INFO(name << ": " << reading.code());
    // What may be read or not is, if it is read, no request either.
    CHECK_FALSE(reading.ok());
    if (name[0] == 'i') continue;
    CHECK(is_wrong_json(reading.code()) == (name[0] == 'n'));
    ++decided;
  }
  CHECK(decided == 283);
}

TEST_CASE("F-24 naughty strings as names and ids are accepted or refused, and sent as JSON") {
  const auto folder = proxy::test::corpora();
  const std::string list = folder ? proxy::test::read_file(*folder / "blns" / "blns.json") : "";
  if (list.empty()) {
    WARN("skipped: no corpora");
    return;
  }
  const std::string begin = R"({"model":"m",)";
  const std::string call_of = R"("messages":[{"role":"user","content":"Hi"},{"role":"assistant",)"
                              R"("tool_calls":[{"type":"function","id":)";
  const Scanned scanned(list);
  std::size_t count = 0;
  for (const auto item : scanned.root().items()) {
    const std::string raw(item.raw().text);
    INFO(raw);
    const std::string named = R"("function":{"name":)" + raw + R"(,"arguments":"{}"}})";
    const std::string plain = R"("function":{"name":"f","arguments":"{}"}})";
    const std::string answer = R"(]},{"role":"tool","content":"a","tool_call_id":)";
    for (const std::string& body :
         {begin + kMessages + R"(,"tools":[{"type":"function","function":{"name":)" + raw + "}}]}",
          begin + kMessages + R"(,"tools":[{"type":"function","function":{"name":"f"}}],)" +
              R"("tool_choice":{"type":"function","function":{"name":)" + raw + "}}}",
          begin + call_of + "\"i\"," + named + answer + "\"i\"}]}",
          begin + call_of + raw + "," + plain + answer + raw + "}]}",
          begin + R"("messages":[{"role":"user","content":"Hi","name":)" + raw + "}]}"}) {
      const Reading reading(body);
      if (reading.ok()) {
        CHECK_FALSE(Scanned(reading.upstream()).error.has_value());
      } else {
        CHECK((reading.code() == "invalid_value" || reading.code() == "empty_array" ||
               reading.code() == "missing_required_parameter" ||
               reading.code() == "string_above_max_length"));
      }
    }
    ++count;
  }
  CHECK(count == 515);
}
