// Every stream here is read in all splits of support/splits.h and must give the same. The driver
// frees each chunk as soon as the reader asks for more and overwrites each event it was shown.
#include "sse/event_reader.h"

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/corpora.h"
#include "support/long_form.h"
#include "support/splits.h"

using namespace std::string_literals;
using proxy::sse::Event;
using proxy::sse::EventReader;
using Status = EventReader::Status;
using proxy::test::Chunks;

namespace {

constexpr std::size_t kNoBound = std::size_t{1} << 30;

// An event as "event:DATA", bare JSON as "bare:TEXT", too_large as "too_large".
using Log = std::vector<std::string>;

void drain(EventReader& reader, Log& log) {
  Event event;
  for (;;) {
    const Status status = reader.next(event);
    if (status == Status::need_more) return;
    if (status == Status::too_large) {
      log.emplace_back("too_large");
      continue;
    }
    log.push_back(status == Status::event ? "event:" : "bare:");
    log.back().append(event.data.data(), event.data.size());
    if (!event.data.empty()) std::memset(event.data.data(), '\n', event.data.size());
  }
}

struct Options {
  std::size_t max_event_bytes = kNoBound;
  bool flush_at_end = true;
};

Log read(Chunks chunks, Options options = {}) {
  EventReader reader(options.max_event_bytes, options.flush_at_end);
  Log log;
  for (auto& chunk : chunks) {
    reader.feed(chunk.span());
    drain(reader, log);
    chunk.bytes.reset();
  }
  reader.finish();
  drain(reader, log);
  drain(reader, log);  // the end is told for ever
  return log;
}

void check_all_splits(std::string_view stream, const Log& expected, Options options = {}) {
  proxy::test::for_each_split(stream, [&](Chunks chunks, const std::string& split) {
    const Log log = read(std::move(chunks), options);
    if (log == expected) return;
    INFO(split);
    CHECK(log == expected);
  });
}

struct Row {
  std::string stream;
  Log expected;
  const char* why;
};

const Row kFraming[] = {
    {"data: {\"a\":1}\n\ndata: {\"b\":2}\n\n", {"event:{\"a\":1}", "event:{\"b\":2}"}, "LF"},
    {"data: 1\r\n\r\ndata: 2\r\n\r\n", {"event:1", "event:2"}, "CRLF"},
    {"data: 1\r\rdata: 2\r\r", {"event:1", "event:2"}, "CR"},
    {"data: 1\n\r\ndata: 2\r\n\rdata: 3\r\n\ndata: 4\r\r\n",
     {"event:1", "event:2", "event:3", "event:4"},
     "mixed line ends"},
    {"data: a\n\r\n\r\n\r\n\n\n", {"event:a"}, "blank lines alone are nothing"},
    {"data:1\n\ndata:  2\n\n", {"event:1", "event: 2"}, "without space; one of two spaces"},
    {"data\n\n", {"event:"}, "without colon: an empty value"},
    {"data: \n\ndata:\n\n", {"event:", "event:"}, "empty values"},
    {"data\ndata\ndata:x\n\n", {"event:\n\nx"}, "empty lines are joined too"},
    {"data: a\ndata: b\r\ndata: c\n\n", {"event:a\nb\nc"}, "several data lines"},
    {"event: x\nid: 7\nretry: 9\n: note\ndata: 1\n:\n\n", {"event:1"}, "other fields"},
    {"event: x\n\nid: 1\n\n: only\n\n", {}, "events without data"},
    {"dat: 1\ndatax: 1\nDATA: 1\n data: 1\nd\ndata : 1\n\n", {}, "nearly data"},
    {"data: 1\ndat\ndatab\nda\n\n", {"event:1"}, "nearly data without colon"},
    {"data: a\0b\n\n"s, {"event:a\0b"s}, "NUL is data"},
    {"data: a\tb\x0B\x0C\n\n", {"event:a\tb\x0B\x0C"}, "control bytes that end no line"},
    {"data: a:b: c\n\n", {"event:a:b: c"}, "colons in the value"},
    {"data: \xF0\x9F\x98\x80\n\n", {"event:\xF0\x9F\x98\x80"}, "a character cut between chunks"},
    {"\xEF\xBB\xBF"s + "data: 1\n\n", {"event:1"}, "byte order mark"},
    {"\xEF\xBB\xBF\xEF\xBB\xBF"s + "data: 1\n\ndata: 2\n\n", {"event:2"}, "only one mark"},
    {"\xEF\xBB"s + "data: 1\n\ndata: 2\n\n", {"event:2"}, "half a mark is a part of the line"},
    {"\xEF\ndata: 2\n\n", {"event:2"}, "a line of one bad byte"},
    {"\xEF\xBB\xBF", {}, "nothing but the mark"},
    {"", {}, "empty stream"},
    {",\ndata: 1\n\n,\n\ndata: 2\n,\n\n", {"event:1", "event:2"}, "stray commas are skipped"},
    {"data: [DONE]\n\n", {"event:[DONE]"}, "[DONE] is data like any other"},
};

const Row kUnterminated[] = {
    {"data: 1\n\ndata: 2", {"event:1", "event:2"}, "no line end"},
    {"data: 1\n\ndata: 2\n", {"event:1", "event:2"}, "one line end"},
    {"data: 1\r\n\r\ndata: 2\r\n", {"event:1", "event:2"}, "one CRLF"},
    {"data: 1\ndata: 2\n: c", {"event:1\n2"}, "a comment is the last line"},
    {"data: 1\ndat", {"event:1"}, "cut in a field name"},
    {"data: 1\n\ndata", {"event:1"}, "cut before the colon"},
    {"data: 1\n\ndata: ", {"event:1"}, "cut before the value"},
    {"data: 1\n\n: c", {"event:1"}, "nothing pending"},
};

const Row kBareJson[] = {
    {"{\"error\": 1}", {"bare:{\"error\": 1}"}, "a plain answer"},
    {"{\n  \"error\": {\n  }\n}\n", {"bare:{\n  \"error\": {\n  }\n}\n"}, "over several lines"},
    {"[{\"a\": 1}\n,\r\n{\"b\": 2}]", {"bare:[{\"a\": 1}\n,\r\n{\"b\": 2}]"}, "an array, as it is"},
    {"\xEF\xBB\xBF[]", {"bare:[]"}, "after a byte order mark"},
    {"\r\n{}", {"bare:{}"}, "after a blank line"},
    {": c\n{}", {"bare:{}"}, "after a comment"},
    {"data: 1\r\n\r\n{ \"error\": {\r\n} }\r\n",
     {"event:1", "bare:{ \"error\": {\r\n} }\r\n"},
     "an error in mid-stream, recorded with 499"},
    {"{\n\ndata: 1\n\n", {"bare:{\n\ndata: 1\n\n"}, "all the rest belongs to it"},
    {"data: 1\n{}\n\n", {"event:1"}, "no event boundary: an unknown field"},
    {"{", {"bare:{"}, "one byte"},
};

const Row kBounded[] = {
    {"data: 12345\n\ndata: 1\n\n", {"event:12345", "event:1"}, "exactly the bound"},
    {"data: 1\n\ndata: 123456\n\ndata: 2\n\n{}", {"event:1", "too_large"}, "one byte more"},
    {"data: 123456", {"too_large"}, "without its end"},
    {"data: 12\ndata: 34\n\n", {"event:12\n34"}, "the joint counts: exactly the bound"},
    {"data: 12\ndata: 345\n\n", {"too_large"}, "the joint counts: one byte more"},
    {"data: 12345\ndata\n\n", {"too_large"}, "the joint alone is too much"},
    {": 123456789\nid: 123456789\ndata: 1\n\n", {"event:1"}, "skipped lines do not count"},
    {"[1,2]", {"bare:[1,2]"}, "bare text of exactly the bound"},
    {"[1,2]\n", {"too_large"}, "bare text of one byte more"},
    {"data: 1\n\n{\"a\":1}", {"event:1", "too_large"}, "bare text after an event"},
};

void check_table(std::span<const Row> rows, Options options = {}) {
  for (const Row& row : rows) {
    INFO(row.why);
    check_all_splits(row.stream, row.expected, options);
  }
}

}  // namespace

