#include "accounts/account.h"

#include <string>
#include <string_view>
#include <vector>

#include "parsed.h"
#include "support/catch.h"

using proxy::ErrorCode;
using namespace proxy::accounts;

namespace {

void check_error(const AccountList& list, ErrorCode code) {
  REQUIRE(list.error);
  CHECK(list.error->code == code);
  CHECK(list.error->message.starts_with("No available token"));
  CHECK(list.error->message.find("npx wrangler secret put ACCOUNTS") != std::string::npos);
  CHECK(list.error->message.find(".dev.vars") != std::string::npos);
  CHECK(list.error->message.find("[{\"refresh_token\":\"...\"}]") != std::string::npos);
}

}  // namespace

TEST_CASE("A-01 ACCOUNTS is missing or empty") {
  for (const std::string_view text : {"", " ", "\r\n\t "}) {
    const AccountList list = parse(text);
    check_error(list, ErrorCode::accounts_not_configured);
    CHECK(warnings(list).empty());
  }
}

TEST_CASE("A-02 ACCOUNTS is not JSON: the message has the offset and none of the text") {
  struct Row {
    std::string_view text, offset;
  };
  const Row rows[] = {
      {R"([{"refresh_token":"refresh-a")", "byte 29"},     // cut
      {R"('[{"refresh_token":"refresh-a"}]')", "byte 0"},  // a shell's quotes
      {R"([{refresh_token:refresh-a}])", "byte 2"},        // a shell took the quotes
      {R"([{"refresh_token":"refresh-a"},])", "byte 31"},
      {R"([{"refresh_token":"refresh-a"}] x)", "byte 32"},
      {"refresh-a", "byte 0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const AccountList list = parse(row.text);
    check_error(list, ErrorCode::accounts_invalid);
    CHECK(list.error->message.find(row.offset) != std::string::npos);
    CHECK(list.error->message.find("refresh-a") == std::string::npos);
    CHECK(warnings(list) == "accounts_invalid");
    CHECK(list.accounts.empty());
  }
}

TEST_CASE("A-02 every prefix of a good list is refused, or read as the list it is") {
  const std::string text = R"( [{"refresh_token":"refresh-a","disabled":false}] )";
  for (std::size_t size = 0; size < text.size() - 1; ++size) {
    const AccountList list = parse(std::string_view(text).substr(0, size));
    CAPTURE(size);
    CHECK(list.error);
    CHECK(list.error->message.find("refresh-a") == std::string::npos);
  }
  CHECK_FALSE(parse(text).error);
}

TEST_CASE("A-02 white space and a byte order mark around the list do no harm") {
  for (const std::string_view text :
       {"\xEF\xBB\xBF[{\"refresh_token\":\"r\"}]", "\n [{\"refresh_token\":\"r\"}]\r\n"}) {
    CHECK(states(parse(text)) == "ok");
  }
}

TEST_CASE("A-03 one object is one account") {
  const AccountList list = parse(R"({"refresh_token":"refresh-a"})");
  CHECK_FALSE(list.error);
  CHECK(states(list) == "ok");
}

TEST_CASE("A-04 neither array nor object") {
  for (const std::string_view text : {"\"refresh-a\"", "1", "true", "null"}) {
    CAPTURE(text);
    const AccountList list = parse(text);
    check_error(list, ErrorCode::accounts_invalid);
    CHECK(warnings(list) == "accounts_invalid");
    CHECK(list.error->message.find("refresh-a") == std::string::npos);
  }
}

TEST_CASE("A-05 an empty list, or all disabled") {
  for (const std::string_view text :
       {"[]", R"([{"refresh_token":"a","disabled":true},{"refresh_token":"b","disabled":1}])"}) {
    check_error(parse(text), ErrorCode::no_enabled_account);
  }
}

TEST_CASE("A-09 the same refresh token twice: the later entry is skipped") {
  const AccountList list =
      parse(R"([{"refresh_token":"a"},{"refresh_token":"b"},{"refresh_token":" a"}])");
  CHECK(states(list) == "ok ok bad");
  CHECK(warnings(list) == "account_duplicate:2");
}

TEST_CASE("A-09 a disabled entry does not take the place of an enabled one") {
  const AccountList list =
      parse(R"([{"refresh_token":"a","disabled":true},{"refresh_token":"a"}])");
  CHECK(states(list) == "off ok");
  CHECK(warnings(list).empty());
}

TEST_CASE("A-12 a secret above 5120 bytes brings a warning and is read all the same") {
  const std::string list = R"([{"refresh_token":"a"}])";
  const std::string fits = list + std::string(5'120 - list.size(), ' ');
  CHECK(warnings(parse(fits)).empty());
  CHECK(warnings(parse(fits + ' ')) == "secret_too_large");
  CHECK(states(parse(fits + ' ')) == "ok");
}

TEST_CASE("A-09 the same credential serves twice only where another quota is meant") {
  struct Row {
    std::string_view second, expected;
  };
  const Row rows[] = {
      {R"({"api_key":"test-key"})", "ok bad"},
      {R"({"api_key":" test-key\n","disabled":false,"sessionId":"s"})", "ok bad"},
      {R"({"api_key":"test-key","upstream":"gemini"})", "ok bad"},
      {R"({"api_key":"test-key","upstream":"vertex"})", "ok ok"},
      {R"({"api_key":"test-key","projectId":"other"})", "ok ok"},
      {R"({"api_key":"test-key","location":"eu"})", "ok bad"},  // only Vertex AI has places
      {R"({"api_key":"test-keY"})", "ok ok"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.second);
    const AccountList list = parse(R"([{"api_key":"test-key"},)" + std::string(row.second) + "]");
    CHECK(states(list) == row.expected);
    CHECK(warnings(list) == (row.expected == "ok bad" ? "account_duplicate:1" : ""));
  }
  const std::string vertex = R"({"api_key":"test-key","upstream":"vertex","location":")";
  CHECK(states(parse("[" + vertex + "global\"}," + vertex + "eu\"}," + vertex + "EU\"}]")) ==
        "ok ok bad");
}

TEST_CASE("A-09 an entry that cannot serve does not take the place of one that can") {
  const AccountList list = parse(
      R"([{"refresh_token":"a","upstream":"vertex"},
          {"refresh_token":"a","upstream":"vertex","projectId":"p"}])");
  CHECK(states(list) == "bad ok");
}

