// Content parts with media: what Google is sent, or which place is refused.
#include <string>

#include "support/catch.h"
#include "unit/fronts/openai_chat/read.h"

using proxy::test::Reading;

namespace {

// The part that Google gets for this one; else code and place inside the part.
std::string part(const std::string& part) {
  const Reading reading(
      R"({"model":"gemini-2.5-flash-lite","messages":[{"role":"user","content":[)" + part + "]}]}");
  if (!reading.ok()) {
    const std::string path(reading.param());
    const std::string begin = "messages[0].content[0].";
    return std::string(reading.code()) + " " +
           (path.starts_with(begin) ? path.substr(begin.size()) : path);
  }
  const std::string upstream = reading.upstream();
  const std::string begin = R"({"contents":[{"role":"user","parts":[)";
  const std::string end = "]}]}";
  REQUIRE(upstream.starts_with(begin));
  REQUIRE(upstream.ends_with(end));
  return upstream.substr(begin.size(), upstream.size() - begin.size() - end.size());
}

std::string image(const std::string& url) {
  return part(R"({"type":"image_url","image_url":{"url":")" + url + "\"}}");
}
std::string inline_data(const std::string& type, const std::string& data) {
  return R"({"inlineData":{"mimeType":")" + type + R"(","data":")" + data + "\"}}";
}
std::string file_data(const std::string& uri, const std::string& type = "") {
  return R"({"fileData":{)" + (type.empty() ? "" : R"("mimeType":")" + type + "\",") +
         R"("fileUri":")" + uri + "\"}}";
}

}  // namespace

TEST_CASE("data URLs go inline, their base64 as it stands if it is in order") {
  const struct {
    const char* url;
    std::string sent;
  } rows[] = {
      {"data:image/png;base64,AAAA", inline_data("image/png", "AAAA")},
      {"DATA:image/PNG;base64,AAAA", inline_data("image/png", "AAAA")},
      {"data:image/jpg;base64,AA==", inline_data("image/jpeg", "AA==")},
      {"data:image/png;name=a;base64,AAA=", inline_data("image/png", "AAA=")},
      {"data:;base64,AAAA", inline_data("application/octet-stream", "AAAA")},
      {"data:image/png;base64,A A\\nAA", inline_data("image/png", "AAAA")},
      {"data:image/png;base64,-_-_", inline_data("image/png", "+/+/")},
      {"data:image/png;base64,AA", inline_data("image/png", "AA==")},
      {"data:image\\/png;base64,AA\\/A", inline_data("image/png", "AA/A")},
      {"data:image/png;base64,AA\\u003d=", inline_data("image/png", "AA==")},
      {"data:image/png;base64,A\\r\\nA", inline_data("image/png", "AA==")},
      {"data:image/png;base64,A\\nAAA", inline_data("image/png", "AAAA")},
      {"data:image/png;base64,A\\nAAAA-\\t", inline_data("image/png", "AAAAA+==")},
      {"data:text/plain,a%20b", inline_data("text/plain", "YSBi")},
      {"data:,x", inline_data("application/octet-stream", "eA==")},
  };
  for (const auto& row : rows) {
    INFO(row.url);
    CHECK(image(row.url) == row.sent);
  }
}

TEST_CASE("F-18 a data URL that holds no data of a known kind is refused") {
  for (const char* url :
       {"data:image/png;base64,A*AA", "data:image/png;base64,", "data:image/png;base64,A",
        "data:image/png;base64,AA=A", "data:image/png;base64", "data:nonsense;base64,AAAA",
        "data:font/woff;base64,AAAA", "data:image/;base64,AAAA", "data:text/plain,%zz",
        "data:text/plain,", "data:"}) {
    INFO(url);
    CHECK(image(url) == "invalid_image_format image_url.url");
  }
}

