// Times a piece of work, the same way native and in wasm: rounds of many calls, and of the rounds
// the median, as both clocks are coarse and this machine may be busy.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace proxy::micro {

struct Case {
  std::string name;
  std::size_t bytes;           // that one call reads
  std::size_t events;          // of a stream in them; 0 = it is no stream
  std::function<bool()> call;  // false: the work went wrong
};

// Prints one line.
//   rounds   0 = call it once and time nothing
//   returns  what the call returned
bool measure(const Case& work, int rounds);

}  // namespace proxy::micro
