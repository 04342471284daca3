// Recorded answers of Gemini through the translation: they keep every word, call, image and source,
// and come out well-formed, the same streamed and whole. Runs where the recordings lie beside the
// checkout.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "golden/recorded_files.h"
#include "golden/relayed.h"
#include "golden/stream_shape.h"
#include "support/catch.h"
#include "support/long_form.h"

namespace openai_chat = proxy::fronts::openai_chat;
using namespace proxy::test;

namespace {

openai_chat::AnswerContext context() {
  openai_chat::AnswerContext context;
  context.model = "m";
  context.include_usage = true;
  context.created_s = 1'760'000'000;
  context.id_seed = 1;
  return context;
}
const openai_chat::AnswerContext kContext = context();

// What a recording says, read without any of the program's code.
struct Recording {
  std::string text;
  std::vector<std::string> others;  // what stands in the text though it is none: code, ...
  std::string thoughts;
  std::vector<Json> calls;  // {"name","args"}
  int images = 0;
  std::vector<Json> citations;  // {"url","text"}, text empty if Google does not quote it
  std::string finish;           // Google's word
  std::string blocked;
  Json usage = Json::object();  // each count as it came last
  int events = 0;

  void add(const Json& event) {
    ++events;
    const Json& candidates = member(event, "candidates");
    if (candidates.is_array() && !candidates.empty()) add_candidate(candidates[0]);
    const std::string reason = text_of(member(member(event, "promptFeedback"), "blockReason"));
    if (!reason.empty()) blocked = reason;
    const Json& counts = member(event, "usageMetadata");
    if (!counts.is_object()) return;
    for (const auto& [name, value] : counts.items()) usage[name] = value;
  }

  std::int64_t count(const char* name) const {
    const Json& value = member(usage, name);
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
  }

 private:
  void add_call(const Json& call) {
    Json args = member(call, "args");
    if (args.is_null()) args = Json::object();
    calls.push_back({{"name", member(call, "name")}, {"args", args}});
  }

  // Google's quotation; "" if there is none. One recording has texts that were changed later, so
  // that its places are off: there nothing is quoted.
  std::string quoted_in(const Json& segment) const {
    const std::string quoted = text_of(member(segment, "text"));
    const Json& start = member(segment, "startIndex");
    const std::size_t begin = start.is_null() ? 0 : start.get<std::size_t>();
    return begin <= text.size() && text.substr(begin, quoted.size()) == quoted ? quoted : "";
  }

  void add_citations(const Json& grounding) {
    const Json& sources = member(grounding, "groundingChunks");
    for (const Json& support : member(grounding, "groundingSupports")) {
      for (const Json& at : member(support, "groundingChunkIndices")) {
        if (at.get<std::size_t>() >= sources.size()) continue;
        const Json& source = sources[at.get<std::size_t>()];
        for (const char* kind : {"web", "retrievedContext", "maps"}) {
          const std::string url = text_of(member(member(source, kind), "uri"));
          if (url.empty()) continue;
          citations.push_back({{"url", url}, {"text", quoted_in(member(support, "segment"))}});
        }
      }
    }
  }

  void add_other(const Json& value) {
    if (!text_of(value).empty()) others.push_back(text_of(value));
  }

  void add_candidate(const Json& candidate) {
    const Json& parts = member(member(candidate, "content"), "parts");
    for (const Json& part : parts) {
      const bool is_thought = member(part, "thought") == true;
      (is_thought ? thoughts : text) += text_of(member(part, "text"));
      if (is_thought) continue;
      if (part.contains("functionCall")) add_call(part["functionCall"]);
      add_other(member(member(part, "executableCode"), "code"));
      add_other(member(member(part, "codeExecutionResult"), "output"));
      if (text_of(member(member(part, "inlineData"), "mimeType")).starts_with("image/")) ++images;
    }
    add_citations(member(candidate, "groundingMetadata"));
    for (const char* list : {"citationSources", "citations"}) {
      for (const Json& source : member(member(candidate, "citationMetadata"), list)) {
        const std::string url = text_of(member(source, "uri"));
        if (!url.empty()) citations.push_back({{"url", url}, {"text", ""}});
      }
    }
    const std::string reason = text_of(member(candidate, "finishReason"));
    if (!reason.empty()) finish = reason;
  }
};

Recording recorded_stream(std::string_view text) {
  Recording recording;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("data: ")) recording.add(Json::parse(line.substr(6), nullptr, false));
  }
  return recording;
}

