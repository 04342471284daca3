#include "flow/story.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/base64.h"
#include "flow/entries.h"
#include "flow/rules.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

constexpr std::string_view kTokenPath = "/token";

bool is_for_token(const FetchRequest& request) { return request.url.ends_with(kTokenPath); }

// The value of a form's field; empty if there is none.
std::string form_field(const std::string& form, const std::string& name) {
  const std::size_t at = form.find(name + '=');
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 1;
  return form.substr(begin, form.find('&', begin) - begin);
}

// The refresh token, or who signed the assertion.
std::string asker_of(const FetchRequest& request) {
  const std::string assertion = form_field(request.body, "assertion");
  if (assertion.empty()) return form_field(request.body, "refresh_token");
  const std::size_t begin = assertion.find('.') + 1;
  const auto text = base64::standard(assertion.substr(begin, assertion.find('.', begin) - begin));
  const auto claims =
      nlohmann::json::parse(base64::decode(text.value_or("")).value_or(""), nullptr, false);
  return claims.is_object() && claims.contains("iss") ? claims["iss"].get<std::string>() : "?";
}

std::string content_of(std::string_view body) {
  const auto root = nlohmann::json::parse(body, nullptr, false);
  if (!root.is_object() || !root.contains("choices")) return "?";
  std::string out;
  for (const auto& choice : root["choices"]) {
    const auto& content = choice["message"]["content"];
    if (!out.empty()) out += '|';
    out += content.is_string() ? content.get<std::string>() : content.dump();
  }
  return out;
}

// How many choices a request asks for.
std::size_t choices_of(const Ask& ask) {
  std::string body;
  for (const std::string& piece : ask.body) body += piece;
  const auto root = nlohmann::json::parse(body, nullptr, false);
  const bool says = root.is_object() && root.contains("n") && root["n"].is_number_unsigned();
  return says ? root["n"].get<std::size_t>() : 1;
}

}  // namespace

Ask Ask::with(std::string name, std::string value) const {
  Ask ask = without(name);
  ask.headers.emplace_back(std::move(name), std::move(value));
  return ask;
}

Ask Ask::without(std::string_view name) const {
  Ask ask = *this;
  std::erase_if(ask.headers, [name](const auto& field) { return field.first == name; });
  return ask;
}

Ask get(std::string path) {
  Ask ask;
  ask.path = std::move(path);
  return ask;
}

Ask post(std::string body, std::string path) {
  Ask ask;
  ask.method = "POST";
  ask.path = std::move(path);
  ask.headers.emplace_back("content-type", "application/json");
  if (!body.empty()) ask.body.push_back(std::move(body));
  return ask;
}

std::string chat_body(std::string_view more) {
  return R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":"private-question"}])" +
         std::string(more) + "}";
}

Ask streamed() { return post(chat_body(R"(,"stream":true)")); }
Ask whole() { return post(chat_body(R"(,"stream":false)")); }

std::string text_event(std::string_view text, std::string_view finish) {
  std::string event = R"({"candidates":[{"content":{"parts":[{"text":")" + std::string(text) +
                      R"("}],"role":"model"})";
  if (!finish.empty()) event += R"(,"finishReason":")" + std::string(finish) + '"';
  event += R"(,"index":0}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":3,)"
           R"("totalTokenCount":8},"modelVersion":"gemini-2.5-flash","responseId":"abc-1"})";
  return event;
}

std::string framed(std::string_view event) { return "data: " + std::string(event) + "\r\n\r\n"; }

std::string error_json(int code, std::string_view status, std::string_view message,
                       std::string_view details) {
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" + std::string(message) +
         R"(","status":")" + std::string(status) + R"(","details":[)" + std::string(details) +
         "]}}";
}

FetchAnswer answer_of(std::vector<std::string> events, BodyEnd end) {
  FetchAnswer answer;
  answer.headers = {{"content-type", "text/event-stream"}};
  answer.end = end;
  for (const std::string& event : events) answer.chunks.push_back(framed(event));
  return answer;
}

FetchAnswer good_answer() {
  return answer_of({text_event("private-answer"), text_event(" one"), text_event(" two", "STOP")});
}

FetchAnswer error_answer(int status, std::string body, Fields headers) {
  FetchAnswer answer;
  answer.status = status;
  answer.headers = std::move(headers);
  if (!body.empty()) answer.chunks.push_back(std::move(body));
  return answer;
}

FetchAnswer no_connection() { return error_answer(0); }

FetchAnswer silence() {
  FetchAnswer answer;
  answer.delay_ms = kNever;
  return answer;
}

FetchAnswer token_answer(std::string_view access_token, int expires_in_s) {
  return error_answer(200, R"({"access_token":")" + std::string(access_token) +
                               R"(","expires_in":)" + std::to_string(expires_in_s) +
                               R"(,"scope":"cloud-platform","token_type":"Bearer"})");
}

FetchAnswer refusal(std::string_view word, int status) {
  return error_answer(status, R"({"error":")" + std::string(word) +
                                  R"(","error_description":"Token has been expired or revoked."})");
}

