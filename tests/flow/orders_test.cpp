// Two requests in one isolate, answered in every order there is: each caller gets what it would
// have got alone. An order is the sequence in which the host's answers reach the two; where only
// one of them has an answer coming there is no choice, and time passes when neither has.
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flow/entries.h"
#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"
#include "support/long_form.h"

namespace proxy::flow {
namespace {

// One order after the other, as a counter counts: what was not chosen yet is the first call's turn.
class Order {
 public:
  bool is_second() {
    if (next_ == choices_.size()) choices_.push_back(false);
    return choices_[next_++];
  }
  // Goes to the next order; false if that was the last.
  bool advance() {
    choices_.resize(next_);
    while (!choices_.empty() && choices_.back()) choices_.pop_back();
    if (choices_.empty()) return false;
    choices_.back() = true;
    next_ = 0;
    return true;
  }
  std::string text() const {
    std::string out;
    for (const bool is_second : choices_) out += is_second ? 'b' : 'a';
    return out;
  }

 private:
  std::vector<bool> choices_;
  std::size_t next_ = 0;
};

struct Pair {
  std::string name;
  int accounts = 1;
  Ask a;
  Ask b;
  std::string outcome_of_a;
  std::string outcome_of_b;
  std::function<void(Story&)> prepare;
  std::size_t most_tokens = 1;  // asked of Google
};

// A chat whose answer repeats what it asked, in two events.
Ask marked(const std::string& mark, bool stream, const std::string& more = {}) {
  return post(R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"private-)" +
              mark + R"("}],"stream":)" + (stream ? "true" : "false") + more + '}');
}

std::string mark_of(const FetchRequest& request) {
  constexpr std::string_view kBefore = "\"text\":\"private-";
  const std::size_t begin = request.body.find(kBefore) + kBefore.size();
  return request.body.substr(begin, request.body.find('"', begin) - begin);
}

FetchAnswer echo(const FetchRequest& request) {
  const std::string mark = mark_of(request);
  return answer_of({text_event(mark + "1 "), text_event(mark + "2", "STOP")});
}

std::string echoed(const std::string& mark) { return "200 " + mark + "1 " + mark + "2"; }

void answer_all(Story& story) {
  story.on_google = [](const FetchRequest& request, int) { return echo(request); };
}

void warm(Story& story) {
  story.ask(whole());
  answer_all(story);
}

// The token that the isolate holds is refused by Gemini.
void revoke_token(Story& story) {
  story.ask(whole());
  story.on_google = [](const FetchRequest& request, int) {
    const bool is_old = request.header("authorization").ends_with("-0-1");
    return is_old ? error_answer(401) : echo(request);
  };
}

// What `a` asks is refused.
void refuse_a(Story& story) {
  story.ask(whole());
  story.on_google = [](const FetchRequest& request, int) {
    return mark_of(request) == "a" ? google_error(400, "INVALID_ARGUMENT") : echo(request);
  };
}

// The answer to `a` breaks after its first words.
void break_a(Story& story) {
  story.ask(whole());
  story.on_google = [](const FetchRequest& request, int) {
    if (mark_of(request) != "a") return echo(request);
    return answer_of({text_event("a1 ")}, BodyEnd::broken);
  };
}

// The first account has no quota left for some minutes.
void limit_first(Story& story) {
  story.ask(whole());
  story.ask(whole());
  story.on_google = [](const FetchRequest& request, int) {
    return account_of(request) == "0" ? limited_for("90s") : echo(request);
  };
}

// Gives the answers in that order until nothing more will happen.
//   leaves_after  so many answers to `a`, the caller of it leaves
void run(Story& story, host::CallId a, host::CallId b, Order& order,
         std::optional<std::size_t> leaves_after) {
  FakeHost& host = story.host;
  for (;;) {
    const bool leaves = leaves_after && !host.has_ended(a) && host.answer_count(a) == *leaves_after;
    const bool can_a = leaves || host.can_answer(a);
    const bool can_b = host.can_answer(b);
    if (!can_a && !can_b) {
      if (!host.pass_time()) return;
      continue;
    }
    const bool is_b = can_a && can_b ? order.is_second() : can_b;
    if (is_b) {
      host.answer(b);
    } else if (leaves) {
      host.cancel(a);
      leaves_after.reset();
    } else {
      host.answer(a);
    }
  }
}

