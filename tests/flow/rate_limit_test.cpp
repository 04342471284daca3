// The binding RATE_LIMIT, which an owner may add: how often each key may ask.
#include <string>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

Ask with_key(const std::string& key) {
  return whole().without("authorization").with("authorization", "Bearer " + key);
}

// Of the last request, what it was counted under.
std::string counted_as(const Story& story) {
  std::string found;
  for (const std::string& line : story.host.transcript) {
    if (line.starts_with("rate_limit ")) found = line.substr(11);
  }
  return found;
}

}  // namespace

TEST_CASE("one request too many is refused before anything else is done", "[S-20]") {
  Story story;
  story.host.most_requests = 2;
  CHECK(story.tell(whole()) == kServed);
  CHECK(story.tell(whole()) == kServed);
  const std::size_t before = story.host.transcript.size();
  Ask large = whole();
  large.body = std::vector<std::string>(25, std::string(1'048'576, ' '));
  const Received& got = story.ask(large);
  CHECK(Story::summary(got) == "429 rate_limit_exceeded");
  CHECK(got.header("retry-after") == "10");
  CHECK(got.header("x-should-retry") == "true");
  for (std::size_t i = before; i < story.host.transcript.size(); ++i) {
    const std::string& line = story.host.transcript[i];
    INFO(line);
    const bool is_harmless = line.starts_with("rate_limit") || line.starts_with("sleep 500") ||
                             line.starts_with("drop sleep") || line.starts_with("respond 429");
    CHECK(is_harmless);
  }
  CHECK(story.google_requests().size() == 2);
}

TEST_CASE("each key is counted by itself, under a name that does not tell it", "[S-20][K-13]") {
  Story story;
  story.set("API_KEY", R"(["marked-key","marked-key-b"])");
  story.host.most_requests = 1;
  CHECK(story.tell(with_key("marked-key")) == kServed);
  const std::string first = counted_as(story);
  CHECK(story.tell(with_key("marked-key-b")) == kServed);
  const std::string second = counted_as(story);
  CHECK(first != second);
  for (const std::string& name : {first, second}) {
    CHECK(name.size() == 32);
    CHECK(name.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
  CHECK(story.tell(with_key("marked-key")) == "429 rate_limit_exceeded");
  CHECK(story.tell(with_key("marked-key-b")) == "429 rate_limit_exceeded");
}

TEST_CASE("where no key is needed each address is counted", "[S-20]") {
  Story story;
  story.set("ALLOW_ANONYMOUS", "true");
  story.host.most_requests = 1;
  const auto from = [](const char* address) {
    return whole().without("authorization").with("cf-connecting-ip", address);
  };
  CHECK(story.tell(from("192.0.2.1")) == kServed);
  CHECK(story.tell(from("192.0.2.2")) == kServed);
  CHECK(story.tell(from("192.0.2.1")) == "429 rate_limit_exceeded");
}

TEST_CASE("a key that nobody checks makes no caller of its own", "[S-20]") {
  Story open;
  open.set("API_KEY", "");
  open.set("ALLOW_ANONYMOUS", "true");
  open.host.most_requests = 1;
  CHECK(open.tell(with_key("any-1").with("cf-connecting-ip", "192.0.2.1")) == kServed);
  CHECK(open.tell(with_key("any-2").with("cf-connecting-ip", "192.0.2.1")) ==
        "429 rate_limit_exceeded");
  CHECK(open.tell(with_key("any-2").with("cf-connecting-ip", "192.0.2.2")) == kServed);
}

TEST_CASE("what costs nothing is not counted", "[S-20]") {
  Story story;
  story.host.most_requests = 1;
  story.ask(with_key("another"));
  story.ask(get("/v1/models"));
  story.ask(get("/"));
  CHECK(story.host.count("rate_limit") == 0);
  CHECK(story.tell(whole()) == kServed);
}

TEST_CASE("a limiter that does not work lets all through", "[S-20]") {
  for (const KvFault fault : {KvFault::fails, KvFault::hangs}) {
    Story story;
    story.ask(whole());
    story.host.most_requests = 0;
    story.host.rate_limit_fault = fault;
    const std::int64_t begun_ms = story.host.now_ms;
    CHECK(story.tell(whole()) == kServed);
    CHECK(story.host.now_ms - begun_ms == (fault == KvFault::hangs ? 500 : 0));
    CHECK(story.host.log_count("rate_limit_fail") == 1);
  }
}

}  // namespace proxy::flow
