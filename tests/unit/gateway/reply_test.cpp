// When several choices make one answer: what ends it, and that it ends once.
#include "gateway/reply.h"

#include <functional>
#include <memory>
#include <string>

#include "support/catch.h"
#include "support/fake_host.h"

using proxy::ApiError;
using proxy::ErrorCode;
using proxy::gateway::Config;
using proxy::gateway::Exchange;
using proxy::gateway::Reply;
using proxy::gateway::Route;
using proxy::gemini::Usage;
using proxy::host::Call;
using proxy::host::Task;
using proxy::test::FakeHost;
using proxy::test::Received;

namespace {

// Says what it is told, in short.
class Plain final : public proxy::fronts::Renderer {
 public:
  void on_start(int) override {}
  void on_event(int, const proxy::gemini::Event&, const proxy::gemini::Answer&,
                std::string&) override {}
  void on_choice_end(int, const proxy::gemini::Answer&, std::string&) override {}
  void on_end(const Usage& usage, std::string& out) override {
    out += "{end " + std::to_string(usage.prompt.value_or(-1)) + "}";
  }
  std::size_t held(int) const override { return 0; }
  void on_error(const ApiError& error, std::string& out) override {
    out += "{error " + error.message + "}";
  }
};

Usage prompt(std::int64_t tokens) {
  Usage usage;
  usage.prompt = tokens;
  return usage;
}

Task<void> act(Call& call, const Config& config, bool streams, int choices,
               const std::function<void(Reply&)>& script) {
  Exchange exchange(call, config, Route::chat);
  std::size_t body_bytes = 0;
  Reply reply(exchange, std::make_unique<Plain>(), streams, choices, body_bytes);
  script(reply);
  co_return;
}

Received received(bool streams, int choices, const std::function<void(Reply&)>& script) {
  const Config config{};
  FakeHost host;
  const auto id = host.start("POST\nhttp://localhost/v1/chat/completions", {}, [&](Call& call) {
    return act(call, config, streams, choices, script);
  });
  CHECK(host.run());
  return host.received(id);
}

}  // namespace

TEST_CASE("a stream begins with its first bytes and ends with its last choice") {
  const Received got = received(true, 2, [](Reply& reply) {
    CHECK_FALSE(reply.flush());
    reply.out() += "a";
    CHECK(reply.flush());
    CHECK(reply.out().empty());
    CHECK_FALSE(reply.flush());
    reply.out() += "b";
    reply.end_choice(prompt(3));
    CHECK_FALSE(reply.ended());
    reply.out() += "c";
    reply.end_choice(prompt(4));
    CHECK(reply.ended());
  });
  CHECK(got.status == 200);
  CHECK(got.streamed);
  CHECK(got.ended);
  CHECK(got.writes == std::vector<std::string>{"a", "b", "c{end 7}"});
}

TEST_CASE("a whole answer is sent in one piece when all choices have ended") {
  const Received got = received(false, 3, [](Reply& reply) {
    reply.end_choice(prompt(1));
    reply.end_choice({});
    CHECK_FALSE(reply.ended());
    reply.end_choice(prompt(2));
    CHECK(reply.ended());
  });
  CHECK(got.status == 200);
  CHECK_FALSE(got.streamed);
  CHECK(got.body == "{end 3}");
}

TEST_CASE("a failure has its own status until the caller has one") {
  const ApiError error(ErrorCode::upstream_timeout, "Too late.");
  for (const bool streams : {true, false}) {
    const Received got = received(streams, 2, [&](Reply& reply) {
      if (!streams) reply.end_choice(prompt(1));  // nothing of it is shown
      reply.fail(error);
      CHECK(reply.ended());
    });
    CHECK(got.status == 504);
    CHECK_FALSE(got.streamed);
    CHECK(got.body.find("Too late.") != std::string::npos);
    CHECK(got.body.find("{end") == std::string::npos);
  }
  const Received got = received(true, 2, [&](Reply& reply) {
    reply.out() += "a";
    reply.end_choice(prompt(1));
    reply.fail(error);
  });
  CHECK(got.status == 200);
  CHECK(got.ended);
  CHECK(got.body == "a{error Too late.}");
}

TEST_CASE("after the end nothing more is sent, whatever the other choices do") {
  const Received got = received(true, 3, [](Reply& reply) {
    reply.out() += "a";
    reply.flush();
    reply.fail(ApiError(ErrorCode::upstream_reset, "One."));
    reply.fail(ApiError(ErrorCode::upstream_reset, "Two."));
    reply.out() += "b";
    CHECK_FALSE(reply.flush());
    reply.end_choice(prompt(1));
    reply.end_choice(prompt(1));
    CHECK(reply.ended());
  });
  CHECK(got.body == "a{error One.}");
  CHECK(got.ended);
}
