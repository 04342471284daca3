// Stories to be told again and again with one thing going wrong: the ways that a request can take.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "flow/story.h"

namespace proxy::flow {

struct Plot {
  std::string name;
  int accounts;
  std::function<void(Story&)> prepare;
  Ask ask;
  std::string outcome;  // when nothing else goes wrong
};

std::vector<Plot> plots();

// The plot's own end or a good error: what may come of it when something goes wrong, where half an
// answer with the looks of a whole one may not.
bool is_honest(const Plot& plot, const std::string& outcome);

}  // namespace proxy::flow
