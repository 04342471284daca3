// Whole translations, from the caller's bytes to Google's and from Google's to the caller's. What
// the files of a case are: docs/development.md, tests/support/golden.h.
#include "support/golden.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>

#include "fronts/openai_chat/request.h"
#include "gemini/request_writer.h"
#include "golden/relayed.h"
#include "json/dom.h"
#include "json/index.h"
#include "support/catch.h"
#include "support/exact_bytes.h"

namespace openai_chat = proxy::fronts::openai_chat;
using namespace proxy::test;

namespace {

// A request as the deployment of all cases reads it.
struct Request {
  std::optional<std::string> upstream;  // what Google is sent
  std::optional<std::string> error;     // or why not
  openai_chat::AnswerContext context;   // for the answer
  bool may_end_empty = false;
};

Request read_request(std::string_view body) {
  static const proxy::gemini::Aliases kAliases = {{"my-alias", "gemini-3.5-flash"}};
  ExactBytes bytes(body);
  proxy::json::Index index;
  openai_chat::RequestOptions options;
  options.aliases = &kAliases;
  auto request = openai_chat::read_request(bytes.span(), index, options);
  Request read;
  if (!request.ok()) {
    read.error = openai_chat::error_body(request.error());
    return read;
  }
  proxy::gemini::write_request(request->upstream, proxy::json::Writer(read.upstream.emplace()));
  read.may_end_empty = request->may_end_empty;
  read.context = openai_chat::context_for(*request);
  read.context.created_s = 1'760'000'000;
  read.context.id_seed = 1;
  return read;
}

std::string with_line_ends(std::string_view text, std::string_view end) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += end;
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> unless_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

TEST_CASE("golden: each request becomes the body that Google gets, or the caller's error") {
  const auto cases = golden_cases("openai_chat");
  REQUIRE(cases.size() >= 50);
  for (const GoldenCase& one : cases) {
    INFO(one.name());
    const auto body = one.json("request.json");
    REQUIRE(body.has_value());
    const Request request = read_request(*body);
    CHECK(one.difference("gemini.json", request.upstream) == "");
    if (request.error) {
      CHECK(one.difference("error.json", request.error) == "");
    } else {
      CHECK(proxy::json::same(one.json("gemini.json").value_or(""), *request.upstream));
    }
    CHECK(one.file("upstream.sse").has_value() == request.upstream.has_value());
  }
}

TEST_CASE("golden: each answer of Google becomes the caller's stream and the caller's JSON") {
  for (const GoldenCase& one : golden_cases("openai_chat")) {
    const auto upstream = one.file("upstream.sse");
    if (!upstream) continue;
    INFO(one.name());
    const Request request = read_request(*one.json("request.json"));
    const Relayed stream = relay(cut_at(*upstream, {}), openai_chat::stream_renderer,
                                 request.context, request.may_end_empty);
    const Relayed whole = relay(cut_at(*upstream, {}), openai_chat::whole_renderer, request.context,
                                request.may_end_empty);
    CHECK(one.difference("response.sse", unless_empty(stream.out)) == "");
    CHECK(one.difference("response.json", unless_empty(whole.out)) == "");
    CHECK(one.difference("error.json", whole.error) == "");
    CHECK(stream.error == whole.error);
  }
}

TEST_CASE(
    "golden: T-01 T-02 however an answer is cut and its lines end, the caller gets the same") {
  const struct {
    const char* what;
    MakeRenderer make;
    const char* line_end;
  } ways[] = {
      {"stream, LF", openai_chat::stream_renderer, "\n"},
      {"stream, CRLF", openai_chat::stream_renderer, "\r\n"},
      {"stream, CR", openai_chat::stream_renderer, "\r"},
      {"whole, LF", openai_chat::whole_renderer, "\n"},
      {"whole, CRLF", openai_chat::whole_renderer, "\r\n"},
  };
  std::size_t split_count = 0;
  for (const GoldenCase& one : golden_cases("openai_chat")) {
    const auto upstream = one.file("upstream.sse");
    if (!upstream) continue;
    const Request request = read_request(*one.json("request.json"));
    for (const auto& way : ways) {
      const Relayed expected =
          relay(cut_at(*upstream, {}), way.make, request.context, request.may_end_empty);
      std::string differing;
      const auto compare = [&](Chunks chunks, const std::string& split) {
        if (!differing.empty()) return;
        ++split_count;
        if (relay(std::move(chunks), way.make, request.context, request.may_end_empty) != expected)
          differing = split;
      };
      for_each_split(with_line_ends(*upstream, way.line_end), compare);
      INFO(one.name() << ", " << way.what);
      CHECK(differing == "");
    }
  }
  std::cout << split_count << " splits of golden streams\n";
}

TEST_CASE("golden: a case holds its note, its inputs and nothing unknown") {
  const std::vector<std::string> known = {"error.json",   "gemini.json",   "note.md",
                                          "request.json", "response.json", "response.sse",
                                          "upstream.sse"};
  for (const GoldenCase& one : golden_cases("openai_chat")) {
    INFO(one.name());
    const auto files = one.files();
    CHECK(std::includes(known.begin(), known.end(), files.begin(), files.end()));
    CHECK(one.file("note.md").value_or("").size() > 20);
    CHECK(one.file("request.json").has_value());
  }
}