TEST_CASE("lines, fields and events are told apart as the standard says", "[T-02]") {
  check_table(kFraming);
  check_table(kFraming, {.flush_at_end = false});
}

TEST_CASE("the last event counts without its blank line", "[T-03]") { check_table(kUnterminated); }

TEST_CASE("by the standard an event without its blank line is dropped") {
  for (const Row& row : kUnterminated) {
    INFO(row.why);
    const bool first_is_whole = row.stream.find("1\n\n") != std::string::npos ||
                                row.stream.find("1\r\n\r\n") != std::string::npos;
    check_all_splits(row.stream, first_is_whole ? Log{"event:1"} : Log{}, {.flush_at_end = false});
  }
}

TEST_CASE("JSON in the place of a field is given as one text at the end") {
  check_table(kBareJson);
}

TEST_CASE("an event or bare text above the bound is told once, then nothing more comes") {
  check_table(kBounded, {.max_event_bytes = 5});
}

TEST_CASE("an event of one line that lies whole in a chunk is shown there") {
  proxy::test::Chunk chunk("data: abc\r\n\r\ndata:de\n\ndata: f");
  EventReader reader(kNoBound);
  reader.feed(chunk.span());
  Event event;
  REQUIRE(reader.next(event) == Status::event);
  CHECK(event.data.data() == chunk.bytes.get() + 6);
  REQUIRE(reader.next(event) == Status::event);
  CHECK(event.data.data() == chunk.bytes.get() + 18);
  reader.finish();  // told early: even the unterminated event stays in place
  REQUIRE(reader.next(event) == Status::event);
  CHECK(event.data.data() == chunk.bytes.get() + 28);
  CHECK(event.data.size() == 1);
  CHECK(reader.next(event) == Status::need_more);
}

