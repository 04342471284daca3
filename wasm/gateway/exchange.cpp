#include "gateway/exchange.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "fronts/openai_chat/error.h"
#include "gateway/cors.h"
#include "host/log.h"

namespace proxy::gateway {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEvents = "text/event-stream; charset=utf-8";

// Header values are ASCII; whatever else a parameter's name held becomes `?`.
std::string header_text(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c >= 0x7F; }, '?');
  return out;
}

std::int64_t seconds_rounded_up(std::int64_t ms) { return (ms + 999) / 1000; }

}  // namespace

Exchange::Exchange(host::Call& call, const Config& config, Route route)
    : call_(call), config_(config), begun_ms_(host::now_ms()) {
  facts_.route = name_of(route);
}

Exchange::~Exchange() {
  if (!ended_ && code_.empty()) code_ = traits(ErrorCode::client_closed).code;
  const int status = ended_ ? status_ : traits(ErrorCode::client_closed).status;
  host::LogLine line(status >= 500 ? host::LogLevel::error : host::LogLevel::info, "req");
  line.text("route", facts_.route).number("status", status);
  if (!code_.empty()) line.text("code", code_);
  // Made printable, as each escape takes six bytes of what is kept for this line.
  if (!facts_.model.empty()) {
    line.text("model", text::printable(facts_.model, limits::kModelNameBytes));
  }
  if (facts_.account >= 0) line.number("acct", facts_.account);
  if (facts_.attempts > 0) line.number("try", facts_.attempts);
  line.number("ms", host::now_ms() - begun_ms_);
  if (first_byte_ms_ > 0) line.number("ttfb", first_byte_ms_ - begun_ms_);
  line.number("in", static_cast<std::int64_t>(facts_.bytes_in));
  line.number("out", static_cast<std::int64_t>(bytes_out_));
  if (facts_.upstream_status > 0) line.number("up", facts_.upstream_status);
  if (facts_.prompt_tokens > 0) line.number("tok_in", facts_.prompt_tokens);
  if (facts_.answer_tokens > 0) line.number("tok_out", facts_.answer_tokens);
  line.send_last(call_);
}

void Exchange::set_warnings(const std::vector<std::string>& warnings) {
  constexpr std::size_t kMostBytes = 1'024;
  for (const std::string& warning : warnings) {
    if (warnings_.size() + warning.size() > kMostBytes) return;
    if (warnings_.find(warning) != std::string::npos) continue;  // another attempt said it
    if (!warnings_.empty()) warnings_ += "; ";
    warnings_ += header_text(warning);
  }
}

std::string Exchange::dropped_words(std::string_view name) {
  return std::string(name) + ": not known to this upstream, ignored";
}

host::HeadWriter Exchange::head(std::string_view content_type) const {
  host::HeadWriter head;
  if (!content_type.empty()) head.field("content-type", content_type);
  head.field("x-request-id", call_.request_id());
  head.field("x-content-type-options", "nosniff");
  add_cors(head, call_.request().headers, config_);
  if (!warnings_.empty()) head.field("x-proxy-warnings", warnings_);
  return head;
}

void Exchange::send(int status, const host::HeadWriter& head, std::string_view body) {
  status_ = status;
  ended_ = true;
  if (call_.request().method == "HEAD") body = {};
  bytes_out_ += body.size();
  first_byte_ms_ = host::now_ms();
  host::respond(call_.id(), status, head.text(), body, false);
}

void Exchange::send_text(std::string_view text) {
  send(200, head("text/plain; charset=utf-8"), text);
}

void Exchange::send_json(int status, std::string_view body) { send(status, head(kJson), body); }

void Exchange::send_preflight() {
  const host::HeaderView& request = call_.request().headers;
  host::HeadWriter fields = head({});
  if (is_allowed_origin(request, config_)) add_preflight(fields, request);
  send(204, fields, {});
}

void Exchange::send_error(const ApiError& error) {
  const ErrorTraits& known = traits(error.code);
  host::HeadWriter fields = head(kJson);
  fields.field("x-should-retry", known.should_retry ? "true" : "false");
  if (known.status == 401) fields.field("www-authenticate", "Bearer");
  if (!error.allow.empty()) fields.field("allow", error.allow);
  if (error.retry_after_ms) {
    const std::int64_t ms = std::max<std::int64_t>(*error.retry_after_ms, 0);
    fields.field("retry-after", text::decimal(std::max<std::int64_t>(seconds_rounded_up(ms), 1)));
    fields.field("retry-after-ms", text::decimal(ms));
  }
  note_error(error.code);
  send(known.status, fields, fronts::openai_chat::error_body(error));
}

void Exchange::start_stream() {
  host::HeadWriter fields = head(kEvents);
  fields.field("cache-control", "no-cache, no-transform").field("x-accel-buffering", "no");
  status_ = 200;
  host::respond(call_.id(), status_, fields.text(), {}, true);
}

void Exchange::write(std::string_view bytes) {
  if (first_byte_ms_ == 0) first_byte_ms_ = host::now_ms();
  bytes_out_ += bytes.size();
  host::write(call_.id(), bytes);
}

void Exchange::end_stream() {
  ended_ = true;
  host::end(call_.id());
}

}  // namespace proxy::gateway
