#include "accounts/account.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"

using proxy::ErrorCode;
using proxy::SecretString;
using proxy::accounts::Account;
using proxy::accounts::AccountList;
using proxy::accounts::ConfigWarning;
using proxy::accounts::OAuthClient;
using proxy::accounts::parse_accounts;

namespace {

OAuthClient common_client() { return {"common-id", SecretString("common-secret")}; }

AccountList parse(std::string_view text) {
  std::string exact(text);
  exact.shrink_to_fit();
  return parse_accounts(std::move(exact), common_client());
}

// "ok", "off" (disabled) or "bad" for each account.
std::string states(const AccountList& list) {
  std::string out;
  for (const Account& account : list.accounts) {
    if (!out.empty()) out += ' ';
    out += !account.valid ? "bad" : account.disabled ? "off" : "ok";
  }
  return out;
}

// "code:index" for each warning.
std::string warnings(const AccountList& list) {
  std::string out;
  for (const ConfigWarning& warning : list.warnings) {
    if (!out.empty()) out += ' ';
    out += warning.code;
    if (warning.account != ConfigWarning::kNoAccount) {
      out += ':' + std::to_string(warning.account);
    }
  }
  return out;
}

void check_error(const AccountList& list, ErrorCode code) {
  REQUIRE(list.error);
  CHECK(list.error->code == code);
  CHECK(list.error->message.starts_with("No available token"));
  CHECK(list.error->message.find("npx wrangler secret put ACCOUNTS") != std::string::npos);
  CHECK(list.error->message.find(".dev.vars") != std::string::npos);
  CHECK(list.error->message.find("[{\"refresh_token\":\"...\"}]") != std::string::npos);
}

}  // namespace

TEST_CASE("a list of accounts is read member by member") {
  const AccountList list = parse(
      R"([{"refresh_token":"refresh-a"},
          {"refresh_token":"refresh-b","client_id":"own-id","client_secret":"own-secret",
           "projectId":"project-1","sessionId":"session:1.2_3","disabled":true,"more":[{}]}])");
  CHECK_FALSE(list.error);
  CHECK(warnings(list).empty());
  REQUIRE(list.accounts.size() == 2);
  const Account& a = list.accounts[0];
  CHECK(a.index == 0);
  CHECK(a.enabled());
  CHECK(a.refresh_token.reveal() == "refresh-a");
  CHECK(a.client.id == "common-id");
  CHECK(a.client.secret.reveal() == "common-secret");
  CHECK(a.project_id.empty());
  const Account& b = list.accounts[1];
  CHECK(b.index == 1);
  CHECK_FALSE(b.enabled());
  CHECK(b.client.id == "own-id");
  CHECK(b.client.secret.reveal() == "own-secret");
  CHECK(b.project_id == "project-1");
  CHECK(b.session_id == "session:1.2_3");
}

TEST_CASE("the common secret never goes with an entry's own client") {
  struct Row {
    std::string_view entry, id, secret;
  };
  const Row rows[] = {
      {R"({"refresh_token":"r"})", "common-id", "common-secret"},
      {R"({"refresh_token":"r","client_id":"own"})", "own", ""},
      {R"({"refresh_token":"r","client_id":" own\n","client_secret":"s\n"})", "own", "s"},
      {R"({"refresh_token":"r","client_secret":"s"})", "common-id", "s"},
      {R"({"refresh_token":"r","client_id":"","client_secret":null})", "common-id",
       "common-secret"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.entry);
    const AccountList list = parse(row.entry);
    CHECK(list.accounts.at(0).client.id == row.id);
    CHECK(list.accounts.at(0).client.secret.reveal() == row.secret);
  }
}

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

TEST_CASE("A-06 an entry that cannot serve is skipped alone, and its index still counts") {
  for (const std::string_view entry :
       {"null", "7", "\"refresh-x\"", "[]", "{}", R"({"refresh_token":null})",
        R"({"refresh_token":7})", R"({"refresh_token":""})", R"({"refresh_token":" \n"})",
        R"({"refresh_token":["refresh-x"]})", R"({"refreshToken":"refresh-x"})"}) {
    CAPTURE(entry);
    const AccountList list = parse(std::string("[").append(entry) + R"(,{"refresh_token":"a"}])");
    CHECK_FALSE(list.error);
    CHECK(states(list) == "bad ok");
    CHECK(list.accounts[1].index == 1);
    CHECK(warnings(list) == "account_invalid:0");

    const AccountList alone = parse(std::string("[").append(entry) + "]");
    check_error(alone, ErrorCode::no_enabled_account);
    CHECK(alone.error->message.find("entry 0") != std::string::npos);
    CHECK(alone.error->message.find("refresh-x") == std::string::npos);
  }
}

TEST_CASE("an entry with another credential only is skipped, and the warning says what is needed") {
  for (const std::string_view entry :
       {R"({"api_key":"test-key"})", R"({"service_account":{"client_email":"x"}})"}) {
    const AccountList list = parse(R"([{"refresh_token":"a"},)" + std::string(entry) + "]");
    CHECK(states(list) == "ok bad");
    CHECK(warnings(list) == "account_unsupported:1");
    CHECK(list.warnings[0].message.find("refresh_token") != std::string::npos);
  }
  CHECK(states(parse(R"({"refresh_token":"a","api_key":"test-key"})")) == "ok");
}

