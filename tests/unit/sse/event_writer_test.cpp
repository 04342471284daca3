#include "sse/event_writer.h"

#include <string>

#include "support/catch.h"

using proxy::sse::append_comment;
using proxy::sse::append_event;
using proxy::sse::kDone;

TEST_CASE("events and comments are one line and a blank line") {
  std::string out;
  append_event(out, R"({"a":1})");
  append_comment(out, "keep-alive");
  append_event(out, "");
  out += kDone;
  CHECK(out == "data: {\"a\":1}\n\n: keep-alive\n\ndata: \n\ndata: [DONE]\n\n");
}

TEST_CASE("text cannot break out of its event", "[T-23]") {
  const struct {
    std::string text;
    std::string written;
    const char* why;
  } rows[] = {
      {"x\n\ndata: y", "x  data: y", "LF (fault T-23)"},
      {"x\r\rdata: y", "x  data: y", "CR ends lines too"},
      {"{\r\n  \"a\": 1\r\n}", "{    \"a\": 1  }", "indented JSON stays the same JSON"},
      {"x\r", "x ", "at the end"},
      {std::string("a\0b", 3), std::string("a\0b", 3), "NUL is data"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    std::string out = "before\n\n";
    append_event(out, row.text);
    CHECK(out == "before\n\ndata: " + row.written + "\n\n");
    out.clear();
    append_comment(out, row.text);
    CHECK(out == ": " + row.written + "\n\n");
  }
}
