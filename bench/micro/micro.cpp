// The paths that every byte of a request and every event of a stream take, one by one.
//   micro [rounds] [part of a case's name]    rounds: 0 calls each case once, as its test does
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/base64.h"
#include "base/utf8.h"
#include "fronts/openai_chat/request.h"
#include "fronts/openai_chat/response.h"
#include "gateway/relay.h"
#include "json/escape.h"
#include "json/index.h"
#include "sse/event_reader.h"
#include "timing.h"

namespace proxy::micro {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;
constexpr json::ScanLimits kLimits = {.depth = 128, .values = 250'000};

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

constexpr std::string_view kProse =
    "The quick brown fox jumps over the lazy dog while seventeen patient engineers measure it. ";
constexpr std::string_view kBase64 =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9";
constexpr std::string_view kMixed =
    "Z\u00fcrich, \u6771\u4eac und \u041c\u043e\u0441\u043a\u0432\u0430: ";

// One event as Google frames it: 430 bytes, 228 of them text.
std::string google_event() {
  return R"(data: {"candidates": [{"content": {"parts": [{"text": ")" +
         repeated(kProse, 228).substr(0, 228) +
         R"("}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 8,)"
         R"("totalTokenCount": 32},"modelVersion": "gemini-x","responseId": "r1"})"
         "\r\n\r\n";
}

Case scan(std::string name, std::string text) {
  const auto bytes = std::make_shared<std::string>(std::move(text));
  const auto index = std::make_shared<json::Index>();
  return {std::move(name), bytes->size(), 0, [=] { return !index->scan(*bytes, kLimits); }};
}

// The event reader alone, or with the index over each event.
Case read_events(std::string name, bool with_index) {
  constexpr std::size_t kEvents = 64;
  const auto chunk = std::make_shared<std::string>();
  for (std::size_t i = 0; i < kEvents; ++i) *chunk += google_event();
  const auto reader = std::make_shared<sse::EventReader>(kMiB);
  const auto index = std::make_shared<json::Index>();
  return {std::move(name), chunk->size(), kEvents, [=] {
            std::size_t events = 0;
            sse::Event event;
            reader->feed(*chunk);
            for (; reader->next(event) == sse::EventReader::Status::event; ++events) {
              if (with_index && index->scan(event.data, kLimits)) return false;
            }
            return events == kEvents;
          }};
}

// An answer of 250 events, each in a chunk of its own.
Case relay(std::string name, bool stream) {
  constexpr std::size_t kEvents = 250;
  const auto event = std::make_shared<std::string>(google_event());
  return {std::move(name), event->size() * kEvents, kEvents, [=] {
            fronts::openai_chat::AnswerContext context;
            context.model = "gemini-x";
            const auto renderer = stream ? fronts::openai_chat::stream_renderer(context)
                                         : fronts::openai_chat::whole_renderer(context);
            gateway::Relay relay(*renderer, 0, context.model);
            std::string out;
            std::size_t written = 0;
            for (std::size_t i = 0; i < kEvents; ++i) {
              if (relay.feed(*event, out)) return false;
              written += out.size();
              out.clear();
            }
            return relay.events() == kEvents && (written != 0) == stream;
          }};
}

// Reads a caller's request; what Google gets are slices of it.
Case read_request(std::string name, std::string messages) {
  const auto body = std::make_shared<std::string>(
      R"({"model":"gemini-2.5-flash","stream":true,"messages":[)" + std::move(messages) + "]}");
  const auto index = std::make_shared<json::Index>();
  return {std::move(name), body->size(), 0, [=] {
            static const gemini::Aliases none;
            const auto request =
                fronts::openai_chat::read_request(*body, *index, {.aliases = &none});
            return request.ok() && !request->upstream.contents.empty();
          }};
}

// A conversation of turns with 500 bytes of text.
std::string conversation(std::size_t bytes) {
  const std::string text = repeated(kProse, 500);
  std::string out = R"({"role":"user","content":")" + text + "\"}";
  while (out.size() < bytes) {
    out.append(R"(,{"role":"assistant","content":")").append(text);
    out.append(R"(\n"},{"role":"user","content":")").append(text).append("\"}");
  }
  return out;
}

std::string image(std::size_t bytes) {
  return R"({"role":"user","content":[{"type":"image_url","image_url":{"url":)"
         R"("data:image/png;base64,)" +
         repeated(kBase64, bytes / 76 * 76) + "\"}}]}";
}

std::vector<Case> all_cases() {
  const auto prose = std::make_shared<std::string>(repeated(kProse, kMiB));
  const auto mixed = std::make_shared<std::string>(repeated(kMixed, kMiB));
  const auto base64 = std::make_shared<std::string>(repeated(kBase64, 76 * 10'000));
  const auto lines =
      std::make_shared<std::string>(repeated("if (a == \"b\") {\n  c();\n}\n", kMiB));
  const auto raw = std::make_shared<std::string>();
  json::append_escaped(*raw, *lines);
  return {
      scan("index: text", "\"" + *prose + "\""),
      scan("index: base64", "\"" + *base64 + "\""),
      scan("index: text, not ASCII", "\"" + *mixed + "\""),
      scan("index: escaped text", "\"" + *raw + "\""),
      scan("index: conversation", "[" + conversation(kMiB) + "]"),
      scan("index: small values",
           "[" + repeated(R"({"a":1,"bc":"d","e":[true,null]},)", kMiB / 8) + "0]"),
      {"UTF-8: ASCII", prose->size(), 0, [=] { return !base::invalid_utf8_at(*prose); }},
      {"UTF-8: not ASCII", mixed->size(), 0, [=] { return !base::invalid_utf8_at(*mixed); }},
      {"base64: check", base64->size(), 0, [=] { return base64::is_standard(*base64); }},
      {"escape: text", prose->size(), 0,
       [=, out = std::string()]() mutable {
         out.clear();
         json::append_escaped(out, *prose);
         return out.size() == prose->size();
       }},
      {"escape: program", lines->size(), 0,
       [=, out = std::string()]() mutable {
         out.clear();
         json::append_escaped(out, *lines);
         return out.size() == raw->size();
       }},
      {"unescape: program", raw->size(), 0,
       [=, out = std::string()]() mutable {
         out.clear();
         json::append_unescaped(out, {*raw});
         return out.size() == lines->size();
       }},
      read_events("event: reader", false),
      read_events("event: reader, index", true),
      relay("event: relay to a stream", true),
      relay("event: relay to a whole", false),
      read_request("request: 2 KB", conversation(2'000)),
      read_request("request: 100 KB", conversation(100'000)),
      read_request("request: 4 MB", conversation(4'000'000)),
      read_request("request: 4 MB image", image(4'000'000)),
  };
}

}  // namespace
}  // namespace proxy::micro

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 9;
  const std::string_view part = count > 2 ? arguments[2] : "";
  if (rounds != 0) std::printf("%-28s %8s %8s %9s\n", "", "ns/byte", "GB/s", "ns/event");
  bool good = true;
  for (const auto& work : proxy::micro::all_cases()) {
    if (work.name.find(part) != std::string::npos) {
      good = proxy::micro::measure(work, rounds) && good;
    }
  }
  return good ? 0 : 1;
}
