// Bodies that are damaged, hostile or odd. Rows named H-.., J-.. and F-.. are those of the fault
// list.
#include <ctime>
#include <set>
#include <string>

#include "base/limits.h"
#include "fronts/openai_chat/request.h"
#include "support/catch.h"
#include "support/corpora.h"
#include "support/json_tools.h"
#include "unit/fronts/openai_chat/read.h"

using namespace std::string_literals;
using proxy::test::asking;
using proxy::test::kMessages;
using proxy::test::Reading;
using proxy::test::Scanned;

namespace {

const std::set<std::string_view> kRefusals = {"ok",
                                              "invalid_json",
                                              "invalid_utf8",
                                              "body_too_complex",
                                              "missing_required_parameter",
                                              "invalid_type",
                                              "invalid_value",
                                              "unsupported_value",
                                              "unsupported_parameter",
                                              "empty_array",
                                              "array_above_max_length",
                                              "integer_below_min_value",
                                              "integer_above_max_value",
                                              "decimal_below_min_value",
                                              "decimal_above_max_value",
                                              "model_not_found"};

// Accepted with a body that is JSON, or refused by one of the codes.
void check_sane(const std::string& body) {
  const Reading reading(body);
  const bool known = kRefusals.contains(reading.code());
  const bool readable = !reading.ok() || !Scanned(reading.upstream()).error;
  if (known && readable) return;
  INFO(body.substr(0, 300));
  CHECK(known);
  CHECK(readable);
}

}  // namespace

TEST_CASE("a body that is no request is refused with the place, not the text",
          "[H-17][J-01][J-04][J-05][J-06][J-07][J-11][J-16]") {
  const struct {
    const char* id;
    std::string body;
    const char* code;
    const char* message;
  } rows[] = {
      {"H-17", "", "invalid_json",
       "We could not parse the JSON body of your request: the request body is empty. JSON was "
       "expected."},
      {"H-17", " \n", "invalid_json",
       "We could not parse the JSON body of your request: the request body is empty. JSON was "
       "expected."},
      {"J-01", R"({"model":"secret)", "invalid_json",
       "We could not parse the JSON body of your request: it is not valid JSON at byte 16."},
      {"J-04", "[]", "invalid_type",
       "We could not parse the JSON body of your request: expected an object, but got an array "
       "instead."},
      {"J-04", "\"x\"", "invalid_type",
       "We could not parse the JSON body of your request: expected an object, but got a string "
       "instead."},
      {"J-04", "1", "invalid_type",
       "We could not parse the JSON body of your request: expected an object, but got an integer "
       "instead."},
      {"J-04", "null", "invalid_type",
       "We could not parse the JSON body of your request: expected an object, but got null "
       "instead."},
      {"J-05", "{} {}", "invalid_json",
       "We could not parse the JSON body of your request: it is not valid JSON at byte 3."},
      {"J-05", "{'a':1}", "invalid_json",
       "We could not parse the JSON body of your request: it is not valid JSON at byte 1."},
      {"J-06", "{}\0x"s, "invalid_json",
       "We could not parse the JSON body of your request: it is not valid JSON at byte 2."},
      {"J-07", R"({"temperature":NaN})", "invalid_json",
       "We could not parse the JSON body of your request: JSON has no such number as NaN or "
       "Infinity at byte 15."},
      {"J-07", R"({"temperature":-Infinity})", "invalid_json",
       "We could not parse the JSON body of your request: JSON has no such number as NaN or "
       "Infinity at byte 16."},
      {"J-07", R"({"temperature":+1})", "invalid_json",
       "We could not parse the JSON body of your request: it is not valid JSON at byte 15."},
      {"J-11", "{\"a\":\"\xFF\"}", "invalid_utf8",
       "We could not parse the JSON body of your request: it is not valid UTF-8 at byte 6."},
      {"J-11", "{\0\"\0a\0"s, "invalid_utf8",
       "We could not parse the JSON body of your request: it is not valid UTF-8 at byte 1."},
      {"J-16", R"({"a":)" + std::string(500'000, '['), "body_too_complex",
       "We could not parse the JSON body of your request: it is nested deeper than 128 levels at "
       "byte 132."},
  };
  for (const auto& row : rows) {
    INFO(row.id << ": " << row.body.substr(0, 60));
    const Reading reading(row.body);
    CHECK(reading.code() == row.code);
    CHECK(reading.param().empty());
    CHECK(reading.error().message == row.message);
  }
}

TEST_CASE("J-08 a number beyond double is refused, by name where it is known") {
  CHECK(Reading(asking(R"("temperature":1e400)")).param() == "temperature");
  CHECK(Reading(asking(R"("max_tokens":-1e400)")).param() == "max_tokens");
  const Reading reading(asking(R"("x":[{"y":1e400}])"));
  CHECK(reading.code() == "invalid_value");
  CHECK(reading.param().empty());
}

TEST_CASE("J-12 J-16 J-17 marks, depth and values have their bounds") {
  CHECK(Reading("\xEF\xBB\xBF" + asking("")).ok());
  const auto nested = [](std::size_t depth) {
    return asking(R"("x":)" + std::string(depth, '[') + std::string(depth, ']'));
  };
  CHECK(Reading(nested(127)).ok());
  CHECK(Reading(nested(128)).code() == "body_too_complex");
  std::string zeros = R"("x":[0)";
  for (std::size_t i = 1; i < proxy::limits::kJsonValues; ++i) zeros += ",0";
  CHECK(Reading(asking(zeros + "]")).code() == "body_too_complex");
}

TEST_CASE("J-01 J-02 a request cut or damaged anywhere is refused or still a request") {
  const std::string body =
      R"({"model":"gemini-2.5-flash","stream":true,"stop":["a"],"temperature":0.5,"n":1,)"
      R"("messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text",)"
      R"("text":"h\u00e9 \ud83d\ude00 \"é"}]}],"stream_options":{"include_usage":true}})";
  REQUIRE(Reading(body).ok());
  for (std::size_t size = 0; size < body.size(); ++size) {
    const Reading reading(body.substr(0, size));
    INFO("cut at " << size);
    CHECK(reading.code() == "invalid_json");
  }
  for (const char byte : "\x00\x0A\x22\x2C\x3A\x5B\x5C\x5D\x7B\x7D\x80\xC0\xED\xFF"s) {
    for (std::size_t at = 0; at < body.size(); ++at) {
      std::string damaged = body;
      damaged[at] = byte;
      check_sane(damaged);
    }
  }
}