void check_usage(const Json& usage, const Recording& recording) {
  const auto count = [&usage](const char* name) {
    const Json& value = member(usage, name);
    return value.is_number_integer() ? value.get<std::int64_t>() : -1;
  };
  CHECK(count("prompt_tokens") ==
        recording.count("promptTokenCount") + recording.count("toolUsePromptTokenCount"));
  CHECK(count("total_tokens") == count("prompt_tokens") + count("completion_tokens"));
  if (recording.usage.contains("candidatesTokenCount")) {
    CHECK(count("completion_tokens") ==
          recording.count("candidatesTokenCount") + recording.count("thoughtsTokenCount"));
  }
  CHECK(member(member(usage, "completion_tokens_details"), "reasoning_tokens") ==
        recording.count("thoughtsTokenCount"));
  CHECK(member(member(usage, "prompt_tokens_details"), "cached_tokens") ==
        recording.count("cachedContentTokenCount"));
}

// The characters of valid UTF-8.
std::u32string decoded(std::string_view text) {
  std::u32string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xC0) {
      out += static_cast<char32_t>(byte & (byte < 0xE0 ? 0x1F : byte < 0xF0 ? 0x0F : 0x07));
    } else if (byte >= 0x80) {
      out.back() = out.back() << 6 | (byte & 0x3F);
    } else {
      out += byte;
    }
  }
  return out;
}

// The text and nothing else, unless code stands in it.
void check_content(const std::string& content, const Recording& recording) {
  if (recording.others.empty()) {
    CHECK(content == recording.text);
    return;
  }
  CHECK(content.size() > recording.text.size());
  std::size_t from = 0;
  for (const std::string& other : recording.others) {
    const std::size_t at = content.find(other, from);
    REQUIRE(at != std::string::npos);
    from = at + other.size();
  }
}

void check_calls(const Json& calls, const Recording& recording) {
  REQUIRE(calls.size() == recording.calls.size());
  std::set<std::string> ids;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Json& function = member(calls[i], "function");
    CHECK(text_of(member(calls[i], "type")) == "function");
    CHECK(member(function, "name") == member(recording.calls[i], "name"));
    CHECK(Json::parse(text_of(member(function, "arguments")), nullptr, false) ==
          member(recording.calls[i], "args"));
    CHECK_FALSE(text_of(member(calls[i], "id")).empty());
    CHECK(ids.insert(text_of(member(calls[i], "id"))).second);
  }
}

// What an annotation points at is what Google quotes.
void check_citations(const StreamShape& shape, const Recording& recording) {
  REQUIRE(shape.annotations.size() == recording.citations.size());
  const std::u32string characters = decoded(shape.content);
  for (std::size_t i = 0; i < recording.citations.size(); ++i) {
    const Json& cited = member(shape.annotations[i], "url_citation");
    CHECK(member(cited, "url") == member(recording.citations[i], "url"));
    const auto begin = member(cited, "start_index").get<std::size_t>();
    const auto end = member(cited, "end_index").get<std::size_t>();
    REQUIRE((begin <= end && end <= characters.size()));
    const std::string quoted = text_of(member(recording.citations[i], "text"));
    if (quoted.empty() || !recording.others.empty()) continue;
    CHECK((characters.substr(begin, end - begin) == decoded(quoted)));
  }
}

void check_stream(const StreamShape& shape, const Recording& recording) {
  CHECK(shape.wrong == "");
  CHECK_FALSE(shape.is_error);
  check_content(shape.content, recording);
  check_calls(shape.calls, recording);
  CHECK(static_cast<int>(shape.images.size()) == recording.images);
  check_citations(shape, recording);
  CHECK(shape.reasoning == recording.thoughts);
  const bool refused = recording.text.empty() && recording.images == 0 &&  //
                       shape.finish == "content_filter";
  CHECK(shape.refusal.empty() == !refused);
  if (recording.finish == "STOP") {
    CHECK(shape.finish == (recording.calls.empty() ? "stop" : "tool_calls"));
  }
  if (!recording.blocked.empty()) CHECK(shape.finish == "content_filter");
  check_usage(shape.usage, recording);
}

void check_whole(const std::string& out, const Recording& recording) {
  const Json answer = Json::parse(out, nullptr, false);
  CHECK(text_of(member(answer, "object")) == "chat.completion");
  REQUIRE(member(answer, "choices").size() == 1);
  const Json& choice = member(answer, "choices")[0];
  const Json& message = member(choice, "message");
  check_content(text_of(member(message, "content")), recording);
  check_calls(member(message, "tool_calls"), recording);
  CHECK(static_cast<int>(member(message, "images").size()) == recording.images);
  CHECK(text_of(member(message, "reasoning_content")) == recording.thoughts);
  const bool says_else = !member(message, "refusal").is_null() || message.contains("tool_calls");
  CHECK((member(message, "content").is_null() ? says_else : true));
  CHECK_FALSE(text_of(member(choice, "finish_reason")).empty());
  check_usage(member(answer, "usage"), recording);
}

