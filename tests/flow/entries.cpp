#include "flow/entries.h"

#include "base/base64.h"

namespace proxy::flow {

std::string signed_in(int number, std::string_view more) {
  return R"({"refresh_token":"marked-refresh-)" + std::to_string(number) + '"' + std::string(more) +
         '}';
}

std::string with_key(int number, std::string_view more) {
  return R"({"api_key":"marked-api-key-)" + std::to_string(number) + '"' + std::string(more) + '}';
}

std::string robot(int number, std::string_view more) {
  const std::string digits = std::to_string(number);
  const std::string label = "PRIVATE KEY-----";
  const std::string key = base64::encode("0marked-der-" + digits);
  return R"({"service_account":{"client_email":"marked-robot-)" + digits +
         R"(","private_key_id":"key-id","project_id":"robots","private_key":"-----BEGIN )" + label +
         "\\n" + key + "\\n-----END " + label + "\\n\"}" + std::string(more) + '}';
}

void set_entries(Story& story, const std::vector<std::string>& entries) {
  std::string accounts;
  for (const std::string& entry : entries) accounts += (accounts.empty() ? '[' : ',') + entry;
  story.set("ACCOUNTS", accounts + ']');
}

Ask ask_of(std::string_view model) {
  return post(R"({"model":")" + std::string(model) +
              R"(","messages":[{"role":"user","content":"private-question"}],"stream":false})");
}

FetchAnswer google_error(int code, std::string_view status, std::string_view message,
                         std::string_view details) {
  return error_answer(code, error_json(code, status, message, details),
                      {{"content-type", "application/json"}});
}

std::string detail(std::string_view type, std::string_view members) {
  return R"({"@type":"type.googleapis.com/google.rpc.)" + std::string(type) + "\"," +
         std::string(members) + '}';
}

std::string retry_info(std::string_view delay) {
  return detail("RetryInfo", R"("retryDelay":")" + std::string(delay) + '"');
}

std::string model_quota(std::string_view quota_id) {
  return detail("QuotaFailure", R"("violations":[{"quotaId":")" + std::string(quota_id) +
                                    R"(","quotaDimensions":{"model":"gemini-2.5-flash"}}])");
}

FetchAnswer limited_for(std::string_view delay) {
  return google_error(
      429, "RESOURCE_EXHAUSTED", "Quota exceeded.",
      model_quota("GenerateRequestsPerMinutePerProjectPerModel") + ',' + retry_info(delay));
}

FetchAnswer spent_today() {
  return google_error(
      429, "RESOURCE_EXHAUSTED", "Quota exceeded.",
      model_quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier") + ',' + retry_info("33s"));
}

FetchAnswer forbidden() {
  return google_error(
      403, "PERMISSION_DENIED", "Verify your account to continue.",
      detail("ErrorInfo",
             R"("reason":"VALIDATION_REQUIRED",)"
             R"("metadata":{"validation_link":"https://accounts.example/verify?of=it"})"));
}

FetchAnswer in_envelopes() {
  const auto wrapped = [](const std::string& event) {
    return R"({"response":)" + event + R"(,"traceId":"trace-1"})";
  };
  return answer_of({wrapped(text_event("private-answer")), wrapped(text_event(" one")),
                    wrapped(text_event(" two", "STOP"))});
}

bool is_for_code_assist(const FetchRequest& request) {
  return request.url.find("//cloudcode-pa.") != std::string::npos;
}

bool asks_for_project(const FetchRequest& request) {
  return request.url.ends_with(":loadCodeAssist");
}

FetchAnswer project_answer(std::string_view json) {
  return error_answer(200, std::string(json), {{"content-type", "application/json"}});
}

FetchAnswer good_for(const FetchRequest& request) {
  if (asks_for_project(request)) return project_answer();
  return is_for_code_assist(request) ? in_envelopes() : good_answer();
}

std::string account_of(const FetchRequest& request) {
  // "Bearer marked-access-<number>-<n>" or "marked-api-key-<number>".
  constexpr std::string_view kBefore = "Bearer marked-access-";
  const std::string token = request.header("authorization");
  if (token.starts_with(kBefore)) {
    const std::string rest = token.substr(kBefore.size());
    return rest.substr(0, rest.find('-'));
  }
  const std::string key = request.header("x-goog-api-key");
  return key.substr(key.rfind('-') + 1);
}

}  // namespace proxy::flow
