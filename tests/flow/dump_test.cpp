// What a thief of KV gets: access tokens that die by themselves, a refresh token only where Google
// has exchanged it, and nothing of what callers said or what secrets the owner has set.
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "flow/plots.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

constexpr std::int64_t kDayS = 86'400;

// The members of each kind of value, by the beginning of its key.
const std::map<std::string, std::set<std::string>> kMembers = {
    {"token_", {"access_token", "expires_in", "timestamp", "fp"}},
    {"dead_", {"reason", "at", "fp"}},
    {"cool_", {"model", "until", "fp"}},
    {"refresh_", {"refresh_token", "fp"}},
};

std::string kind_of(const std::string& key) {
  const std::size_t end = key.find('_') + 1;
  const bool is_numbered =
      end < key.size() && key.find_first_not_of("0123456789", end) == std::string::npos;
  return is_numbered ? key.substr(0, end) : std::string();
}

// The longest that the platform was asked to keep a value of that kind; 0 if there was none.
std::int64_t longest_life_s(const FakeHost& host, const std::string& kind) {
  std::int64_t longest = 0;
  for (const std::string& line : host.transcript) {
    const std::size_t ttl = line.find(" ttl=");
    if (!line.starts_with("kv_put " + kind) || ttl == std::string::npos) continue;
    longest = std::max<std::int64_t>(longest, std::stoll(line.substr(ttl + 5)));
  }
  return longest;
}

void check_dump(const FakeHost& host) {
  for (const std::string& key : host.kv_keys()) {
    const std::string value = host.kv(key).value_or("");
    INFO(key << ": " << value);
    const auto kind = kMembers.find(kind_of(key));
    REQUIRE(kind != kMembers.end());
    const auto root = nlohmann::json::parse(value, nullptr, false);
    REQUIRE(root.is_object());
    for (const auto& [name, member] : root.items()) CHECK(kind->second.contains(name));
    for (const std::string& word :
         {kKey, std::string("marked-client-secret"), std::string("marked-api-key"),
          std::string("private-"), std::string("PRIVATE KEY"), std::string("made-1"),
          std::string("found-1"), std::string("@")}) {
      CHECK(value.find(word) == std::string::npos);
    }
    CHECK((kind->first == "refresh_" || value.find("marked-refresh-") == std::string::npos));
  }
  for (const char* kind : {"token_", "cool_", "dead_"}) {
    CHECK(longest_life_s(host, kind) <= kDayS);
  }
}

}  // namespace

TEST_CASE("whatever happens, KV holds four kinds of values and no other secret", "[S-23]") {
  std::set<std::string> seen;
  for (const Plot& plot : plots()) {
    for (std::size_t n = 0;; ++n) {
      INFO(plot.name << ", operation " << n);
      Story story(0, plot.accounts);
      plot.prepare(story);
      const std::size_t before = story.host.operation_count();
      if (n > 0) story.host.fail_at(before + n);
      story.ask(plot.ask);
      check_dump(story.host);
      for (const std::string& key : story.host.kv_keys()) seen.insert(kind_of(key));
      if (story.host.operation_count() - before < n) break;
    }
  }
  CHECK(seen == std::set<std::string>{"token_", "dead_", "cool_", "refresh_"});
}

TEST_CASE("an access token is kept in KV no longer than it lives", "[S-23]") {
  Story story;
  story.ask(whole());
  CHECK(longest_life_s(story.host, "token_") == 3'599);
  story.host.now_ms += 3'599'000;
  CHECK(story.host.kv_keys().empty());
}

}  // namespace proxy::flow
