// Which URLs the Worker may fetch on a caller's word: what gets through here is fetched from
// inside.
#include "base/image_url.h"

#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::image_url::begins_as;
using proxy::image_url::Fetchable;
using proxy::image_url::flaw;
using proxy::image_url::image_type;
using proxy::image_url::is_plain;
using proxy::image_url::redirected;
using proxy::test::ExactBytes;

namespace {

const std::string kOwn = "proxy.owner.workers.dev";

// Which of the three sentences; empty if the URL may be fetched.
std::string kind(std::string_view url, Fetchable fetchable = Fetchable::https,
                 std::string_view own = kOwn) {
  const ExactBytes bytes{url};
  const std::string_view found = flaw(bytes.view(), fetchable, own);
  if (found.empty()) return {};
  if (found.find("supported") != std::string_view::npos) return "scheme";
  return found.find("host") == std::string_view::npos ? "form" : "host";
}

std::string kind_of_host(const std::string& host) { return kind("https://" + host + "/a.png"); }

}  // namespace

TEST_CASE("URLs of public servers may be fetched") {
  for (const char* url : {
           "https://images.example/a.png",
           "https://images.example",
           "https://images.example?a=b",
           "https://images.example/a/../b;c=d?url=http://127.0.0.1/&x=@y:z%20[1]",
           "https://IMAGES.Example/A.PNG",
           "https://images.example:443/a.png",
           "https://1.2.3.4.images.example/",
           "https://127.example/",
           "https://xn--bcher-kva.example/",
           "https://a-b.xn--p1ai/",
           "https://localhost.example/",
           "https://internal.example/",
           "https://notlocal.notlan/",
           "https://example.workers.dev.example/",
           "https://workers.dev/",
       }) {
    INFO(url);
    CHECK(kind(url) == "");
  }
}

TEST_CASE("only https is fetched, and http where the owner wants it", "[S-02]") {
  for (const char* url :
       {"http://images.example/", "file:///etc/passwd", "gs://bucket/a.png",
        "ftp://images.example/", "blob:https://images.example/1", "javascript:alert(1)",
        "HTTPS://images.example/", "https:/images.example/", "https:images.example/",
        "//images.example/", "images.example", "ws://images.example/", "about:blank", "", "https:/",
        " https://images.example/", "\thttps://images.example/"}) {
    INFO(url);
    CHECK(kind(url) == "scheme");
    if (!std::string_view(url).starts_with("http://")) {
      CHECK(kind(url, Fetchable::http_too) == "scheme");
    }
  }
  CHECK(kind("http://images.example/a.png", Fetchable::http_too) == "");
  CHECK(kind("http://images.example:80/a.png", Fetchable::http_too) == "");
  CHECK(kind("https://images.example/a.png", Fetchable::http_too) == "");
  CHECK(kind("http://127.0.0.1/", Fetchable::http_too) == "host");
}

TEST_CASE("no address is fetched from, however it is written", "[S-03]") {
  for (const char* host : {
           // Numbers as the URL standard reads them.
           "127.0.0.1",
           "127.1",
           "127.0.1",
           "2130706433",
           "0x7f000001",
           "0X7F000001",
           "0x7f.1",
           "0177.0.0.1",
           "017700000001",
           "0x7f.0x0.0x0.0x1",
           "127.0.0.0x1",
           "0.0.0.0",
           "0",
           "169.254.169.254",
           "10.0.0.1",
           "192.168.0.1",
           "255.255.255.255",
           "8.8.8.8",
           "1.2.3.4.5",
           "256.256.256.256",
           "example.1",
           "example.0x",
           "example.0x1",
           "a.0xzz",
           "127.0.0.1.",
           "0x.0x.0",
           "4294967295",
           "99999999999",
           // The same behind percent signs, as full-width digits and dots, and in Punycode.
           "127%2e0%2e0%2e1",
           "%31%32%37.0.0.1",
           "%31%32%37%2e1",
           "127.xn--1-",
           "127.0.0.XN--1-",
           "xn--127-.xn--0-.xn--0-.xn--1-",
           "example.xn--localhost-",
           // IPv6, also what holds an IPv4 address.
           "[::1]",
           "[::]",
           "[::ffff:7f00:1]",
           "[::ffff:127.0.0.1]",
           "[64:ff9b::7f00:1]",
           "[2002:7f00:1::]",
           "[fe80::1%25eth0]",
           "[2606:4700::1]",
           "[v1.a]",
           "[::1]:443",
           "[",
           "]",
           "[]",
           "a[b].example",
           "a{b.example",
       }) {
    INFO(host);
    CHECK(kind_of_host(host) == "host");
  }
  for (const char* host : {"\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1",
                           "127\xE3\x80\x82"
                           "1",
                           "\xE2\x91\xA0.1"}) {
    INFO(host);
    CHECK(kind_of_host(host) == "form");  // nothing but ASCII
  }
}

