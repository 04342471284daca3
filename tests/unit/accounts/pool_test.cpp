#include "accounts/pool.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/hash.h"
#include "support/catch.h"

using namespace proxy;
using namespace proxy::accounts;

namespace {

constexpr std::int64_t kNow = 1'795'615'961'000;  // Wed, 25 Nov 2026 14:12:41 GMT
constexpr std::int64_t kMidnight = 1'795'680'000'000;
const std::string kModel = "gemini-2.5-flash";

std::vector<Account> make_accounts(std::size_t count) {
  std::vector<Account> accounts(count);
  for (std::size_t i = 0; i < count; ++i) {
    accounts[i].index = i;
    accounts[i].valid = true;
    accounts[i].fingerprint = "fingerprint-" + std::to_string(i);
  }
  return accounts;
}

struct Scene {
  explicit Scene(std::size_t count, std::size_t first = 0) : accounts(make_accounts(count)) {
    pool.set_up(accounts, first);
  }
  // The index of the account chosen, -1 for none.
  int choose(std::uint64_t conversation = 0, std::int64_t now = kNow,
             std::string_view model = kModel) const {
    const Wish wish = {.conversation = conversation, .model = model};
    const Account* const account = pool.choose(accounts, wish, now, [this](const Account& one) {
      return std::find(taken.begin(), taken.end(), one.index) == taken.end();
    });
    return account == nullptr ? -1 : static_cast<int>(account->index);
  }
  std::int64_t rest(std::size_t index, Setback setback, std::int64_t now = kNow) {
    setback.error.code = ErrorCode::rate_limit_exceeded;
    return pool.rest(accounts, accounts[index], setback, now) - now;
  }

  std::vector<Account> accounts;
  Pool pool;
  std::vector<std::size_t> taken;
};

}  // namespace

TEST_CASE("without a conversation the account idle longest is chosen, from a start of its own") {
  Scene scene(4, 2);
  std::string order;
  for (int i = 0; i < 8; ++i) {
    const int chosen = scene.choose();
    order += std::to_string(chosen);
    scene.pool.note_use(scene.accounts[static_cast<std::size_t>(chosen)], kNow);
  }
  CHECK(order == "23012301");
  scene.pool.note_use(scene.accounts[2], kNow);
  CHECK(scene.choose() == 3);
}

TEST_CASE("a conversation keeps its account, whatever the others do") {
  Scene scene(5);
  for (std::uint64_t conversation = 1; conversation <= 50; ++conversation) {
    const int chosen = scene.choose(conversation);
    for (int turn = 0; turn < 5; ++turn) {
      scene.pool.note_use(scene.accounts[static_cast<std::size_t>(turn)], kNow);
      REQUIRE(scene.choose(conversation) == chosen);
      Scene other_isolate(5, static_cast<std::size_t>(turn));
      REQUIRE(other_isolate.choose(conversation) == chosen);
    }
  }
}

TEST_CASE("conversations spread over the accounts, and only those of a lost one move") {
  constexpr int kConversations = 5'000;
  Scene all(5);
  Scene fewer(5);
  fewer.accounts[3].disabled = true;
  std::map<int, int> counts;
  for (int i = 1; i <= kConversations; ++i) {
    const std::uint64_t conversation = base::hashed(7, std::to_string(i));
    const int before = all.choose(conversation);
    const int after = fewer.choose(conversation);
    ++counts[before];
    if (before == 3) {
      REQUIRE(after != 3);
    } else {
      REQUIRE(after == before);
    }
  }
  for (int i = 0; i < 5; ++i) {
    CHECK(counts[i] > kConversations / 5 * 85 / 100);
    CHECK(counts[i] < kConversations / 5 * 115 / 100);
  }
}

