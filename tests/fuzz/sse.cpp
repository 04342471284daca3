// Google's stream becomes OpenAI's, the same however the network cuts it.
//   line 1  switches, a letter each: u include_usage, o one call only, f legacy functions,
//           l logprobs, w WAV, i images as Markdown, s no signatures of texts, e may end empty
//   line 2  lengths of the chunks, a character each, over and over; every byte if it is empty
//   then    the stream
#include <string>
#include <vector>

#include "base/utf8.h"
#include "fuzz/support/fuzz.h"
#include "golden/relayed.h"
#include "golden/stream_shape.h"

namespace {

using namespace proxy;
using fuzz::expect;
namespace openai_chat = fronts::openai_chat;

openai_chat::AnswerContext context_of(std::string_view switches) {
  const auto has = [switches](char c) { return switches.find(c) != std::string_view::npos; };
  openai_chat::AnswerContext context;
  context.model = "gemini-3.5-flash";
  context.created_s = 1'760'000'000;
  context.id_seed = 1;
  context.include_usage = has('u');
  context.one_call_only = has('o');
  context.legacy_functions = has('f');
  context.wants_logprobs = has('l');
  context.wav = has('w');
  context.images_as_markdown = has('i');
  context.text_signatures = !has('s');
  context.tools.add("look_up", false);
  context.tools.add("2d-plot", false);
  context.tools.add("run_code", true);
  return context;
}

test::Chunks chunks_of(std::string_view stream, std::string_view lengths) {
  if (lengths.empty()) return test::every_byte(stream);
  std::vector<std::size_t> offsets;
  std::size_t at = 0;
  for (std::size_t i = 0; i != 4 * stream.size() + lengths.size(); ++i) {
    at += static_cast<unsigned char>(lengths[i % lengths.size()]) % 64u;
    if (at >= stream.size()) break;
    offsets.push_back(at);
  }
  return test::cut_at(stream, offsets);
}

// Ends in exactly one way: `[DONE]`, or an error as the last event, or no stream at all.
void check_stream(const test::Relayed& stream, bool has_usage, bool is_legacy) {
  expect(!base::invalid_utf8_at(stream.out), "a stream is UTF-8", stream.out);
  expect(stream.out.find('\r') == std::string::npos, "it has no CR", stream.out);
  if (stream.out.empty()) return expect(stream.error.has_value(), "nothing is an error");
  std::size_t ends = 0;
  const auto events = test::events_of(stream.out);
  for (const std::string& event : events) {
    expect(event.find('\n') == std::string::npos, "an event is one line", event);
    const bool is_done = event == "[DONE]";
    expect(is_done || fuzz::is_json(event), "an event is JSON", event);
    const bool is_error = event.starts_with(R"({"error":)");
    expect(!is_error || stream.error, "an error event is an error", event);
    if (is_done || is_error) ++ends;
  }
  const std::string& last = events.back();
  expect(ends == 1 && (last == "[DONE]" || last.starts_with(R"({"error":)")), "it ends once, last",
         stream.out);
  expect((last == "[DONE]") == !stream.error, "and as the answer did", stream.out);
  // The reader of shapes knows streams with usage, and no function_call.
  if (!has_usage || is_legacy) return;
  const auto shape = test::shape_of(stream.out);
  expect(shape.wrong.empty(), shape.wrong, stream.out);
}

void check_whole(const test::Relayed& whole) {
  if (whole.error) {
    expect(whole.out.empty() && fuzz::is_json(*whole.error), "an error is JSON, alone", whole.out);
    return;
  }
  expect(fuzz::is_json(whole.out), "an answer is JSON", whole.out);
  const auto answer = test::Json::parse(whole.out, nullptr, false);
  expect(test::text_of(test::member(answer, "object")) == "chat.completion", "OpenAI's", whole.out);
  const auto& choices = test::member(answer, "choices");
  expect(choices.size() == 1, "of one choice", whole.out);
  expect(!test::text_of(test::member(choices[0], "finish_reason")).empty(), "ended", whole.out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::string_view switches = input.line();
  const std::string_view lengths = input.line();
  const std::string_view upstream = input.rest();
  const auto context = context_of(switches);
  const bool may_end_empty = switches.find('e') != std::string_view::npos;
  const auto relayed = [&](test::MakeRenderer make) {
    const auto whole = test::relay(test::cut_at(upstream, {}), make, context, may_end_empty);
    const auto cut = test::relay(chunks_of(upstream, lengths), make, context, may_end_empty);
    expect(whole == cut, "cuts change nothing", cut.out);
    return whole;
  };
  const auto stream = relayed(openai_chat::stream_renderer);
  const auto whole = relayed(openai_chat::whole_renderer);
  check_stream(stream, context.include_usage, context.legacy_functions);
  check_whole(whole);
  expect(stream.error == whole.error, "both ways agree on the error", stream.out);
  return 0;
}
