// Large answers share the isolate's memory with bodies: where there is no room one of them fails,
// and the calls of the others go on. On workerd running out would end all of them (T-15, P-08).
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

constexpr std::size_t kMiB = 1'048'576;

// An event of so many bytes of text, cut into pieces of 256 KiB; it stops before its end if `end`
// is never.
FetchAnswer large_event(std::size_t bytes, BodyEnd end = BodyEnd::clean) {
  const std::string event = framed(text_event("private-" + std::string(bytes, 'x'), "STOP"));
  std::vector<std::string> chunks;
  constexpr std::size_t kPiece = kMiB / 4;
  for (std::size_t at = 0; at < event.size(); at += kPiece) {
    chunks.push_back(event.substr(at, kPiece));
  }
  if (end == BodyEnd::never) chunks.pop_back();
  FetchAnswer answer = answer_of({});
  answer.chunks = std::move(chunks);
  answer.end = end;
  return answer;
}

// Until it waits for what does not come.
void run_call(Story& story, host::CallId call) {
  while (!story.host.has_ended(call) && story.host.can_answer(call)) story.host.answer(call);
}

}  // namespace

TEST_CASE("large answers at once: one is served, the next is told to come again", "[T-15][P-08]") {
  for (const bool streams : {true, false}) {
    INFO(streams);
    Story story;
    // The first stays in the middle of its event of 12 MiB.
    story.on_google = [](const FetchRequest&, int n) {
      return large_event(12 * kMiB, n == 1 ? BodyEnd::never : BodyEnd::clean);
    };
    const host::CallId first = story.start(streamed());
    run_call(story, first);
    CHECK(story.isolate->body_bytes > 24 * kMiB);
    const host::CallId second = story.start(streams ? streamed() : whole());
    run_call(story, second);
    story.on_google = {};
    const host::CallId small = story.start(whole());
    story.run();
    CHECK(Story::summary(story.host.received(second)) == "503 server_busy");
    CHECK(story.host.received(second).header("retry-after") == "1");
    CHECK(Story::summary(story.host.received(small)) == "200 private-answer one two");
    CHECK(Story::summary(story.host.received(first)) == "200 !upstream_timeout");
    CHECK(story.isolate->body_bytes == 0);
  }
}

TEST_CASE("one large answer after the other, and one of any size alone", "[T-15]") {
  Story story;
  for (const std::size_t bytes : {12 * kMiB, 19 * kMiB, 12 * kMiB}) {
    story.on_google = [bytes](const FetchRequest&, int) { return large_event(bytes); };
    CHECK(story.ask(streamed()).body.size() > bytes);
    CHECK(story.ask(whole()).body.size() > bytes);
    CHECK(story.isolate->body_bytes == 0);
  }
}

TEST_CASE("an answer of many small events is not counted as a large one", "[T-16]") {
  Story story;
  story.on_google = [](const FetchRequest&, int) {
    return answer_of(std::vector<std::string>(3'000, text_event("private-x", "STOP")));
  };
  std::vector<host::CallId> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(story.start(whole()));
  story.run();
  for (const host::CallId call : calls) CHECK(story.host.received(call).status == 200);
}

}  // namespace proxy::flow
