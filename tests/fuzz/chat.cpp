// A body of `POST /v1/chat/completions` becomes a request that Google can read, or a refusal that
// is the caller's own fault.
//   line 1  switches, a letter each: v an account of Vertex AI, d a default model, s safety
//   settings
//           of the deployment, w whole answers by default, t without thoughts
//   then    the body
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "base/limits.h"
#include "fronts/openai_chat/request.h"
#include "fuzz/support/fuzz.h"
#include "gemini/repair.h"
#include "gemini/request_writer.h"
#include "golden/stream_shape.h"
#include "json/dom.h"
#include "support/exact_bytes.h"
#include "upstreams/fields.h"

namespace {

using namespace proxy;
using fuzz::expect;

fronts::openai_chat::RequestOptions options_of(std::string_view switches) {
  static const gemini::Aliases kAliases = {{"my-alias", "gemini-3.5-flash"},
                                           {"gpt-*", "gemini-2.5-pro"}};
  const auto has = [switches](char c) { return switches.find(c) != std::string_view::npos; };
  fronts::openai_chat::RequestOptions options;
  options.aliases = &kAliases;
  options.has_vertex = has('v');
  options.stream_default = !has('w');
  options.include_thoughts = !has('t');
  if (has('d')) options.default_model = "gemini-3.5-flash";
  if (has('s')) options.safety_settings = R"([{"category":"A","threshold":"OFF"}])";
  return options;
}

// What Google refuses whatever a caller said: no turn, an empty turn, an unknown role.
void check_turns(const std::string& text) {
  const auto request = test::Json::parse(text, nullptr, false);
  const auto& contents = test::member(request, "contents");
  expect(contents.is_array() && !contents.empty(), "there is a turn", text);
  for (const auto& content : contents) {
    const auto role = test::text_of(test::member(content, "role"));
    expect(role == "user" || role == "model", "its role is one of Google's", text);
    const auto& parts = test::member(content, "parts");
    expect(parts.is_array() && !parts.empty(), "it is not empty", text);
    for (const auto& part : parts) expect(part.is_object() && !part.empty(), "nor its parts", text);
  }
}

void check_rope(const json::Rope& rope, const char* claim) {
  expect(fuzz::is_json(rope.text), claim, rope.text);
  const std::string flat = rope.flat();
  expect(fuzz::is_json(flat) && flat.size() == rope.size(), claim, flat);
}

void check_request(const fronts::openai_chat::ChatRequest& request, std::string_view body) {
  std::string text;
  gemini::write_request(request.upstream, json::Writer(text));
  expect(fuzz::is_json(text), "the request to Google is JSON", text);
  check_turns(text);
  json::Rope rope = gemini::rope_of(request.upstream, body);
  check_rope(rope, "the rope is JSON");
  expect(rope.flat() == text, "the rope is the request", text);
  using upstreams::Dialect;
  for (const auto dialect : {Dialect::gemini_api, Dialect::vertex, Dialect::code_assist}) {
    std::vector<std::string_view> dropped;
    json::Rope copy = rope;
    check_rope(upstreams::fitted(copy, dialect, dropped), "fitted to an upstream it is JSON");
  }
  for (unsigned bit = 0; bit <= static_cast<unsigned>(gemini::Repair::drop_server_side_tools);
       ++bit) {
    json::Rope copy = rope;
    check_rope(gemini::repaired(copy, {static_cast<gemini::Repair>(bit)}), "repaired it is JSON");
  }
  for (const std::string& warning : request.warnings) {
    expect(warning.size() <= 2 * limits::kLogStringBytes, "a warning is short", warning);
    expect(fuzz::is_printable(warning), "a warning can be read", warning);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto options = options_of(input.line());
  std::array<std::string, 2> written;
  for (std::string& text : written) {
    test::ExactBytes body(input.rest());
    json::Index index;
    const auto request = fronts::openai_chat::read_request(body.span(), index, options);
    if (request.ok()) {
      if (written[0].empty()) check_request(*request, body.view());
      gemini::write_request(request->upstream, json::Writer(text));
    } else {
      fuzz::check_error(request.error());
      text = request.error().message;
      expect(traits(request.error().code).status < 500, "a refusal is no fault of ours", text);
    }
  }
  expect(written[0] == written[1], "the same body gives the same bytes", written[0]);
  return 0;
}
