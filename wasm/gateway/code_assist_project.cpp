#include "gateway/code_assist_project.h"

#include <string>
#include <utility>

#include "accounts/names.h"
#include "base/limits.h"
#include "base/redact.h"
#include "base/text.h"
#include "gateway/dispatch.h"
#include "gemini/errors.h"
#include "host/fetch_whole.h"
#include "upstreams/code_assist/code_assist.h"

namespace proxy::gateway {
namespace {

using accounts::Account;
using host::Call;
using host::Operation;
using host::Task;
namespace code_assist = upstreams::code_assist;

constexpr std::int64_t kPollMs = 5'000;
constexpr int kPolls = 12;

Task<host::Whole> fetch(Call& call, host::OutgoingRequest request) {
  Operation deadline = call.sleep(limits::kOAuthDeadlineMs);
  co_return co_await fetch_whole(call, deadline, std::move(request), limits::kTokenReplyBytes);
}

// The body of a good answer; empty after any trouble.
Task<std::string> fetch_text(Call& call, host::OutgoingRequest request) {
  host::Whole whole = co_await fetch(call, std::move(request));
  co_return whole.status == 200 ? std::move(whole.body) : std::string();
}

ApiError unusable(const Account& account, std::string_view why) {
  return ApiError(ErrorCode::upstream_permission_denied,
                  "Code Assist cannot be used with account " +
                      text::decimal(static_cast<std::int64_t>(account.index)) + ": " +
                      std::string(why));
}

// Held by the one call that looks for an account's project. A call that is lost holds it no longer
// than one step takes.
class Search {
 public:
  Search(accounts::Standing& standing, std::string name)
      : standing_(standing), name_(std::move(name)) {
    show_life();
  }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;
  ~Search() {
    standing_.project_sought_until_ms = 0;
    host::notify(name_);
  }

  void show_life() { standing_.project_sought_until_ms = host::now_ms() + limits::kProjectStepMs; }

 private:
  accounts::Standing& standing_;
  std::string name_;
};

// What stands in the way before Google has said anything about the account's project.
ApiError trouble(const host::Whole& reply, const Account& account) {
  if (reply.timed_out) return gemini::timed_out("Google did not answer in time.").error;
  if (reply.status == 0) return gemini::network_failure().error;
  gemini::Failure failure =
      gemini::read_failure(reply.status, reply.body, reply.retry_after, host::now_ms(), {});
  base::hide(failure.error.message, account.email);
  if (failure.is_quota && failure.cool_ms > 0) {
    return accounts::with_wait(failure.error, failure.cool_ms);
  }
  return failure.error;
}

// Signs the account up, and waits until that is done.
Task<std::string> onboard(Call& call, Search& search, upstreams::Target target, std::string tier) {
  search.show_life();
  std::string text = co_await fetch_text(call, code_assist::onboard_request(target, tier));
  for (int poll = 0; poll < kPolls; ++poll) {
    code_assist::Operation operation = code_assist::read_operation(std::move(text));
    if (operation.done) co_return operation.project_id;
    if (!accounts::is_identifier(operation.name, "/")) break;
    search.show_life();
    co_await call.sleep(kPollMs);
    text = co_await fetch_text(call, code_assist::operation_request(target, operation.name));
  }
  co_return std::string();
}

Task<std::optional<ApiError>> look(Call& call, Isolate& isolate, const Account& account,
                                   accounts::AccessToken& token, Search& search) {
  std::string base_url;
  const upstreams::Target target = target_for(isolate, account, token.value, {}, base_url);
  host::Whole reply = co_await fetch(call, code_assist::load_request(target));
  if (reply.status == 401 && !token.refreshed) {
    auto renewed = co_await accounts::access_token(call, isolate.tokens, account, isolate.oauth,
                                                   accounts::Freshness::must_refresh(token));
    if (!renewed.ok()) co_return std::move(renewed).error();
    token = *std::move(renewed);
    search.show_life();
    reply = co_await fetch(call, code_assist::load_request(target));
  }
  if (reply.status != 200) co_return trouble(reply, account);
  code_assist::Onboarding found = code_assist::read_load_reply(std::move(reply.body));
  if (found.project_id.empty() && !found.has_tier && !found.tier.empty() &&
      isolate.config.code_assist_onboard) {
    found.project_id = co_await onboard(call, search, target, found.tier);
  }
  if (accounts::is_identifier(found.project_id)) {
    isolate.tokens.pool.of(account).project_id = found.project_id;
    co_return std::nullopt;
  }
  if (found.has_tier) co_return unusable(account, "set projectId in its entry.");
  if (!found.tier.empty()) {
    co_return unusable(account,
                       isolate.config.code_assist_onboard
                           ? "signing it up did not work. Do so with Google's own tools."
                           : "it is not signed up. Sign up with Google's own tools, or set "
                             "CODE_ASSIST_ONBOARD=1, which accepts Google's terms in its "
                             "name.");
  }
  if (found.reason.empty()) {
    co_return unusable(account, "Google did not say which project is its own. Set projectId.");
  }
  co_return unusable(account,
                     "Google says " + text::printable(found.reason, limits::kLogStringBytes) + ".");
}

}  // namespace

Task<std::optional<ApiError>> find_project(Call& call, Isolate& isolate, const Account& account,
                                           accounts::AccessToken& token) {
  accounts::Standing& standing = isolate.tokens.pool.of(account);
  if (!account.project_id.empty()) co_return std::nullopt;
  const std::string name = "project_" + text::decimal(static_cast<std::int64_t>(account.index));
  while (standing.project_id.empty()) {
    const std::int64_t now = host::now_ms();
    if (now < standing.project_error_until_ms) co_return standing.project_error;
    if (now >= standing.project_sought_until_ms) {
      Search search(standing, name);
      standing.project_error = co_await look(call, isolate, account, token, search);
      // Trouble that passes is not believed for long.
      const bool lasts =
          standing.project_error && !traits(standing.project_error->code).should_retry;
      standing.project_error_until_ms =
          host::now_ms() + (lasts ? limits::kProjectRetryMs : limits::kPausesMs);
      co_return standing.project_error;
    }
    Operation news = call.wait(name);
    Operation patience = call.sleep(standing.project_sought_until_ms - now);
    co_await first_of(news, patience);
  }
  co_return std::nullopt;
}

}  // namespace proxy::gateway
