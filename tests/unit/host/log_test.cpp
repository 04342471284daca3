#include "host/log.h"

#include <string>
#include <string_view>

#include "base/limits.h"
#include "support/catch.h"
#include "support/fake_host.h"
#include "support/json_tools.h"

using proxy::host::Call;
using proxy::host::LogLevel;
using proxy::host::LogLine;
using proxy::host::Task;
using proxy::test::FakeHost;
using proxy::test::Scanned;

namespace {

// What text("model", value) makes of a value.
std::string logged(FakeHost& host, std::string_view value) {
  host.logs.clear();
  LogLine(LogLevel::info, "x").text("model", value).send();
  return host.logs.at(0);
}

}  // namespace

TEST_CASE("a log line is one JSON object with ev, id and msg first") {
  FakeHost host;
  const auto root = [](Call& call) -> Task<void> {
    LogLine(LogLevel::warn, "kv_get_fail", "A read failed.")
        .text("key", "token_0")
        .number("count", 3)
        .number("least", INT64_MIN)
        .send(call);
    LogLine(LogLevel::error, "bare").send(call);
    CHECK(call.request_id().starts_with("req_"));
    co_return;
  };
  host.start("GET\nhttp://localhost/", {}, root);
  REQUIRE(host.logs.size() == 2);
  const std::string id = host.logs[0].substr(host.logs[0].find("req_"), 36);
  CHECK(host.logs[0] == R"(warn {"ev":"kv_get_fail","id":")" + id +
                            R"(","msg":"A read failed.","key":"token_0","count":3,)" +
                            R"("least":-9223372036854775808})");
  CHECK(host.logs[1] == R"(error {"ev":"bare","id":")" + id + R"("})");
}

TEST_CASE("a line about the isolate has no id") {
  FakeHost host;
  LogLine(LogLevel::info, "auth_open", "Anyone may call.").number("n", 0).send();
  CHECK(host.logs.at(0) == R"(info {"ev":"auth_open","msg":"Anyone may call.","n":0})");
}

TEST_CASE("S-16 nothing from outside breaks out of its string") {
  struct Row {
    std::string_view value, expected;
  };
  using namespace std::string_view_literals;
  const Row rows[] = {
      {"plain", "plain"},
      {"\"}{\"ev\":\"fake\"", R"(\"}{\"ev\":\"fake\")"},
      {"a\nb\r\tc", R"(a\nb\r\tc)"},
      {"\x1b[31mred", R"(\u001b[31mred)"},
      {"nul\0nul"sv, R"(nul\u0000nul)"},
      {"back\\slash", R"(back\\slash)"},
      {"\xff\xfe", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
  };
  FakeHost host;
  for (const Row& row : rows) {
    CAPTURE(row.value);
    const std::string line = logged(host, row.value);
    CHECK(line == R"(info {"ev":"x","model":")" + std::string(row.expected) + R"("})");
    const Scanned json(std::string_view(line).substr(5));
    CHECK(!json.error);
  }
}

TEST_CASE("S-16 a long string is cut without splitting a character") {
  FakeHost host;
  const std::string prefix = R"(info {"ev":"x","model":")";
  const std::string full(proxy::limits::kLogStringBytes, 'a');
  CHECK(logged(host, full) == prefix + full + "\"}");
  CHECK(logged(host, full + "b") == prefix + full + "\"}");
  CHECK(logged(host, std::string(1'000'000, 'a')) == prefix + full + "\"}");
  const std::string almost = full.substr(1);
  CHECK(logged(host, almost + "\xC3\xBC") == prefix + almost + "\"}");
}

TEST_CASE("a request logs at most 2 KB, and its later short lines still fit") {
  FakeHost host;
  const auto root = [](Call& call) -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      LogLine(LogLevel::info, "long").text("t", std::string(100, 'x')).send(call);
    }
    LogLine(LogLevel::info, "s").send(call);
    co_return;
  };
  host.start("GET\nhttp://localhost/", {}, root);
  std::size_t bytes = 0;
  for (const std::string& line : host.logs) bytes += line.size() - std::string_view("info ").size();
  CHECK(host.logs.size() > 5);
  CHECK(bytes <= proxy::limits::kLogBytesPerCall);
  CHECK(host.log_count("\"ev\":\"s\"") == 1);
}
