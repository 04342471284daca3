// Checks that take minutes have a short form, of a random part, which every run makes, and a long
// form of everything, which PROXY_LONG=1 in the environment asks for (`npm run test:long`).
#pragma once

#include <cstdlib>
#include <random>

#include "support/splits.h"

namespace proxy::test {

inline bool is_long_form() {
  const char* const given = std::getenv("PROXY_LONG");
  return given != nullptr && given[0] == '1';
}

// Says of each of many cases whether this run looks at it: one of `every`, in the long form one of
// `every_in_long_form`, which is all.
class Sample {
 public:
  explicit Sample(unsigned every, unsigned every_in_long_form = 1)
      : every_(is_long_form() ? every_in_long_form : every), random_(test_seed()) {}
  bool next() { return every_ == 1 || random_() % every_ == 0; }

 private:
  unsigned every_;
  std::mt19937 random_;
};

}  // namespace proxy::test