TEST_CASE("F-19 S-01 S-02 S-05 other URLs are passed on by reference, if they are plain") {
  CHECK(image("https://example.com/a/cat.JPG?x=1.png#f") ==
        file_data("https://example.com/a/cat.JPG?x=1.png#f", "image/jpeg"));
  CHECK(image("https://youtu.be/abc") == file_data("https://youtu.be/abc"));
  CHECK(image("https://generativelanguage.googleapis.com/v1beta/files/a") ==
        file_data("https://generativelanguage.googleapis.com/v1beta/files/a"));
  const std::string long_url = "https://example.com/" + std::string(2'048, 'x');
  for (const std::string& url :
       {std::string("http://example.com/a.png"), std::string("gs://bucket/a.png"),
        std::string("file:///etc/passwd"), std::string("ftp://example.com/a"), std::string("x"),
        std::string(""), std::string("https://user@example.com/a.png"),
        std::string("https://user:pw@example.com/"), std::string("https://example.com/a b"),
        std::string("https://example.com/\\u0000"), std::string("https://example.com/\\u00e9"),
        std::string("https://example.com/\\\\x"), std::string("https://example.com/\\\"x"),
        long_url}) {
    INFO(url);
    CHECK(image(url) == "invalid_image_url image_url.url");
  }
}

TEST_CASE("an image may be written in several ways, and must be written") {
  CHECK(part(R"({"type":"image_url","image_url":"data:image/png;base64,AAAA"})") ==
        inline_data("image/png", "AAAA"));
  CHECK(part(R"({"type":"video_url","video_url":{"url":"data:video/mp4;base64,AAAA"}})") ==
        inline_data("video/mp4", "AAAA"));
  CHECK(part(R"({"type":"image_url"})") == "missing_required_parameter image_url");
  CHECK(part(R"({"type":"image_url","image_url":{}})") ==
        "missing_required_parameter image_url.url");
  CHECK(part(R"({"type":"image_url","image_url":{"url":1}})") == "invalid_type image_url.url");
  CHECK(part(R"({"type":"image_url","image_url":[]})") == "invalid_type image_url");
}

TEST_CASE("audio has a format or is a data URL") {
  const struct {
    const char* format;
    const char* type;
  } rows[] = {{"wav", "audio/wav"},   {"mp3", "audio/mp3"},
              {"flac", "audio/flac"}, {"ogg", "audio/ogg"},
              {"opus", "audio/ogg"},  {"aac", "audio/aac"},
              {"aiff", "audio/aiff"}, {"m4a", "audio/m4a"},
              {"webm", "audio/webm"}, {"pcm16", "audio/L16;rate=24000"}};
  const std::string begin = R"({"type":"input_audio","input_audio":{"data":)";
  for (const auto& row : rows) {
    CHECK(part(begin + R"("AAAA","format":")" + row.format + "\"}}") ==
          inline_data(row.type, "AAAA"));
  }
  CHECK(part(begin + R"("data:audio/wav;base64,AAAA"}})") == inline_data("audio/wav", "AAAA"));
  CHECK(part(begin + R"("AAAA","format":"midi"}})") == "invalid_value input_audio.format");
  CHECK(part(begin + R"("AAAA"}})") == "missing_required_parameter input_audio.format");
  CHECK(part(begin + R"("A*","format":"wav"}})") == "invalid_value input_audio.data");
  CHECK(part(R"({"type":"input_audio","input_audio":{}})") ==
        "missing_required_parameter input_audio.data");
}

TEST_CASE("a file has a type by its data URL or its name, or is one of Google's") {
  const auto file = [](const std::string& members) {
    return part(R"({"type":"file","file":{)" + members + "}}");
  };
  const struct {
    const char* name;
    const char* type;
  } rows[] = {{"a.pdf", "application/pdf"},
              {"A.B.PDF", "application/pdf"},
              {"notes.md", "text/plain"},
              {"x.cpp", "text/plain"},
              {"pic.jpg", "image/jpeg"},
              {"pic.heic", "image/heic"},
              {"clip.mov", "video/quicktime"},
              {"clip.3gp", "video/3gpp"},
              {"song.mp3", "audio/mp3"},
              {"what", "application/octet-stream"},
              {"what.xyz", "application/octet-stream"}};
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(file(R"("file_data":"AAAA","filename":")" + std::string(row.name) + "\"") ==
          inline_data(row.type, "AAAA"));
  }
  CHECK(file(R"("file_data":"data:application/pdf;base64,AAAA","filename":"a.txt")") ==
        inline_data("application/pdf", "AAAA"));
  CHECK(file(R"("file_data":"https://example.com/a.pdf")") ==
        file_data("https://example.com/a.pdf", "application/pdf"));
  CHECK(file(R"("file_id":"files/abc-1")") ==
        file_data("https://generativelanguage.googleapis.com/v1beta/files/abc-1"));
  CHECK(file(R"("file_id":"https://generativelanguage.googleapis.com/v1beta/files/x")") ==
        file_data("https://generativelanguage.googleapis.com/v1beta/files/x"));
  for (const char* id : {"file-123", "files/a b", "gs://b/a", "https://example.com/x"}) {
    CHECK(file(R"("file_id":")" + std::string(id) + "\"") == "unsupported_value file.file_id");
  }
  CHECK(file(R"("filename":"a.pdf")") == "missing_required_parameter file.file_data");
  CHECK(file(R"("file_data":"A*","filename":"a.pdf")") == "invalid_value file.file_data");
}

TEST_CASE("the detail of an image has no effect, and that is said once") {
  const std::string one =
      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"high"}})";
  const Reading reading(R"({"model":"m","messages":[{"role":"user","content":[)" + one + "," + one +
                        "]}]}");
  REQUIRE(reading.ok());
  REQUIRE(reading->warnings.size() == 1);
  CHECK(reading->warnings[0] == "image_url.detail: ignored");
}