TEST_CASE("a resting account is passed over until its time has come, the same one at every turn") {
  Scene scene(3);
  const int chosen = scene.choose(42);
  const auto index = static_cast<std::size_t>(chosen);
  CHECK(scene.rest(index, {.model = kModel, .ms = 20'500}) == 20'500);
  const int second = scene.choose(42);
  CHECK(second != chosen);
  CHECK(scene.choose(42, kNow + 20'499) == second);
  CHECK(scene.choose(42, kNow + 20'500) == chosen);
  CHECK(scene.choose(42, kNow, "another-model") == chosen);
}

TEST_CASE("who is not to be chosen is not") {
  Scene scene(4);
  scene.accounts[0].disabled = true;
  scene.accounts[1].valid = false;
  scene.taken = {2};
  CHECK(scene.choose() == 3);
  CHECK(scene.choose(9) == 3);
  scene.taken = {2, 3};
  CHECK(scene.choose() == -1);
  CHECK(Scene(0).choose() == -1);
  scene.taken = {};
  scene.accounts[3].upstream = Upstream::vertex;
  const auto only_of = [&scene](UpstreamSet upstreams) {
    const Wish wish = {.model = kModel, .upstreams = upstreams};
    const Account* const account =
        scene.pool.choose(scene.accounts, wish, kNow, [](const Account&) { return true; });
    return account == nullptr ? -1 : static_cast<int>(account->index);
  };
  CHECK(only_of(only(Upstream::vertex)) == 3);
  CHECK(only_of(only(Upstream::gemini_api)) == 2);
  CHECK(only_of(only(Upstream::code_assist)) == -1);
}

TEST_CASE("a rest of unknown length doubles from 10 s to 5 min until the account serves again") {
  Scene scene(1);
  std::int64_t now = kNow;
  for (const std::int64_t ms : {10'000, 20'000, 40'000, 80'000, 160'000, 300'000, 300'000}) {
    CHECK(scene.rest(0, {.model = kModel}, now) == ms);
    // Others that were under way at the same time change nothing.
    CHECK(scene.rest(0, {.model = kModel}, now) == ms);
    now += ms;
  }
  scene.pool.note_success(scene.accounts[0], kModel);
  CHECK(scene.rest(0, {.model = kModel}, now) == 10'000);
}

TEST_CASE("U-10 the end of a day is midnight in California, and never sooner than in ten minutes") {
  Scene scene(1);
  CHECK(scene.rest(0, {.model = kModel, .until_midnight = true}) == kMidnight - kNow);
  CHECK(scene.rest(0, {.model = "m", .until_midnight = true}, kMidnight - 1'000) == 600'000);
}

TEST_CASE("a shorter rest never ends a longer one") {
  Scene scene(1);
  scene.rest(0, {.model = kModel, .until_midnight = true});
  CHECK(scene.rest(0, {.model = kModel, .ms = 1'000}) == kMidnight - kNow);
  scene.pool.rest_until(scene.accounts[0], kModel, kNow + 5, {}, kNow);
  CHECK(scene.pool.resting(scene.accounts[0], kModel, kNow)->until_ms == kMidnight);
}

TEST_CASE("of a rest for one model and one for all the longer holds") {
  Scene scene(1);
  scene.rest(0, {.model = kModel, .ms = 10'000});
  scene.rest(0, {.ms = 5'000});
  const Account& account = scene.accounts[0];
  CHECK(scene.pool.resting(account, kModel, kNow)->until_ms == kNow + 10'000);
  CHECK(scene.pool.resting(account, "other", kNow)->until_ms == kNow + 5'000);
  CHECK(scene.pool.resting(account, "other", kNow + 5'000) == nullptr);
}

TEST_CASE("accounts of one project share its quota") {
  Scene scene(5);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{4}}) {
    scene.accounts[i].project_id = "shared";
  }
  scene.accounts[3].upstream = Upstream::vertex;
  scene.accounts[4].location = "us-central1";
  scene.rest(0, {.model = kModel, .ms = 30'000, .whole_project = true});
  const auto rests = [&scene](std::size_t i) {
    return scene.pool.resting(scene.accounts[i], kModel, kNow) != nullptr;
  };
  CHECK(rests(0));
  CHECK(rests(1));
  CHECK_FALSE(rests(2));  // its project is not known
  CHECK_FALSE(rests(3));
  CHECK_FALSE(rests(4));
  Scene apart(2);
  for (Account& account : apart.accounts) account.project_id = "shared";
  apart.rest(0, {.model = kModel, .ms = 30'000});
  CHECK(apart.pool.resting(apart.accounts[1], kModel, kNow) == nullptr);
}

TEST_CASE("however many models are asked for, few rests are kept, and the longest of them") {
  Scene scene(1);
  for (int i = 0; i < 1'000; ++i) {
    scene.rest(0, {.model = "model-" + std::to_string(i), .ms = 1'000 + i});
  }
  CHECK(scene.pool.of(scene.accounts[0]).rests.size() <= 32);
  CHECK(scene.pool.resting(scene.accounts[0], "model-999", kNow) != nullptr);
}

TEST_CASE("what is asked to wait is told for how long") {
  ApiError error(ErrorCode::rate_limit_exceeded, "Google: Q.");
  const ApiError told = with_wait(error, 20'500);
  CHECK(told.retry_after_ms == 20'500);
  CHECK(told.message == "Google: Q. Please try again in 21s.");
  error.code = ErrorCode::insufficient_quota;
  CHECK(with_wait(error, 20'500).message == "Google: Q.");
  CHECK(with_wait(error, 20'500).retry_after_ms == 20'500);
}

TEST_CASE("A-11 of a thousand accounts few are looked at closely") {
  Scene scene(1'000);
  std::size_t looks = 0;
  for (std::uint64_t conversation = 1; conversation <= 1'000; ++conversation) {
    const Wish wish = {.conversation = conversation, .model = kModel};
    scene.pool.choose(scene.accounts, wish, kNow, [&looks](const Account&) {
      ++looks;
      return true;
    });
  }
  CHECK(looks / 1'000 < 15);  // about the logarithm of their number
}

TEST_CASE("of a quota and a refusal the quota counts, and a refusal ends with a success") {
  const auto refusal = [] {
    Setback setback = {.model = kModel, .ms = 600'000};
    setback.error.code = ErrorCode::upstream_permission_denied;
    return setback;
  };
  Scene scene(1);
  const Account& account = scene.accounts[0];
  CHECK(scene.pool.rest(scene.accounts, account, refusal(), kNow) == kNow + 600'000);
  CHECK(scene.rest(0, {.model = kModel, .ms = 1'000}) == 1'000);
  CHECK(scene.pool.resting(account, kModel, kNow)->error.code == ErrorCode::rate_limit_exceeded);
  // The other way round it changes nothing.
  CHECK(scene.pool.rest(scene.accounts, account, refusal(), kNow) == kNow + 1'000);
  CHECK(scene.pool.resting(account, kModel, kNow)->error.code == ErrorCode::rate_limit_exceeded);
  scene.pool.note_success(account, kModel);
  CHECK(scene.pool.resting(account, kModel, kNow) != nullptr);
  scene.pool.rest(scene.accounts, account, refusal(), kNow + 1'000);
  scene.pool.note_success(account, "another-model");
  CHECK(scene.pool.resting(account, kModel, kNow + 1'000) != nullptr);
  scene.pool.note_success(account, kModel);
  CHECK(scene.pool.resting(account, kModel, kNow + 1'000) == nullptr);
}

TEST_CASE("the quota that rests longest is the one that is told") {
  const auto spent = [] {
    Setback setback = {.model = kModel, .until_midnight = true, .whole_project = true};
    setback.error.code = ErrorCode::insufficient_quota;
    return setback;
  };
  Scene scene(2);
  for (Account& account : scene.accounts) account.project_id = "shared";
  scene.pool.rest(scene.accounts, scene.accounts[0], spent(), kNow);
  // A quota of minutes that another call meets a moment later says nothing new.
  scene.rest(0, {.model = kModel, .ms = 1'000, .whole_project = true});
  for (const Account& account : scene.accounts) {
    const Rest* const rest = scene.pool.resting(account, kModel, kNow);
    CHECK(rest->until_ms == kMidnight);
    CHECK(rest->error.code == ErrorCode::insufficient_quota);
  }
}

TEST_CASE("what one account of a project meets outranks a refusal of another") {
  Scene scene(2);
  for (Account& account : scene.accounts) account.project_id = "shared";
  Setback refusal = {.model = kModel, .ms = 600'000};
  refusal.error.code = ErrorCode::upstream_permission_denied;
  scene.pool.rest(scene.accounts, scene.accounts[1], refusal, kNow);
  scene.rest(0, {.model = kModel, .ms = 30'000, .whole_project = true});
  const Rest* const rest = scene.pool.resting(scene.accounts[1], kModel, kNow);
  CHECK(rest->error.code == ErrorCode::rate_limit_exceeded);
  CHECK(rest->until_ms == kNow + 30'000);
}
