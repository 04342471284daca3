// The order of a streamed answer's chunks and what each of them holds. Whole streams from bytes to
// bytes are in tests/golden/openai_chat.
#include <string>
#include <vector>

#include "fronts/openai_chat/response.h"
#include "support/catch.h"
#include "unit/fronts/openai_chat/events.h"

using namespace proxy::test;
using proxy::ApiError;
using proxy::ErrorCode;
using proxy::fronts::openai_chat::AnswerContext;
using proxy::fronts::openai_chat::stream_renderer;

namespace {

Rendering stream(bool include_usage = false) {
  return Rendering(stream_renderer(
      {.model = "m", .include_usage = include_usage, .created_s = 17, .id_seed = 42}));
}

std::string chunk(std::string_view delta, std::string_view finish = "null") {
  return R"(data: {"id":"chatcmpl-r1","object":"chat.completion.chunk","created":17,"model":"m",)"
         R"("system_fingerprint":"v","choices":[{"index":0,"delta":)" +
         std::string(delta) + R"(,"logprobs":null,"finish_reason":)" + std::string(finish) +
         "}]}\n\n";
}

const std::string kRoleAndText = chunk(R"({"role":"assistant","content":""})");
const std::string kRole = chunk(R"({"role":"assistant"})");
const std::string kDone = "data: [DONE]\n\n";

std::string text(std::string_view text) {
  return chunk(R"({"content":")" + std::string(text) + "\"}");
}
std::string thought(std::string_view text) {
  return chunk(R"({"reasoning_content":")" + std::string(text) + "\"}");
}

const std::string kFunction = R"("type":"function","function":{"name":"f","arguments":"{}"})";

std::string call(const std::string& members) {
  return chunk(R"({"tool_calls":[{)" + members + "}]}");
}

// A chunk of one of several choices.
std::string chunk_of(int choice, std::string_view delta, std::string_view finish = "null") {
  std::string out = chunk(delta, finish);
  return out.replace(out.find(R"("index":0)"), 9, R"("index":)" + std::to_string(choice));
}

}  // namespace

TEST_CASE("each event brings its chunks, the role before the first") {
  Rendering rendering = stream();
  CHECK(rendering.event(event_with("")).empty());
  CHECK(rendering.event(event_with(R"({"text":"a"})")) == kRoleAndText + text("a"));
  CHECK(rendering.event(event_with("{}")).empty());
  CHECK(rendering.event(event_with(R"({"text":"b\n\u00e9"})", kStop)) == text(R"(b\n\u00e9)"));
  CHECK(rendering.end() == chunk("{}", "\"stop\"") + kDone);
}

TEST_CASE("parts of one kind in a row are one chunk") {
  const struct {
    const char* parts;
    std::string chunks;
  } rows[] = {
      {R"({"text":"a"},{"text":"b"})", kRoleAndText + text("ab")},
      {R"({"text":"a","thought":true},{"text":"b","thought":true})", kRole + thought("ab")},
      {R"({"text":"t","thought":true},{"text":"a"})", kRole + thought("t") + text("a")},
      {R"({"text":"a"},{"text":"t","thought":true},{"text":"b"},{"text":"c"})",
       kRoleAndText + text("a") + thought("t") + text("bc")},
      {R"({"text":"a"},{"functionCall":{"name":"f","id":"i"}},{"text":"b"})",
       kRoleAndText + text("a") + call(R"("index":0,"id":"i",)" + kFunction) + text("b")},
      {R"({"functionCall":{"name":"f","id":"i"}},{"functionCall":{"name":"f","id":"j"}})",
       kRole + call(R"("index":0,"id":"i",)" + kFunction) +
           call(R"("index":1,"id":"j",)" + kFunction)},
  };
  for (const auto& row : rows) {
    INFO(row.parts);
    CHECK(stream().event(event_with(row.parts)) == row.chunks);
  }
}

TEST_CASE("an answer without a word is still one with a role and an end") {
  CHECK(stream().all({event_with("", kStop)}) == kRoleAndText + chunk("{}", "\"stop\"") + kDone);
  CHECK(stream().all({event_with(R"({"text":"t","thought":true})"),
                      event_with("", R"(,"finishReason":"MAX_TOKENS")")}) ==
        kRole + thought("t") + chunk("{}", "\"length\"") + kDone);
}

