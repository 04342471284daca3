// What the tests of the configuration share.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "gateway/config.h"
#include "support/fake_host.h"

namespace proxy::gateway {

inline Config config_of(std::map<std::string, std::string> env) {
  test::FakeHost host;
  host.env = std::move(env);
  return read_config();
}

}  // namespace proxy::gateway
