#include "accounts/service_account.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "accounts/oauth.h"
#include "base/base64.h"
#include "base/encode.h"
#include "json/writer.h"

namespace proxy::accounts {
namespace {

constexpr std::int64_t kClockSkewS = 10;
constexpr std::int64_t kLifeS = 3'600;  // Google allows no more
constexpr char kSequence = 0x30;        // what every key begins with in DER

// Without line ends that a shell spelled out; base64::standard() drops the real ones.
std::string without_spelled_ends(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == 'n' || next == 'r')) {
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

PrivateKey read_private_key(std::string_view pem) {
  constexpr std::string_view kBegin = "BEGIN PRIVATE KEY-----";
  if (pem.find("BEGIN RSA PRIVATE KEY") != pem.npos) {
    return {{}, "private_key is PKCS#1: convert it with `openssl pkcs8 -topk8 -nocrypt`."};
  }
  if (pem.find("BEGIN ENCRYPTED") != pem.npos) {
    return {{}, "private_key is encrypted: decrypt it with `openssl pkcs8`."};
  }
  const std::size_t begin = pem.find(kBegin);
  if (begin == pem.npos) {
    return {{}, "private_key has no BEGIN PRIVATE KEY: paste the key file as Google made it."};
  }
  pem.remove_prefix(begin + kBegin.size());
  const std::size_t end = pem.find("-----END PRIVATE KEY-----");
  std::optional<std::string> der;
  if (end != pem.npos) der = base64::standard(without_spelled_ends(pem.substr(0, end)));
  if (der) der = base64::decode(*der);
  if (!der || !der->starts_with(kSequence)) {
    return {{}, "private_key is cut or changed: paste the key file as Google made it."};
  }
  return {*std::move(der), {}};
}

std::string signing_input(const Account& account, std::int64_t now_s) {
  std::string header;
  json::Writer head(header);
  head.begin_object().key("alg").string("RS256").key("typ").string("JWT");
  if (!account.key_id.empty()) head.key("kid").string(account.key_id);
  head.end_object();

  std::string_view scope =
      "https://www.googleapis.com/auth/cloud-platform "
      "https://www.googleapis.com/auth/generative-language.retriever";
  if (account.upstream != Upstream::gemini_api) scope = scope.substr(0, scope.find(' '));
  const std::int64_t issued_s = now_s - kClockSkewS;
  std::string claims;
  json::Writer json(claims);
  json.begin_object().key("iss").string(account.email).key("scope").string(scope);
  json.key("aud").string("https://oauth2.googleapis.com/token");
  json.key("iat").integer(issued_s).key("exp").integer(issued_s + kLifeS).end_object();
  return base64::encode_for_url(header) + '.' + base64::encode_for_url(claims);
}

host::OutgoingRequest signed_request(std::string_view signing_input, std::string_view signature,
                                     std::string_view base_url) {
  std::string body;
  encode::append_form_field(body, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
  encode::append_form_field(body, "assertion",
                            std::string(signing_input) + '.' + base64::encode_for_url(signature));
  return token_request(base_url, std::move(body));
}

}  // namespace proxy::accounts
