// Who may call. Rows named K-.. are those of the fault list.
#include "gateway/caller_auth.h"

#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::ErrorCode;
using proxy::Result;
using proxy::traits;
using proxy::base::sha256;
using proxy::gateway::Anonymous;
using proxy::gateway::check_caller;
using proxy::gateway::check_model_reader;
using proxy::gateway::Config;
using proxy::host::RequestHead;
using proxy::test::ExactBytes;

namespace {

const std::string kLongKey(512, 'k');

Config with_keys(std::vector<std::string> keys, Anonymous anonymous = Anonymous::refused) {
  Config config{};
  for (const std::string& key : keys) config.key_hashes.push_back(sha256(key));
  config.anonymous = anonymous;
  return config;
}

// `fields` as "name: value" lines.
std::string request(std::string_view url, std::string_view fields) {
  std::string head = "POST\n" + std::string(url);
  while (!fields.empty()) {
    const std::string_view line = fields.substr(0, fields.find('\n'));
    fields.remove_prefix(std::min(line.size() + 1, fields.size()));
    const std::size_t colon = line.find(": ");
    head.append("\n").append(line.substr(0, colon)).append("\n").append(line.substr(colon + 2));
  }
  return head;
}

std::string verdict(const Result<void>& result) {
  return result.ok() ? "ok" : std::string(traits(result.error().code).code);
}

std::string caller(const std::string& head, const Config& config) {
  const ExactBytes bytes(head);
  return verdict(check_caller(RequestHead::parse(bytes.view()), config));
}

std::string reader(const std::string& head, const Config& config) {
  const ExactBytes bytes(head);
  return verdict(check_model_reader(RequestHead::parse(bytes.view()), config));
}

constexpr const char* kUrl = "https://proxy.test/v1/chat/completions";

}  // namespace

