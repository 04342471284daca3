// The platform may stop a request that computes for long at a stretch, so the work between two
// answers of the host must follow from what has come with the last one and not from all that came
// before. How long it takes, bench/turns.mjs measures.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

constexpr std::size_t kPieces = 400;

std::size_t count_from(const FakeHost& host, std::string_view prefix) {
  return static_cast<std::size_t>(
      std::count_if(host.transcript.begin(), host.transcript.end(),
                    [prefix](const std::string& line) { return line.starts_with(prefix); }));
}

}  // namespace

TEST_CASE("of 100,000 events each chunk is passed on before the next is asked for",
          "[P-09][T-16]") {
  const std::string events = [] {
    std::string text;
    for (int i = 0; i < 250; ++i) text += framed(text_event("private-x"));
    return text;
  }();
  Story story;
  story.set("STREAM_PACE_MS", "0");
  story.on_google = [&events](const FetchRequest&, int) {
    FetchAnswer answer = answer_of({text_event("", "STOP")});
    answer.chunks.insert(answer.chunks.begin(), kPieces, events);
    return answer;
  };
  const Received& got = story.ask(streamed());
  CHECK(got.status == 200);
  CHECK(got.ended);
  // One write for a chunk, and it is not larger than what 250 events become.
  CHECK(got.writes.size() <= kPieces + 2);
  CHECK(got.writes.size() >= kPieces);
  const auto longest = std::max_element(
      got.writes.begin(), got.writes.end(),
      [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  CHECK(longest->size() <= 2 * events.size());
  const std::size_t reads = count_from(story.host, "read answer");
  CHECK(reads <= kPieces + 6);
  for (std::size_t i = 1; i < story.host.transcript.size(); ++i) {
    const bool both = story.host.transcript[i].starts_with("write ") &&
                      story.host.transcript[i - 1].starts_with("write ");
    if (both) CHECK(i + 6 > story.host.transcript.size());  // the end is told in several
  }
}

TEST_CASE("of a body of 25 MB nothing is done before it is there, but to keep it", "[P-09][J-18]") {
  const std::string body = chat_body(R"(,"stream":false,"user":")" +
                                     std::string(std::size_t{24} * 1'048'576, 'x') + '"');
  Ask ask = whole();
  ask.body.clear();
  for (std::size_t at = 0; at < body.size(); at += 65'536) {
    ask.body.push_back(body.substr(at, 65'536));
  }
  Story story;
  CHECK(story.tell(ask) == "200 private-answer one two");
  // Read to its end, and only then is anything else begun.
  const std::size_t reads = count_from(story.host, "read caller");
  CHECK(reads == ask.body.size() + 1);
  const auto last = std::find_if(story.host.transcript.rbegin(), story.host.transcript.rend(),
                                 [](const std::string& line) { return line == "read caller"; });
  const auto before = story.host.transcript.rend() - last;
  for (auto line = story.host.transcript.begin(); line != story.host.transcript.begin() + before;
       ++line) {
    CHECK((line->starts_with("read caller") || line->starts_with("sleep ")));
  }
}

}  // namespace proxy::flow
