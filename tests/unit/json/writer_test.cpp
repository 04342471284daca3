#include "json/writer.h"

#include <string>

#include "json/dom.h"
#include "support/catch.h"
#include "support/json_tools.h"

using proxy::json::Cursor;
using proxy::json::RawString;
using proxy::json::RawValue;
using proxy::json::Type;
using proxy::json::Writer;
using proxy::test::Scanned;

namespace {

// Writes again what the cursor shows, leaf by leaf.
void copy(Writer& json, Cursor value) {
  if (value.is(Type::array)) {
    json.begin_array();
    for (const Cursor item : value.items()) copy(json, item);
    json.end_array();
  } else if (value.is(Type::object)) {
    json.begin_object();
    for (const Cursor::Member member : value.members())
      copy(json.key(*member.key.string()), member.value);
    json.end_object();
  } else if (const auto string = value.string()) {
    string->escaped.size() % 2 == 0 ? json.string(value.text()) : json.string(*string);
  } else if (const auto boolean = value.boolean()) {
    json.boolean(*boolean);
  } else if (value.is_null()) {
    json.null();
  } else if (const auto integer = value.integer()) {
    json.integer(*integer);
  } else {
    json.raw(value.raw());
  }
}

}  // namespace

TEST_CASE("commas stand between members and elements, and nowhere else") {
  std::string out;
  Writer json(out);
  json.begin_object();
  json.key("role").string("user\n").key("parts").begin_array();
  json.begin_object().end_object().begin_array().end_array();
  json.begin_object().key("text").string(RawString{"a\\nb"}).end_object();
  json.end_array();
  json.key(RawString{"k\\\""}).raw(RawValue{"[1, 2]"});
  json.key("n").integer(INT64_MIN).key("m").integer(INT64_MAX).key("zero").integer(0);
  json.key("t").boolean(true).key("f").boolean(false).key("z").null();
  json.end_object();
  CHECK(out ==
        R"({"role":"user\n","parts":[{},[],{"text":"a\nb"}],"k\"":[1, 2],"n":-9223372036854775808,)"
        R"("m":9223372036854775807,"zero":0,"t":true,"f":false,"z":null})");
}

TEST_CASE("a string can be built from pieces") {
  std::string out;
  Writer json(out);
  json.begin_array().open_string().close_string();
  json.open_string().text("a\"").text(RawString{"\\u0041"}).text("").text("\\").close_string();
  json.integer(1).end_array();
  CHECK(out == R"(["","a\"\u0041\\",1])");
}

TEST_CASE("a writer appends, and may go on in text that something else began") {
  std::string out = "data: ";
  Writer(out).begin_object().end_object();
  CHECK(out == "data: {}");
  std::string part = "{\"a\":1,";
  Writer(part).key("b").begin_array().integer(2).end_array().key("c").null();
  CHECK(part == R"({"a":1,"b":[2],"c":null)");
}

TEST_CASE("a writer counts beyond 64 containers") {
  std::string out;
  Writer json(out);
  for (int i = 0; i != 50; ++i) json.begin_array().begin_object().key("k");
  json.null();
  for (int i = 0; i != 50; ++i) json.end_object().end_array();
  json.begin_array().end_array();
  CHECK(out.substr(0, 8) == R"([{"k":[{)");
  CHECK(Scanned(out.substr(0, out.size() - 3)).root().exists());
}

TEST_CASE("what is read from random documents and written again is the same document") {
  const auto seed = proxy::test::test_seed();
  INFO("PROXY_TEST_SEED=" << seed);
  std::mt19937 random(seed);
  int compared = 0;
  for (int round = 0; round != 1'000; ++round) {
    const std::string text = proxy::test::random_document(random);
    const Scanned scanned(text);
    REQUIRE_FALSE(scanned.error);
    std::string out;
    Writer json(out);
    copy(json, scanned.root());
    if (scanned.index.has_infinite_number()) continue;
    ++compared;
    if (!proxy::json::same(text, out)) FAIL(text << " became " << out);
  }
  CHECK(compared > 500);
}