TEST_CASE("a key is taken from the headers that clients use, and nowhere else",
          "[K-01][K-02][K-03][K-04][K-05][K-06][K-08][K-10][K-11]") {
  const Config config = with_keys({"key-a", "key-b", kLongKey});
  const struct {
    const char* id;
    std::string fields;
    const char* verdict;
  } rows[] = {
      {"the usual way", "authorization: Bearer key-a", "ok"},
      {"K-01", "", "missing_api_key"},
      {"K-01", "accept: */*", "missing_api_key"},
      {"K-02 another", "authorization: Bearer key-c", "invalid_api_key"},
      {"K-02 suffix", "authorization: Bearer key-a1", "invalid_api_key"},
      {"K-02 prefix", "authorization: Bearer key-", "invalid_api_key"},
      {"K-02 case", "authorization: Bearer KEY-A", "invalid_api_key"},
      {"K-02 inner space", "authorization: Bearer key- a", "invalid_api_key"},
      {"K-02 nothing", "authorization: Bearer ", "invalid_api_key"},
      {"K-03", "authorization: bearer key-a", "ok"},
      {"K-03", "authorization: BEARER key-a", "ok"},
      {"K-03", "authorization: Bearer    key-a  ", "ok"},
      {"K-03", "authorization: Bearer\tkey-a", "ok"},
      {"K-04", "authorization: Basic key-a", "invalid_api_key"},
      {"K-04", "authorization: Token key-a", "invalid_api_key"},
      {"K-04", "authorization: key-a", "invalid_api_key"},
      {"K-04", "authorization: Bearerkey-a", "invalid_api_key"},
      {"K-04", "authorization: B", "invalid_api_key"},
      {"K-04", "authorization: ", "invalid_api_key"},
      {"K-05", "authorization: Bearer key-a, Bearer key-a", "invalid_api_key"},
      {"K-06", "x-api-key: key-a", "ok"},
      {"K-06", "api-key: key-b", "ok"},
      {"K-06", "x-goog-api-key: key-a", "ok"},
      {"K-06", "x-api-key:  key-a ", "ok"},
      {"K-06", "x-api-key: Bearer key-a", "invalid_api_key"},
      {"K-06 Authorization alone counts", "x-api-key: key-a\nauthorization: Bearer wrong",
       "invalid_api_key"},
      {"K-06 the same", "authorization: Bearer key-a\nx-api-key: wrong", "ok"},
      {"K-06 then in this order", "x-goog-api-key: wrong\napi-key: wrong\nx-api-key: key-a", "ok"},
      {"K-06 then in this order", "api-key: key-a\nx-api-key: wrong", "invalid_api_key"},
      {"K-08", "cookie: api_key=key-a", "missing_api_key"},
      {"K-10", "authorization: Bearer key-b", "ok"},
      {"K-11", "authorization: Bearer " + kLongKey, "ok"},
      {"K-11", "authorization: Bearer " + kLongKey + "k", "invalid_api_key"},
      {"K-11", "authorization: Bearer " + std::string(100'000, 'k'), "invalid_api_key"},
  };
  for (const auto& row : rows) {
    INFO(row.id << ", " << row.fields.substr(0, 80));
    CHECK(caller(request(kUrl, row.fields), config) == row.verdict);
  }
}

TEST_CASE("K-02 K-07 a refusal tells what to do and repeats nothing") {
  const Config config = with_keys({"key-a"});
  const auto message = [&](std::string_view url, std::string_view fields) {
    const std::string head = request(url, fields);
    const auto result = check_caller(RequestHead::parse(head), config);
    REQUIRE_FALSE(result.ok());
    CHECK(traits(result.error().code).status == 401);
    return result.error().message;
  };
  CHECK(message(kUrl, "authorization: Bearer hush") == "Incorrect API key provided.");
  CHECK(message(kUrl, "").starts_with("You didn't provide an API key."));
  for (const char* query : {"?key=key-a", "?api_key=key-a", "?alt=sse&key=key-a"}) {
    const std::string text = message(kUrl + std::string(query), "");
    CHECK(text.starts_with("An API key in the URL is not accepted"));
    CHECK(text.find("key-a") == std::string::npos);
  }
  CHECK(message(kUrl + std::string("?monkey=key-a"), "").starts_with("You didn't provide"));
}

// That all hashes are compared to their ends, tests/layout checks; how long it takes, bench/micro.
TEST_CASE("K-12 keys are known by their hashes alone, and a key is one of any number of them") {
  static_assert(std::is_same_v<decltype(Config::key_hashes), std::vector<proxy::base::Digest>>);
  std::vector<std::string> keys;
  for (int i = 0; i < 20; ++i) keys.push_back("key-" + std::to_string(i) + std::string(20, 'x'));
  const Config config = with_keys(keys);
  for (const std::string& key : keys) {
    CHECK(caller(request(kUrl, "authorization: Bearer " + key), config) == "ok");
    for (std::size_t i = 0; i < key.size(); ++i) {
      std::string wrong = key;
      wrong[i] = '!';
      CHECK(caller(request(kUrl, "authorization: Bearer " + wrong), config) == "invalid_api_key");
    }
  }
}

TEST_CASE("without a configured key the door is closed unless it was opened on purpose") {
  const struct {
    Anonymous anonymous;
    const char* fields;
    const char* verdict;
  } rows[] = {
      {Anonymous::refused, "", "no_api_key_configured"},
      {Anonymous::refused, "authorization: Bearer x", "no_api_key_configured"},
      {Anonymous::allowed, "", "ok"},
      {Anonymous::allowed, "authorization: Bearer x", "ok"},
      {Anonymous::loopback, "", "no_api_key_configured"},
  };
  for (const auto& row : rows) {
    CHECK(caller(request(kUrl, row.fields), with_keys({}, row.anonymous)) == row.verdict);
  }
}

TEST_CASE("an open door still checks a key that is shown") {
  const Config config = with_keys({"key-a"}, Anonymous::allowed);
  CHECK(caller(request(kUrl, ""), config) == "ok");
  CHECK(caller(request(kUrl, "authorization: Bearer key-a"), config) == "ok");
  CHECK(caller(request(kUrl, "authorization: Bearer wrong"), config) == "invalid_api_key");
  CHECK(caller(request(kUrl, "authorization: Basic x"), config) == "invalid_api_key");
}

TEST_CASE("an empty key opens nothing, even if one like it were configured") {
  CHECK(caller(request(kUrl, "authorization: Bearer "), with_keys({""})) == "invalid_api_key");
  CHECK(caller(request(kUrl, "x-api-key: "), with_keys({"", "key-a"})) == "invalid_api_key");
}

TEST_CASE("loopback means this machine, and only when everything says so") {
  const std::string local = "cf-connecting-ip: 127.0.0.1";
  const struct {
    const char* why;
    const char* url;
    std::string fields;
    bool welcome;
  } rows[] = {
      {"curl", "http://localhost:8787/v1/chat/completions", local, true},
      {"by address", "http://127.0.0.1:8787/", local, true},
      {"IPv6", "http://[::1]:8787/", "cf-connecting-ip: ::1", true},
      {"without a port", "http://localhost/", local, true},
      {"a local page", "http://localhost:8787/", local + "\norigin: http://localhost:3000", true},
      {"a local page", "http://localhost:8787/", local + "\norigin: http://127.0.0.1", true},
      {"a local page", "http://localhost:8787/", local + "\norigin: https://[::1]:3000", true},
      {"another host", "http://192.168.1.5:8787/", local, false},
      {"another host", "http://localhost.example.test:8787/", local, false},
      {"another host", "http://example.test/localhost", local, false},
      {"from another machine", "http://localhost:8787/", "cf-connecting-ip: 192.168.1.9", false},
      {"from nowhere", "http://localhost:8787/", "", false},
      {"deployed", "http://localhost:8787/", local + "\ncf-ray: 8f1-FRA", false},
      {"another page", "http://localhost:8787/", local + "\norigin: https://example.test", false},
      {"another page", "http://localhost:8787/", local + "\norigin: http://localhost.example.test",
       false},
      {"another page", "http://localhost:8787/", local + "\norigin: http://[::1].example.test",
       false},
      {"a sandboxed page", "http://localhost:8787/", local + "\norigin: null", false},
      {"an empty origin", "http://localhost:8787/", local + "\norigin: ", false},
      {"a broken origin", "http://localhost:8787/", local + "\norigin: http://[::1", false},
  };
  const Config open = with_keys({}, Anonymous::loopback);
  const Config keyed = with_keys({"key-a"}, Anonymous::loopback);
  for (const auto& row : rows) {
    INFO(row.why << ": " << row.url << " " << row.fields);
    CHECK(caller(request(row.url, row.fields), open) ==
          (row.welcome ? "ok" : "no_api_key_configured"));
    CHECK(caller(request(row.url, row.fields), keyed) == (row.welcome ? "ok" : "missing_api_key"));
    const std::string key = row.fields.empty() ? "" : "\n";
    CHECK(caller(request(row.url, row.fields + key + "authorization: Bearer key-a"), keyed) ==
          "ok");
    CHECK(caller(request(row.url, row.fields + key + "authorization: Bearer wrong"), keyed) ==
          "invalid_api_key");
  }
}

TEST_CASE("the list of models is open, unless a wrong key is shown or the owner closed it") {
  const std::string none = request(kUrl, "");
  const std::string right = request(kUrl, "authorization: Bearer key-a");
  const std::string wrong = request(kUrl, "authorization: Bearer wrong");
  const struct {
    const char* why;
    bool has_key;
    bool require;
    Anonymous anonymous;
    const char* none;
    const char* right;
    const char* wrong;
  } rows[] = {
      {"no key", false, false, Anonymous::refused, "ok", "ok", "ok"},
      {"a key", true, false, Anonymous::refused, "ok", "ok", "invalid_api_key"},
      {"no key, closed", false, true, Anonymous::refused, "no_api_key_configured",
       "no_api_key_configured", "no_api_key_configured"},
      {"a key, closed", true, true, Anonymous::refused, "missing_api_key", "ok", "invalid_api_key"},
      {"closed, but open for all", true, true, Anonymous::allowed, "ok", "ok", "invalid_api_key"},
  };
  for (const auto& row : rows) {
    INFO(row.why);
    Config config =
        row.has_key ? with_keys({"key-a"}, row.anonymous) : with_keys({}, row.anonymous);
    config.models_require_key = row.require;
    CHECK(reader(none, config) == row.none);
    CHECK(reader(right, config) == row.right);
    CHECK(reader(wrong, config) == row.wrong);
  }
}