TEST_CASE("names that can only mean something near are not fetched from", "[S-04]") {
  for (const char* host : {
           "localhost",
           "LOCALHOST",
           "a.localhost",
           "A.LocalHost",
           "printer.local",
           "a.b.internal",
           "metadata.google.internal",
           "Metadata.Google.Internal",
           "router.lan",
           "a.home.arpa",
           "home.arpa",
           "intranet",
           "metadata",
           "kubernetes",
           "images.example.",
           "a.localhost.",
           "images..example",
           ".images.example",
           ".",
           "..",
           "-",
           "a.-",
           "images.example-",
           "",
           "images_1.example",
           "images,example",
           "images.example;",
           "images!.example",
           "images*.example",
           "images.ex%61mple",
           "images.example%00",
           "images.example%2f.a",
           // The Worker itself, and its neighbours in the same account.
           "proxy.owner.workers.dev",
           "PROXY.Owner.workers.DEV",
           "other.owner.workers.dev",
           "preview-proxy.owner.workers.dev",
           "a.b.owner.workers.dev",
           "owner.workers.dev",
       }) {
    INFO(host);
    CHECK(kind_of_host(host) == "host");
  }
  CHECK(kind_of_host("other.somebody.workers.dev") == "");
  CHECK(kind_of_host("notowner.workers.dev") == "");

  // Under a domain of its own it cannot tell whose the others are.
  for (const char* own : {"api.example", "API.Example.", "localhost", "", "workers.dev", "."}) {
    INFO(own);
    CHECK(kind("https://other.somebody.workers.dev/", Fetchable::https, own) == "host");
    CHECK(kind("https://images.example/", Fetchable::https, own) == "");
  }
  CHECK(kind("https://api.example/", Fetchable::https, "API.Example.") == "host");
  CHECK(kind("https://a.api.example/", Fetchable::https, "api.example") == "");
  CHECK(kind("https://api.example/", Fetchable::https, "a.api.example") == "");
}