TEST_CASE("a filtered answer says why in `refusal`, unless it had begun to speak") {
  const std::string safety =
      event_with("", R"(,"finishReason":"SAFETY","finishMessage":"So \"it\" is.")");
  CHECK(stream().all({safety}) == kRole + chunk(R"({"refusal":"So \"it\" is."})") +
                                      chunk("{}", "\"content_filter\"") + kDone);
  CHECK(stream().all({event_with(R"({"text":"a"})"), safety}) ==
        kRoleAndText + text("a") + chunk("{}", "\"content_filter\"") + kDone);
  CHECK(stream().all({event_with(R"({"text":"t","thought":true})"), safety}) ==
        kRole + thought("t") + chunk(R"({"refusal":"So \"it\" is."})") +
            chunk("{}", "\"content_filter\"") + kDone);
}

TEST_CASE("with include_usage each chunk has a usage, and one more has it filled") {
  Rendering rendering = stream(true);
  const std::string with_null = [](std::string chunk) {
    return chunk.insert(chunk.size() - 3, R"(,"usage":null)");
  }(text("a"));
  const std::string begun = rendering.event(event_with(R"({"text":"a"})", kStop));
  CHECK(begun.ends_with(with_null));
  CHECK(rendering
            .event(R"({"usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":1,)"
                   R"("serviceTier":"flex"}})")
            .empty());
  const std::string end = rendering.end();
  CHECK(end ==
        [](std::string chunk) {
          return chunk.insert(chunk.size() - 3, R"(,"usage":null)");
        }(chunk("{}", "\"stop\"")) +
            R"(data: {"id":"chatcmpl-r1","object":"chat.completion.chunk","created":17,)"
            R"("model":"m","system_fingerprint":"v","choices":[],"usage":{"prompt_tokens":2,)"
            R"("completion_tokens":1,"total_tokens":3,"prompt_tokens_details":{"cached_tokens":0,)"
            R"("audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,)"
            R"("audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},)"
            R"("service_tier":"flex"})"
            "\n\n" +
            kDone);
}

TEST_CASE("an error is one event, and nothing pretends to be an end") {
  Rendering rendering = stream(true);
  rendering.event(event_with(R"({"text":"a"})"));
  CHECK(rendering.error(ApiError(ErrorCode::upstream_reset, "Cut\n\ndata: [DONE]")) ==
        R"(data: {"error":{"message":"Cut\n\ndata: [DONE]","type":"server_error","param":null,)"
        R"("code":"upstream_reset"}})"
        "\n\n");
}

TEST_CASE("T-23 what the caller or Google wrote cannot leave its chunk") {
  Rendering rendering(stream_renderer(
      {.model = "m\n\ndata: x\r", .include_usage = false, .created_s = 17, .id_seed = 1}));
  const std::string out =
      rendering.all({R"({"candidates":[{"content":{"parts":[{"text":"a\n\ndata: b\r"}]},)"
                     R"("finishReason":"STOP"}],"modelVersion":"v\n\n","responseId":"r\n"})"});
  std::size_t lines = 0;
  for (std::size_t at = 0; at < out.size(); ++lines) {
    const std::size_t end = out.find("\n\n", at);
    REQUIRE(end != std::string::npos);
    CHECK(out.substr(at, 6) == "data: ");
    CHECK(out.substr(at, end - at).find('\n') == std::string::npos);
    at = end + 2;
  }
  CHECK(lines == 4);
  CHECK(out.find('\r') == std::string::npos);
}

