// The forms of an entry: refresh tokens, API keys, and Google's own files.
#include <string>
#include <string_view>

#include "parsed.h"
#include "support/catch.h"

using namespace proxy::accounts;

TEST_CASE("an entry has exactly one credential") {
  struct Row {
    std::string_view members;
    std::string_view credential;  // empty: several, or none
  };
  const Row rows[] = {
      {R"("refresh_token":"r","api_key":"k")", ""},
      {R"("refresh_token":"r","service_account":{})", ""},
      {R"("api_key":"k","service_account":"x")", ""},
      {R"("refresh_token":"r","private_key":"x")", ""},
      {R"("refresh_token":"r","type":"service_account")", ""},
      {R"("refresh_token":7,"api_key":"k")", ""},
      {R"("refresh_token":"r","api_key":"","service_account":null)", "refresh_token"},
      {R"("refresh_token":" \n","api_key":"k")", "api_key"},
      {R"("refresh_token":null,"api_key":"k")", "api_key"},
      {R"("type":"authorized_user")", ""},
      {R"("type":"external_account","audience":"x")", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.members);
    const AccountList list = parse("{" + std::string(row.members) + "}");
    CHECK(states(list) == (row.credential.empty() ? "bad" : "ok"));
    CHECK(warnings(list) == (row.credential.empty() ? "account_invalid:0" : ""));
    if (!row.credential.empty()) CHECK(name_of(list.accounts[0].credential) == row.credential);
  }
  const AccountList several = parse(R"({"refresh_token":"r","api_key":"k"})");
  CHECK(several.warnings[0].message.find("keep one") != std::string_view::npos);
  CHECK(several.error->message.find("entry 0: The entry has several") != std::string::npos);
}

TEST_CASE("an API key is an account, without an OAuth client") {
  const AccountList list =
      parse(R"({"api_key":" test-key\n","client_id":"own","projectId":"p-1"})", AccountSettings());
  CHECK(warnings(list).empty());
  const Account& account = list.accounts.at(0);
  CHECK(account.enabled());
  CHECK(account.credential == Credential::api_key);
  CHECK_FALSE(account.needs_token());
  CHECK(account.secret.reveal() == "test-key");
  CHECK(account.client.id.empty());
  CHECK(account.client_fingerprint.empty());
  CHECK(account.project_id == "p-1");
}

TEST_CASE("API keys that can be none") {
  const std::string longest(512, 'k');
  CHECK(states(parse(R"({"api_key":")" + longest + "\"}")) == "ok");
  for (const std::string& value :
       {"\"" + longest + "k\"", std::string(R"("a b")"), std::string(R"("a\u007f")"),
        std::string(R"("\u00fc")"), std::string("7"), std::string("[\"k\"]")}) {
    CAPTURE(value);
    const AccountList list = parse("{\"api_key\":" + value + "}");
    CHECK(states(list) == "bad");
    CHECK(warnings(list) == "account_invalid:0");
  }
}

TEST_CASE("a service account's key file: as it is, as an entry's member, as a string") {
  std::string quoted;
  for (const char c : key_file()) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  std::string once = quoted;  // with the line ends of the key unescaped too early
  for (std::size_t at; (at = once.find("\\\\n")) != std::string::npos;) once.erase(at, 1);
  const std::string entries[] = {
      key_file(),
      "[" + key_file() + "]",
      R"({"service_account":)" + key_file() + "}",
      R"({"service_account":")" + quoted + "\"}",
      R"({"service_account":")" + once + "\"}",
      R"({"service_account":"\n )" + quoted + "\\r\\n\"}",
  };
  for (const std::string& entry : entries) {
    CAPTURE(entry);
    const AccountList list = parse(entry, AccountSettings());
    CHECK(warnings(list).empty());
    REQUIRE(states(list) == "ok");
    const Account& account = list.accounts[0];
    CHECK(account.credential == Credential::service_account);
    CHECK(account.needs_token());
    CHECK(account.secret.reveal() == kDer);
    CHECK(account.email == "robot@file-project.iam.example");
    CHECK(account.key_id == "key-1");
    CHECK(account.project_id == "file-project");
    CHECK(account.client.id.empty());
    CHECK(account.client_fingerprint.empty());
  }
}

TEST_CASE("what stands beside a service account's key counts") {
  const std::string members =
      R"("projectId":"p-1","upstream":"vertex","location":"eu","disabled":true,)";
  for (const std::string& entry :
       {key_file(members), "{" + members + R"("service_account":)" + key_file() + "}"}) {
    const Account account = parse(entry).accounts.at(0);
    CHECK(account.project_id == "p-1");
    CHECK(account.upstream == Upstream::vertex);
    CHECK(account.location == "eu");
    CHECK(account.disabled);
    CHECK(account.valid);
  }
}

TEST_CASE("service accounts that cannot sign") {
  struct Row {
    std::string entry;
    std::string_view warning, says;
  };
  const std::string email = R"("client_email":"robot@p.example")";
  const Row rows[] = {
      {R"({"service_account":7})", "account_invalid:0", "not Google's key file"},
      {R"({"service_account":"./key.json"})", "account_invalid:0", "not Google's key file"},
      {R"({"service_account":{)" + email + "}}", "account_invalid:0", "private_key is missing"},
      {R"({"service_account":{"private_key":"x"}})", "account_invalid:0", "client_email"},
      {R"({"type":"service_account"})", "account_invalid:0", "client_email"},
      {R"({"service_account":{"client_email":"a b","private_key":"x"}})", "account_invalid:0",
       "client_email"},
      {R"({"service_account":{)" + email + R"(,"private_key":"x"}})", "private_key_unreadable:0",
       "no BEGIN PRIVATE KEY"},
      {key_file({}, pem(kDer, "\\n", "RSA ")), "private_key_unreadable:0", "openssl pkcs8"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.entry);
    const AccountList list = parse(row.entry);
    CHECK(states(list) == "bad");
    CHECK(warnings(list) == row.warning);
    CHECK(list.warnings.back().message.find(row.says) != std::string_view::npos);
    CHECK(list.error->message.find(row.says) != std::string::npos);
    CHECK(list.error->message.find("key-of") == std::string::npos);
  }
}

TEST_CASE("what gcloud writes for a user is an entry") {
  const AccountList list = parse(
      R"({"account":"","client_id":"gcloud-id","client_secret":"gcloud-secret",
          "quota_project_id":"quota-1","refresh_token":"1//refresh-a","type":"authorized_user",
          "universe_domain":"googleapis.com"})");
  CHECK(warnings(list).empty());
  const Account& account = list.accounts.at(0);
  CHECK(account.enabled());
  CHECK(account.credential == Credential::refresh_token);
  CHECK(account.client.id == "gcloud-id");
  CHECK(account.client.secret.reveal() == "gcloud-secret");
  CHECK(account.project_id == "quota-1");
  const AccountList own =
      parse(R"({"refresh_token":"a","quota_project_id":"quota-1","projectId":"p"})");
  CHECK(own.accounts.at(0).project_id == "p");
}

TEST_CASE("a pasted OAuth client is told from an account") {
  for (const std::string_view entry :
       {R"({"installed":{"client_id":"refresh-x","client_secret":"x"}})", R"({"web":{}})"}) {
    const AccountList list = parse(entry);
    CHECK(states(list) == "bad");
    CHECK(warnings(list) == "account_is_client:0");
    CHECK(list.error->message.find("OAUTH_CLIENT_ID") != std::string::npos);
    CHECK(list.error->message.find("refresh-x") == std::string::npos);
  }
}
