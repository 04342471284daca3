#include "flow/gallery.h"

#include <utility>

#include "base/base64.h"
#include "support/catch.h"

namespace proxy::flow {

std::string image_part(const std::string& url) {
  return R"({"type":"image_url","image_url":{"url":")" + url + R"("}})";
}

Ask with_parts(const std::vector<std::string>& parts, const std::string& more) {
  std::string body = R"({"model":"gemini-2.5-flash","stream":false,"messages":[{"role":"user",)"
                     R"("content":[{"type":"text","text":"private-question"})";
  for (const std::string& each : parts) body += ',' + each;
  return post(body + "]}]" + more + "}");
}

Ask with_image(const std::string& url) { return with_parts({image_part(url)}); }

std::string inline_data(const std::string& type, const std::string& bytes) {
  return R"({"inlineData":{"mimeType":")" + type + R"(","data":")" + base64::encode(bytes) + "\"}}";
}

FetchAnswer image_answer(const std::string& type, std::vector<std::string> chunks, Fields more) {
  FetchAnswer answer;
  answer.headers = std::move(more);
  answer.headers.emplace_back("content-type", type);
  answer.chunks = std::move(chunks);
  return answer;
}

FetchAnswer png() { return image_answer("image/png", {kPng}); }

FetchAnswer redirect_to(const std::string& location, int status) {
  return error_answer(status, "private-page", {{"location", location}});
}

Gallery::Gallery(const std::string& setting, std::uint32_t seed) : Story(seed) {
  if (!setting.empty()) set("FETCH_IMAGES", setting);
  const auto others = host.on_fetch;
  host.on_fetch = [this, others](const FetchRequest& request) {
    if (request.url.find(".example") == std::string::npos) return others(request);
    asked.push_back(request);
    return on_image ? on_image(request) : png();
  };
}

std::string Gallery::sent() const {
  const auto requests = google_requests();
  return requests.empty() ? "" : requests.back().body;
}

bool Gallery::asked_google() const { return host.fetches.size() > asked.size(); }

std::vector<std::string> Gallery::urls() const {
  std::vector<std::string> urls;
  for (const FetchRequest& request : asked) urls.push_back(request.url);
  return urls;
}

void Gallery::check_refused(const Ask& asked_for, const std::string& code) {
  const Received& got = ask(asked_for);
  CHECK(summary(got) == "400 " + code);
  CHECK(got.body.find(R"("param":"messages[0].content[1].image_url")") != std::string::npos);
  CHECK(got.body.find("private-") == std::string::npos);
  CHECK(got.body.find(".example") == std::string::npos);
  CHECK_FALSE(asked_google());
}

}  // namespace proxy::flow
