// The caller's body: however it arrives, it is read within its bounds, or refused with the right
// status.
#include <algorithm>
#include <string>
#include <vector>

#include "flow/rules.h"
#include "flow/story.h"
#include "support/catch.h"
#include "support/json_tools.h"

namespace proxy::flow {
namespace {

const std::string kServed = "200 private-answer one two";

Ask in_pieces(const std::string& body, std::size_t piece_bytes) {
  Ask ask = whole();
  ask.body.clear();
  for (std::size_t at = 0; at < body.size(); at += piece_bytes) {
    ask.body.push_back(body.substr(at, piece_bytes));
  }
  return ask;
}

// A request that is refused for its body has cost nothing but reading.
void check_refused(Story& story, const Ask& ask, const std::string& summary) {
  CHECK(story.tell(ask) == summary);
  CHECK(story.host.fetches.empty());
  CHECK(story.host.count("kv_get") == 0);
}

std::string chat_of_bytes(std::size_t bytes) {
  std::string body = chat_body(R"(,"stream":false,"user":")");
  body.resize(body.size() - 1);
  return body + std::string(bytes - body.size() - 2, 'u') + "\"}";
}

}  // namespace

TEST_CASE("a body may come in any pieces") {
  const std::string body = chat_body(R"(,"stream":false)");
  for (const std::size_t piece_bytes :
       {std::size_t{1}, std::size_t{2}, std::size_t{7}, body.size()}) {
    for (const char* length : {"", "101", "0", "-1", "7", "many", "99999999999999999999999"}) {
      INFO(piece_bytes << ' ' << length);
      Story story;
      Ask ask = in_pieces(body, piece_bytes);
      if (length[0] != '\0') ask = ask.with("content-length", length);
      CHECK(story.tell(ask) == kServed);
    }
  }
}

TEST_CASE("the body is JSON whatever its type says", "[H-09]") {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart",
                           "application/json; charset=latin1", "application/octet-stream"}) {
    INFO(type);
    Story story;
    Ask ask = whole().without("content-type");
    if (type[0] != '\0') ask = ask.with("content-type", type);
    CHECK(story.tell(ask) == kServed);
  }
}

TEST_CASE("a form and a compressed body are refused unread", "[H-10][H-11]") {
  struct Row {
    const char* name;
    const char* value;
    const char* summary;
  };
  const Row rows[] = {
      {"content-type", "multipart/form-data; boundary=x", "400 invalid_json"},
      {"content-type", "Multipart/Form-Data", "400 invalid_json"},
      {"content-encoding", "gzip", "415 unsupported_content_encoding"},
      {"content-encoding", "br", "415 unsupported_content_encoding"},
      {"content-encoding", "zstd", "415 unsupported_content_encoding"},
      {"content-encoding", "identity, gzip", "415 unsupported_content_encoding"},
  };
  for (const Row& row : rows) {
    INFO(row.value);
    Story story;
    check_refused(story, whole().with(row.name, row.value), row.summary);
    CHECK(story.host.count("read") == 0);
    if (std::string_view(row.name) == "content-type") {
      CHECK(error_message(story.host.received(1).body).find("JSON was expected") !=
            std::string::npos);
    }
  }
  Story story;
  CHECK(story.tell(whole().with("content-encoding", " Identity ")) == kServed);
}

TEST_CASE("a body that declares too much is refused unread", "[H-12]") {
  Story story;
  story.set("MAX_BODY_BYTES", "200");
  check_refused(story, whole().with("content-length", "201"), "413 request_too_large");
  CHECK(story.host.count("read") == 0);
  CHECK(story.tell(whole().with("content-length", "101")) == kServed);
}

