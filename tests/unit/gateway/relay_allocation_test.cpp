// What an event of a stream costs in memory. This program counts every `operator new`.
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include "fronts/openai_chat/response.h"
#include "gateway/relay.h"
#include "support/catch.h"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) std::abort();
  return block;
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return operator new(size); }

void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace proxy::gateway {
namespace {

// Of so many events with 200 bytes of text each, after as many others.
std::size_t allocations_of(bool stream, std::size_t events) {
  fronts::openai_chat::AnswerContext context;
  context.model = "m";
  const auto renderer = stream ? fronts::openai_chat::stream_renderer(context)
                               : fronts::openai_chat::whole_renderer(context);
  Relay relay(*renderer, 0, "m");
  std::string event =
      R"(data: {"candidates": [{"content": {"parts": [{"text": ")" + std::string(200, 'a') +
      R"("}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 8,)"
      R"("totalTokenCount": 32},"modelVersion": "gemini-x","responseId": "r1"})"
      "\r\n\r\n";
  std::string out;
  bool failed = false;
  const auto feed = [&] {
    for (std::size_t i = 0; i < events; ++i) {
      out.clear();  // as Reply does: the room stays
      failed = failed || relay.feed(event, out).has_value();
    }
  };
  feed();
  const std::size_t before = allocations;
  feed();
  const std::size_t made = allocations - before;
  CHECK_FALSE(failed);
  CHECK(relay.events() == static_cast<int>(2 * events));
  return made;
}

}  // namespace

TEST_CASE("an event of a warm stream allocates nothing") {
  // But the text of the answer is kept: it has grown to twice its size, by doubling.
  for (const bool stream : {true, false}) {
    CAPTURE(stream);
    CHECK(allocations_of(stream, 50) <= 1);
    CHECK(allocations_of(stream, 1000) <= 1);
  }
}

}  // namespace proxy::gateway
