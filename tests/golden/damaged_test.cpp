// Requests of every kind cut or damaged at each byte: refused by name, or still a request whose
// translation Google can read. The requests are those of the golden cases.
#include <iostream>
#include <string>

#include "fronts/openai_chat/request.h"
#include "gemini/request_writer.h"
#include "json/index.h"
#include "support/catch.h"
#include "support/exact_bytes.h"
#include "support/gemini_shape.h"
#include "support/golden.h"
#include "support/long_form.h"

namespace openai_chat = proxy::fronts::openai_chat;
using namespace proxy::test;
using namespace std::string_literals;

namespace {

struct Outcome {
  std::optional<proxy::ApiError> error;
  std::string upstream;
};

Outcome outcome_of(std::string_view body) {
  static const proxy::gemini::Aliases kAliases = {{"my-alias", "gemini-3.5-flash"}};
  ExactBytes bytes(body);
  proxy::json::Index index;
  openai_chat::RequestOptions options;
  options.aliases = &kAliases;
  auto request = openai_chat::read_request(bytes.span(), index, options);
  Outcome outcome;
  if (!request.ok()) {
    outcome.error = std::move(request).error();
  } else {
    proxy::gemini::write_request(request->upstream, proxy::json::Writer(outcome.upstream));
  }
  return outcome;
}

std::string beginning_of(std::string_view body, std::size_t size) {
  return std::string(body.substr(0, size));
}

std::vector<std::string> bodies() {
  std::vector<std::string> bodies;
  for (const GoldenCase& one : golden_cases("openai_chat")) {
    bodies.push_back(one.json("request.json").value_or(""));
  }
  return bodies;
}

// What is wrong with what became of a damaged request; "" if nothing is.
std::string flaw_of(const Outcome& outcome) {
  if (!outcome.error) return flaw_of_gemini_request(outcome.upstream);
  const auto traits = proxy::traits(outcome.error->code);
  // F-02: a model that there cannot be is 404.
  if (traits.status != 400 && traits.code != std::string_view("model_not_found")) {
    return "status " + std::to_string(traits.status);
  }
  if (outcome.error->message.empty()) return "no message";
  return "";
}

}  // namespace

TEST_CASE("a request cut after any byte is refused with the place, never the text", "[J-01]") {
  std::size_t count = 0;
  std::size_t requests = 0;
  for (const std::string& body : bodies()) {
    ++requests;
    for (std::size_t size = 0; size < body.size(); ++size, ++count) {
      const Outcome outcome = outcome_of(beginning_of(body, size));
      const std::string expected =
          "We could not parse the JSON body of your request: " +
          (size == 0 ? "the request body is empty. JSON was expected."s
                     : "it is not valid JSON at byte " + std::to_string(size) + ".");
      if (outcome.error && outcome.error->code == proxy::ErrorCode::invalid_json &&
          outcome.error->message == expected && outcome.error->param.empty()) {
        continue;
      }
      INFO(body << " cut at " << size);
      REQUIRE(outcome.error);
      CHECK(proxy::traits(outcome.error->code).code == "invalid_json"s);
      CHECK(outcome.error->message == expected);
    }
  }
  std::cout << count << " beginnings of " << requests << " requests\n";
  CHECK(requests >= 50);
}

TEST_CASE("a request with any byte replaced is refused by name or reaches Google well-formed",
          "[J-02]") {
  constexpr unsigned kOneOf = 16;
  const std::string bytes = "\x00\x0A\x22\x2C\x3A\x5B\x5C\x5D\x7B\x7D\x80\xC0\xED\xFF"s;
  REQUIRE(bytes.size() == 14);
  Sample sample(kOneOf);
  std::size_t refused = 0;
  std::size_t accepted = 0;
  for (const std::string& body : bodies()) {
    for (std::size_t at = 0; at < body.size(); ++at) {
      for (const char byte : bytes) {
        if (!sample.next()) continue;
        std::string damaged = body;
        damaged[at] = byte;
        const Outcome outcome = outcome_of(damaged);
        ++(outcome.error ? refused : accepted);
        if (const std::string flaw = flaw_of(outcome); !flaw.empty()) {
          FAIL_CHECK(flaw << " for " << damaged);
        }
      }
    }
  }
  std::cout << refused + accepted << " replacements, " << accepted
            << " of them still requests; PROXY_TEST_SEED=" << test_seed() << "\n";
  CHECK(refused > 1'000);
  CHECK(accepted > 1'000);
}
