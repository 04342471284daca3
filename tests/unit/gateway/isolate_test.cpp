// What an isolate reads when its first call comes.
#include "gateway/isolate.h"

#include <string>

#include "support/catch.h"
#include "support/fake_host.h"

using proxy::accounts::Upstream;
using proxy::gateway::Isolate;
using proxy::test::FakeHost;

namespace {

std::string entry(int i) { return R"({"api_key":"key-)" + std::to_string(i) + "\"}"; }

// Accounts `from` to `to`, as one secret.
std::string entries(int from, int to) {
  std::string text = "[";
  for (int i = from; i < to; ++i) text += (i == from ? "" : ",") + entry(i);
  return text + "]";
}

std::string keys_of(const Isolate& isolate) {
  std::string out;
  for (const auto& account : isolate.accounts.accounts) {
    if (!out.empty()) out += ' ';
    out += account.valid ? account.secret.reveal() : "-";
  }
  return out;
}

}  // namespace

TEST_CASE("ACCOUNTS goes on in ACCOUNTS_2 to ACCOUNTS_99, also over gaps") {
  const struct {
    const char* why;
    std::map<std::string, std::string> env;
    std::string keys;
  } rows[] = {
      {"one", {{"ACCOUNTS", entries(0, 2)}}, "key-0 key-1"},
      {"two", {{"ACCOUNTS", entries(0, 2)}, {"ACCOUNTS_2", entry(2)}}, "key-0 key-1 key-2"},
      {"a gap",
       {{"ACCOUNTS", entry(0)}, {"ACCOUNTS_2", ""}, {"ACCOUNTS_7", entries(1, 3)}},
       "key-0 key-1 key-2"},
      {"the last", {{"ACCOUNTS", entry(0)}, {"ACCOUNTS_99", entry(1)}}, "key-0 key-1"},
      {"in the order of numbers",
       {{"ACCOUNTS", entry(0)}, {"ACCOUNTS_10", entry(2)}, {"ACCOUNTS_9", entry(1)}},
       "key-0 key-1 key-2"},
      {"not the first", {{"ACCOUNTS_2", entry(0)}}, "key-0"},
      {"other names",
       {{"ACCOUNTS", entry(0)},
        {"ACCOUNTS_1", entry(1)},
        {"ACCOUNTS_02", entry(2)},
        {"ACCOUNTS_100", entry(3)},
        {"ACCOUNTS2", entry(4)}},
       "key-0"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    FakeHost host;
    host.env = row.env;
    Isolate isolate;
    isolate.configure();
    CHECK(keys_of(isolate) == row.keys);
    CHECK_FALSE(isolate.accounts.error);
    for (std::size_t i = 0; i < isolate.accounts.accounts.size(); ++i) {
      CHECK(isolate.accounts.accounts[i].index == i);
    }
  }
}

TEST_CASE("A-01 without accounts the isolate says why nothing can be sent") {
  FakeHost host;
  Isolate isolate;
  isolate.configure();
  REQUIRE(isolate.accounts.error);
  CHECK(isolate.accounts.error->code == proxy::ErrorCode::accounts_not_configured);
}

TEST_CASE("A-11 a thousand accounts over 26 secrets are read, and once per isolate") {
  constexpr int kEach = 40;
  FakeHost host;
  for (int i = 1; i <= 25; ++i) {
    const std::string name = i == 1 ? "ACCOUNTS" : "ACCOUNTS_" + std::to_string(i);
    const std::string text = entries((i - 1) * kEach, i * kEach);
    REQUIRE(text.size() <= 5'120);
    host.env[name] = text;
  }
  host.env["ACCOUNTS_26"] = "[" + entry(1'000) + R"(,{"disabled":true},7])";
  Isolate isolate;
  isolate.configure();
  const auto& accounts = isolate.accounts.accounts;
  REQUIRE(accounts.size() == 1'003);
  CHECK(accounts[0].secret.reveal() == "key-0");
  CHECK(accounts[999].secret.reveal() == "key-999");
  CHECK(accounts[1'000].enabled());
  CHECK_FALSE(accounts[1'002].valid);
  const auto* const first = accounts.data();
  const std::size_t logged = host.logs.size();
  CHECK(logged > 0);

  host.env.clear();
  host.now_ms += 1'000;
  isolate.configure();
  CHECK(isolate.accounts.accounts.data() == first);
  CHECK(isolate.accounts.accounts.size() == 1'003);
  CHECK(host.logs.size() == logged);
  CHECK(isolate.started_ms == host.now_ms - 1'000);
}

TEST_CASE("an isolate knows whether an account of Vertex AI can serve") {
  const struct {
    const char* accounts;
    bool has_vertex;
  } rows[] = {
      {R"([{"api_key":"key-a"}])", false},
      {R"([{"api_key":"key-a"},{"api_key":"key-b","upstream":"vertex"}])", true},
      {R"([{"api_key":"key-a","upstream":"vertex","disabled":true}])", false},
      {R"([{"refresh_token":"refresh-a","upstream":"vertex"}])", false},  // has no project
  };
  for (const auto& row : rows) {
    INFO(row.accounts);
    FakeHost host;
    host.env["ACCOUNTS"] = row.accounts;
    Isolate isolate;
    isolate.configure();
    CHECK(isolate.has_vertex == row.has_vertex);
  }
}

TEST_CASE("each isolate begins with another account and has a session of its own") {
  const auto of = [](std::uint32_t seed) {
    FakeHost host(seed);
    host.env["ACCOUNTS"] = entries(0, 40);
    Isolate isolate;
    isolate.configure();
    const auto* const chosen = isolate.tokens.pool.choose(isolate.accounts.accounts, {},
                                                          host.now_ms, [](auto&) { return true; });
    return std::to_string(chosen->index) + ' ' + isolate.session_id;
  };
  CHECK(of(1) == of(1));
  CHECK(of(1).substr(0, 2) != of(2).substr(0, 2));
  CHECK(of(1).substr(3) != of(2).substr(3));
  CHECK(of(1).size() >= 32);
}

TEST_CASE("what is odd is logged once, the open door by a name of its own") {
  FakeHost host;
  host.env = {{"ACCOUNTS", R"([{"api_key":"key-a"},{"api_key":"key-a"}])"},
              {"ALLOW_ANONYMOUS", "true"},
              {"STREAM_DEFAULT", "perhaps"}};
  Isolate isolate;
  isolate.configure();
  CHECK(host.log_count(R"("ev":"auth_open")") == 1);
  CHECK(host.log_count(R"("code":"variable_invalid")") == 1);
  CHECK(host.log_count(R"("acct":1)") == 1);
  CHECK(host.leak({"key-a", "perhaps"}).empty());
}