TEST_CASE("A-07 disabled") {
  struct Row {
    std::string_view value;
    bool is_disabled;
  };
  const Row rows[] = {
      {"true", true},      {"\"true\"", true},   {"1", true},
      {"false", false},    {"\"false\"", false}, {"0", false},
      {"0.0", false},      {"-0", false},        {"null", false},
      {"\"yes\"", true},   {"\"\"", true},       {"2", true},
      {"[]", true},        {"{}", true},         {"\"0\"", true},
      {"\"False\"", true}, {"1e999", true},      {"\"f\\u0061lse\"", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    const AccountList list =
        parse(R"({"refresh_token":"a","disabled":)" + std::string(row.value) + "}");
    CHECK(list.accounts.at(0).disabled == row.is_disabled);
  }
  CHECK(states(parse(R"({"refresh_token":"a"})")) == "ok");
}

TEST_CASE("A-08 spaces and newlines around a refresh token are not part of it") {
  const AccountList list = parse(R"([{"refresh_token":" \n1\/\/refresh-a\t\r\n"}])");
  CHECK(list.accounts.at(0).refresh_token.reveal() == "1//refresh-a");
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

TEST_CASE("A-10 members of a wrong type or form are left out, with a warning") {
  struct Row {
    std::string_view member;
    std::size_t warning_count;
  };
  const Row rows[] = {
      {R"("projectId":7)", 1},        {R"("sessionId":[])", 1},
      {R"("projectId":"a/../b")", 1}, {R"("projectId":"-a")", 1},
      {R"("sessionId":"a b")", 1},    {R"("projectId":7,"sessionId":7)", 2},
      {R"("client_id":7)", 1},        {R"("client_secret":{})", 1},
      {R"("projectId":null)", 0},     {R"("unknown":7)", 0},
      {R"("projectId":"")", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.member);
    const AccountList list = parse(R"([{"refresh_token":"a",)" + std::string(row.member) + "}]");
    CHECK(states(list) == "ok");
    CHECK(list.warnings.size() == row.warning_count);
    CHECK(list.accounts[0].project_id.empty());
    CHECK(list.accounts[0].session_id.empty());
    CHECK(list.accounts[0].client.id == "common-id");
    for (const ConfigWarning& warning : list.warnings) {
      CHECK(warning.code == "account_member_ignored");
      CHECK(warning.account == 0);
    }
  }
  const std::string longest(128, 'p');
  CHECK(parse(R"({"refresh_token":"a","projectId":")" + longest + "\"}").accounts[0].project_id ==
        longest);
  CHECK(parse(R"({"refresh_token":"a","projectId":")" + longest + "p\"}")
            .accounts[0]
            .project_id.empty());
}

TEST_CASE("A-12 a secret above 5120 bytes brings a warning and is read all the same") {
  const std::string list = R"([{"refresh_token":"a"}])";
  const std::string fits = list + std::string(5'120 - list.size(), ' ');
  CHECK(warnings(parse(fits)).empty());
  CHECK(warnings(parse(fits + ' ')) == "secret_too_large");
  CHECK(states(parse(fits + ' ')) == "ok");
}

TEST_CASE("A-13 the fingerprint depends on refresh token and client, and on nothing else") {
  const auto fingerprint = [](std::string_view entry) {
    return parse(entry).accounts.at(0).fingerprint;
  };
  // printf 'refresh-a\ncommon-id' | sha256sum
  CHECK(fingerprint(R"({"refresh_token":"refresh-a"})") == "14e0a9db17779b28");
  const std::string base = fingerprint(R"({"refresh_token":"a"})");
  CHECK(fingerprint(R"({"refresh_token":"a","disabled":true,"projectId":"p"})") == base);
  CHECK(fingerprint(R"({"refresh_token":"a","client_secret":"other"})") == base);
  CHECK(fingerprint(R"({"refresh_token":"b"})") != base);
  CHECK(fingerprint(R"({"refresh_token":"a","client_id":"other"})") != base);
}

TEST_CASE(
    "an account without any client id is kept, with a warning: its cached token still serves") {
  const AccountList list = parse_accounts(R"([{"refresh_token":"a"}])", OAuthClient());
  CHECK(states(list) == "ok");
  CHECK(list.accounts[0].client.id.empty());
  CHECK(warnings(list) == "client_id_missing:0");
  CHECK(list.warnings[0].message.starts_with("Failed to refresh token: set OAUTH_CLIENT_ID"));
}

TEST_CASE("the last of two equal members counts, and keys may be escaped") {
  const AccountList list =
      parse(R"({"refresh_token":"a","refresh\u005ftoken":"b","disabled":true,"disabled":false})");
  CHECK(list.accounts.at(0).refresh_token.reveal() == "b");
  CHECK(list.accounts.at(0).enabled());
}

TEST_CASE("A-11 a thousand accounts in one secret") {
  std::string text = "[";
  for (int i = 0; i < 1'000; ++i) {
    if (i > 0) text += ',';
    text.append(R"({"refresh_token":"r)").append(std::to_string(i)).append("\"}");
  }
  const AccountList list = parse(text + "]");
  REQUIRE(list.accounts.size() == 1'000);
  CHECK(list.accounts[999].index == 999);
  CHECK(warnings(list) == "secret_too_large");
}
