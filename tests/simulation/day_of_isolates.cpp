// A day of many isolates that share a few accounts and one KV namespace: how many OAuth calls, KV
// reads and KV writes come of it. The token source is the real one; time, network and KV are
// simulated.
//
//   day_of_isolates [--isolates 300] [--accounts 5] [--seconds-between 60] [--lag 60]
//
// What is written to KV is seen by the isolate that wrote it at once and by all others only `lag`
// seconds later, which is the longest that Cloudflare speaks of. Requests come at random, fewer at
// night; an isolate lives for about two hours. Exits with 1 if the writes of the Free plan (1,000 a
// day) or its reads (100,000) do not suffice.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account.h"
#include "accounts/token_source.h"
#include "accounts/tokens.h"
#include "support/fake_host.h"

namespace proxy {
namespace {

using accounts::Freshness;
using accounts::Tokens;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr int kFreeWrites = 1'000;
constexpr int kFreeReads = 100'000;

struct Settings {
  int isolates = 300;
  int accounts = 5;
  int seconds_between = 60;  // requests of one isolate, on average
  int lag = 60;
};

struct Isolate {
  std::unique_ptr<Tokens> tokens = std::make_unique<Tokens>();
  std::int64_t dies_at_ms = 0;
};

// A namespace whose writes travel.
class Kv {
 public:
  explicit Kv(std::int64_t lag_ms) : lag_ms_(lag_ms) {}

  std::optional<std::string> get(int reader, const std::string& key, std::int64_t now_ms) {
    ++reads;
    std::optional<std::string> seen;
    for (const Write& write : writes_[key]) {
      const bool is_own = write.writer == reader;
      if (is_own || write.at_ms + lag_ms_ <= now_ms) seen = write.value;
    }
    if (seen && seen->empty()) seen.reset();
    return seen;
  }

  void put(int writer, const std::string& key, const std::string& value, std::int64_t now_ms) {
    ++writes;
    std::vector<Write>& all = writes_[key];
    std::erase_if(all, [&](const Write& write) { return write.at_ms < now_ms - 2 * kHourMs; });
    all.push_back({value, now_ms, writer});
  }

  int reads = 0;
  int writes = 0;

 private:
  struct Write {
    std::string value;
    std::int64_t at_ms;
    int writer;
  };
  std::int64_t lag_ms_;
  std::map<std::string, std::vector<Write>> writes_;
};

class Day {
 public:
  explicit Day(const Settings& settings) : settings_(settings), kv_(settings.lag * 1'000) {
    std::string text = "[";
    for (int i = 0; i < settings.accounts; ++i) {
      text += (i == 0 ? "" : ",") + ("{\"refresh_token\":\"refresh-" + std::to_string(i)) + "\"}";
    }
    accounts::AccountSettings account_settings;
    account_settings.client = {"client", SecretString("client-secret")};
    list_ = accounts::parse_accounts({text + "]"}, account_settings);
    host_.on_fetch = [this](const test::FetchRequest&) {
      ++oauth_calls_;
      test::FetchAnswer answer;
      answer.delay_ms = 150;
      answer.chunks = {R"({"access_token":"access-)" + std::to_string(oauth_calls_) +
                       R"(","expires_in":3599,"token_type":"Bearer"})"};
      return answer;
    };
    host_.on_kv_get = [this](host::CallId, const std::string& key) {
      return kv_.get(caller_, key, host_.now_ms);
    };
    host_.on_kv_put = [this](host::CallId, const std::string& key, const std::string& value) {
      kv_.put(caller_, key, value, host_.now_ms);
    };
  }

  void run();
  bool print() const;

 private:
  using Isolates = std::vector<Isolate>;

  host::Task<void> serve(host::Call& call, Tokens& tokens, std::size_t account) {
    const auto token = co_await accounts::access_token(call, tokens, list_.accounts[account],
                                                       oauth_, Freshness::any());
    if (!token.ok()) ++failures_;
  }

