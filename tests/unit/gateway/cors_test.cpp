#include "gateway/cors.h"

#include <map>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/exact_bytes.h"
#include "support/fake_host.h"

using proxy::gateway::add_cors;
using proxy::gateway::add_preflight;
using proxy::gateway::Config;
using proxy::host::HeaderView;
using proxy::host::HeadWriter;
using proxy::test::ExactBytes;

namespace {

using Answer = std::map<std::string, std::string>;

Answer fields_of(const HeadWriter& head) {
  Answer answer;
  for (const auto& [name, value] : proxy::test::read_fields(head.text())) {
    CHECK(answer.count(name) == 0);
    answer[name] = value;
  }
  return answer;
}

Answer cors(const std::vector<std::string>& allowed, const std::string& request) {
  Config config{};
  config.allowed_origins = allowed;
  const ExactBytes bytes(request);
  HeadWriter head;
  add_cors(head, HeaderView(bytes.view()), config);
  return fields_of(head);
}

std::string allowed_headers(const std::string& asked) {
  const ExactBytes bytes("access-control-request-headers\n" + asked);
  HeadWriter head;
  add_preflight(head, HeaderView(bytes.view()));
  return fields_of(head)["access-control-allow-headers"];
}

constexpr const char* kExposed =
    "x-request-id, retry-after, retry-after-ms, x-should-retry, x-proxy-warnings";

}  // namespace

TEST_CASE("X-02 any page may read any answer, never with cookies") {
  for (const char* request : {"", "origin\nhttps://a.test", "origin\nnull"}) {
    CHECK(cors({}, request) == Answer{{"access-control-allow-origin", "*"},
                                      {"access-control-expose-headers", kExposed}});
  }
}

TEST_CASE("X-03 X-04 with a list only the origins on it are let in, by name") {
  const std::vector<std::string> list = {"https://a.test", "http://localhost:3000"};
  const struct {
    const char* id;
    std::string origin;
    bool listed;
  } rows[] = {
      {"X-03 on the list", "https://a.test", true},
      {"X-03 with a port", "http://localhost:3000", true},
      {"X-03 another", "https://b.test", false},
      {"X-03 another port", "http://localhost:3001", false},
      {"X-03 a part", "https://a.tes", false},
      {"X-03 more", "https://a.test.b.test", false},
      {"X-03 another scheme", "http://a.test", false},
      {"X-04 null", "null", false},
      {"X-04 long", "https://" + std::string(16'384, 'a'), false},
      {"X-04 CR", "https://a.test\r", false},
      {"no origin", "", false},
  };
  for (const auto& row : rows) {
    INFO(row.id);
    const Answer answer = cors(list, row.origin.empty() ? "" : "origin\n" + row.origin);
    if (row.listed) {
      CHECK(answer == Answer{{"vary", "origin"},
                             {"access-control-allow-origin", row.origin},
                             {"access-control-expose-headers", kExposed}});
    } else {
      CHECK(answer == Answer{{"vary", "origin"}});
    }
  }
  CHECK(cors({"null"}, "origin\nnull").at("access-control-allow-origin") == "null");
}

TEST_CASE("X-01 X-05 a preflight is told what it asked for, if those are names") {
  const std::string own = "authorization, content-type";
  std::string names;
  for (int i = 0; i < 64; ++i) names += (i ? ",x-" : "x-") + std::to_string(i);
  const struct {
    const char* why;
    std::string asked;
    std::string allowed;
  } rows[] = {
      {"nothing", "", own},
      {"names", "x-a,x-b", own + ", x-a, x-b"},
      {"spaces around", " x-a , x-b ", own + ", x-a, x-b"},
      {"those that are there anyway", "Authorization, CONTENT-TYPE, x-a", own + ", x-a"},
      {"every mark", "!#$%&'*+-.^_`|~", own + ", !#$%&'*+-.^_`|~"},
      {"a space inside", "x a, x-b", own},
      {"a colon", "x-a: 1", own},
      {"CR", "x-a\r, x-b\r\r", own + ", x-a, x-b"},
      {"CR inside", "x\ra", own},
      {"not ASCII", "x-\xC3\xA9", own},
      {"a quote", "\"x\"", own},
      {"commas", ",,x-a,,", own + ", x-a"},
      {"65 names", names + ",x-64", own},
      {"4 KB and more", std::string(4'097, 'a'), own},
      {"4 KB", std::string(4'096, 'a'), own + ", " + std::string(4'096, 'a')},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    CHECK(allowed_headers(row.asked) == row.allowed);
  }
  CHECK(allowed_headers(names).ends_with(", x-63"));

  HeadWriter head;
  add_preflight(head, HeaderView());
  CHECK(fields_of(head) == Answer{{"access-control-allow-methods", "GET, POST, DELETE, OPTIONS"},
                                  {"access-control-allow-headers", own},
                                  {"access-control-max-age", "86400"}});
}