TEST_CASE("events cut by chunk borders share one buffer") {
  EventReader reader(kNoBound);
  const char* buffer = nullptr;
  for (int round = 0; round < 1000; ++round) {
    Chunks chunks = proxy::test::cut_at("data: 0123456789\n\n", std::vector<std::size_t>{9});
    Event event;
    reader.feed(chunks[0].span());
    REQUIRE(reader.next(event) == Status::need_more);
    reader.feed(chunks[1].span());
    REQUIRE(reader.next(event) == Status::event);
    if (round == 0) buffer = event.data.data();
    REQUIRE(event.data.data() == buffer);
    REQUIRE(reader.next(event) == Status::need_more);
  }
}

TEST_CASE("a line end is found at every place of a value of every length") {
  for (std::size_t size = 0; size < 40; ++size) {
    for (const char* end : {"\n", "\r", "\r\n"}) {
      for (const char* filling : {"x", "\t", "\x0B", "\xFF", "\x8D", "\x8A"}) {
        std::string value;
        for (std::size_t i = 0; i != size; ++i) value += filling;
        const std::string stream = "data: " + value + end + "data: " + value + end + end;
        const Log expected = {"event:" + value + "\n" + value};
        REQUIRE(read(proxy::test::cut_at(stream, {})) == expected);
      }
    }
  }
}

TEST_CASE("5 MB in one event, fed byte by byte, take linear time") {
  const std::string value(5 << 20, 'x');  // a rescan at each byte would take hours
  const std::string stream = "data: " + value + "\n\n";
  EventReader reader(value.size());
  Event event;
  std::size_t event_count = 0;
  for (char c : stream) {
    reader.feed({&c, 1});
    while (reader.next(event) != Status::need_more) {
      ++event_count;
      CHECK((std::string_view(event.data.data(), event.data.size()) == value));
    }
  }
  CHECK(event_count == 1);
}

