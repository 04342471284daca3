#include "timing.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

namespace proxy::micro {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kRoundNs = 20e6;

double ns_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

}  // namespace

bool measure(const Case& work, int rounds) {
  if (rounds == 0) {
    const bool good = work.call();
    std::printf("%-28s %s\n", work.name.c_str(), good ? "ok" : "FAILED");
    return good;
  }
  // The first calls also warm caches and let the engine compile its better code.
  bool good = true;
  std::size_t calls = 0;
  const auto begin = Clock::now();
  for (; ns_since(begin) < 5 * kRoundNs; ++calls) good = work.call() && good;
  calls = std::max<std::size_t>(calls / 5, 1);

  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    for (std::size_t i = 0; i < calls; ++i) good = work.call() && good;
    times.push_back(ns_since(start) / static_cast<double>(calls));
  }
  const auto middle = times.begin() + rounds / 2;
  std::nth_element(times.begin(), middle, times.end());
  const double ns_per_byte = *middle / static_cast<double>(work.bytes);
  std::printf("%-28s %8.3f %8.2f", work.name.c_str(), ns_per_byte, 1 / ns_per_byte);
  if (work.events != 0) std::printf(" %9.0f", *middle / static_cast<double>(work.events));
  std::printf("%s\n", good ? "" : "  FAILED");
  std::fflush(stdout);
  return good;
}

}  // namespace proxy::micro