TEST_CASE("A-11 ACCOUNTS_2 and so on continue the list, and indexes run on") {
  const AccountList list = parse_all({R"([{"refresh_token":"a"},7])", "", " \n",
                                      R"({"refresh_token":"b"})", R"([{"refresh_token":"a"}])"});
  CHECK_FALSE(list.error);
  CHECK(states(list) == "ok bad ok bad");
  CHECK(warnings(list) == "account_invalid:1 account_duplicate:3");
  CHECK(list.accounts[2].index == 2);
  CHECK(list.accounts[2].secret.reveal() == "b");
  CHECK(states(parse_all({"", R"([{"refresh_token":"a"}])"})) == "ok");
}

TEST_CASE("A-02 A-11 a text that cannot be read takes nothing from the others") {
  const std::string good = R"([{"refresh_token":"refresh-a"}])";
  struct Row {
    std::vector<std::string> texts;
    std::string_view states;
    std::string_view reason;  // empty: the others serve
  };
  const Row rows[] = {
      {{good, "[{"}, "ok", ""},
      {{"\"refresh-b\"", good}, "ok", ""},
      {{"", "[", "{"}, "", "ACCOUNTS_2 is not valid JSON (at byte 1)"},
      {{"[]", "", "7"}, "", "ACCOUNTS_3 is neither a JSON array nor an object"},
      {{R"([{"refresh_token":"refresh-a","disabled":1}])", "'["},
       "off",
       "ACCOUNTS_2 is not valid JSON (at byte 0)"},
      {{"[", "7"}, "", "ACCOUNTS is not valid JSON (at byte 1)"},
  };
  for (const Row& row : rows) {
    const AccountList list = parse_all(row.texts);
    CAPTURE(row.texts, warnings(list));
    CHECK(states(list) == row.states);
    CHECK(warnings(list).starts_with("accounts_invalid"));
    if (row.reason.empty()) {
      CHECK_FALSE(list.error);
      continue;
    }
    check_error(list, ErrorCode::accounts_invalid);
    CHECK(list.error->message.find(row.reason) != std::string::npos);
    CHECK(list.error->message.find("refresh-") == std::string::npos);
  }
  CHECK(warnings(parse_all({"[", "{", good})) == "accounts_invalid accounts_invalid");
}

TEST_CASE("A-12 each secret above 5120 bytes has its warning") {
  const std::string large = std::string(5'120, ' ') + R"({"refresh_token":"a"})";
  const AccountList list = parse_all({large, R"({"refresh_token":"b"})", large});
  CHECK(warnings(list) == "secret_too_large secret_too_large account_duplicate:2");
}

TEST_CASE("A-11 a thousand accounts over 25 secrets") {
  std::vector<std::string> texts;
  for (int i = 0; i < 1'000; ++i) {
    if (i % 40 == 0) texts.push_back("[");
    std::string& text = texts.back();
    if (text != "[") text += ',';
    text.append(R"({"refresh_token":"1//refresh-)").append(std::to_string(i)).append(80, 'r');
    text += i % 40 == 39 ? "\"}]" : "\"}";
  }
  REQUIRE(texts.size() == 25);
  for (const std::string& text : texts) CHECK(text.size() <= 5'120);
  const AccountList list = parse_all(texts);
  REQUIRE(list.accounts.size() == 1'000);
  CHECK_FALSE(list.error);
  CHECK(list.warnings.empty());
  for (std::size_t i = 0; i < 1'000; ++i) {
    REQUIRE(list.accounts[i].index == i);
    REQUIRE(list.accounts[i].enabled());
  }
}

TEST_CASE("A-01 without any text there are no accounts") {
  for (const std::vector<std::string>& texts :
       std::vector<std::vector<std::string>>{{}, {"", ""}, {" ", "\n"}}) {
    const AccountList list = parse_all(texts);
    check_error(list, ErrorCode::accounts_not_configured);
    CHECK(warnings(list).empty());
  }
}

TEST_CASE("credentials and upstreams have names") {
  CHECK(name_of(Credential::refresh_token) == "refresh_token");
  CHECK(name_of(Credential::api_key) == "api_key");
  CHECK(name_of(Credential::service_account) == "service_account");
  CHECK(name_of(Upstream::gemini_api) == "gemini_api");
  CHECK(name_of(Upstream::vertex) == "vertex");
  CHECK(name_of(Upstream::code_assist) == "code_assist");
}
