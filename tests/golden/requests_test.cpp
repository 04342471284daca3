// Recorded requests of OpenAI's clients through the translation: they keep every word, call, tool
// and schema, or are refused by name. Runs where the recordings lie beside the checkout.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fronts/openai_chat/request.h"
#include "gemini/request_writer.h"
#include "golden/recorded_files.h"
#include "golden/stream_shape.h"
#include "json/index.h"
#include "support/catch.h"
#include "support/exact_bytes.h"

namespace openai_chat = proxy::fronts::openai_chat;
using namespace proxy::test;

namespace {

// All texts of a request, empty ones left out.
std::vector<std::string> texts_asked(const Json& request) {
  std::vector<std::string> texts;
  const auto add = [&texts](const Json& value) {
    if (!text_of(value).empty()) texts.push_back(text_of(value));
  };
  for (const Json& message : member(request, "messages")) {
    const Json& content = member(message, "content");
    add(content);
    if (!content.is_array()) continue;
    for (const Json& part : content) {
      add(member(part, "text"));
      add(member(part, "refusal"));
    }
  }
  return texts;
}

// What is sent: its texts behind one another, its calls, media and functions.
struct Sent {
  std::string texts;
  std::vector<Json> args;
  std::size_t media = 0;
  std::vector<Json> functions;  // {"name","description","parameters"}
};

Sent sent_in(const Json& request) {
  Sent sent;
  const auto add = [&sent](const Json& value) { sent.texts += text_of(value) + '\n'; };
  for (const Json& part : member(member(request, "systemInstruction"), "parts")) {
    add(member(part, "text"));
  }
  for (const Json& content : member(request, "contents")) {
    CHECK_FALSE(member(content, "parts").empty());
    for (const Json& part : member(content, "parts")) {
      add(member(part, "text"));
      add(member(member(member(part, "functionResponse"), "response"), "output"));
      if (part.contains("functionCall")) sent.args.push_back(part["functionCall"]["args"]);
      if (part.contains("inlineData") || part.contains("fileData")) ++sent.media;
    }
  }
  for (const Json& tool : member(request, "tools")) {
    for (const Json& function : member(tool, "functionDeclarations")) {
      sent.functions.push_back({{"name", member(function, "name")},
                                {"description", text_of(member(function, "description"))},
                                {"parameters", member(function, "parametersJsonSchema")}});
    }
  }
  return sent;
}

// The arguments of all calls in the history, where they are JSON objects.
std::vector<Json> args_asked(const Json& request) {
  std::vector<Json> args;
  for (const Json& message : member(request, "messages")) {
    for (const Json& call : member(message, "tool_calls")) {
      const std::string text = text_of(member(member(call, "function"), "arguments"));
      const Json parsed = Json::parse(text.empty() ? "{}" : text, nullptr, false);
      args.push_back(parsed.is_object() ? parsed : Json::object({{"_raw", text}}));
    }
  }
  return args;
}

std::size_t media_asked(const Json& request) {
  std::size_t count = 0;
  for (const Json& message : member(request, "messages")) {
    const Json& content = member(message, "content");
    if (!content.is_array()) continue;
    for (const Json& part : content) {
      const std::string type = text_of(member(part, "type"));
      if (type == "image_url" || type == "input_audio" || type == "file") ++count;
    }
  }
  return count;
}

// Whether a schema holds what is said in Google's words, see gemini/schema.h.
bool is_rewritten(const Json& schema) {
  const std::string text = schema.dump();
  return text.find("\"const\"") != std::string::npos ||
         text.find("\"allOf\"") != std::string::npos ||
         text.find("\"$ref\"") != std::string::npos ||
         text.find("\"definitions\"") != std::string::npos;
}

// Declared functions arrive in their order with name, description and schema.
void check_functions(const Json& request, const std::vector<Json>& sent) {
  std::size_t at = 0;
  const bool legacy = member(request, "tools").empty();
  for (const Json& tool : member(request, legacy ? "functions" : "tools")) {
    const Json& function = legacy ? tool : member(tool, "function");
    if (function.is_null()) continue;
    REQUIRE(at < sent.size());
    CHECK(sent[at]["name"] == member(function, "name"));
    CHECK(sent[at]["description"] == text_of(member(function, "description")));
    const Json& asked = member(function, "parameters");
    if (sent[at]["parameters"].is_null()) {
      CHECK(member(asked, "properties").empty());
    } else if (!is_rewritten(asked)) {
      CHECK(sent[at]["parameters"] == asked);
    }
    ++at;
  }
  CHECK(at == sent.size());
}

// What is sent for a recorded request. Read a second time it is the same to the byte, or Google's
// cache of prompts would never hit.
std::string written(const std::string& text, const openai_chat::RequestOptions& options) {
  std::string sent[2];
  for (std::string& out : sent) {
    ExactBytes bytes(text);
    proxy::json::Index index;
    const auto request = openai_chat::read_request(bytes.span(), index, options);
    REQUIRE(request.ok());
    proxy::gemini::write_request(request->upstream, proxy::json::Writer(out));
    CHECK(out.size() <= proxy::gemini::written_size(request->upstream, {}));
  }
  CHECK(sent[0] == sent[1]);
  return sent[0];
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
    for (const std::filesystem::path& path :
         files_in("recorded-traffic/chat", "", ".request.json")) {
      INFO(path.filename().string());
      const std::string text = read_file(path);
      ExactBytes bytes(text);
      proxy::json::Index index;
      openai_chat::RequestOptions options;
      options.aliases = &aliases;
      const auto request = openai_chat::read_request(bytes.span(), index, options);
      if (!request.ok()) {
        ++refused;
        const std::string_view code = proxy::traits(request.error().code).code;
        INFO(code << ": " << request.error().message);
        CHECK(std::find(kRefusals.begin(), kRefusals.end(), code) != kRefusals.end());
        CHECK_FALSE(request.error().param.empty());
        continue;
      }
      ++translated;
      const Json upstream = Json::parse(written(text, options), nullptr, false);
      REQUIRE(upstream.is_object());
      const Sent got = sent_in(upstream);
      const Json asked = Json::parse(text, nullptr, false);
      for (const std::string& one : texts_asked(asked)) {
        INFO(one);
        CHECK(got.texts.find(one) != std::string::npos);
      }
      CHECK(got.args == args_asked(asked));
      CHECK(got.media == media_asked(asked));
      check_functions(asked, got.functions);
    }
  }
  if (translated + refused > 0) {
    CHECK(translated > 300);
    CHECK(refused > 10);
  }
}
