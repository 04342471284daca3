#include "gemini/request_writer.h"

#include <random>
#include <string>

#include "json/index.h"
#include "support/catch.h"
#include "support/json_tools.h"

using proxy::gemini::Part;
using proxy::gemini::Request;
using proxy::gemini::Role;
using proxy::gemini::write_request;
using proxy::gemini::written_size;

namespace {

std::string written(const Request& request) {
  std::string out;
  write_request(request, proxy::json::Writer(out));
  const proxy::test::Scanned scanned(out);
  CHECK_FALSE(scanned.error.has_value());
  CHECK(written_size(request, {}) >= out.size());
  return out;
}

Part text(std::string_view escaped) {
  Part part;
  part.text = {escaped};
  return part;
}

Part of_kind(Part::Kind kind, std::string_view escaped = "") {
  Part part = text(escaped);
  part.kind = kind;
  return part;
}

void add(Request& request, Role role, std::vector<Part> parts) {
  for (const Part& part : parts) request.parts.push_back(part);
  request.contents.push_back({role, false, static_cast<std::uint32_t>(request.parts.size())});
}

Request asking(std::string_view escaped) {
  Request request;
  request.model = "m";
  add(request, Role::user, {text(escaped)});
  return request;
}

std::string written_part(const Part& part) {
  Request request;
  add(request, Role::model, {part});
  const std::string before = R"({"contents":[{"role":"model","parts":[)";
  const std::string out = written(request);
  REQUIRE(out.starts_with(before));
  REQUIRE(out.ends_with("]}]}"));
  return out.substr(before.size(), out.size() - before.size() - 4);
}

const std::string kAsked = R"({"contents":[{"role":"user","parts":[{"text":"x"}]}])";

}  // namespace

TEST_CASE("a request of one text is written without anything that was not asked for") {
  CHECK(written(asking("Hi")) == R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
}

TEST_CASE("texts are copied as they are, escapes included") {
  CHECK(written(asking(R"(\u00e9 \ud83d\ude00 \/ \" \\ é)")) ==
        R"({"contents":[{"role":"user","parts":[{"text":"\u00e9 \ud83d\ude00 \/ \" \\ é"}]}]})");
}

TEST_CASE("system texts and turns keep their order and their parts") {
  Request request = asking("a");
  add(request, Role::model, {text("b"), text("c")});
  add(request, Role::user, {text(" ")});
  request.system = {{"one"}, {"two"}};
  CHECK(written(request) ==
        R"({"systemInstruction":{"parts":[{"text":"one"},{"text":"two"}]},"contents":[)"
        R"({"role":"user","parts":[{"text":"a"}]},)"
        R"({"role":"model","parts":[{"text":"b"},{"text":"c"}]},)"
        R"({"role":"user","parts":[{"text":" "}]}]})");
}

TEST_CASE("each kind of part is written under Google's names, without what it lacks") {
  using Kind = Part::Kind;
  const auto with = [](Part part, auto change) {
    change(part);
    return part;
  };
  const struct {
    Part part;
    const char* written;
  } rows[] = {
      {text("a"), R"({"text":"a"})"},
      {text(""), R"({"text":""})"},
      {with(text("a"), [](Part& part) { part.thought_signature = {"U0lH"}; }),
       R"({"text":"a","thoughtSignature":"U0lH"})"},
      {with(of_kind(Kind::inline_data, "AAAA"), [](Part& part) { part.mime_type = {"image/png"}; }),
       R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}})"},
      {of_kind(Kind::file_data, "https://x"), R"({"fileData":{"fileUri":"https://x"}})"},
      {with(of_kind(Kind::file_data, "https://x"),
            [](Part& part) { part.mime_type = {"video/mp4"}; }),
       R"({"fileData":{"mimeType":"video/mp4","fileUri":"https://x"}})"},
      {with(of_kind(Kind::function_call),
            [](Part& part) {
              part.name = {"f"};
              part.args = {R"({"a": 9007199254740993})"};
            }),
       R"({"functionCall":{"name":"f","args":{"a": 9007199254740993}}})"},
      {with(of_kind(Kind::function_call),
            [](Part& part) {
              part.name = {"f"};
              part.id = {"c1"};
              part.args = {"{}"};
              part.thought_signature = {"U0lH"};
            }),
       R"({"functionCall":{"id":"c1","name":"f","args":{}},"thoughtSignature":"U0lH"})"},
      {with(of_kind(Kind::function_response, R"({\"t\":20})"),
            [](Part& part) { part.name = {"f"}; }),
       R"({"functionResponse":{"name":"f","response":{"output":"{\"t\":20}"}}})"},
      {with(of_kind(Kind::function_response, "No."),
            [](Part& part) {
              part.name = {"f"};
              part.id = {"c1"};
              part.is_error = true;
            }),
       R"({"functionResponse":{"id":"c1","name":"f","response":{"error":"No."}}})"},
  };
  for (const auto& row : rows) CHECK(written_part(row.part) == row.written);
}

TEST_CASE("media of a function's answer stand beside its text") {
  Request request;
  request.blobs = {{{"image/png"}, {"AAAA"}}, {{"image/jpeg"}, {"BBBB"}}, {{"a/b"}, {"CCCC"}}};
  Part response = of_kind(Part::Kind::function_response, "o");
  response.name = {"f"};
  response.first_blob = 1;
  response.blob_count = 2;
  add(request, Role::user, {response});
  CHECK(written(request) ==
        R"({"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f","response":)"
        R"({"output":"o"},"parts":[{"inlineData":{"mimeType":"image/jpeg","data":"BBBB"}},)"
        R"({"inlineData":{"mimeType":"a/b","data":"CCCC"}}]}}]}]})");
}

