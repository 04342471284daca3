// Requests that name a cache of Google's: it belongs to one account, so no other one is asked.
#include <string>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

Ask cached(bool is_stream) {
  return post(chat_body(R"(,"extra_body":{"google":{"cached_content":"cachedContents/abc"}},)"
                        R"("stream":)" +
                        std::string(is_stream ? "true" : "false")));
}

}  // namespace

TEST_CASE("a request with a cache goes to the first account, wherever the isolate begins") {
  for (const std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    Story story(0, 3);
    story.first_account = first;
    CHECK(story.tell(cached(false)) == "200 private-answer one two");
    CHECK(story.accounts_asked() == "0");
    CHECK(story.google_requests().front().body.find(R"("cachedContent":"cachedContents/abc")") !=
          std::string::npos);
  }
}

TEST_CASE("S13 a cache that is gone or another's is a 404, after one call") {
  for (const int status : {400, 403, 404}) {
    for (const bool is_stream : {true, false}) {
      INFO(status);
      Story story(0, 2);
      story.on_google = [status](const FetchRequest&, int) {
        return error_answer(status, error_json(status, "X", "CachedContent not found."));
      };
      CHECK(story.tell(cached(is_stream)) == "404 cached_content_not_found");
      CHECK(story.accounts_asked() == "0");
    }
  }
}

TEST_CASE("no failure moves a request with a cache to another account") {
  const struct {
    int status;
    const char* told;
    const char* asked;
  } rows[] = {
      {429, "429 rate_limit_exceeded", "0"}, {403, "404 cached_content_not_found", "0"},
      {500, "502 upstream_error", "0 0"},    {503, "503 upstream_overloaded", "0 0"},
      {0, "502 upstream_reset", "0 0"},
  };
  for (const auto& row : rows) {
    INFO(row.status);
    Story story(0, 2);
    story.on_google = [&row](const FetchRequest&, int) {
      return error_answer(row.status, error_json(row.status, "X"));
    };
    CHECK(story.tell(cached(false)) == row.told);
    CHECK(story.accounts_asked() == row.asked);
    CHECK(story.host.log_count(R"("ev":"failover")") == 0);
  }
  Story story(0, 2);
  story.on_token = [](const std::string&, int) { return refusal("invalid_grant"); };
  CHECK(story.tell(cached(false)).starts_with("503 "));
  CHECK(story.token_requests().size() == 1);
}

}  // namespace proxy::flow
