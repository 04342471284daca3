// However much goes wrong, and with however many accounts of every kind, no request makes more
// subrequests than the platform's free plan allows.
#include <cstddef>
#include <string>
#include <vector>

#include "flow/entries.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

constexpr std::size_t kFreePlan = 50;

// Five accounts of each kind, in turn.
void set_twenty(Story& story) {
  std::vector<std::string> entries;
  for (int i = 0; i < 20; i += 4) {
    entries.push_back(robot(i, R"(,"upstream":"vertex")"));
    entries.push_back(signed_in(i + 1, R"(,"upstream":"codeassist")"));
    entries.push_back(with_key(i + 2));
    entries.push_back(signed_in(i + 3));
  }
  story.set("ENABLE_CODE_ASSIST", "1");
  story.set("CODE_ASSIST_ONBOARD", "1");
  set_entries(story, entries);
}

struct World {
  FetchAnswer token;
  FetchAnswer project;
  FetchAnswer answer;
  KvFault kv;
};

void check_world(const World& world, const Ask& ask, std::size_t first_account) {
  Story story;
  set_twenty(story);
  story.first_account = first_account;
  story.evict();
  story.host.kv_get_fault = world.kv;
  story.host.kv_put_fault = world.kv;
  story.on_token = [&world](const std::string&, int) { return world.token; };
  story.on_google = [&world](const FetchRequest& request, int) {
    const bool is_internal = is_for_code_assist(request);
    const bool generates = request.url.find("GenerateContent") != std::string::npos;
    return is_internal && !generates ? world.project : world.answer;
  };
  const Received& got = story.ask(ask);
  INFO(world.token.status << ' ' << world.project.status << ' ' << world.answer.status << " kv "
                          << static_cast<int>(world.kv) << " first " << first_account << ' '
                          << Story::summary(got));
  CHECK(got.status >= 400);
  CHECK(story.subrequests() <= kFreePlan);
}

}  // namespace

TEST_CASE("twenty accounts of all kinds stay within the free plan's subrequests", "[P-11]") {
  const FetchAnswer tokens[] = {token_answer("marked-access-1-1"), token_answer("marked-a-1", 40),
                                refusal("invalid_grant"), error_answer(503), no_connection()};
  const FetchAnswer projects[] = {
      project_answer(), project_answer(R"({"name":"operations/1"})"),
      project_answer(R"({"name":"operations/1","allowedTiers":[{"id":"a","isDefault":true}]})"),
      error_answer(401), error_answer(500)};
  const FetchAnswer answers[] = {error_answer(401), error_answer(404),
                                 spent_today(),     forbidden(),
                                 error_answer(503), answer_of({}, BodyEnd::broken)};
  const Ask several = post(chat_body(R"(,"stream":false,"n":5)"));
  for (const FetchAnswer& token : tokens) {
    for (const FetchAnswer& project : projects) {
      for (const FetchAnswer& answer : answers) {
        for (const KvFault kv : {KvFault::none, KvFault::fails}) {
          const World world = {token, project, answer, kv};
          for (const std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
            check_world(world, whole(), first);
          }
          check_world(world, several, 1);
        }
      }
    }
  }
}

}  // namespace proxy::flow