// All orders of the pair; how many there are.
std::size_t tell_all(const Pair& pair, std::optional<std::size_t> leaves_after = std::nullopt) {
  Order order;
  std::size_t count = 0;
  do {
    Story story(0, pair.accounts);
    pair.prepare(story);
    const std::size_t tokens_before = story.token_requests().size();
    const host::CallId a = story.start(pair.a);
    const host::CallId b = story.start(pair.b);
    run(story, a, b, order, leaves_after);
    INFO(pair.name << ", order " << order.text());
    CHECK(story.host.has_ended(a));
    CHECK(story.host.has_ended(b));
    if (!leaves_after) CHECK(Story::summary(story.host.received(a)) == pair.outcome_of_a);
    CHECK(Story::summary(story.host.received(b)) == pair.outcome_of_b);
    CHECK(story.token_requests().size() - tokens_before <= pair.most_tokens);
    ++count;
  } while (order.advance());
  return count;
}

const std::string kA = echoed("a");
const std::string kB = echoed("b");

}  // namespace

TEST_CASE("two requests of six awaits in all 924 orders", "[P-19][S-19]") {
  for (const bool a_streams : {true, false}) {
    for (const bool b_streams : {true, false}) {
      if (!test::is_long_form() && a_streams == b_streams) continue;
      const Pair pair{"both have a token",
                      1,
                      marked("a", a_streams),
                      marked("b", b_streams),
                      kA + (a_streams ? "[DONE]" : ""),
                      kB + (b_streams ? "[DONE]" : ""),
                      warm,
                      0};
      CHECK(tell_all(pair) == 924);
    }
  }
}

TEST_CASE("two requests in all orders, one of which goes wrong", "[P-19][S-19]") {
  const std::string done = "[DONE]";
  const Ask a = marked("a", true);
  const Ask b = marked("b", true);
  const std::vector<Pair> pairs = {
      {"a is refused", 1, a, b, "400 upstream_invalid_request", kB + done, refuse_a, 0},
      {"a breaks", 1, a, b, "200 a1 !upstream_reset", kB + done, break_a, 0},
      {"a is invalid", 1, post("{"), b, "400 invalid_json", kB + done, warm, 0},
      {"a asks for the status", 1, get("/v1/status"), b, "200 ?", kB + done, warm, 0},
      {"a has a wrong key", 1, a.with("authorization", "Bearer marked-b"), b, "401 invalid_api_key",
       kB + done, warm, 0},
  };
  for (const Pair& pair : pairs) {
    const std::size_t count = tell_all(pair);
    std::printf("orders: %s: %zu\n", pair.name.c_str(), count);
    CHECK(count >= 1);
  }
}

// With PROXY_LONG=1 only, as there are many; interleave_test.cpp takes some of them by chance.
TEST_CASE("two requests in all orders that share what one of them gets", "[P-19][O-17]") {
  if (!test::is_long_form()) return;
  const std::string done = "[DONE]";
  const Ask a = marked("a", true);
  const Ask b = marked("b", false);
  const std::vector<Pair> pairs = {
      {"cold, one refresh for both", 1, a, b, kA + done, kB, answer_all, 1},
      {"the token is refused", 1, a, b, kA + done, kB, revoke_token, 1},
      {"the first account is at its quota", 2, a, b, kA + done, kB, limit_first, 0},
  };
  for (const Pair& pair : pairs) {
    const std::size_t count = tell_all(pair);
    std::printf("orders: %s: %zu\n", pair.name.c_str(), count);
    CHECK(count >= 1'000);
  }
}

TEST_CASE("two requests in all orders, one of which leaves at any moment", "[P-19][D-06]") {
  const Pair pair{"a leaves", 1, marked("a", true), marked("b", true), "", kB + "[DONE]", warm, 0};
  std::size_t count = 0;
  for (std::size_t after = 0; after < 6; after += test::is_long_form() ? 1 : 2)
    count += tell_all(pair, after);
  std::printf("orders: %s: %zu\n", pair.name.c_str(), count);
  CHECK(count >= 500);
}

}  // namespace proxy::flow