TEST_CASE("random streams give the same events however they are cut") {
  const auto seed = proxy::test::test_seed();
  INFO("PROXY_TEST_SEED=" << seed);
  std::mt19937 random(seed);
  const std::string parts[] = {
      "data: ", "data:", "data",  "\n", "\n",    "\r", "\r\n", "\n\n",       "x",
      "{",      "[",     ": c\n", ",",  "\xEF"s, " ",  "\0"s,  "event: e\n", std::string(300, 'y')};
  for (int round = 0; round < 2000; ++round) {
    std::string stream = round % 4 == 0 ? "\xEF\xBB\xBF" : "";
    for (auto left = random() % 40; left != 0; --left) stream += parts[random() % std::size(parts)];
    const Options options{.max_event_bytes = round % 3 == 0 ? std::size_t{310} : kNoBound,
                          .flush_at_end = round % 2 == 0};
    const Log whole = read(proxy::test::cut_at(stream, {}), options);
    REQUIRE(read(proxy::test::every_byte(stream), options) == whole);
    REQUIRE(read(proxy::test::random_split(stream, random), options) == whole);
  }
}

TEST_CASE("the standard cases of web-platform-tests", "[T-02]") {
  const auto corpora = proxy::test::corpora();
  if (!corpora) {
    WARN("skipped: no corpora");
    return;
  }
  const auto text = proxy::test::read_file(*corpora / "wpt-eventsource" / "cases.json");
  const auto cases = nlohmann::json::parse(text, nullptr, false);
  REQUIRE(cases.is_array());
  REQUIRE(cases.size() == 24);
  for (const auto& one : cases) {
    INFO(one["name"].get<std::string>());
    Log expected;
    for (const auto& event : one["events"]) {
      expected.push_back("event:" + event["data"].get<std::string>());
    }
    check_all_splits(one["stream"].get<std::string>(), expected, {.flush_at_end = false});
  }
}

TEST_CASE("recorded Gemini streams give the same events at any split, each of them JSON") {
  const auto corpora = proxy::test::corpora();
  if (!corpora) {
    WARN("skipped: no corpora");
    return;
  }
  const auto seed = proxy::test::test_seed();
  INFO("PROXY_TEST_SEED=" << seed);
  std::mt19937 random(seed);
  std::size_t stream_count = 0;
  std::error_code error;
  const auto folder = *corpora / "gemini-recordings" / "googleai";
  for (std::filesystem::directory_iterator file(folder, error), end; file != end;
       file.increment(error)) {
    const std::string name = file->path().filename().string();
    if (name.rfind("streaming-", 0) != 0 || file->path().extension() != ".txt") continue;
    INFO(name);
    ++stream_count;
    const std::string stream = proxy::test::read_file(file->path());
    const Log whole = read(proxy::test::cut_at(stream, {}));
    REQUIRE_FALSE(whole.empty());
    for (const std::string& entry : whole) {
      CHECK(nlohmann::json::accept(entry.substr(entry.find(':') + 1)));
      CHECK((entry.rfind("bare:", 0) == 0) == (stream[0] == '{'));
    }
    check_all_splits(stream, whole);
    for (int round = 0; round < 200; ++round) {
      REQUIRE(read(proxy::test::random_split(stream, random)) == whole);
    }
  }
  CHECK(stream_count == 13);
}

