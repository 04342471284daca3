#include "gateway/chat.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts/token_source.h"
#include "base/limits.h"
#include "fronts/openai_chat/request.h"
#include "fronts/openai_chat/response.h"
#include "gateway/attempt.h"
#include "gateway/body.h"
#include "gateway/failover.h"
#include "gateway/reply.h"
#include "gemini/repair.h"
#include "gemini/request_writer.h"
#include "host/join.h"
#include "host/log.h"
#include "json/index.h"
#include "json/writer.h"
#include "upstreams/gemini_api/gemini_api.h"

namespace proxy::gateway {
namespace {

namespace openai_chat = fronts::openai_chat;

openai_chat::RequestOptions options_for(const host::HeaderView& headers, const Config& config) {
  return {.aliases = &config.aliases,
          .profiles = &config.profiles,
          .default_model = config.default_model,
          .safety_settings = config.safety_settings,
          .include_thoughts = config.include_thoughts,
          .stream_default = config.stream_default &&
                            openai_chat::streams_by_default(headers.get("accept").value_or(""),
                                                            headers.get("user-agent").value_or("")),
          .most_choices = config.most_choices};
}

openai_chat::AnswerContext answer_context(openai_chat::ChatRequest& request, const Config& config) {
  std::array<std::uint8_t, 8> random;
  host::random(random);
  openai_chat::AnswerContext context = openai_chat::context_for(request);
  context.images_as_markdown = config.images_as_markdown;
  context.text_signatures = config.text_signatures;
  context.created_s = host::now_ms() / 1000;
  for (const std::uint8_t byte : random) context.id_seed = context.id_seed << 8 | byte;
  return context;
}

// A request and the form its answer is to have.
struct Translated {
  Prepared request;
  openai_chat::AnswerContext context;
  bool stream = true;
  std::vector<std::string> warnings;
};

// Reads and translates the caller's body. Of it only the upstream's body stays in memory.
host::Task<Result<Translated>> translate(Exchange& exchange, Isolate& isolate, BodyShare& share) {
  host::Call& call = exchange.call();
  CO_TRY(base::Buffer body, co_await read_body(call, isolate.config.max_body_bytes, share));
  exchange.facts().bytes_in = body.size();
  json::Index index;
  CO_TRY(openai_chat::ChatRequest request,
         openai_chat::read_request(body.span(), index,
                                   options_for(call.request().headers, isolate.config)));
  exchange.facts().model = request.model;
  exchange.set_warnings(request.warnings);
  const std::size_t written = gemini::written_size(request.upstream);
  if (!share.take(written)) co_return too_busy();
  Translated translated;
  Prepared& prepared = translated.request;
  prepared.model = request.model;
  prepared.upstream_model = request.upstream.model;
  prepared.body = upstreams::gemini_api::body(request.upstream);
  prepared.may_end_empty = request.may_end_empty;
  prepared.first_account_only = request.first_account_only;
  prepared.read_at_ms = host::now_ms();
  translated.stream = request.stream;
  translated.warnings = request.warnings;
  translated.context = answer_context(request, isolate.config);
  share.keep_only(written);
  co_return std::move(translated);
}

// Makes the request as Google wants it. False if there is no memory for both forms of it.
bool mend(Prepared& request, gemini::Repairs repairs, std::size_t& body_bytes) {
  if (repairs.empty()) return true;
  BodyShare second(body_bytes);
  if (!second.take(request.body.size())) return false;
  request.body = gemini::repaired(std::move(request.body), repairs);
  request.repairs.add(repairs);
  return true;
}

// `x-proxy-explain: 1`: what would be sent, instead of sending it.
void explain(Exchange& exchange, const Translated& translated) {
  const Prepared& request = translated.request;
  std::string out;
  json::Writer json(out);
  json.begin_object().key("object").string(std::string_view("proxy.explanation"));
  json.key("upstream").string(std::string_view("gemini_api"));
  json.key("model").string(std::string_view(request.upstream_model));
  json.key("stream").boolean(translated.stream);
  json.key("choices").integer(translated.context.choices);
  json.key("request").raw({request.body});
  json.key("repairs").begin_array();
  for (const std::string_view name : gemini::names_of(request.repairs)) json.string(name);
  json.end_array().key("warnings").begin_array();
  for (const std::string& warning : translated.warnings) json.string(std::string_view(warning));
  json.end_array().end_object();
  exchange.send_json(200, out);
}

// What became of the attempts with one account.
struct Outcome {
  bool answered = false;
  bool go_on = false;         // another account may do better
  bool asked_google = false;  // and the error is Google's answer
  ApiError error;
};

void log_failover(host::Call& call, const accounts::Account& account, const ApiError& error) {
  host::LogLine(host::LogLevel::warn, "failover", "This account did not serve the request.")
      .number("acct", static_cast<std::int64_t>(account.index))
      .text("code", traits(error.code).code)
      .send(call);
}

// One choice's way through the accounts.
class Run {
 public:
  Run(Exchange& exchange, Isolate& isolate, Prepared& request, Reply& reply, int choice)
      : exchange_(exchange), isolate_(isolate), request_(request), reply_(reply) {
    choice_.index = choice;
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Ends the choice, well or not.
  host::Task<void> go();

 private:
  std::vector<const accounts::Account*> candidates() const;
  host::Task<Outcome> try_account(const accounts::Account& account);
  host::Task<std::optional<gemini::Failure>> send(const accounts::Account& account,
                                                  const accounts::AccessToken& token);
  bool repair(const gemini::Failure& failure);

  Exchange& exchange_;
  Isolate& isolate_;
  Prepared& request_;  // of all choices
  Reply& reply_;
  Choice choice_;
  Attempts attempts_;
  gemini::Repairs sent_with_;    // what had been repaired when the request was last sent
  gemini::Repairs new_repairs_;  // those this choice found to be needed
  int repairs_made_ = 0;
};

// Mends a request that Google refused, if its words tell how.
bool Run::repair(const gemini::Failure& failure) {
  if (failure.google_message.empty() || repairs_made_ >= limits::kRepairs) return false;
  if (attempts_.upstream >= limits::kAttempts || is_late(request_)) return false;
  const auto repair = gemini::repair_for(failure.google_message, sent_with_);
  if (!repair) return false;
  ++repairs_made_;
  if (request_.repairs.has(*repair)) return true;  // another choice has been quicker
  if (!mend(request_, {*repair}, isolate_.body_bytes)) return false;
  new_repairs_.add(*repair);
  host::LogLine(host::LogLevel::warn, "request_repaired", "Google refused a part of the request.")
      .text("repair", gemini::name_of(*repair))
      .text("model", request_.upstream_model)
      .send(exchange_.call());
  return true;
}

host::Task<std::optional<gemini::Failure>> Run::send(const accounts::Account& account,
                                                     const accounts::AccessToken& token) {
  exchange_.facts().account = static_cast<std::int64_t>(account.index);
  ++exchange_.facts().attempts;
  ++attempts_.upstream;
  ++attempts_.on_account;
  const upstreams::gemini_api::Credential credential = {.access_token = &token.value,
                                                        .project_id = account.project_id};
  std::string head = upstreams::gemini_api::head(isolate_.config.gemini_base_url,
                                                 request_.upstream_model, credential);
  const bool accept_empty = request_.may_end_empty || attempts_.upstream > 1;
  sent_with_ = request_.repairs;
  auto failure = co_await attempt(exchange_, isolate_.config, request_, reply_, choice_,
                                  std::move(head), accept_empty);
  // Of a cache that is another project's Google may say no more than that.
  const int status = exchange_.facts().upstream_status;
  if (failure && request_.first_account_only && (status == 403 || status == 404)) {
    failure->error.code = ErrorCode::cached_content_not_found;
    failure->remedy = gemini::Remedy::none;
  }
  if (!failure && !new_repairs_.empty()) {
    isolate_.repairs.remember(request_.upstream_model, new_repairs_, host::now_ms());
  }
  co_return failure;
}

host::Task<Outcome> Run::try_account(const accounts::Account& account) {
  host::Call& call = exchange_.call();
  attempts_.on_account = 0;
  attempts_.refreshed = false;
  accounts::Freshness freshness = accounts::Freshness::any();
  Outcome outcome;
  for (;;) {
    auto token =
        co_await accounts::access_token(call, isolate_.tokens, account, isolate_.oauth, freshness);
    if (!token.ok()) {
      outcome.error = std::move(token).error();
      outcome.asked_google = false;
      outcome.go_on = true;
      co_return outcome;
    }
    outcome.asked_google = true;
    attempts_.refreshed = attempts_.refreshed || token->refreshed;
    auto failure = co_await send(account, *token);
    if (!failure) {
      outcome.answered = true;
      co_return outcome;
    }
    if (repair(*failure)) {
      --attempts_.on_account;  // it was not the account's fault
      freshness = accounts::Freshness::any();
      continue;
    }
    outcome.error = std::move(failure->error);
    attempts_.late = is_late(request_);
    switch (next_step(failure->remedy, attempts_)) {
      case Step::give_up:
        co_return outcome;
      case Step::next_account:
        outcome.go_on = true;
        co_return outcome;
      case Step::fresh_token:
        attempts_.refreshed = true;
        freshness = accounts::Freshness::must_refresh(*token);
        break;
      case Step::same_account:
        freshness = accounts::Freshness::any();
        if (failure->pause_ms > 0 && !attempts_.paused) {
          attempts_.paused = true;
          co_await call.sleep(failure->pause_ms);
        }
        break;
    }
  }
}

// In the order in which they are to be tried.
std::vector<const accounts::Account*> Run::candidates() const {
  std::vector<const accounts::Account*> found;
  const auto& all = isolate_.accounts.accounts;
  const std::size_t first = request_.first_account_only ? 0 : isolate_.first_account;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const accounts::Account& account = all[(first + i) % all.size()];
    if (!account.enabled()) continue;
    found.push_back(&account);
    if (request_.first_account_only) break;
  }
  return found;
}

host::Task<void> Run::go() {
  const std::vector<const accounts::Account*> candidates = this->candidates();
  std::vector<ApiError> token_failures;
  std::optional<ApiError> upstream_error;
  int asked = 0;
  for (std::size_t i = 0; i < candidates.size() && asked < limits::kTokenAccounts; ++i) {
    if (is_late(request_)) break;
    attempts_.others_left = i + 1 < candidates.size();
    // An account whose failure is remembered costs nothing to ask.
    if (isolate_.tokens.selectable(*candidates[i], host::now_ms())) ++asked;
    Outcome outcome = co_await try_account(*candidates[i]);
    if (outcome.answered) co_return;
    if (outcome.go_on) log_failover(exchange_.call(), *candidates[i], outcome.error);
    if (outcome.asked_google) {
      upstream_error = std::move(outcome.error);
    } else {
      token_failures.push_back(std::move(outcome.error));
    }
    if (!outcome.go_on) break;
  }
  reply_.fail(upstream_error ? *upstream_error : accounts::no_token_left(token_failures));
}

// One of several choices; when the answer has ended with it, nobody waits for the others.
host::Task<void> go_along(Exchange& exchange, Isolate& isolate, Prepared& request, Reply& reply,
                          host::Join& join, int choice) {
  Run run(exchange, isolate, request, reply, choice);
  co_await run.go();
  if (reply.ended()) join.stop();
}

host::Task<void> answer(Exchange& exchange, Isolate& isolate, Translated translated) {
  const int choices = translated.context.choices;
  auto renderer = translated.stream ? openai_chat::stream_renderer(std::move(translated.context))
                                    : openai_chat::whole_renderer(std::move(translated.context));
  Reply reply(exchange, std::move(renderer), translated.stream, choices);
  if (choices == 1) {
    Run run(exchange, isolate, translated.request, reply, 0);
    co_await run.go();
    co_return;
  }
  host::Join join;
  for (int choice = 0; choice < choices; ++choice) {
    join.add(go_along(exchange, isolate, translated.request, reply, join, choice));
  }
  co_await join;
}

}  // namespace

host::Task<void> chat(Exchange& exchange, Isolate& isolate) {
  BodyShare share(isolate.body_bytes);
  auto translated = co_await translate(exchange, isolate, share);
  if (!translated.ok()) {
    exchange.send_error(translated.error());
    co_return;
  }
  Prepared& request = translated->request;
  const auto known = isolate.repairs.of(request.upstream_model, host::now_ms());
  mend(request, known, isolate.body_bytes);
  if (exchange.call().request().headers.get("x-proxy-explain") == "1") {
    explain(exchange, *translated);
  } else if (isolate.accounts.error) {
    exchange.send_error(*isolate.accounts.error);
  } else if (isolate.config.error) {
    exchange.send_error(*isolate.config.error);
  } else {
    co_await answer(exchange, isolate, std::move(*translated));
  }
}

}  // namespace proxy::gateway