  std::int64_t in_about(std::int64_t ms) {
    std::exponential_distribution<double> distribution(1.0 / static_cast<double>(ms));
    return std::int64_t{1} + static_cast<std::int64_t>(distribution(random_));
  }

  Settings settings_;
  Kv kv_;
  Isolates isolates_;
  accounts::AccountList list_;
  accounts::OAuthSettings oauth_;
  std::mt19937_64 random_{20'261'125};
  int caller_ = 0;  // isolate whose operations are under way
  int oauth_calls_ = 0;
  int requests_ = 0;
  int failures_ = 0;
  int started_ = 0;  // isolates
  test::FakeHost host_;
};

void Day::run() {
  const std::int64_t begin_ms = host_.now_ms;
  using Event = std::pair<std::int64_t, int>;  // when an isolate gets a request
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
  isolates_.resize(static_cast<std::size_t>(settings_.isolates));
  // They come one after the other, as traffic does.
  for (int i = 0; i < settings_.isolates; ++i) events.emplace(begin_ms + in_about(kHourMs), i);
  while (!events.empty() && events.top().first < begin_ms + kDayMs) {
    const auto [at_ms, i] = events.top();
    events.pop();
    Isolate& isolate = isolates_[static_cast<std::size_t>(i)];
    host_.now_ms = std::max(host_.now_ms, at_ms);
    if (at_ms >= isolate.dies_at_ms) {
      isolate.tokens = std::make_unique<Tokens>();
      isolate.dies_at_ms = at_ms + in_about(2 * kHourMs);
      ++started_;
    }
    caller_ = i;
    ++requests_;
    const std::size_t account = random_() % list_.accounts.size();
    host_.start("POST\nhttp://localhost/v1/chat/completions", {},
                [&](host::Call& call) { return serve(call, *isolate.tokens, account); });
    host_.run();
    host_.forget();
    const double hour = static_cast<double>(at_ms - begin_ms) / static_cast<double>(kHourMs);
    const double traffic = 1.0 + 0.8 * std::sin(hour * 2 * 3.14159265 / 24);
    events.emplace(
        at_ms + in_about(static_cast<std::int64_t>(settings_.seconds_between * 1'000 / traffic)),
        i);
  }
}

bool Day::print() const {
  const double hours = 24.0 * settings_.accounts;
  std::printf("%d isolates (%d started), %d accounts, a request each %d s, KV %d s behind\n",
              settings_.isolates, started_, settings_.accounts, settings_.seconds_between,
              settings_.lag);
  std::printf("requests       %8d  (without a token: %d)\n", requests_, failures_);
  std::printf("OAuth calls    %8d  (%.1f per account and hour)\n", oauth_calls_,
              oauth_calls_ / hours);
  std::printf("KV reads a day %8d  of %d\n", kv_.reads, kFreeReads);
  std::printf("KV writes a day%8d  of %d\n", kv_.writes, kFreeWrites);
  return failures_ == 0 && kv_.writes <= kFreeWrites && kv_.reads <= kFreeReads;
}

bool read_settings(int count, char** words, Settings& settings) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    const int value = std::atoi(words[i + 1]);
    if (value <= 0 && name != "--lag") return false;
    if (name == "--isolates")
      settings.isolates = value;
    else if (name == "--accounts")
      settings.accounts = value;
    else if (name == "--seconds-between")
      settings.seconds_between = value;
    else if (name == "--lag")
      settings.lag = value;
    else
      return false;
  }
  return count % 2 == 1;
}

}  // namespace
}  // namespace proxy

int main(int count, char** words) {
  proxy::Settings settings;
  if (!proxy::read_settings(count, words, settings)) {
    std::fprintf(stderr,
                 "usage: day_of_isolates [--isolates N] [--accounts N] [--seconds-between N] "
                 "[--lag SECONDS]\n");
    return 2;
  }
  proxy::Day day(settings);
  day.run();
  return day.print() ? 0 : 1;
}
