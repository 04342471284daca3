#include "gateway/model_list.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "accounts/token_source.h"
#include "base/limits.h"
#include "gateway/dispatch.h"
#include "gateway/isolate.h"
#include "host/fetch_whole.h"
#include "json/cursor.h"
#include "json/index.h"
#include "upstreams/gemini_api/gemini_api.h"

namespace proxy::gateway {
namespace {

using accounts::Account;
using accounts::Upstream;
using host::Call;
using host::Operation;
using host::Task;

constexpr std::string_view kNews = "models";

// Gemini API: models.list. False if this is no such answer.
bool read_list(std::string text, ModelList& list) {
  json::Index index;
  if (index.scan(text, {limits::kJsonDepth, limits::kJsonValues})) return false;
  for (const json::Cursor model : json::Cursor(index)["models"].items()) {
    constexpr std::string_view kPrefix = "models/";
    bool generates = false;
    bool embeds = false;
    for (const json::Cursor method : model["supportedGenerationMethods"].items()) {
      generates = generates || method.equals("generateContent");
      embeds = embeds || method.equals("embedContent");
    }
    std::string name = model["name"].text();
    if (!name.starts_with(kPrefix) || (!generates && !embeds)) continue;
    const std::string_view id = list.names.keep(name.substr(kPrefix.size()));
    list.models.push_back({id, model["inputTokenLimit"].count().value_or(0),
                           generates ? model["outputTokenLimit"].count().value_or(0) : 0});
  }
  return !list.models.empty();
}

void add_built_in(ModelList& list) {
  for (const gemini::ListedModel& model : gemini::listed_models()) {
    const bool is_new =
        std::none_of(list.models.begin(), list.models.end(),
                     [&model](const gemini::ListedModel& one) { return one.id == model.id; });
    if (is_new) list.models.push_back(model);
  }
}

// False after any trouble. A token that was revoked meanwhile is renewed once.
Task<bool> ask_account(Call& call, Isolate& isolate, const Account& account, ModelList& list) {
  accounts::Freshness freshness = accounts::Freshness::any();
  for (;;) {
    const auto token =
        co_await accounts::access_token(call, isolate.tokens, account, isolate.oauth, freshness);
    if (!token.ok()) co_return false;
    std::string base_url;
    const auto target = target_for(isolate, account, token->value, {}, base_url);
    Operation deadline = call.sleep(limits::kListDeadlineMs);
    host::OutgoingRequest request;
    request.head = upstreams::gemini_api::list_head(target);
    host::Whole whole =
        co_await fetch_whole(call, deadline, std::move(request), limits::kListBytes);
    const bool is_old = !token->refreshed && freshness.refused_serial == 0;
    if (whole.status != 401 || !account.needs_token() || !is_old) {
      co_return whole.status == 200 && read_list(std::move(whole.body), list);
    }
    freshness = accounts::Freshness::must_refresh(*token);
  }
}

// The list as it is now; empty after any trouble.
Task<ModelList> ask(Call& call, Isolate& isolate) {
  ModelList list;
  const auto& all = isolate.accounts.accounts;
  const std::int64_t now = host::now_ms();
  const accounts::Wish wish = {.upstreams = only(Upstream::gemini_api)};
  const Account* const account = isolate.tokens.pool.choose(
      all, wish, now, [&](const Account& one) { return isolate.tokens.selectable(one, now); });
  if (account != nullptr) {
    if (!co_await ask_account(call, isolate, *account, list)) co_return ModelList();
  }
  const bool has_others = std::any_of(all.begin(), all.end(), [](const Account& one) {
    return one.enabled() && one.upstream != Upstream::gemini_api;
  });
  if (has_others) add_built_in(list);
  co_return list;
}

// Spawned, so that the next request has what this one did not wait for.
Task<void> refresh_list(Call& call, Isolate& isolate) {
  ModelList list = co_await ask(call, isolate);
  if (!list.models.empty()) {
    isolate.models = std::move(list);
    isolate.models.ask_again_ms = host::now_ms() + limits::kListFreshMs;
  }
  isolate.models.asking_until_ms = 0;
  host::notify(kNews);
}

}  // namespace

Task<void> update_models(Call& call, Isolate& isolate) {
  ModelList& known = isolate.models;
  const std::int64_t now = host::now_ms();
  if (isolate.accounts.error || isolate.config.error) co_return;
  const bool is_due = now >= known.ask_again_ms;
  if (is_due) {
    known.ask_again_ms = now + limits::kListRetryMs;
    known.asking_until_ms = now + limits::kListDeadlineMs;
  }
  if (!is_due && now >= known.asking_until_ms) co_return;
  Operation news = call.wait(kNews);
  Operation patience = call.sleep(known.asking_until_ms - now);
  if (is_due) call.spawn(refresh_list(call, isolate));
  if (known.models.empty()) co_await first_of(news, patience);
}

}  // namespace proxy::gateway
