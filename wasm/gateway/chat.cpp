#include "gateway/chat.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "fronts/openai_chat/request.h"
#include "fronts/openai_chat/response.h"
#include "gateway/body.h"
#include "gateway/conversation.h"
#include "gateway/dispatch.h"
#include "gateway/images.h"
#include "gateway/reply.h"
#include "gateway/run.h"
#include "gemini/repair.h"
#include "gemini/request_writer.h"
#include "host/join.h"
#include "json/index.h"
#include "json/writer.h"

namespace proxy::gateway {
namespace {

namespace openai_chat = fronts::openai_chat;

openai_chat::RequestOptions options_for(const host::RequestHead& head, const Config& config,
                                        bool has_vertex, std::size_t rewritable_bytes) {
  const host::HeaderView& headers = head.headers;
  return {.aliases = &config.aliases,
          .profiles = &config.profiles,
          .default_model = config.default_model,
          .safety_settings = config.safety_settings,
          .include_thoughts = config.include_thoughts,
          .stream_default = config.stream_default &&
                            openai_chat::streams_by_default(headers.get("accept").value_or(""),
                                                            headers.get("user-agent").value_or("")),
          .most_choices = config.most_choices,
          .has_vertex = has_vertex,
          .fetchable_images = config.fetchable_images,
          .own_host = head.host,
          .rewritable_bytes = rewritable_bytes};
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
  std::vector<gemini::RemoteImage> images;
};

// Reads and translates the caller's body. Of it only what the upstream's body views stays in
// memory.
host::Task<Result<Translated>> translate(Exchange& exchange, Isolate& isolate, BodyShare& share) {
  host::Call& call = exchange.call();
  CO_TRY(base::Buffer body, co_await read_body(call, isolate.config.max_body_bytes, share));
  exchange.facts().bytes_in = body.size();
  const std::size_t rewritable =
      std::min(limits::kRewrittenBytes,
               (limits::kBodiesInFlightBytes - isolate.body_bytes) / limits::kRewritingTakes);
  json::Index index;
  auto read = openai_chat::read_request(
      body.span(), index,
      options_for(call.request(), isolate.config, isolate.has_vertex, rewritable));
  if (!read.ok()) {
    const bool may_fit_alone = rewritable < limits::kRewrittenBytes;
    const bool is_too_large = read.error().code == ErrorCode::request_too_large;
    if (is_too_large && may_fit_alone) co_return too_busy();
    if (read.error().code == ErrorCode::server_busy) co_return too_busy();
    co_return std::move(read).error();
  }
  openai_chat::ChatRequest& request = *read;
  exchange.facts().model = request.model;
  exchange.set_warnings(request.warnings);
  const std::size_t written = gemini::written_size(request.upstream, body.view());
  if (!share.take(written, written)) co_return too_busy();
  Translated translated;
  Prepared& prepared = translated.request;
  prepared.model = request.model;
  prepared.upstream_model = request.upstream.model;
  prepared.body = std::make_shared<json::Rope>(gemini::rope_of(request.upstream, body.view()));
  prepared.may_end_empty = request.may_end_empty;
  prepared.first_account_only = request.first_account_only;
  prepared.read_at_ms = host::now_ms();
  prepared.upstreams = upstreams_for(request.upstream);
  prepared.foreign_fields = request.upstream.foreign_fields;
  if (isolate.config.affinity) {
    prepared.conversation =
        conversation_of(call.request().headers, request.cache_key.escaped, request.upstream);
  }
  translated.stream = request.stream;
  translated.warnings = request.warnings;
  translated.images = std::move(request.upstream.images);
  translated.context = answer_context(request, isolate.config);
  const bool is_viewed = !prepared.body->gaps.empty();
  share.keep_only(written + (is_viewed ? body.size() : 0));
  if (is_viewed) prepared.caller_body = std::move(body);
  co_return std::move(translated);
}

// `x-proxy-account: 1`: only that account serves, so that its owner can try it.
Result<void> read_account_header(const host::HeaderView& headers, const Isolate& isolate,
                                 Prepared& request) {
  const auto value = headers.get("x-proxy-account");
  if (!value) return {};
  const auto index = text::parse_decimal(*value);
  const auto& all = isolate.accounts.accounts;
  const bool is_known = index && *index >= 0 && *index < static_cast<std::int64_t>(all.size());
  if (!is_known || !all[static_cast<std::size_t>(*index)].enabled()) {
    return ApiError(ErrorCode::invalid_value,
                    "The header x-proxy-account must be the index of an account that is enabled.");
  }
  request.only_account = static_cast<int>(*index);
  return {};
}

// `x-proxy-explain: 1`: what would be sent, instead of sending it.
void explain(Exchange& exchange, Isolate& isolate, Translated& translated) {
  Prepared& request = translated.request;
  const accounts::Account none;
  const accounts::Account* const account = Candidates(isolate, request).next();
  const accounts::Account& shown = account == nullptr ? none : *account;
  mend(request, isolate.repairs.of(shown.upstream, request.upstream_model, host::now_ms()),
       isolate.body_bytes);
  std::vector<std::string_view> dropped;
  // Without the envelope of Code Assist, which names the account's project.
  const auto body = fitted_body(shown, request, dropped);
  if (body->size() > limits::kExplainedBytes) {
    return exchange.send_error(
        ApiError(ErrorCode::request_too_large, "Requests above 8 MiB are not explained."));
  }
  BodyShare copies(isolate.body_bytes);
  if (!copies.take(4 * body->size(), 4 * body->size())) return exchange.send_error(too_busy());
  const std::string fitted = body->flat();
  for (const std::string_view name : dropped) exchange.warn_of_dropped(name);
  std::string out;
  json::Writer json(out);
  json.begin_object().key("object").string(std::string_view("proxy.explanation"));
  json.key("upstream").string(name_of(shown.upstream)).key("account");
  account == nullptr ? json.null() : json.integer(static_cast<std::int64_t>(shown.index));
  json.key("model").string(std::string_view(request.upstream_model));
  json.key("stream").boolean(translated.stream);
  json.key("choices").integer(translated.context.choices);
  json.key("request").raw({fitted});
  json.key("repairs").begin_array();
  for (const std::string_view name : gemini::names_of(request.repairs)) json.string(name);
  json.end_array().key("warnings").begin_array();
  for (const std::string& warning : translated.warnings) json.string(std::string_view(warning));
  for (const std::string_view name : dropped) json.string(Exchange::dropped_words(name));
  json.end_array().end_object();
  exchange.send_json(200, out);
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
  Reply reply(exchange, std::move(renderer), translated.stream, choices, isolate.body_bytes);
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
  const host::HeaderView& headers = exchange.call().request().headers;
  const bool explains = headers.get("x-proxy-explain") == "1";
  if (isolate.accounts.error && !explains) {
    exchange.send_error(*isolate.accounts.error);
  } else if (isolate.config.error && !explains) {
    exchange.send_error(*isolate.config.error);
  } else if (auto named = read_account_header(headers, isolate, request); !named.ok()) {
    exchange.send_error(named.error());
  } else if (explains) {
    explain(exchange, isolate, *translated);
  } else {
    // The body views them. Nothing more of the request can be wrong now.
    ImageFetch images(exchange.call(), isolate.config.fetchable_images,
                      std::move(translated->images), share);
    host::Join& all = images.all();
    co_await all;
    if (images.refusal() || !images.fill(*request.body)) {
      exchange.send_error(*images.refusal());
      co_return;
    }
    co_await answer(exchange, isolate, std::move(*translated));
  }
}

}  // namespace proxy::gateway
