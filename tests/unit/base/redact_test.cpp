// What Google's messages may hold and callers must not see. Secrets are put together here, so that
// no file of the project looks as if it held one.
#include "base/redact.h"

#include <string>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::base::redacted;
using proxy::test::ExactBytes;

namespace {

const std::string kMark = "[redacted]";

std::string repeat(char c, std::size_t times) { return std::string(times, c); }

// Looks like `prefix` + a secret, split in the source.
std::string secret(std::string_view begin, std::string_view end, std::size_t length) {
  return std::string(begin).append(end).append(repeat('x', length));
}

struct Row {
  std::string text;
  std::string shown;
  const char* why;
};

}  // namespace

TEST_CASE("secrets and names are taken out of a message, the sentence stays") {
  const std::string access = secret("ya", "29.", 30);
  const std::string api_key = secret("AI", "za", 35);
  const std::string jwt =
      "ey"
      "J" +
      repeat('a', 20) +
      ".ey"
      "J" +
      repeat('b', 20) + "." + repeat('c', 20);
  const Row rows[] = {
      {"", "", "nothing"},
      {"The model is overloaded. Please try again later.",
       "The model is overloaded. Please try again later.", "a plain sentence"},
      {"token " + access + " expired", "token " + kMark + " expired", "access token"},
      {access, kMark, "alone"},
      {"(" + access + ")", "(" + kMark + ")", "in brackets"},
      {"ends with " + access + ".", "ends with " + kMark + ".", "the sentence's own stop stays"},
      {"refresh 1//0" + repeat('r', 30) + ",", "refresh " + kMark + ",", "refresh token"},
      {"half of 1//2", "half of 1//2", "too short for a refresh token"},
      {"http1//abcdefgh", "http1//abcdefgh", "a word that ends in 1"},
      {"jwt " + jwt + " bad", "jwt " + kMark + " bad", "JWT"},
      {"eyJ is short", "eyJ is short", "too short for a JWT"},
      {"API key " + api_key + " not found", "API key " + kMark + " not found", "API key"},
      {"key AQ." + repeat('q', 30), "key " + kMark, "API key of the newer form"},
      {"https://x.test/v1?key=abc&alt=sse", "https://x.test/v1?key=" + kMark + "&alt=sse",
       "key in a URL"},
      {"?api_key=abc", "?api_key=" + kMark, "key behind an underscore"},
      {"?x-goog-api-key=abc", "?x-goog-api-key=" + kMark, "key behind a hyphen"},
      {"KEY=abc", "KEY=" + kMark, "case does not matter"},
      {"key=aZ9_-./+=~%3d{", "key=" + kMark + "{", "all characters that a token may have"},
      {"key=... is", "key=" + kMark + "... is", "nothing but stops"},
      {"monkey=abc", "monkey=abc", "another word"},
      {"client_secret=" + secret("GOC", "SPX-", 20), "client_secret=" + kMark, "form field"},
      {secret("GOC", "SPX-", 20) + " is wrong", kMark + " is wrong", "client secret"},
      {"access_token=abc refresh_token=def", "access_token=" + kMark + " refresh_token=" + kMark,
       "tokens as form fields"},
      {"Authorization: Bearer abcdef", "Authorization: Bearer " + kMark, "header"},
      {"-----BEGIN "
       "PRIVATE KEY-----\nMIIE\n-----END "
       "PRIVATE KEY----- is bad",
       kMark, "all from a private key on"},
      {"key " + access +
           " and -----BEGIN "
           "RSA",
       "key " + kMark + " and " + kMark, "what stands before it is read as well"},
      {"projects/my-project/locations/x not found", "projects/" + kMark + " not found", "project"},
      {"resource '//a.test/projects/123/x' (or", "resource '//a.test/projects/" + kMark + "' (or",
       "project in a resource"},
      {"consumer 'project_number:12345'", "consumer 'project_number:" + kMark + "'",
       "project number of a consumer"},
      {"has not been used in project 12345678 before or it is disabled. Enable it by visiting "
       "https://console.test/overview?project=12345678 then retry.",
       "has not been used in project " + kMark +
           " before or it is disabled. Enable it by visiting "
           "https://console.test/overview?project=" +
           kMark + " then retry.",
       "SERVICE_DISABLED: no project number in the text"},
      {"Your project number 12345 is", "Your project number " + kMark + " is", "spelled out"},
      {"your project has no quota", "your project has no quota", "the word itself"},
      {"project my-app-17 is", "project " + kMark + " is", "an id with a digit"},
      {"mail one@example.test now", "mail " + kMark + " now", "address"},
      {"one.two+tag@mail.example.test.", kMark + ".", "address with a tag, and a stop"},
      {"<o'b_c-d%e+f@a_b-c.test>", "<" + kMark + ">", "all characters that an address may have"},
      {"a@b.test, c@d.test", kMark + ", " + kMark, "two addresses"},
      {"a @ b, @x, y@", "a @ b, @x, y@", "no addresses"},
      {"a@b@c.test", kMark + "@c.test", "nothing is taken twice"},
  };
  for (const Row& row : rows) {
    INFO(row.why);
    CHECK(redacted(ExactBytes(row.text).view()) == row.shown);
  }
}

TEST_CASE("no prefix of a message shows its secret") {
  const std::string token = secret("ya", "29.", 20);
  const std::string text = "x " + token + " y projects/secret-1 z secret@example.test";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string shown = redacted(ExactBytes(text.substr(0, size)).view());
    INFO(shown);
    CHECK(shown.find("29.x") == std::string::npos);
    CHECK(shown.find("secret-") == std::string::npos);
  }
}

TEST_CASE("a long message takes linear time") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "project key= @ ";
  CHECK(redacted(text).size() >= text.size() / 2);
}

TEST_CASE("projects and keys are found in the ways in which Google writes them") {
  const Row rows[] = {
      {"project #1234 is off", "project #" + kMark + " is off", "a number"},
      {"project: my-project.", "project: " + kMark + ".", "behind a colon"},
      {"Project 'my-project'", "Project '" + kMark + "'", "in quotes"},
      {"project \"my-project\"", "project \"" + kMark + "\"", "in others"},
      {"consumer 'api_key:abc'", "consumer 'api_key:" + kMark + "'", "a key"},
      {"project has no billing", "project has no billing", "a sentence"},
  };
  for (const Row& row : rows) {
    INFO(row.why);
    CHECK(redacted(ExactBytes(row.text).view()) == row.shown);
  }
}

TEST_CASE("a word is hidden wherever it stands, unless it is too short to be a name") {
  const auto hidden = [](std::string text, std::string_view word) {
    proxy::base::hide(text, word);
    return text;
  };
  CHECK(hidden("abcd and abcdabcd", "abcd") == kMark + " and " + kMark + kMark);
  CHECK(hidden("abc", "abc") == "abc");
  CHECK(hidden("abc", "") == "abc");
  CHECK(hidden("[redacted]", "redacted") == "[[redacted]]");
}
