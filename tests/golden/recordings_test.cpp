// Recorded traffic through the translation, in both directions: real answers of Gemini keep every
// word and come out well-formed; real requests of OpenAI's clients keep every word or are refused
// by name. Runs where the recordings lie beside the checkout.
#include <algorithm>
#include <array>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "fronts/openai_chat/request.h"
#include "gemini/request_writer.h"
#include "golden/relayed.h"
#include "golden/stream_shape.h"
#include "json/index.h"
#include "support/catch.h"
#include "support/corpora.h"
#include "support/exact_bytes.h"

namespace fs = std::filesystem;
namespace openai_chat = proxy::fronts::openai_chat;
using namespace proxy::test;

namespace {

std::vector<fs::path> files_in(const std::string& folder, std::string_view begin,
                               std::string_view end) {
  std::vector<fs::path> paths;
  const auto root = corpora();
  std::error_code error;
  if (root) {
    for (const auto& entry : fs::directory_iterator(*root / folder, error)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(begin) && name.ends_with(end)) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) WARN("skipped: no recordings in " << folder);
  return paths;
}

const openai_chat::AnswerContext kContext = {
    .model = "m", .include_usage = true, .created_s = 1'760'000'000, .id_seed = 1};

// What a recording says, read without any of the program's code.
struct Recording {
  std::string text;
  std::string thoughts;
  std::string finish;  // Google's word
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
  void add_candidate(const Json& candidate) {
    const Json& parts = member(member(candidate, "content"), "parts");
    for (const Json& part : parts) {
      const bool is_thought = member(part, "thought") == true;
      (is_thought ? thoughts : text) += text_of(member(part, "text"));
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

void check_stream(const StreamShape& shape, const Recording& recording) {
  CHECK(shape.wrong == "");
  CHECK_FALSE(shape.is_error);
  CHECK(shape.content == recording.text);
  CHECK(shape.reasoning == recording.thoughts);
  const bool refused = recording.text.empty() && shape.finish == "content_filter";
  CHECK(shape.refusal.empty() == !refused);
  if (recording.finish == "STOP") CHECK(shape.finish == "stop");
  if (!recording.blocked.empty()) CHECK(shape.finish == "content_filter");
  check_usage(shape.usage, recording);
}

void check_whole(const std::string& out, const Recording& recording) {
  const Json answer = Json::parse(out, nullptr, false);
  CHECK(text_of(member(answer, "object")) == "chat.completion");
  REQUIRE(member(answer, "choices").size() == 1);
  const Json& choice = member(answer, "choices")[0];
  const Json& message = member(choice, "message");
  CHECK(text_of(member(message, "content")) == recording.text);
  CHECK(text_of(member(message, "reasoning_content")) == recording.thoughts);
  CHECK(member(message, "content").is_null() == !member(message, "refusal").is_null());
  CHECK_FALSE(text_of(member(choice, "finish_reason")).empty());
  check_usage(member(answer, "usage"), recording);
}

// Short recordings are cut everywhere, long ones at some places.
void check_cuts(const std::string& text, MakeRenderer make, const Relayed& expected) {
  constexpr std::size_t kEverywhere = 2'500;
  constexpr std::size_t kPlaces = 100;
  std::string differing;
  const auto compare = [&](Chunks chunks, const std::string& split) {
    if (!differing.empty()) return;
    if (relay(std::move(chunks), make, kContext) != expected) differing = split;
  };
  if (text.size() <= kEverywhere) {
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
  check_stream(shape_of(stream.out), recording);
  check_whole(whole.out, recording);
  check_cuts(text, openai_chat::stream_renderer, stream);
  check_cuts(text, openai_chat::whole_renderer, whole);
}

void check_streams(const std::vector<fs::path>& paths) {
  for (const fs::path& path : paths) {
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
}

TEST_CASE("recorded whole answers are converted where a stream was asked for") {
  for (const fs::path& path : files_in("gemini-recordings/googleai", "unary-", ".json")) {
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

namespace {

// All texts of a request in their order, empty ones and what the translation adds left out.
void add_text(const Json& value, std::vector<std::string>& texts) {
  const std::string text = text_of(value);
  if (!text.empty() && text != " " && text != "Continue.") texts.push_back(text);
}

std::vector<std::string> texts_asked(const Json& request) {
  std::vector<std::string> texts;
  for (const Json& message : member(request, "messages")) {
    const Json& content = member(message, "content");
    add_text(content, texts);
    if (!content.is_array()) continue;
    for (const Json& part : content) {
      add_text(member(part, "text"), texts);
      add_text(member(part, "refusal"), texts);
    }
  }
  return texts;
}

std::vector<std::string> texts_sent(const Json& request) {
  std::vector<std::string> texts;
  for (const Json& part : member(member(request, "systemInstruction"), "parts")) {
    add_text(member(part, "text"), texts);
  }
  for (const Json& content : member(request, "contents")) {
    CHECK_FALSE(member(content, "parts").empty());
    for (const Json& part : member(content, "parts")) add_text(member(part, "text"), texts);
  }
  return texts;
}

constexpr std::array<std::string_view, 8> kRefusals = {
    "invalid_type",    "invalid_value",         "unsupported_value",
    "empty_array",     "unsupported_parameter", "missing_required_parameter",
    "model_not_found", "array_above_max_length"};

}  // namespace

TEST_CASE("recorded requests keep every word or are refused by name") {
  std::size_t translated = 0;
  std::size_t refused = 0;
  // Once as if every model were an alias, once with the names as they are.
  for (const proxy::gemini::Aliases& aliases :
       {proxy::gemini::Aliases{{"*", "gemini-3.5-flash"}}, proxy::gemini::Aliases{}}) {
    for (const fs::path& path : files_in("recorded-traffic/chat", "", ".request.json")) {
      INFO(path.filename().string());
      const std::string text = read_file(path);
      ExactBytes bytes(text);
      proxy::json::Index index;
      const auto request = openai_chat::read_request(bytes.span(), index,
                                                     {.aliases = &aliases,
                                                      .default_model = {},
                                                      .include_thoughts = true,
                                                      .stream_default = true});
      if (!request.ok()) {
        ++refused;
        const std::string_view code = proxy::traits(request.error().code).code;
        INFO(code << ": " << request.error().message);
        CHECK(std::find(kRefusals.begin(), kRefusals.end(), code) != kRefusals.end());
        CHECK_FALSE(request.error().param.empty());
        continue;
      }
      ++translated;
      std::string sent;
      proxy::gemini::write_request(request->upstream, sent);
      const Json upstream = Json::parse(sent, nullptr, false);
      REQUIRE(upstream.is_object());
      for (const auto& [name, value] : upstream.items()) {
        CHECK((name == "systemInstruction" || name == "contents" || name == "generationConfig"));
      }
      CHECK(texts_sent(upstream) == texts_asked(Json::parse(text, nullptr, false)));
    }
  }
  if (translated + refused > 0) {
    CHECK(translated > 50);
    CHECK(refused > 50);
  }
}
