// Every field of the chat request with each of twelve values (fault list 2.3): accepted, as if it
// were absent, or refused with the code and the place that its row says. Whatever is accepted
// reaches Google in the shape of its messages.
#include "unit/fronts/openai_chat/field_matrix.h"

#include <array>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "fronts/openai_chat/parameters.h"
#include "support/catch.h"
#include "support/gemini_shape.h"
#include "unit/fronts/openai_chat/read.h"

using namespace proxy::test;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kValueCount = 12;
const std::array<std::string, kValueCount> kValues = {
    "null", "true",  "0",  "-1", "1.5",    "1e308",
    "\"\"", "\"x\"", "[]", "{}", "[null]", "\"" + std::string(1 << 20, 'y') + "\""};

const std::map<std::string_view, std::string_view> kCodes = {
    {"ok", "ok"},
    {"drop", "ok"},
    {"absent", "ok"},
    {"type", "invalid_type"},
    {"value", "invalid_value"},
    {"miss", "missing_required_parameter"},
    {"empty", "empty_array"},
    {"i<", "integer_below_min_value"},
    {"i>", "integer_above_max_value"},
    {"d<", "decimal_below_min_value"},
    {"d>", "decimal_above_max_value"},
    {"unsup", "unsupported_value"},
    {"url", "invalid_image_url"},
    {"404", "model_not_found"},
};

proxy::fronts::openai_chat::RequestOptions options() {
  auto options = no_options();
  options.has_vertex = true;
  return options;
}

// The places of a path: names and positions.
std::vector<std::string> steps_of(std::string_view path) {
  std::vector<std::string> steps(1);
  for (const char c : path) {
    if (c == '.' || c == '[') {
      steps.emplace_back();
    } else if (c != ']') {
      steps.back() += c;
    }
  }
  return steps;
}

// The value around the path's last step; null if there is none.
Json* parent_of(Json& tree, const std::vector<std::string>& steps) {
  Json* at = &tree;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    if (at->is_array()) {
      const auto position = static_cast<std::size_t>(std::stoul(steps[i]));
      if (position >= at->size()) return nullptr;
      at = &(*at)[position];
    } else if (at->is_object() && at->contains(steps[i])) {
      at = &(*at)[steps[i]];
    } else {
      return nullptr;
    }
  }
  return at;
}

// A base with a hole in the place of the field, and without the field.
struct Template {
  bool found = false;
  std::string before;
  std::string behind;
  std::string without;
};

Template template_of(const std::string& base, const std::string& path) {
  constexpr std::string_view kHole = "\"(the field)\"";
  Template made;
  Json tree = Json::parse(base, nullptr, false);
  const auto steps = steps_of(path);
  Json* const parent = parent_of(tree, steps);
  if (parent == nullptr) return made;
  const bool is_element = parent->is_array();
  const std::size_t position = is_element ? std::stoul(steps.back()) : 0;
  made.found = is_element ? position < parent->size() : parent->contains(steps.back());
  if (!made.found) return made;
  (is_element ? (*parent)[position] : (*parent)[steps.back()]) = "(the field)";
  const std::string text = tree.dump();
  const std::size_t at = text.find(kHole);
  made.before = text.substr(0, at);
  made.behind = text.substr(at + kHole.size());
  if (is_element) {
    parent->erase(position);
  } else {
    parent->erase(steps.back());
  }
  made.without = tree.dump();
  return made;
}

// All that the gateway is told by a request.
std::string told(const Reading& reading) {
  std::string told = reading.upstream();
  for (const bool flag : {reading->stream, reading->include_usage, reading->one_call_only,
                          reading->wants_logprobs, reading->searches, reading->wav}) {
    told += flag ? '1' : '0';
  }
  return told + std::to_string(reading->choices);
}

std::string base_named(std::string_view name) {
  for (const MatrixBase& base : matrix_bases()) {
    if (base.name == name) return base.body;
  }
  return "";
}

// `value@.name` of the field at `path`.
std::string param_of(std::string_view cell, const std::string& path) {
  const std::size_t at = cell.find('@');
  if (at == cell.npos) return path;
  const std::string_view rest = cell.substr(at + 1);
  return rest.starts_with('=') ? std::string(rest.substr(1)) : path + std::string(rest);
}

std::vector<std::string> cells_of(const char* text) {
  std::vector<std::string> cells;
  for (const std::string_view cell : proxy::text::split(text, ' ')) {
    if (!cell.empty()) cells.emplace_back(cell);
  }
  return cells;
}

void check_cell(const Template& place, const std::string& value, std::string_view cell,
                const std::string& path) {
  const Reading reading(place.before + value + place.behind, options());
  const std::string_view word = cell.substr(0, cell.find('@'));
  INFO(path << " = " << value.substr(0, 20) << " is " << reading.code() << " '" << reading.param()
            << "': " << (reading.ok() ? "" : reading.error().message));
  REQUIRE(kCodes.contains(word));
  CHECK(reading.code() == kCodes.at(word));
  if (!reading.ok()) {
    CHECK(reading.param() == param_of(cell, path));
    CHECK_FALSE(reading.error().message.empty());
    CHECK(reading.error().message.find("yyy") == std::string::npos);
    const int status = proxy::traits(reading.error().code).status;
    CHECK((status == 400 || (status == 404 && word == "404")));
    return;
  }
  if (word == "drop" || word == "absent") {
    const Reading without(place.without, options());
    REQUIRE(without.ok());
    CHECK((told(reading) == told(without)));
  }
  if (value.size() < 100) CHECK(flaw_of_gemini_request(reading.upstream()) == "");
}