TEST_CASE("J-19 many members, known or not, take linear time") {
  const std::clock_t begin = std::clock();
  for (const char* member : {"\"n\":1", "\"tools\":[]", "\"unknown\":1", "\"messages\":0"}) {
    std::string body = R"({"model":"gemini-2.5-flash",)";
    for (int i = 0; i < 100'000; ++i) body.append(member).append(",");
    body += kMessages;
    CHECK(Reading(body + "}").ok());
  }
  // Quadratic work would take minutes.
  CHECK((std::clock() - begin) / CLOCKS_PER_SEC < 20);
  CHECK(Reading(asking("\"" + std::string(1 << 20, 'k') + R"(":1,"__proto__":1,"":2)")).ok());
}

TEST_CASE("J-18 a text of 20 MB is not looked at closely") {
  const std::string text(20'000'000, 'A');
  const Reading reading(R"({"model":"m","messages":[{"role":"user","content":")" + text + "\"}]}");
  REQUIRE(reading.ok());
  CHECK(reading->upstream.parts[0].text.escaped.size() == text.size());
}

TEST_CASE("F-24 naughty strings arrive unchanged as content and harm nowhere else") {
  const auto folder = proxy::test::corpora();
  const std::string list = folder ? proxy::test::read_file(*folder / "blns" / "blns.json") : "";
  if (list.empty()) {
    WARN("skipped: no corpora");
    return;
  }
  const Scanned scanned(list);
  REQUIRE_FALSE(scanned.error.has_value());
  std::size_t count = 0;
  for (const auto item : scanned.root().items()) {
    const std::string raw(item.raw().text);
    INFO(raw);
    const Reading content(R"({"model":"m","messages":[{"role":"user","content":)" + raw + "}]}");
    REQUIRE(content.ok());
    const Scanned sent(content.upstream());
    const std::string arrived =
        sent.root()["contents"][std::size_t{0}]["parts"][std::size_t{0}]["text"].text();
    CHECK(arrived == (item.text().empty() ? " " : item.text()));
    for (const char* name : {"model", "user", "stop", "safety_identifier"}) {
      check_sane(R"({"model":"m",)"s + kMessages + ",\"" + name + "\":" + raw + "}");
    }
    ++count;
  }
  CHECK(count == 515);
}

TEST_CASE("JSONTestSuite as a body is refused where it is no JSON, else for its shape", "[J-03]") {
  const auto folder = proxy::test::corpora();
  if (!folder) {
    WARN("skipped: no corpora");
    return;
  }
  int decided = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(*folder / "JSONTestSuite" / "test_parsing")) {
    const std::string name = file.path().filename().string();
    if (name[0] == 'i') continue;
    ++decided;
    const Reading reading(proxy::test::read_file(file.path()));
    INFO(name << ": " << reading.code());
    REQUIRE_FALSE(reading.ok());
    CHECK(proxy::traits(reading.error().code).status == 400);
    const std::string code(reading.code());
    // Two cases of 100,000 open brackets are told as what they are first: too deep (J-16).
    const bool is_json =
        code != "invalid_json" && code != "invalid_utf8" && code != "body_too_complex";
    CHECK(is_json == (name[0] == 'y'));
  }
  CHECK(decided == 283);
}