TEST_CASE("a body that grows too much is read to the limit and no further", "[H-13]") {
  struct Row {
    std::size_t bytes;
    const char* length;
    const char* summary;
  };
  const Row rows[] = {{1'000, "", "200 private-answer one two"},
                      {1'001, "", "413 request_too_large"},
                      {1'001, "10", "413 request_too_large"},
                      {50'000, "1000", "413 request_too_large"}};
  for (const Row& row : rows) {
    INFO(row.bytes);
    Story story;
    story.set("MAX_BODY_BYTES", "1000");
    Ask ask = in_pieces(chat_of_bytes(row.bytes), 100);
    if (row.length[0] != '\0') ask = ask.with("content-length", row.length);
    CHECK(story.tell(ask) == row.summary);
    CHECK(story.host.count("read caller") <= 11);
  }
  CHECK(chat_of_bytes(1'001).size() == 1'001);
}

TEST_CASE("MAX_BODY_BYTES that is no number leaves the default", "[H-13]") {
  for (const char* value : {"many", "-1", "0", "1e6", "25MB"}) {
    Story story;
    story.set("MAX_BODY_BYTES", value);
    CHECK(story.tell(in_pieces(chat_of_bytes(100'000), 60'000)) == kServed);
    CHECK(story.host.log_count(R"("code":"variable_invalid")") == 1);
  }
}

TEST_CASE("a body that stops for 30 s is given up; a slow one is not", "[H-14]") {
  Story story;
  Ask ask = in_pieces("{\"model\":", 3);
  ask.end = BodyEnd::never;
  const std::int64_t begun_ms = story.host.now_ms;
  check_refused(story, ask, "408 request_timeout");
  CHECK(story.host.now_ms - begun_ms == 30'000);
  CHECK(story.host.received(1).header("x-should-retry") == "true");
  CHECK(story.host.count("drop read") == 1);
}

TEST_CASE("a body that is cut off is the caller's end, not an error of ours", "[H-15][H-16]") {
  for (const bool has_begun : {true, false}) {
    Story story;
    Ask ask = whole();
    ask.end = BodyEnd::broken;
    if (!has_begun) ask.body.clear();
    check_refused(story, ask, "499 client_closed");
    const LogView line = view_log(story.host.logs.back());
    CHECK(line.level == "info");
    CHECK(line.get("ev") == "req");
    CHECK(line.get("status") == "499");
    CHECK(line.get("code") == "client_closed");
    CHECK(story.host.logs.size() == 1);
  }
}

TEST_CASE("an empty body is told apart from a wrong one", "[H-17]") {
  for (const char* body : {"", " ", "\r\n\t "}) {
    Story story;
    check_refused(story, post(body), "400 invalid_json");
    CHECK(error_message(story.host.received(1).body).find("the request body is empty") !=
          std::string::npos);
  }
}

TEST_CASE("a body that is wrong is refused with its place, never its text", "[J-01][J-04][J-06]") {
  struct Row {
    std::string body;
    const char* summary;
    const char* says;
  };
  const Row rows[] = {
      {R"({"private-)", "400 invalid_json", "at byte 10"},
      {R"({"a":NaN})", "400 invalid_json", "NaN"},
      {std::string("{}\0{}", 5), "400 invalid_json", "at byte 2"},
      {"{}{}", "400 invalid_json", "at byte 2"},
      {"{\"private-\xFF\":1}", "400 invalid_utf8", "at byte 10"},
      {"[1]", "400 invalid_type", "expected an object"},
      {"null", "400 invalid_type", "expected an object"},
      {std::string(500'000, '['), "400 body_too_complex", "128"},
      {"{}", "400 missing_required_parameter", "model"},
      {R"({"model":1,"messages":[]})", "400 invalid_type", "model"},
      {R"({"model":"gemini-pro","messages":[]})", "400 empty_array", "messages"},
      {R"({"model":"gemini-pro"})", "400 missing_required_parameter", "messages"},
      {R"({"model":"gemini-pro","messages":[{"role":"user"}]})", "400 invalid_type", "content"},
      {chat_body(R"(,"stream":"yes")"), "400 invalid_type", "stream"},
      {chat_body(R"(,"temperature":3)"), "400 decimal_above_max_value", "temperature"},
      {chat_body(R"(,"n":6)"), "400 invalid_value", "n"},
  };
  for (const Row& row : rows) {
    INFO(row.body.substr(0, 80));
    Story story;
    check_refused(story, post(row.body), row.summary);
    const std::string answer = story.host.received(1).body;
    CHECK(answer.find(row.says) != std::string::npos);
    CHECK(answer.find("private-") == std::string::npos);
  }
}

TEST_CASE("bodies in flight share a budget, and give it back", "[H-22][P-08]") {
  constexpr std::size_t kPiece = 1'048'576;
  const std::string declared = std::to_string(20 * kPiece);
  Story story;
  // Two callers have sent the half of 20 MiB each and stall; a third does not fit in.
  Ask slow = in_pieces(std::string(10 * kPiece, ' '), kPiece).with("content-length", declared);
  slow.end = BodyEnd::never;
  story.start(slow);
  story.start(slow);
  CHECK(story.isolate->body_bytes == 40 * kPiece);
  const host::CallId third = story.start(whole().with("content-length", declared));
  CHECK(Story::summary(story.host.received(third)) == "503 server_busy");
  CHECK(story.host.received(third).header("retry-after") == "1");
  CHECK(story.host.received(third).header("retry-after-ms") == "1000");
  // One that does not say how much is coming is refused when it has come.
  Ask undeclared = in_pieces(std::string(15 * kPiece, ' '), kPiece);
  const host::CallId fourth = story.start(undeclared);
  const host::CallId small = story.start(whole());
  story.run();
  CHECK(Story::summary(story.host.received(fourth)) == "503 server_busy");
  CHECK(Story::summary(story.host.received(small)) == kServed);
  CHECK(Story::summary(story.host.received(1)) == "408 request_timeout");
  CHECK(story.isolate->body_bytes == 0);
  CHECK(story.tell(whole()) == kServed);
}

namespace {

// A chat of about 13.5 MiB, cut into messages of `message_bytes`.
std::string chat_in_messages(std::size_t message_bytes) {
  constexpr std::size_t kBytes = 27 * 1'048'576 / 2;
  std::string body = R"({"model":"gemini-pro","stream":false,"messages":[)";
  for (std::size_t at = 0; at < kBytes; at += message_bytes) {
    if (at > 0) body += ',';
    body += R"({"role":"user","content":")" + std::string(message_bytes, 'x') + "\"}";
  }
  return body + "]}";
}

}  // namespace

TEST_CASE("a translation takes its share, too, for as long as the request is served", "[P-08]") {
  constexpr std::size_t kMiB = 1'048'576;
  // 28 MiB leave no room for the translation of 13 MiB beside 13 MiB of body. Of long texts there
  // is none.
  for (const bool is_long : {false, true}) {
    Story story;
    Ask slow = in_pieces(" ", 1).with("content-length", std::to_string(14 * kMiB));
    slow.end = BodyEnd::never;
    story.start(slow);
    story.start(slow);
    const std::string body = chat_in_messages(is_long ? 27 * kMiB / 4 : 8'192);
    const host::CallId third = story.start(post(body));
    const host::CallId small = story.start(whole());
    story.run();
    CHECK(Story::summary(story.host.received(third)) == (is_long ? kServed : "503 server_busy"));
    CHECK(Story::summary(story.host.received(small)) == kServed);
    CHECK(story.isolate->body_bytes == 0);
    CHECK(story.tell(post(body)).starts_with("200"));
  }
}

// The caller's body holds what the upstream's leaves out, until no attempt needs it any more.
TEST_CASE("a large image reaches every upstream whole, with repairs, other accounts and choices") {
  const std::string data(100'000, 'A');
  const std::string body =
      R"({"model":"gemini-2.5-flash","stream":false,"n":2,"logprobs":true,"messages":[)"
      R"({"role":"user","content":[{"type":"text","text":")" +
      std::string(20'000, 't') +
      R"("},{"type":"image_url","image_url":{"url":"data:image/png;base64,)" + data + R"("}}]}]})";
  for (const char* upstream : {"gemini", "vertex", "codeassist"}) {
    INFO(upstream);
    Story story;
    story.set("ENABLE_CODE_ASSIST", "1");
    story.set("MAX_N", "2");
    const std::string entry =
        std::string(R"({"refresh_token":"refresh-a","projectId":"project-a",)") +
        R"("location":"global","upstream":")" + upstream + "\"}";
    story.set("ACCOUNTS", "[" + entry + "," + entry + "]");
    story.on_google = [](const FetchRequest& request, int n) {
      if (n == 1) return error_answer(503, error_json(503, "UNAVAILABLE", "Overloaded."));
      if (request.body.find("responseLogprobs") != std::string::npos) {
        return error_answer(400, error_json(400, "INVALID_ARGUMENT", "Logprobs is not enabled"));
      }
      return good_answer();
    };
    // Code Assist's events would stand in an envelope.
    const bool is_answered = std::string_view(upstream) != "codeassist";
    CHECK(story.ask(post(body)).status == (is_answered ? 200 : 502));
    std::size_t asked = 0;
    for (const FetchRequest& fetch : story.host.fetches) {
      if (fetch.url.find("streamGenerateContent") == std::string::npos) continue;
      ++asked;
      CHECK(fetch.body.find("\"data\":\"" + data + "\"") != std::string::npos);
      CHECK(fetch.body.find("\"text\":\"" + std::string(20'000, 't') + "\"") != std::string::npos);
      CHECK(test::Scanned(fetch.body).error == std::nullopt);
    }
    CHECK(asked >= 4);
    CHECK(story.isolate->body_bytes == 0);
  }
}

TEST_CASE("where others hold the memory, what is written anew is to come again", "[P-08][J-18]") {
  constexpr std::size_t kMiB = 1'048'576;
  const Ask ask = post(chat_body(R"(,"stream":false,"stop":")" + std::string(300'000, 'x') + "\""));
  Story story;
  story.isolate->body_bytes = 53 * kMiB;
  CHECK(story.tell(ask) == "503 server_busy");
  CHECK(story.google_requests().empty());
  story.isolate->body_bytes = 0;
  CHECK(story.tell(ask) == "200 private-answer one two");
  // What never fits is told so.
  const std::string much = std::string(7 * kMiB, 'x');
  CHECK(story.tell(post(chat_body(R"(,"stream":false,"stop":")" + much + "\""))) ==
        "413 request_too_large");
  CHECK(story.isolate->body_bytes == 0);
}

}  // namespace proxy::flow