TEST_CASE("recorded streams of every API give the same events at any split", "[T-01]") {
  const auto corpora = proxy::test::corpora();
  if (!corpora) {
    WARN("skipped: no corpora");
    return;
  }
  constexpr std::size_t kEverywhere = 3'000;
  constexpr unsigned kOneOf = 200;  // of the places of a longer one
  std::size_t streams = 0;
  std::size_t splits = 0;
  std::mt19937 random(proxy::test::test_seed());
  const auto folder = *corpora / "recorded-traffic";
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".sse") continue;
    ++streams;
    const std::string stream = proxy::test::read_file(file.path());
    const bool is_gemini = file.path().parent_path().filename() == "gemini-stream";
    const bool everywhere =
        stream.size() <= kEverywhere || (is_gemini && proxy::test::is_long_form());
    const Log whole = read(proxy::test::cut_at(stream, {}));
    INFO(file.path().filename().string() << ", PROXY_TEST_SEED=" << proxy::test::test_seed());
    REQUIRE_FALSE(whole.empty());
    REQUIRE((read(proxy::test::every_byte(stream)) == whole));
    for (std::size_t offset = 0; offset <= stream.size(); ++offset) {
      if (!everywhere && random() % kOneOf != 0) continue;
      ++splits;
      REQUIRE((read(proxy::test::cut_at(stream, {&offset, 1})) == whole));
    }
  }
  std::cout << streams << " recorded streams, " << splits << " splits\n";
  CHECK(streams > 90);
}

TEST_CASE("room for an event is asked for, and may not be there", "[T-15]") {
  EventReader reader(std::size_t{1} << 60);
  CHECK(reader.make_room(1'000));
  CHECK(reader.make_room(std::size_t{5} << 20));
  CHECK_FALSE(reader.make_room(std::size_t{1} << 59));
}

TEST_CASE("large events grow in few and long steps, never past the bound", "[T-15]") {
  constexpr std::size_t kMiB = 1'048'576;
  const EventReader reader(32 * kMiB);
  CHECK(reader.pending() == 0);
  CHECK(reader.room_for(1'000) == 1'000);
  CHECK(reader.room_for(4 * kMiB) == 4 * kMiB);
  CHECK(reader.room_for(4 * kMiB + 1) == 16 * kMiB);
  CHECK(reader.room_for(16 * kMiB) == 16 * kMiB);
  CHECK(reader.room_for(16 * kMiB + 1) == 32 * kMiB + 1);
  CHECK(reader.room_for(32 * kMiB + 1) == 32 * kMiB + 1);
  CHECK(reader.room_for(33 * kMiB) == 33 * kMiB);
  CHECK(EventReader(5 * kMiB).room_for(4 * kMiB + 1) == 5 * kMiB + 1);
  CHECK(EventReader(5 * kMiB).room_for(5 * kMiB) == 5 * kMiB + 1);
}

TEST_CASE("what has come of an event counts with what comes", "[T-15]") {
  constexpr std::size_t kMiB = 1'048'576;
  EventReader reader(32 * kMiB);
  Event event;
  std::string line = "data: " + std::string(3 * kMiB, 'x');
  reader.feed(line);
  CHECK(reader.next(event) == Status::need_more);
  CHECK(reader.pending() == 3 * kMiB);
  CHECK(reader.room_for(kMiB) == 4 * kMiB);
  CHECK(reader.room_for(kMiB + 1) == 16 * kMiB);
  // Beyond 4 MiB the room is there at once.
  std::string more(kMiB + 1, 'y');
  reader.feed(more);
  CHECK(reader.next(event) == Status::need_more);
  CHECK(reader.pending() == 4 * kMiB + 1);
  CHECK(reader.room_for(0) == 16 * kMiB);
  CHECK(reader.room_for(12 * kMiB - 1) == 16 * kMiB);
  CHECK(reader.room_for(12 * kMiB) == 32 * kMiB + 1);
  // And goes with the event.
  std::string end = "\n\n";
  reader.feed(end);
  CHECK(reader.next(event) == Status::event);
  CHECK(event.data.size() == 4 * kMiB + 1);
  CHECK(reader.next(event) == Status::need_more);
  CHECK(reader.pending() == 0);
  CHECK(reader.room_for(0) == 0);
}

TEST_CASE("a buffer of up to 4 MiB is of the size that was needed", "[T-16]") {
  constexpr std::size_t kMiB = 1'048'576;
  EventReader reader(32 * kMiB);
  Event event;
  std::string line = "data: " + std::string(4 * kMiB, 'x');
  reader.feed(line);
  CHECK(reader.next(event) == Status::need_more);
  CHECK(reader.room_for(0) == 4 * kMiB);
}
