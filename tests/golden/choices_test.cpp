// Several choices in one answer: what each of them says does not depend on the others, however
// their upstreams' bytes are mixed. Any two golden answers are taken for two choices.
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "golden/relayed.h"
#include "golden/stream_shape.h"
#include "support/catch.h"
#include "support/golden.h"

namespace openai_chat = proxy::fronts::openai_chat;
namespace gateway = proxy::gateway;
using namespace proxy::test;

namespace {

openai_chat::AnswerContext context(int choices) {
  openai_chat::AnswerContext context;
  context.model = "m";
  context.choices = choices;
  context.include_usage = true;
  context.created_s = 1'760'000'000;
  context.id_seed = 1;
  return context;
}

// A choice, or a choice's part of a chunk, without what is the whole answer's or made up.
Json without_ids(Json choice) {
  choice.erase("index");
  for (const char* place : {"delta", "message"}) {
    if (!choice.contains(place)) continue;
    Json& said = choice[place];
    if (said.contains("audio")) said["audio"].erase("id");
    if (!said.contains("tool_calls")) continue;
    for (Json& call : said["tool_calls"]) {
      if (text_of(call["id"]).starts_with("call_")) call.erase("id");
    }
  }
  return choice;
}

// An answer of one choice or more, taken apart.
struct Parts {
  std::vector<Json> of_choice[2];  // in their order
  Json usage;
  bool is_done = false;  // and the order at the end is right
};

Parts parts_of_stream(const std::string& out) {
  Parts parts;
  std::string id;
  for (const std::string& data : events_of(out)) {
    CHECK_FALSE(parts.is_done);
    if (data == "[DONE]") {
      parts.is_done = !parts.usage.is_null();
      continue;
    }
    const Json event = Json::parse(data, nullptr, false);
    if (id.empty()) id = text_of(member(event, "id"));
    CHECK(member(event, "id") == id);
    CHECK(parts.usage.is_null());
    const Json& choices = member(event, "choices");
    if (choices.empty()) {
      parts.usage = member(event, "usage");
      continue;
    }
    REQUIRE(choices.size() == 1);
    parts.of_choice[member(choices[0], "index") == 1].push_back(without_ids(choices[0]));
  }
  return parts;
}

Parts parts_of_whole(const std::string& out) {
  const Json answer = Json::parse(out, nullptr, false);
  Parts parts;
  std::size_t index = 0;
  for (const Json& choice : member(answer, "choices")) {
    CHECK(member(choice, "index") == index);
    parts.of_choice[index++].push_back(without_ids(choice));
  }
  parts.usage = member(answer, "usage");
  parts.is_done = true;
  return parts;
}

// Both upstreams' bytes, mixed by chance.
std::string mixed(const std::string (&upstreams)[2], MakeRenderer make, std::mt19937& random) {
  const auto renderer = make(context(2));
  gateway::Relay relays[2] = {{*renderer, 0, "m"}, {*renderer, 1, "m"}};
  std::size_t fed[2] = {0, 0};
  bool ended[2] = {false, false};
  std::string out;
  while (!ended[0] || !ended[1]) {
    const std::size_t i = random() % 2;
    if (ended[i]) continue;
    if (fed[i] == upstreams[i].size()) {
      CHECK_FALSE(relays[i].finish(true, out).has_value());
      ended[i] = true;
      continue;
    }
    const std::size_t size = 1 + random() % 40;
    Chunk chunk(std::string_view{upstreams[i]}.substr(fed[i], size));
    CHECK_FALSE(relays[i].feed(chunk.span(), out).has_value());
    fed[i] += chunk.size;
  }
  proxy::gemini::Usage usage = relays[0].answer().usage();
  usage.add(relays[1].answer().usage());
  renderer->on_end(usage, out);
  return out;
}

// Of two usages, member by member.
Json sum(Json usage, const Json& other) {
  for (const auto& [name, value] : other.items()) {
    if (value.is_object()) {
      usage[name] = sum(usage[name], value);
    } else {
      const auto before = usage.contains(name) ? usage[name].get<std::int64_t>() : 0;
      usage[name] = before + value.get<std::int64_t>();
    }
  }
  return usage;
}

// Upstream answers that end well.
std::vector<std::string> good_answers() {
  std::vector<std::string> good;
  for (const GoldenCase& one : golden_cases("openai_chat")) {
    const auto upstream = one.file("upstream.sse");
    if (!upstream) continue;
    const Relayed relayed =
        relay(cut_at(*upstream, {}), openai_chat::stream_renderer, context(1), true);
    if (!relayed.error) good.push_back(*upstream);
  }
  return good;
}

}  // namespace

TEST_CASE("golden: two choices whose bytes come mixed say what each says alone") {
  const auto good = good_answers();
  REQUIRE(good.size() > 50);
  std::mt19937 random(test_seed());
  INFO("seed " << test_seed());
  for (std::size_t i = 0; i < good.size(); ++i) {
    const std::string pair[2] = {good[i], good[(i + 7) % good.size()]};
    for (const bool is_stream : {true, false}) {
      const auto make = is_stream ? openai_chat::stream_renderer : openai_chat::whole_renderer;
      const auto parts_of = is_stream ? parts_of_stream : parts_of_whole;
      const Parts both = parts_of(mixed(pair, make, random));
      const Parts alone[2] = {parts_of(relay(cut_at(pair[0], {}), make, context(1), true).out),
                              parts_of(relay(cut_at(pair[1], {}), make, context(1), true).out)};
      INFO(pair[0] << "\nand\n" << pair[1]);
      CHECK(both.of_choice[0] == alone[0].of_choice[0]);
      CHECK(both.of_choice[1] == alone[1].of_choice[0]);
      CHECK(both.is_done);
      CHECK(both.usage == sum(alone[0].usage, alone[1].usage));
    }
  }
}