TEST_CASE("choices whose events come mixed each have a role, a finish and an index of their own") {
  AnswerContext context;
  context.model = "m";
  context.choices = 3;
  context.created_s = 17;
  Rendering rendering(stream_renderer(context), 3);
  CHECK(rendering.event(event_with(R"({"text":"b"})"), 1) ==
        chunk_of(1, R"({"role":"assistant","content":""})") + chunk_of(1, R"({"content":"b"})"));
  CHECK(rendering.event(event_with(R"({"functionCall":{"name":"f","id":"i"}})", kStop), 0) ==
        chunk_of(0, R"({"role":"assistant"})") +
            chunk_of(0, R"({"tool_calls":[{"index":0,"id":"i",)" + kFunction + "}]}"));
  CHECK(rendering.end_choice(0) == chunk_of(0, "{}", R"("tool_calls")"));
  // Each choice counts its calls from 0, and the same id may stand in two of them.
  CHECK(rendering.event(event_with(R"({"functionCall":{"name":"f","id":"i"}})", kStop), 1) ==
        chunk_of(1, R"({"tool_calls":[{"index":0,"id":"i",)" + kFunction + "}]}"));
  CHECK(rendering.event(event_with("", R"(,"finishReason":"MAX_TOKENS")"), 2).empty());
  CHECK(rendering.end_choice(2) ==
        chunk_of(2, R"({"role":"assistant","content":""})") + chunk_of(2, "{}", R"("length")"));
  CHECK(rendering.end_choice(1) == chunk_of(1, "{}", R"("tool_calls")"));
  CHECK(rendering.end_all() == kDone);
}

TEST_CASE("the usage of several choices is their sum, told once") {
  AnswerContext context;
  context.model = "m";
  context.choices = 2;
  context.include_usage = true;
  Rendering rendering(stream_renderer(context), 2);
  const char* const counts[] = {
      R"("promptTokenCount":7,"candidatesTokenCount":2,"totalTokenCount":9)",
      R"("promptTokenCount":7,"thoughtsTokenCount":1,"totalTokenCount":10)",  // 3 for the answer
  };
  for (const std::size_t choice : {0u, 1u}) {
    rendering.event(R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],)"
                    R"("usageMetadata":{)" +
                        std::string(counts[choice]) + "}}",
                    choice);
  }
  CHECK(rendering.end_choice(1).find("prompt_tokens") == std::string::npos);
  CHECK(rendering.end_choice(0).find("prompt_tokens") == std::string::npos);
  const std::string end = rendering.end_all();
  CHECK(end.find(R"("choices":[],"usage":{"prompt_tokens":14,"completion_tokens":5,)") !=
        std::string::npos);
  CHECK(end.ends_with("}\n\n" + kDone));
}

TEST_CASE("a choice that begins anew has forgotten its calls and sources") {
  Rendering rendering = stream();
  CHECK(rendering.event(event_with("", R"(,"citationMetadata":{"citations":[{"uri":"u"}]})")) ==
        "");
  rendering.restart(0);
  CHECK(rendering.event(event_with(R"({"text":"a"})", kStop)) == kRoleAndText + text("a"));
  CHECK(rendering.end() == chunk("{}", "\"stop\"") + kDone);
}

TEST_CASE("before the finish come the sources, then the signature of the text") {
  Rendering rendering = stream();
  rendering.event(event_with(R"({"text":"a"})"));
  CHECK(rendering
            .event(event_with(R"({"text":"","thoughtSignature":"QUFB"})",
                              R"(,"finishReason":"STOP","citationMetadata":{"citations":[)"
                              R"({"endIndex":1,"uri":"u","title":"t"}]})"))
            .empty());
  CHECK(rendering.end() ==
        chunk(R"({"annotations":[{"type":"url_citation","url_citation":{"start_index":0,)"
              R"("end_index":1,"url":"u","title":"t"}}]})") +
            chunk(R"({"extra_content":{"google":{"thought_signature":"QUFB"}}})") +
            chunk("{}", "\"stop\"") + kDone);
}

TEST_CASE("images stand in the text too where the deployment wants them there") {
  AnswerContext context;
  context.model = "m";
  context.images_as_markdown = true;
  context.text_signatures = false;
  context.created_s = 17;
  Rendering rendering(stream_renderer(context));
  CHECK(rendering.event(event_with(R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}},)"
                                   R"({"text":"a","thoughtSignature":"QUFB"})",
                                   kStop)) ==
        kRole +
            chunk(R"({"images":[{"type":"image_url","image_url":)"
                  R"({"url":"data:image/png;base64,AAAA"}}]})") +
            text("![image](data:image/png;base64,AAAA)") + text("a"));
  CHECK(rendering.end() == chunk("{}", "\"stop\"") + kDone);
}
