// Google keeps a conversation's beginning for the account that sent it, so each turn of it goes
// where the last one went.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "flow/entries.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

// The n-th turn of a conversation that begins with these words.
Ask turn(const std::string& first_words, int n, const std::string& more = {}) {
  std::string messages =
      R"({"role":"system","content":"private-system"},{"role":"user","content":")" + first_words +
      "\"}";
  for (int i = 1; i < n; ++i) {
    messages += R"(,{"role":"assistant","content":"private-answer"},)"
                R"({"role":"user","content":"private-more"})";
  }
  return post(R"({"model":"gemini-2.5-flash","stream":false,"messages":[)" + messages + ']' + more +
              '}');
}

std::string cache_key(const std::string& key) { return R"(,"prompt_cache_key":")" + key + '"'; }

struct Friendly : Story {
  explicit Friendly(int accounts) : Story(0, accounts) { host.env.erase("ACCOUNT_AFFINITY"); }

  // Who serves that.
  std::string server_of(const Ask& ask) {
    CHECK(tell(ask) == kServed);
    return account_of(host.fetches.back());
  }
};

}  // namespace

TEST_CASE("the turns of a conversation stay with one account") {
  for (const char* affinity : {"", "true", "1"}) {
    Friendly story(5);
    story.set("ACCOUNT_AFFINITY", affinity);
    const std::string first = story.server_of(turn("private-a", 1));
    for (int n = 2; n < 12; ++n) {
      story.ask(turn("private-" + std::to_string(n), 1));  // others in between
      CHECK(story.server_of(turn("private-a", n)) == first);
    }
  }
}

TEST_CASE("without affinity each request goes to the account that is idle longest") {
  for (const char* affinity : {"false", "0"}) {
    Friendly story(3);
    story.set("ACCOUNT_AFFINITY", affinity);
    for (int n = 1; n <= 4; ++n) story.ask(turn("private-a", n));
    CHECK(story.accounts_asked() == "0 1 2 0");
  }
}

TEST_CASE("different conversations spread over the accounts") {
  Friendly story(4);
  std::array<int, 4> counts{};
  for (int i = 0; i < 80; ++i) {
    ++counts.at(std::stoul(story.server_of(turn("private-" + std::to_string(i), 1))));
  }
  for (const int count : counts) CHECK(count >= 8);
}

TEST_CASE("what is said first decides, to its last byte but not without end") {
  Friendly story(8);
  const std::string same(4'096, 'x');
  const auto spread = [&story](const auto& words_of) {
    std::vector<std::string> servers;
    for (int i = 0; i < 12; ++i) servers.push_back(story.server_of(turn(words_of(i), 1)));
    return static_cast<std::size_t>(std::count(servers.begin(), servers.end(), servers[0])) <
           servers.size();
  };
  CHECK(spread([&](int i) { return same.substr(2) + std::to_string(i % 10); }));
  CHECK_FALSE(spread([&](int i) { return same + std::to_string(i % 10); }));
  CHECK(spread([&](int i) { return same + std::string(static_cast<std::size_t>(i), 'x'); }));
}

TEST_CASE("prompt_cache_key decides where there is one") {
  Friendly story(6);
  const std::string first = story.server_of(turn("private-a", 1, cache_key("private-k")));
  bool moved = false;
  for (int i = 0; i < 10; ++i) {
    const std::string word = "private-" + std::to_string(i);
    CHECK(story.server_of(turn(word, 1, cache_key("private-k"))) == first);
    moved = moved || story.server_of(turn("private-a", 1, cache_key(word))) != first;
  }
  CHECK(moved);
}

TEST_CASE("the same words of another caller are another conversation") {
  Friendly story(8);
  std::string keys = "[\"" + kKey + '"';
  for (int i = 0; i < 9; ++i) keys += ",\"marked-other-" + std::to_string(i) + '"';
  story.set("API_KEY", keys + ']');
  std::set<std::string> servers;
  for (int i = 0; i < 9; ++i) {
    const Ask ask = turn("private-a", 1).without("authorization");
    const Ask own = ask.with("x-api-key", "marked-other-" + std::to_string(i));
    const std::string server = story.server_of(own);
    CHECK(story.server_of(own) == server);
    servers.insert(server);
  }
  CHECK(servers.size() > 2);
}

TEST_CASE("a conversation yields to a rest, and comes back") {
  Friendly story(3);
  const std::string first = story.server_of(turn("private-a", 1));
  story.on_google = [&first](const FetchRequest& request, int) {
    return account_of(request) == first ? limited_for("20s") : good_answer();
  };
  const std::string second = story.server_of(turn("private-a", 2));
  CHECK(second != first);
  CHECK(story.server_of(turn("private-a", 3)) == second);  // and stays there meanwhile
  story.host.now_ms += 20'000;
  story.on_google = nullptr;
  CHECK(story.server_of(turn("private-a", 4)) == first);
}

TEST_CASE("every isolate has the same order for a conversation") {
  Friendly story(5);
  for (const char* words : {"private-a", "private-b", "private-c", "private-d"}) {
    const std::string server = story.server_of(turn(words, 1));
    for (std::size_t first = 0; first < 5; ++first) {
      story.first_account = first;
      story.evict();
      CHECK(story.server_of(turn(words, 2)) == server);
    }
  }
}

TEST_CASE("an account that is taken out moves only the conversations it had") {
  Friendly story(4);
  std::vector<std::string> servers;
  for (int i = 0; i < 20; ++i) {
    servers.push_back(story.server_of(turn("private-" + std::to_string(i), 1)));
  }
  set_entries(story,
              {signed_in(0), signed_in(1), signed_in(2), signed_in(3, R"(,"disabled":true)")});
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const std::string server = story.server_of(turn("private-" + std::to_string(i), 1));
    CHECK((servers[i] == "3" ? server != "3" : server == servers[i]));
  }
}

}  // namespace proxy::flow