Story::Story(std::uint32_t seed, int accounts) : host(seed) {
  host.env = {{"API_KEY", kKey},
              {"ACCOUNT_AFFINITY", "false"},
              {"OAUTH_CLIENT_ID", "client-id"},
              {"OAUTH_CLIENT_SECRET", "marked-client-secret"}};
  set_accounts(accounts);
  host.on_fetch = [this](const FetchRequest& request) { return fetch(request); };
}

Story::~Story() {
  const bool is_open = !host.env.contains("ALLOWED_ORIGINS");
  std::map<std::string, std::string> ends;  // request id -> status in the log
  std::size_t left = 0;
  for (const std::string& line : host.logs) {
    const LogView view = view_log(line);
    if (view.get("ev") != "req") continue;
    CHECK(ends.emplace(view.get("id"), view.get("status")).second);
    if (view.get("code") == "client_closed") ++left;
  }
  std::size_t unanswered = 0;
  for (const auto& [call, ask] : asks_) {
    INFO("call " << call << ": " << ask.method << ' ' << ask.path);
    const Received& answer = host.received(call);
    const std::string end = ends[answer.header("x-request-id")];
    if (!answer.ended) {
      ++unanswered;
      if (answer.streamed) CHECK(view_stream(answer.body, false, choices_of(ask)).flaw == "");
      if (answer.streamed && !expects_lost_calls) CHECK(end == "499");
      continue;
    }
    CHECK(flaw_of_answer(answer, ask.method, is_open, choices_of(ask)) == "");
    CHECK(end == std::to_string(answer.status));
  }
  // Those without an answer are callers who left.
  if (!expects_lost_calls) CHECK(unanswered <= left);
  CHECK(flaw_of_log(host.logs) == "");
  CHECK(host.leak({"marked-"}) == "");
  for (const FetchRequest& request : host.fetches) {
    CHECK(request.body.find(kKey) == std::string::npos);
    for (const auto& [name, value] : request.headers) CHECK(value.find(kKey) == std::string::npos);
  }
  if (expects_lost_calls) return;
  CHECK(host.open_count() == 0);
  CHECK(isolate->body_bytes == 0);
}

host::CallId Story::start(const Ask& ask) {
  if (!isolate->configured) {
    isolate->configure();
    isolate->tokens.pool.set_up(isolate->accounts.accounts, first_account);
  }
  host::HeadWriter head(ask.method, ask.path.starts_with('/') ? kHost + ask.path : ask.path);
  std::string text = head.text();
  for (const auto& [name, value] : ask.headers) text += '\n' + name + '\n' + value;
  const host::CallId call = host.start(
      text, ask.body, [this](host::Call& it) { return gateway::serve(it, *isolate); }, ask.end);
  asks_[call] = ask;
  return call;
}

void Story::run() {
  const bool all_ended = host.run();
  if (!expects_lost_calls) CHECK(all_ended);
}

const Received& Story::ask(const Ask& ask) {
  const host::CallId call = start(ask);
  run();
  return host.received(call);
}

void Story::evict() { isolate = std::make_unique<gateway::Isolate>(); }

void Story::set(const std::string& name, std::string value) {
  host.env[name] = std::move(value);
  evict();
}

void Story::set_accounts(int count) {
  std::string accounts;
  for (int i = 0; i < count; ++i) {
    accounts += i == 0 ? "[" : ",";
    accounts += R"({"refresh_token":"marked-refresh-)" + std::to_string(i) + R"("})";
  }
  set("ACCOUNTS", accounts + "]");
}

FetchAnswer Story::fetch(const FetchRequest& request) {
  if (!is_for_token(request)) {
    const int n = ++google_count_;
    return on_google ? on_google(request, n) : good_for(request);
  }
  const std::string asker = asker_of(request);
  const int n = ++token_counts_[asker];
  if (on_token) return on_token(asker, n);
  return token_answer("marked-access" + asker.substr(asker.rfind('-')) + '-' + std::to_string(n));
}

std::vector<FetchRequest> Story::google_requests() const {
  std::vector<FetchRequest> requests = host.fetches;
  std::erase_if(requests, is_for_token);
  return requests;
}

std::vector<FetchRequest> Story::token_requests() const {
  std::vector<FetchRequest> requests = host.fetches;
  std::erase_if(requests, [](const FetchRequest& request) { return !is_for_token(request); });
  return requests;
}

std::string Story::accounts_asked() const {
  std::string accounts;
  for (const FetchRequest& request : google_requests()) {
    if (!accounts.empty()) accounts += ' ';
    accounts += account_of(request);
  }
  return accounts;
}

std::size_t Story::subrequests() const {
  std::size_t count = 0;
  for (const std::string& line : host.transcript) {
    if (line.starts_with("fetch ") || line.starts_with("kv_")) ++count;
  }
  return count;
}

std::string Story::summary(const Received& received) {
  const std::string status = std::to_string(received.status);
  if (received.streamed) {
    const StreamView view = view_stream(received.body, false);
    if (view.done) return status + ' ' + view.text + "[DONE]";
    if (!view.error_code.empty()) return status + ' ' + view.text + '!' + view.error_code;
    return status + ' ' + view.text + "...";
  }
  if (received.status >= 400) return status + ' ' + error_code(received.body);
  if (received.header("content-type") == "application/json") {
    return status + ' ' + content_of(received.body);
  }
  return status;
}

}  // namespace proxy::flow