void check_row(const std::string& base, const std::string& path, const char* text) {
  INFO(path);
  const Template place = template_of(base, path);
  REQUIRE(place.found);
  const auto cells = cells_of(text);
  REQUIRE(cells.size() == kValueCount);
  for (std::size_t i = 0; i < kValueCount; ++i) check_cell(place, kValues[i], cells[i], path);
}

// Google's spelling of Python's.
std::string camel(std::string_view snake) {
  std::string out;
  for (std::size_t i = 0; i < snake.size(); ++i) {
    const bool is_joint = snake[i] == '_' && i + 1 < snake.size() && snake[i + 1] >= 'a';
    if (!is_joint) {
      out += snake[i];
    } else {
      out += static_cast<char>(snake[++i] - 'a' + 'A');
    }
  }
  return out;
}

}  // namespace

TEST_CASE("every field of the request takes or refuses each of twelve values", "[F-01][F-22]") {
  std::size_t cells = 0;
  for (const auto rows : {setting_rows(), message_rows(), tool_rows()}) {
    for (const MatrixRow& row : rows) {
      INFO(row.base);
      check_row(base_named(row.base), row.path, row.cells);
      cells += kValueCount;
    }
  }
  std::cout << cells << " cells of OpenAI's fields\n";
}

TEST_CASE("every setting of Google takes or refuses each of twelve values, however it is spelled") {
  std::size_t cells = 0;
  const std::string begin = R"({"model":"gemini-2.5-flash","messages":[{"role":"user",)"
                            R"("content":"u"}],)";
  for (const MatrixRow& row : google_rows()) {
    INFO(row.base);
    const std::string inner = base_named(row.base);
    const std::string path = row.path;
    const std::string dot = path.empty() ? "" : ".";
    check_row(begin + R"("extra_body":{"google":)" + inner + "}}", "extra_body.google" + dot + path,
              row.cells);
    check_row(begin + R"("google":)" + camel(inner) + "}", "google" + dot + camel(path), row.cells);
    cells += 2 * kValueCount;
  }
  check_row(begin + R"("extra_body":{"google":{}}})", "extra_body",
            "absent type type type type type type type type drop type type");
  std::cout << cells + kValueCount << " cells of Google's fields\n";
}

TEST_CASE("each request of the matrix is accepted as it stands") {
  for (const MatrixBase& base : matrix_bases()) {
    INFO(base.name);
    const bool is_google = std::string_view(base.name).starts_with("google");
    const Reading reading(
        is_google ? asking(std::string(R"("google":)") + base.body) : std::string(base.body),
        options());
    INFO((reading.ok() ? "" : reading.error().message));
    REQUIRE(reading.ok());
    CHECK(flaw_of_gemini_request(reading.upstream()) == "");
  }
}

TEST_CASE("no row of the matrix stands twice, and every parameter has one") {
  std::set<std::string> seen;
  std::set<std::string, std::less<>> names;
  for (const auto rows : {setting_rows(), message_rows(), tool_rows()}) {
    for (const MatrixRow& row : rows) {
      INFO(row.path);
      CHECK(seen.insert(std::string(row.base) + " " + row.path).second);
      names.insert(steps_of(row.path)[0]);
    }
  }
  constexpr std::size_t kOfficial = 37;
  std::size_t count = 0;
  for (const auto& parameter : proxy::fronts::openai_chat::parameters()) {
    const std::string_view name = parameter.name;
    if (name == "extra_body" || name == "google") continue;
    INFO(name);
    CHECK(names.contains(name));
    ++count;
  }
  CHECK(count == kOfficial + 3);  // and reasoning, thinking, top_k
}

// What the rows cannot show, as they keep a field where it is.
TEST_CASE("a field that has to be there is named where it is not", "[F-01][F-03][F-05][F-06]") {
  const struct {
    const char* base;
    const char* path;
    const char* code;
  } rows[] = {
      {"settings", "model", "missing_required_parameter"},
      {"settings", "messages", "missing_required_parameter"},
      {"user", "messages[0].role", "missing_required_parameter"},
      {"user", "messages[0].content", "invalid_type"},
      {"system", "messages[0].content", "invalid_type"},
      {"calls", "messages[2].content", "invalid_type"},
      {"legacy", "messages[2].content", "invalid_type"},
      {"legacy", "messages[2].name", "missing_required_parameter"},
      {"parts", "messages[0].content[0].text", "invalid_type"},
      {"calls", "messages[1].tool_calls[0].function", "missing_required_parameter"},
      {"tools", "tools[0].function.name", "missing_required_parameter"},
      {"choice", "tool_choice.function", "missing_required_parameter"},
  };
  for (const auto& row : rows) {
    INFO(row.path);
    const Reading reading(template_of(base_named(row.base), row.path).without, options());
    CHECK(reading.code() == row.code);
    CHECK(reading.param() == row.path);
  }
}