TEST_CASE("a URL that a parser would change is not fetched", "[S-05]") {
  for (const char* rest : {
           "user@images.example/",
           "user:password@images.example/",
           "@images.example/",
           "images.example@127.0.0.1/",
           ":@images.example/",
           "images.example:80/",
           "images.example:8443/",
           "images.example:0443/",
           "images.example:/",
           "images.example:443:443/",
           "images.example:443x/",
           "images.example:/443",
           "images.example/#a",
           "images.example#",
           "images.example/a#@b",
           "images.example/\\a",
           "images.example\\@127.0.0.1/",
           "\\images.example/",
           "images.example/a b",
           "images.example/\ta",
           "images\t.example/",
           "images.example/\na",
           "images.example/\ra",
           "images.example/\x7F",
           "images.example/\x01",
           "images.example/ ",
           "images.example/\"",
           "images.example/\xC3\xA9",
           "images.example\xC2\xAD/",
       }) {
    INFO(rest);
    CHECK(kind("https://" + std::string(rest)) == "form");
  }
  CHECK(kind(std::string("https://images.example/\0a", 25)) == "form");
  CHECK(kind("http://images.example:443/", Fetchable::http_too) == "form");
  const std::string start = "https://images.example/";
  CHECK(kind(start + std::string(2'048 - start.size(), 'a')) == "");
  CHECK(kind(start + std::string(2'049 - start.size(), 'a')) == "form");
  CHECK(is_plain(start));
  CHECK_FALSE(is_plain(start + '\\'));
}

TEST_CASE("a redirect leads where RFC 3986 says, and is checked as any other URL", "[S-06]") {
  const struct {
    const char* from;
    const char* location;
    const char* to;
  } rows[] = {
      {"https://a.example/b/c?d=/e", "https://f.example/g", "https://f.example/g"},
      {"https://a.example/b/c?d=/e", "//f.example/g", "https://f.example/g"},
      {"https://a.example/b/c?d=/e", "/g?h", "https://a.example/g?h"},
      {"https://a.example/b/c?d=/e", "g", "https://a.example/b/g"},
      {"https://a.example/b/c?d=/e", "g/h:i", "https://a.example/b/g/h:i"},
      {"https://a.example/b/c?d=/e", "?g", "https://a.example/b/c?g"},
      {"https://a.example/b/c?d=/e", "../g", "https://a.example/b/../g"},
      {"https://a.example/b/c?d=/e", "http:g", "http:g"},
      {"https://a.example/b/c?d=/e", "data:image/png;base64,AAAA", "data:image/png;base64,AAAA"},
      {"https://a.example", "g", "https://a.example/g"},
      {"https://a.example", "/g", "https://a.example/g"},
      {"https://a.example?b", "?g", "https://a.example/?g"},
      {"https://a.example?b/c", "g", "https://a.example/g"},
      {"https://a.example/", "g", "https://a.example/g"},
      {"https://a.example:443/b", "/g", "https://a.example:443/g"},
      {"https://a.example", "", "https://a.example/"},
      {"http://a.example/b", "//f.example", "http://f.example"},
  };
  for (const auto& row : rows) {
    INFO(row.from << " -> " << row.location);
    CHECK(redirected(ExactBytes(row.from).view(), ExactBytes(row.location).view()) == row.to);
  }
  // Where a relative one could change the host.
  for (const char* location : {"//127.0.0.1/", "\\\\127.0.0.1\\", "/\\127.0.0.1", "///127.0.0.1",
                               "https:\\\\127.0.0.1", "@127.0.0.1/", ".127.0.0.1"}) {
    for (const char* from : {"https://a.example", "https://a.example/b"}) {
      INFO(from << " -> " << location);
      const std::string to = redirected(from, location);
      CHECK((kind(to) != "" || to.starts_with("https://a.example/")));
    }
  }
}

TEST_CASE("an image is one by its type and by its bytes", "[S-08]") {
  const struct {
    const char* content_type;
    const char* type;
  } types[] = {
      {"image/png", "image/png"},
      {"IMAGE/JPEG; charset=binary", "image/jpeg"},
      {" image/jpg ", "image/jpeg"},
      {"image/webp;q=1", "image/webp"},
      {"image/gif", "image/gif"},
      {"image/heic", "image/heic"},
      {"image/heif", "image/heif"},
      {"image/svg+xml", ""},
      {"text/html", ""},
      {"image/avif", ""},
      {"image/", ""},
      {"image/png, text/html", ""},
      {"application/octet-stream", ""},
      {"", ""},
  };
  for (const auto& row : types) {
    INFO(row.content_type);
    CHECK(image_type(ExactBytes(row.content_type).view()) == row.type);
  }

  const struct {
    std::string bytes;
    std::string types;  // for which they are right
  } marks[] = {
      {"\x89PNG\r\n\x1A\nabcd", "image/png"},
      {"\x89PNG\n\n\x1A\nabcd", ""},
      {"\xFF\xD8\xFF\xE0"
       "abcdefgh",
       "image/jpeg"},
      {"GIF87aabcdef", "image/gif"},
      {"GIF89aabcdef", "image/gif"},
      {"GIF90aabcdef", ""},
      {"RIFFabcdWEBP", "image/webp"},
      {"RIFFabcdWAVE", ""},
      {"<a> abcdWEBP", ""},
      {"abcdftypheic", "image/heic image/heif"},
      {"abcdftyphevx", "image/heic image/heif"},
      {"abcdftypmif1", "image/heic image/heif"},
      {"abcdftypmsf1", "image/heic image/heif"},
      {"abcdftypavif", ""},
      {"abcdftypisom", ""},
      {"<svg xmlns=\"http://www.w3.org/2000/svg\">", ""},
      {"<!doctype html>", ""},
      {"\xFF\xD8\xFF", ""},  // shorter than any image
      {"", ""},
  };
  for (const auto& row : marks) {
    INFO(row.bytes);
    for (const std::string type :
         {"image/png", "image/jpeg", "image/webp", "image/gif", "image/heic", "image/heif"}) {
      INFO(type);
      const bool fits = row.types.find(type) != std::string::npos;
      CHECK(begins_as(type, ExactBytes(row.bytes).view()) == fits);
    }
  }
}
