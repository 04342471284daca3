#include "accounts/service_account.h"

#include <optional>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "parsed.h"
#include "support/catch.h"
#include "support/exact_bytes.h"

using namespace proxy::accounts;
using proxy::test::ExactBytes;

namespace {

Account robot(Upstream upstream, std::string key_id = {}) {
  Account account;
  account.credential = Credential::service_account;
  account.upstream = upstream;
  account.email = "robot@p.example";
  account.key_id = std::move(key_id);
  return account;
}

std::string decoded(std::string_view base64url) {
  CHECK(base64url.find_first_of("+/=") == base64url.npos);
  const auto standard = proxy::base64::standard(base64url);
  REQUIRE(standard);
  return *proxy::base64::decode(*standard);
}

PrivateKey read(std::string_view text) { return read_private_key(ExactBytes(text).view()); }

}  // namespace

TEST_CASE("what a service account signs") {
  const std::string input = signing_input(robot(Upstream::vertex), 1'700'000'000);
  const std::size_t dot = input.find('.');
  CHECK(input.substr(0, dot) == "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9");
  CHECK(decoded(input.substr(dot + 1)) ==
        R"({"iss":"robot@p.example","scope":"https://www.googleapis.com/auth/cloud-platform",)"
        R"("aud":"https://oauth2.googleapis.com/token","iat":1699999990,"exp":1700003590})");
}

TEST_CASE("the key's id is named, and the Gemini API wants a scope more") {
  const std::string input = signing_input(robot(Upstream::gemini_api, "key-1"), 10);
  const std::size_t dot = input.find('.');
  CHECK(decoded(input.substr(0, dot)) == R"({"alg":"RS256","typ":"JWT","kid":"key-1"})");
  CHECK(decoded(input.substr(dot + 1)) ==
        R"({"iss":"robot@p.example","scope":"https://www.googleapis.com/auth/cloud-platform )"
        R"(https://www.googleapis.com/auth/generative-language.retriever",)"
        R"("aud":"https://oauth2.googleapis.com/token","iat":0,"exp":3600})");
}

TEST_CASE("the request for a token is a form with the signed claims") {
  const auto request = signed_request("header.claims", "\xFB\xEF\xFF\x01", "https://oauth.example");
  CHECK(request.head ==
        "POST\nhttps://oauth.example/token\n"
        "content-type\napplication/x-www-form-urlencoded\naccept\napplication/json");
  CHECK(request.body ==
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
        "&assertion=header.claims.--__AQ");
}

TEST_CASE("a private key's line ends may be real, spelled out, or gone") {
  for (const std::string_view line_end : {"\n", "\r\n", "\\n", "\\r\\n", "", " ", "\\n\n"}) {
    CAPTURE(line_end);
    CHECK(read(pem(kDer, line_end)).der == kDer);
    CHECK(read(" \n" + pem(kDer, line_end) + "more").der == kDer);
  }
}

TEST_CASE("what is wrong with a private key is said") {
  const std::string good = pem(kDer, "\n");
  const std::string body = good.substr(28, good.find("-----END") - 28);
  struct Row {
    std::string text;
    std::string_view says;
  };
  const Row rows[] = {
      {"", "no BEGIN PRIVATE KEY"},
      {"key", "no BEGIN PRIVATE KEY"},
      {body, "no BEGIN PRIVATE KEY"},
      {pem(kDer, "\n", "EC "), "no BEGIN PRIVATE KEY"},
      {pem(kDer, "\n", "RSA "), "PKCS#1"},
      {pem(kDer, "\n", "ENCRYPTED "), "encrypted"},
      {good.substr(0, good.find("-----END")), "cut or changed"},
      {pem("", "\n"), "cut or changed"},
      {pem("1" + kDer, "\n"), "cut or changed"},  // no DER
      {good.substr(0, 40) + "*" + good.substr(40), "cut or changed"},
      {good.substr(0, 40) + "\\t" + good.substr(40), "cut or changed"},
      {good.substr(0, good.find("-----END")) + "\\", "cut or changed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const PrivateKey key = read(row.text);
    CHECK(key.der.empty());
    CHECK(key.problem.find(row.says) != std::string_view::npos);
    CHECK(key.problem.starts_with("private_key "));
  }
}

TEST_CASE("every prefix of a private key is refused or is the key") {
  const std::string good = pem(kDer, "\\n");
  for (std::size_t size = 0; size < good.size(); ++size) {
    const PrivateKey key = read(std::string_view(good).substr(0, size));
    CHECK((key.der.empty() ? !key.problem.empty() : key.der == kDer));
  }
}