TEST_CASE("media in Google's own places are for the upstream that can read them") {
  const auto image_of = [](const char* url) {
    return R"({"type":"image_url","image_url":{"url":")" + std::string(url) + "\"}}";
  };
  const std::string files = "https://generativelanguage.googleapis.com/v1beta/files/a";
  const struct {
    std::string part;
    const char* without_vertex;
    const char* with_vertex;
    std::string sent;
  } rows[] = {
      {image_of("gs://bucket/a.png"), "invalid_image_url", "vertex",
       file_data("gs://bucket/a.png", "image/png")},
      {image_of("gs:\\/\\/bucket\\/a.png"), "invalid_image_url", "vertex",
       file_data("gs://bucket/a.png", "image/png")},
      {image_of("gs://bucket/a b.png"), "invalid_image_url", "invalid_image_url", ""},
      {image_of("gs://user@bucket/a.png"), "invalid_image_url", "invalid_image_url", ""},
      {image_of("gs:/bucket/a.png"), "invalid_image_url", "invalid_image_url", ""},
      {image_of("https://example.com/a.png"), "any", "any",
       file_data("https://example.com/a.png", "image/png")},
      {image_of("https://example.com/generativelanguage.googleapis.com/"), "any", "any",
       file_data("https://example.com/generativelanguage.googleapis.com/")},
      {image_of("https://generativelanguage.googleapis.com.example/a"), "any", "any",
       file_data("https://generativelanguage.googleapis.com.example/a")},
      {image_of("data:image/png;base64,AAAA"), "any", "any", inline_data("image/png", "AAAA")},
      {image_of(files.c_str()), "gemini", "gemini", file_data(files)},
      {R"({"type":"file","file":{"file_id":"files/a"}})", "gemini", "gemini", file_data(files)},
      {R"({"type":"file","file":{"file_id":")" + files + "\"}}", "gemini", "gemini",
       file_data(files)},
      {R"({"type":"file","file":{"file_id":"gs://bucket/a.pdf"}})", "unsupported_value", "vertex",
       file_data("gs://bucket/a.pdf", "application/pdf")},
      {R"({"type":"file","file":{"file_data":"gs://bucket/a.pdf"}})", "invalid_value",
       "invalid_value", ""},
  };
  for (const auto& row : rows) {
    INFO(row.part);
    for (const bool has_vertex : {false, true}) {
      auto options = proxy::test::no_options();
      options.has_vertex = has_vertex;
      const Reading reading(
          R"({"model":"gemini-2.5-flash-lite","messages":[{"role":"user","content":[)" + row.part +
              "]}]}",
          options);
      std::string words = reading.ok() ? "" : std::string(reading.code());
      if (reading.ok()) {
        words += reading->upstream.vertex_only ? "vertex" : "";
        words += reading->upstream.gemini_api_only ? "gemini" : "";
        CHECK(reading.upstream().find(row.sent) != std::string::npos);
      }
      CHECK((words.empty() ? "any" : words) == (has_vertex ? row.with_vertex : row.without_vertex));
    }
  }
}

TEST_CASE("an image's URL waits to be fetched where that is allowed", "[S-01][S-08]") {
  const auto image_of = [](const std::string& url) {
    return R"({"type":"image_url","image_url":{"url":")" + url + "\"}}";
  };
  const std::string body =
      R"({"model":"gemini-2.5-flash-lite","messages":[{"role":"user","content":[)" +
      image_of("https://a.example/1") + "," + image_of("https:\\/\\/b.example/2") + "," +
      image_of("https://a.example/1") + "," + image_of("data:image/png;base64,AAAA") + "," +
      image_of("https://youtu.be/a") +
      R"(,{"type":"image_url","image_url":"https://a.example/3"}]}]})";
  auto options = proxy::test::no_options();
  options.own_host = "proxy.example";
  options.fetchable_images = proxy::image_url::Fetchable::https;
  const Reading reading(body, options);
  REQUIRE(reading.ok());
  std::string urls;
  for (const auto& image : reading->upstream.images) urls += image.url + " " + image.path + "\n";
  CHECK(urls ==
        "https://a.example/1 messages[0].content[0].image_url\n"
        "https://b.example/2 messages[0].content[1].image_url\n"
        "https://a.example/3 messages[0].content[5].image_url\n");
  const std::string waits = inline_data("image/*", "https://a.example/1");
  CHECK(reading.upstream().find(
            "[" + waits + "," + inline_data("image/*", "https://b.example/2") + "," + waits + "," +
            inline_data("image/png", "AAAA") + "," + file_data("https://youtu.be/a") + "," +
            inline_data("image/*", "https://a.example/3") + "]") != std::string::npos);

  for (const char* url : {"https://proxy.example/", "https://127.1/", "http://a.example/1", ""}) {
    INFO(url);
    const Reading refused(
        R"({"model":"gemini-2.5-flash-lite","messages":[{"role":"user","content":[)" +
            image_of(url) + "]}]}",
        options);
    CHECK(refused.code() == "invalid_image_url");
    CHECK(refused.param() == "messages[0].content[0].image_url");
  }
}
