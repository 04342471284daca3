#include "accounts/account_entry.h"

#include <string>
#include <string_view>

#include "parsed.h"
#include "support/catch.h"

using proxy::ErrorCode;
using namespace proxy::accounts;

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
  CHECK(a.secret.reveal() == "refresh-a");
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
    REQUIRE(alone.error);
    CHECK(alone.error->code == ErrorCode::no_enabled_account);
    CHECK(alone.error->message.find("entry 0") != std::string::npos);
    CHECK(alone.error->message.find("refresh-x") == std::string::npos);
  }
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
  CHECK(list.accounts.at(0).secret.reveal() == "1//refresh-a");
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
  const AccountList list = parse(R"([{"refresh_token":"a"}])", AccountSettings());
  CHECK(states(list) == "ok");
  CHECK(list.accounts[0].client.id.empty());
  CHECK(warnings(list) == "client_id_missing:0");
  CHECK(list.warnings[0].message.starts_with("Failed to refresh token: set OAUTH_CLIENT_ID"));
}

TEST_CASE("the last of two equal members counts, and keys may be escaped") {
  const AccountList list =
      parse(R"({"refresh_token":"a","refresh\u005ftoken":"b","disabled":true,"disabled":false})");
  CHECK(list.accounts.at(0).secret.reveal() == "b");
  CHECK(list.accounts.at(0).enabled());
}

TEST_CASE("A-13 the fingerprint of a key: who it is of, and the scopes its tokens have") {
  const auto fingerprint = [](const std::string& entry) {
    return parse(entry).accounts.at(0).fingerprint;
  };
  // printf 'test-key\n' | sha256sum
  CHECK(fingerprint(R"({"api_key":"test-key"})") == "2ea55a1daa794328");
  const std::string gemini = fingerprint(key_file());
  const std::string vertex = fingerprint(key_file(R"("upstream":"vertex",)"));
  CHECK(gemini.size() == 16);
  CHECK(gemini != vertex);
  CHECK(vertex == fingerprint(key_file(R"("upstream":"vertex","location":"eu",)")));
  CHECK(gemini != fingerprint(key_file({}, pem("0another"))));
}

TEST_CASE("upstream, project and location fit together") {
  struct Row {
    std::string_view members;
    std::string_view expected;  // upstream, location and project; or the warning
  };
  const Row rows[] = {
      {R"("refresh_token":"r")", "gemini_api - -"},
      {R"("refresh_token":"r","upstream":null)", "gemini_api - -"},
      {R"("refresh_token":"r","upstream":" ")", "gemini_api - -"},
      {R"("refresh_token":"r","upstream":" Gemini\n","location":"?"  )", "gemini_api - -"},
      {R"("api_key":"k","upstream":"VERTEX")", "vertex global -"},
      {R"("api_key":"k","upstream":"vertex","projectId":"p")", "vertex global p"},
      {R"("refresh_token":"r","upstream":"vertex","projectId":"p")", "vertex global p"},
      {R"("refresh_token":"r","upstream":"vertex","projectId":"p","location":" US-Central1 ")",
       "vertex us-central1 p"},
      {R"("refresh_token":"r","upstream":"vertex","projectId":"p","location":"")",
       "vertex global p"},
      {R"("refresh_token":"r","upstream":"CodeAssist")", "code_assist - -"},
      {R"("refresh_token":"r","upstream":"codeassist","projectId":"p1")", "code_assist - p1"},
      {R"("refresh_token":"r","upstream":"vertex")", "project_id_missing:0"},
      {R"("refresh_token":"r","upstream":"vertex","projectId":"../x")",
       "account_member_ignored:0 project_id_missing:0"},
      {R"("refresh_token":"r","upstream":"vertex","projectId":"p","location":"us/../eu")",
       "location_invalid:0"},
      {R"("refresh_token":"r","upstream":"vertex","projectId":"p","location":7)",
       "location_invalid:0"},
      {R"("refresh_token":"r","upstream":"vertex","projectId":"p","location":"us.x")",
       "location_invalid:0"},
      {R"("refresh_token":"r","upstream":"openai")", "account_upstream_unknown:0"},
      {R"("refresh_token":"r","upstream":7)", "account_upstream_unknown:0"},
      {R"("refresh_token":"r","upstream":"code_assist")", "account_upstream_unknown:0"},
      {R"("api_key":"k","upstream":"codeassist")", "account_invalid:0"},
      {R"("refresh_token":"r","upstream":"codeassist","projectId":"123456")",
       "project_id_invalid:0"},
  };
  AccountSettings settings = common_settings();
  settings.code_assist = true;
  for (const Row& row : rows) {
    CAPTURE(row.members);
    const AccountList list = parse("{" + std::string(row.members) + "}", settings);
    const Account& account = list.accounts.at(0);
    if (!account.valid) {
      CHECK(warnings(list) == row.expected);
      CHECK(list.error->message.find(list.warnings.back().message) != std::string::npos);
      continue;
    }
    const auto shown = [](const std::string& text) { return text.empty() ? "-" : text; };
    CHECK(std::string(name_of(account.upstream)) + ' ' + shown(account.location) + ' ' +
              shown(account.project_id) ==
          row.expected);
    CHECK(warnings(list).empty());
  }
  const std::string longest(40, 'a');
  const auto at = [&](const std::string& location) {
    return states(parse(R"({"api_key":"k","upstream":"vertex","location":")" + location + "\"}"));
  };
  CHECK(at(longest) == "ok");
  CHECK(at(longest + "a") == "bad");
}

TEST_CASE("Code Assist is off unless its owner wants it") {
  const std::string_view entry = R"({"refresh_token":"r","upstream":"codeassist"})";
  const AccountList list = parse(entry);
  CHECK(states(list) == "bad");
  CHECK(warnings(list) == "code_assist_disabled:0");
  CHECK(list.error->message.find("ENABLE_CODE_ASSIST=1") != std::string::npos);
}

TEST_CASE("DEFAULT_UPSTREAM is that of entries without one") {
  AccountSettings settings = common_settings();
  settings.upstream = Upstream::vertex;
  const AccountList list =
      parse(R"([{"api_key":"a"},{"refresh_token":"b"},{"refresh_token":"c","upstream":"gemini"}])",
            settings);
  CHECK(states(list) == "ok bad ok");
  CHECK(list.accounts[0].upstream == Upstream::vertex);
  CHECK(list.accounts[2].upstream == Upstream::gemini_api);
  CHECK(warnings(list) == "project_id_missing:1");
}