TEST_CASE("functions stand in one tool, each built-in tool in one of its own") {
  Request request = asking("x");
  request.functions = {{{"f"}, {"d"}, {R"({"type":"object"})"}}, {{"g"}, {}, {}}};
  request.built_in_tools.set("googleSearch", {"{}"});
  request.built_in_tools.set("urlContext", {"{}"});
  CHECK(written(request) ==
        kAsked + R"(,"tools":[{"functionDeclarations":[{"name":"f","description":"d",)"
                 R"("parametersJsonSchema":{"type":"object"}},{"name":"g"}]},)"
                 R"({"googleSearch":{}},{"urlContext":{}}]})");
  request.functions.clear();
  CHECK(written(request) == kAsked + R"(,"tools":[{"googleSearch":{}},{"urlContext":{}}]})");
}

TEST_CASE("the tool configuration is written as far as there is one") {
  const struct {
    const char* mode;
    std::vector<proxy::json::RawString> allowed;
    const char* retrieval;
    const char* written;
  } rows[] = {
      {"AUTO", {}, "", R"({"functionCallingConfig":{"mode":"AUTO"}})"},
      {"ANY",
       {{"f"}, {"g"}},
       "",
       R"({"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f","g"]}})"},
      {"", {}, R"({"a":1})", R"({"retrievalConfig":{"a":1}})"},
      {"NONE", {}, "{}", R"({"functionCallingConfig":{"mode":"NONE"},"retrievalConfig":{}})"},
  };
  for (const auto& row : rows) {
    Request request = asking("x");
    request.calling_mode = row.mode;
    request.allowed_functions = row.allowed;
    if (row.retrieval[0] != '\0') request.tool_config.set("retrievalConfig", {row.retrieval});
    CHECK(written(request) == kAsked + R"(,"toolConfig":)" + row.written + "}");
  }
}

TEST_CASE("settings are written in the order they were set, and what stands before them stays") {
  Request request = asking("x");
  request.config.set("temperature", {"0.20"});
  request.config.set("seed", {"-2147483648"});
  request.config.set("temperature", {"1e-1"});
  request.others.set("safetySettings", {"[]"});
  request.others.set("cachedContent", {R"("cachedContents/a")"});
  std::string out = "before ";
  write_request(request, proxy::json::Writer(out));
  CHECK(out == "before " + kAsked +
                   R"(,"generationConfig":{"temperature":1e-1,"seed":-2147483648},)"
                   R"("safetySettings":[],"cachedContent":"cachedContents/a"})");
}

namespace {

// Strings of every length up to `longest`, kept by the request.
std::string_view any_text(Request& request, std::mt19937& random, std::size_t longest) {
  return request.arena.keep(std::string(random() % (longest + 1), 'x'));
}

Part any_part(Request& request, std::mt19937& random) {
  Part part = of_kind(static_cast<Part::Kind>(random() % 5), any_text(request, random, 40));
  part.name = {any_text(request, random, 64)};
  if (random() % 2 == 0) part.id = {any_text(request, random, 300)};
  part.mime_type = {any_text(request, random, 255)};
  part.args = {"{}"};
  if (random() % 2 == 0) part.thought_signature = {any_text(request, random, 300)};
  part.is_error = random() % 2 == 0;
  part.first_blob = static_cast<std::uint32_t>(request.blobs.size());
  if (part.kind == Part::Kind::function_response)
    part.blob_count = static_cast<std::uint32_t>(random() % 3);
  for (std::uint32_t i = 0; i < part.blob_count; ++i) {
    request.blobs.push_back({{any_text(request, random, 255)}, {any_text(request, random, 100)}});
  }
  return part;
}

}  // namespace

TEST_CASE("no request is written longer than was foreseen, nor much shorter") {
  std::mt19937 random(proxy::test::test_seed());
  INFO("seed " << proxy::test::test_seed());
  for (int i = 0; i < 2'000; ++i) {
    Request request;
    std::vector<Part> parts;
    for (std::size_t turn = 0; turn <= random() % 12; ++turn) {
      parts.clear();
      for (std::size_t n = 0; n <= random() % 3; ++n) parts.push_back(any_part(request, random));
      add(request, random() % 2 == 0 ? Role::user : Role::model, parts);
    }
    for (std::size_t n = random() % 4; n > 0; --n) {
      request.system.push_back({any_text(request, random, 9)});
    }
    for (std::size_t n = random() % 20; n > 0; --n) {
      request.functions.push_back({{any_text(request, random, 64)},
                                   {any_text(request, random, 9)},
                                   {random() % 2 == 0 ? "" : R"({"type":"object"})"}});
      request.allowed_functions.push_back({any_text(request, random, 64)});
    }
    if (random() % 2 == 0) request.calling_mode = "VALIDATED";
    for (const char* name : {"googleSearch", "urlContext", "codeExecution"}) {
      if (random() % 2 == 0) request.built_in_tools.set(name, {"{}"});
      if (random() % 2 == 0) request.config.set(name, {"-2147483648"});
      if (random() % 2 == 0) request.others.set(name, {"[]"});
      if (random() % 2 == 0) request.tool_config.set(name, {"{}"});
    }
    const std::size_t size = written(request).size();
    const std::size_t items = request.parts.size() + request.blobs.size() +
                              request.functions.size() + request.contents.size() + 8;
    CHECK(written_size(request, {}) <= size + 300 * items);
  }
}
