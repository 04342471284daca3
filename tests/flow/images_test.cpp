// Images named by URL: passed on by reference, or with FETCH_IMAGES fetched and sent inline. What
// is not to be fetched is refused before anything is sent.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "flow/gallery.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {

TEST_CASE("by default no image is fetched; Google gets the reference", "[S-01]") {
  for (const char* setting : {"", "false", "0", "yes"}) {
    INFO(setting);
    Gallery gallery(setting);
    CHECK(gallery.tell(with_image("https://images.example/a.png")) == kImageServed);
    CHECK(gallery.asked.empty());
    CHECK(
        gallery.sent().find(
            R"({"fileData":{"mimeType":"image/png","fileUri":"https://images.example/a.png"}})") !=
        std::string::npos);
    CHECK(gallery.tell(with_image("http://images.example/a.png")) == "400 invalid_image_url");
    CHECK(gallery.asked.empty());
  }
}

TEST_CASE("an image is fetched and goes along inline", "[S-01][S-09]") {
  Gallery gallery;
  const Ask ask = with_image("https://images.example/a?private-key=1")
                      .with("cookie", "marked-cookie")
                      .with("user-agent", "marked-agent")
                      .with("referer", "https://marked.test/");
  CHECK(gallery.tell(ask) == kImageServed);
  CHECK(gallery.sent().find(R"({"text":"private-question"},)" + inline_data("image/png", kPng)) !=
        std::string::npos);
  REQUIRE(gallery.asked.size() == 1);
  CHECK(gallery.asked[0].method == "GET");
  CHECK(gallery.asked[0].url == "https://images.example/a?private-key=1");
  CHECK(gallery.asked[0].body.empty());
  CHECK(gallery.asked[0].headers ==
        Fields{{"accept", "image/png,image/jpeg,image/webp,image/gif,image/heic,image/heif"},
               {"user-agent", "openai-compatible-proxy/0.1"}});
  CHECK(gallery.host.log_count("images.example") == 0);
}

TEST_CASE("http is fetched where the owner wants it, and a string may be the URL", "[S-02]") {
  Gallery gallery("http");
  CHECK(gallery.tell(
            with_parts({R"({"type":"image_url","image_url":"http://images.example/a.png"})"})) ==
        kImageServed);
  CHECK(gallery.urls() == std::vector<std::string>{"http://images.example/a.png"});
  CHECK(gallery.sent().find(inline_data("image/png", kPng)) != std::string::npos);
}

TEST_CASE("what must not be fetched is refused before anything is sent",
          "[S-02][S-03][S-04][S-05]") {
  for (const char* url :
       {"http://images.example/", "file:///a.example", "gs://images.example/a.png",
        "https://127.1/a.example", "https://[::1]/a.example", "https://localhost/a.example",
        "https://a.internal/a.example", "https://user:password@images.example/",
        "https://images.example:8443/", "https://images.example/#a", "https://images.example/\\ta",
        "https://images\\n.example/"}) {
    INFO(url);
    Gallery gallery;
    const Received& got = gallery.ask(with_image(url));
    CHECK(Story::summary(got) == "400 invalid_image_url");
    CHECK(got.body.find(R"("param":"messages[0].content[1].image_url)") != std::string::npos);
    CHECK(gallery.host.fetches.empty());
    CHECK(gallery.host.count("kv_get") == 0);
  }
  // The Worker itself, also under a name that it has for this caller only.
  Gallery gallery;
  Ask ask = with_image("https://proxy.example/v1/models");
  ask.path = "https://proxy.example/v1/chat/completions";
  gallery.check_refused(ask, "invalid_image_url");
  CHECK(gallery.asked.empty());
}

TEST_CASE("nothing is fetched for a request that is refused for another reason", "[S-01]") {
  const std::vector<std::string> image = {image_part("https://images.example/a.png")};
  const struct {
    Ask ask;
    const char* summary;
  } rows[] = {
      {with_parts(image, R"(,"temperature":"hot")"), "400 invalid_type"},
      {with_parts({image[0], image_part("https://127.0.0.1/")}), "400 invalid_image_url"},
      {with_parts(image).without("authorization"), "401 missing_api_key"},
      {with_parts(image).with("authorization", "Bearer wrong"), "401 invalid_api_key"},
      {with_parts(image).with("x-proxy-account", "7"), "400 invalid_value"},
  };
  for (const auto& row : rows) {
    INFO(row.summary);
    Gallery gallery;
    CHECK(gallery.tell(row.ask) == row.summary);
    CHECK(gallery.host.fetches.empty());
  }
  Gallery gallery;
  gallery.set("ACCOUNTS", "");
  CHECK(gallery.tell(with_parts(image)) == "503 accounts_not_configured");
  CHECK(gallery.host.fetches.empty());
}

TEST_CASE("what is explained names an image that would be fetched, and fetches nothing", "[S-01]") {
  Gallery gallery;
  const Ask ask = with_image("https://images.example/a.png").with("x-proxy-explain", "1");
  CHECK(gallery.ask(ask).body.find(
            R"({"inlineData":{"mimeType":"image/*","data":"https://images.example/a.png"}})") !=
        std::string::npos);
  CHECK(gallery.host.fetches.empty());
}

TEST_CASE("images of tools and of the model are fetched, those of Google, files and videos are not",
          "[S-01]") {
  Gallery gallery;
  CHECK(gallery.tell(with_parts({
            image_part("https://generativelanguage.googleapis.com/v1beta/files/abc"),
            image_part("https://www.youtube.com/watch?v=a"),
            R"({"type":"video_url","video_url":{"url":"https://videos.example/a.mp4"}})",
            R"({"type":"file","file":{"file_data":"https://files.example/a.pdf"}})",
        })) == kImageServed);
  CHECK(gallery.asked.empty());

  for (const std::string model : {"gemini-2.5-flash", "gemini-3.5-flash"}) {
    INFO(model);
    gallery.asked.clear();
    const std::string tools =
        R"({"model":")" + model +
        R"(","stream":false,"messages":[{"role":"user","content":"a"},)"
        R"({"role":"assistant","images":[{"image_url":{"url":"https://old.example/a.png"}}],)"
        R"("tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
        R"({"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"b"},)" +
        image_part("https://images.example/a.png") + "]}]}";
    CHECK(gallery.tell(post(tools)) == kImageServed);
    CHECK(gallery.urls() ==
          std::vector<std::string>{"https://old.example/a.png", "https://images.example/a.png"});
    CHECK(gallery.sent().find(inline_data("image/png", kPng)) != std::string::npos);
  }
}

TEST_CASE("one URL is fetched once, two at a time, eight at most", "[S-08]") {
  std::vector<std::string> parts;
  for (int i = 0; i < 8; ++i) {
    const std::string url = "https://images.example/" + std::to_string(i);
    parts.push_back(image_part(url));
    parts.push_back(image_part(url));
  }
  Gallery gallery;
  gallery.on_image = [](const FetchRequest& request) {
    FetchAnswer answer = image_answer("image/png", {kPng, request.url});
    answer.delay_ms = 1'000;
    return answer;
  };
  const std::int64_t begun_ms = gallery.host.now_ms;
  CHECK(gallery.tell(with_parts(parts)) == kImageServed);
  CHECK(gallery.host.now_ms - begun_ms == 4'000);
  CHECK(gallery.asked.size() == 8);
  for (int i = 0; i < 8; ++i) {
    const std::string data =
        inline_data("image/png", kPng + "https://images.example/" + std::to_string(i));
    CHECK(gallery.sent().find(data + ',' + data) != std::string::npos);
  }

  const std::size_t fetches = gallery.host.fetches.size();
  parts.push_back(image_part("https://images.example/8"));
  const Received& got = gallery.ask(with_parts(parts));
  CHECK(Story::summary(got) == "400 invalid_image_url");
  CHECK(got.body.find("messages[0].content[17].image_url\"") != std::string::npos);
  CHECK(gallery.host.fetches.size() == fetches);
}

TEST_CASE("redirects are followed three times, each checked", "[S-06]") {
  const struct {
    std::map<std::string, std::string> redirects;
    const char* outcome;  // the last URL that was asked, or the code
  } rows[] = {
      {{{"https://a.example/1", "https://b.example/2"},
        {"https://b.example/2", "/3"},
        {"https://b.example/3", "//c.example/4"}},
       "https://c.example/4"},
      {{{"https://a.example/1", "/2"},
        {"https://a.example/2", "/3"},
        {"https://a.example/3", "/4"},
        {"https://a.example/4", "/5"}},
       "invalid_image_url"},
      {{{"https://a.example/1", "/1"}}, "invalid_image_url"},
      {{{"https://a.example/1", "http://b.example/2"}}, "invalid_image_url"},
      {{{"https://a.example/1", "https://127.0.0.1/b.example"}}, "invalid_image_url"},
      {{{"https://a.example/1", "https://[::1]/b.example"}}, "invalid_image_url"},
      {{{"https://a.example/1", "https://metadata.google.internal/b.example"}},
       "invalid_image_url"},
      {{{"https://a.example/1", "https://user@b.example/"}}, "invalid_image_url"},
      {{{"https://a.example/1", "https://b.example:8443/"}}, "invalid_image_url"},
      {{{"https://a.example/1", "/2#a"}}, "invalid_image_url"},
      {{{"https://a.example/1", "gs://b.example/2"}}, "invalid_image_url"},
      {{{"https://a.example/1", "data:image/png;base64,AAAA"}}, "invalid_image_url"},
      {{{"https://a.example/1", "/2"}, {"https://a.example/2", "//localhost/b.example"}},
       "invalid_image_url"},
  };
  for (const auto& row : rows) {
    for (const int status : {301, 302, 303, 307, 308}) {
      INFO(row.redirects.begin()->second << ' ' << status << ' ' << row.outcome);
      Gallery gallery;
      gallery.on_image = [&row, status](const FetchRequest& request) {
        const auto found = row.redirects.find(request.url);
        return found == row.redirects.end() ? png() : redirect_to(found->second, status);
      };
      if (std::string_view(row.outcome) == "invalid_image_url") {
        gallery.check_refused(with_image("https://a.example/1"), row.outcome);
        CHECK(gallery.asked.size() <= 4);
        for (const FetchRequest& request : gallery.asked) {
          CHECK(request.url.starts_with("https://a.example/"));
        }
      } else {
        CHECK(gallery.tell(with_image("https://a.example/1")) == kImageServed);
        CHECK(gallery.urls().back() == row.outcome);
      }
    }
  }
  Gallery gallery("http");
  gallery.on_image = [](const FetchRequest& request) {
    return request.url == "https://a.example/1" ? redirect_to("http://b.example/2") : png();
  };
  CHECK(gallery.tell(with_image("https://a.example/1")) == kImageServed);
}

TEST_CASE("eight images that all redirect leave subrequests for Google", "[S-06][P-11]") {
  std::vector<std::string> parts;
  for (int i = 0; i < 8; ++i)
    parts.push_back(image_part("https://" + std::to_string(i) + "a.example/0"));
  for (const char last : {'1', '3', '9'}) {
    INFO(last);
    Gallery gallery;
    gallery.on_image = [last](const FetchRequest& request) {
      const char hop = request.url.back();
      return hop >= last ? png() : redirect_to(std::string("/") + static_cast<char>(hop + 1));
    };
    const std::string outcome = gallery.tell(with_parts(parts));
    CHECK(outcome == (last == '1' ? kImageServed : "400 invalid_image_url"));
    CHECK(gallery.subrequests() <= 40);
  }
}

TEST_CASE("a repaired body and one for another account have the image as well") {
  Gallery gallery;
  gallery.set_accounts(2);
  gallery.on_google = [](const FetchRequest& request, int n) {
    if (request.body.find("topP") != std::string::npos) {
      return error_answer(400, error_json(400, "INVALID_ARGUMENT", "top_p is not supported"));
    }
    return n == 2 ? error_answer(503) : good_answer();
  };
  CHECK(gallery.tell(with_parts({image_part("https://images.example/a.png")}, R"(,"top_p":0.5)")) ==
        kImageServed);
  CHECK(gallery.asked.size() == 1);
  std::size_t calls = 0;
  for (const FetchRequest& request : gallery.google_requests()) {
    if (request.method == "GET") continue;
    ++calls;
    CHECK(request.body.find(inline_data("image/png", kPng)) != std::string::npos);
  }
  CHECK(calls == 3);
}

}  // namespace proxy::flow
