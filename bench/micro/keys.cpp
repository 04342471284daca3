// Whether the time of a refusal tells how much of a wrong key was right: keys that differ from a
// configured one in their first byte, and in their last, in turns. Prints both medians and ends
// with 1 if they are further apart than that machine's own noise allows.
//   keys [samples]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "gateway/caller_auth.h"
#include "gateway/config.h"
#include "host/http.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMostApart = 0.02;
constexpr int kChecks = 16;  // for one sample, as clocks are coarse

double median(std::vector<double>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

// One sample: how long a check takes, in ns. Negative: the key was let in.
double timed(const std::string& head, const proxy::gateway::Config& config) {
  const auto request = proxy::host::RequestHead::parse(head);
  bool refused = true;
  const auto start = Clock::now();
  for (int i = 0; i < kChecks; ++i) {
    refused = !proxy::gateway::check_caller(request, config).ok() && refused;
  }
  const std::chrono::duration<double, std::nano> taken = Clock::now() - start;
  return refused ? taken.count() / kChecks : -1;
}

}  // namespace

int main(int count, char** arguments) {
  const int samples = count > 1 ? std::atoi(arguments[1]) : 10'000;
  const std::string key(40, 'k');
  proxy::gateway::Config config{};
  config.key_hashes = {proxy::base::sha256(key), proxy::base::sha256("another")};
  std::vector<double> times[2];
  for (int i = 0; i < 2 * samples; ++i) {
    std::string wrong = key;
    wrong[i % 2 == 0 ? 0 : wrong.size() - 1] = static_cast<char>('a' + i / 2 % 10);
    const double ns = timed("GET\nhttps://proxy.test/\nauthorization\nBearer " + wrong, config);
    if (ns < 0) return 1;
    times[i % 2].push_back(ns);
  }
  const double first = median(times[0]);
  const double last = median(times[1]);
  const double apart = std::abs(first / last - 1);
  std::printf("wrong in the first byte %.1f ns, in the last %.1f ns: %.2f %% apart\n", first, last,
              100 * apart);
  return apart <= kMostApart ? 0 : 1;
}