// Both forms say the same.
void check_same(const StreamShape& shape, const Json& answer) {
  const Json& choice = member(answer, "choices")[0];
  const Json& message = member(choice, "message");
  const auto list = [&message](const char* name) {
    return message.contains(name) ? message[name] : Json::array();
  };
  CHECK(shape.content == text_of(member(message, "content")));
  CHECK(shape.reasoning == text_of(member(message, "reasoning_content")));
  CHECK(shape.refusal == text_of(member(message, "refusal")));
  CHECK(shape.finish == text_of(member(choice, "finish_reason")));
  Json calls = shape.calls;
  for (Json& call : calls) call.erase("index");
  CHECK(calls == list("tool_calls"));
  CHECK(shape.images == list("images"));
  CHECK(shape.annotations == list("annotations"));
  CHECK(shape.signature == member(message, "extra_content"));
  CHECK(shape.usage == member(answer, "usage"));
}

std::size_t split_count = 0;

// Short recordings are cut everywhere, long ones at some places, or in the long form everywhere.
void check_cuts(const std::string& text, MakeRenderer make, const Relayed& expected) {
  constexpr std::size_t kEverywhere = 2'500;
  constexpr std::size_t kPlaces = 100;
  std::string differing;
  const auto compare = [&](Chunks chunks, const std::string& split) {
    if (!differing.empty()) return;
    ++split_count;
    if (relay(std::move(chunks), make, kContext) != expected) differing = split;
  };
  if (text.size() <= kEverywhere || is_long_form()) {
    for_each_split(text, compare);
  } else {
    compare(every_byte(text), "byte by byte");
    std::mt19937 random(test_seed());
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const std::size_t offset = random() % text.size();
      compare(cut_at(text, {&offset, 1}), "cut at " + std::to_string(offset));
    }
    for (int i = 0; i < 10; ++i) compare(random_split(text, random), "in random pieces");
  }
  INFO("seed " << test_seed());
  CHECK(differing == "");
}

void check_recording(const std::string& text, const Recording& recording) {
  const Relayed stream = relay(cut_at(text, {}), openai_chat::stream_renderer, kContext);
  const Relayed whole = relay(cut_at(text, {}), openai_chat::whole_renderer, kContext);
  REQUIRE_FALSE(stream.error.has_value());
  REQUIRE_FALSE(whole.error.has_value());
  const StreamShape shape = shape_of(stream.out);
  check_stream(shape, recording);
  check_whole(whole.out, recording);
  check_same(shape, Json::parse(whole.out));
  check_cuts(text, openai_chat::stream_renderer, stream);
  check_cuts(text, openai_chat::whole_renderer, whole);
}

void check_streams(const std::vector<std::filesystem::path>& paths) {
  for (const std::filesystem::path& path : paths) {
    INFO(path.filename().string());
    const std::string text = read_file(path);
    const Recording recording = recorded_stream(text);
    if (recording.events == 0) continue;  // an error instead of a stream
    check_recording(text, recording);
  }
}

}  // namespace

TEST_CASE("recorded streams of the Gemini API keep their words, however they are cut") {
  check_streams(files_in("gemini-recordings/googleai", "streaming-", ".txt"));
  check_streams(files_in("recorded-traffic/gemini-stream", "", ".response.sse"));
  std::cout << split_count << " splits of recorded streams\n";
}

TEST_CASE("recorded whole answers are converted where a stream was asked for") {
  for (const std::filesystem::path& path :
       files_in("gemini-recordings/googleai", "unary-", ".json")) {
    INFO(path.filename().string());
    const std::string text = read_file(path);
    const Json json = Json::parse(text, nullptr, false);
    if (json.contains("error")) {
      const Relayed relayed = relay(cut_at(text, {}), openai_chat::stream_renderer, kContext);
      CHECK(relayed.out.empty());
      REQUIRE(relayed.error.has_value());
      CHECK(member(Json::parse(*relayed.error, nullptr, false), "error").size() == 4);
      CHECK(relayed.error->find("12345678") == std::string::npos);
      continue;
    }
    Recording recording;
    recording.add(json);
    if (recording.finish.empty() && recording.blocked.empty()) continue;  // says nothing at all
    check_recording(text, recording);
  }
}
