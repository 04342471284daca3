#include "host/http.h"

#include <memory>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/splits.h"

using proxy::host::HeaderView;
using proxy::host::HeadWriter;
using proxy::host::RequestHead;
using proxy::test::Chunk;

namespace {

std::string_view view(Chunk& chunk) { return {chunk.bytes.get(), chunk.size}; }

}  // namespace

TEST_CASE("a request's URL is taken apart as it stands") {
  struct Row {
    std::string_view url, host, path, query;
  };
  const Row rows[] = {
      {"http://localhost:8787/", "localhost", "/", ""},
      {"http://localhost:8787", "localhost", "/", ""},
      {"https://proxy.example/v1/models", "proxy.example", "/v1/models", ""},
      {"https://proxy.example/v1/models?key=k", "proxy.example", "/v1/models", "key=k"},
      {"https://proxy.example?key=k", "proxy.example", "/", "key=k"},
      {"https://proxy.example/?", "proxy.example", "/", ""},
      {"https://proxy.example/v1#part?x", "proxy.example", "/v1", ""},
      {"https://proxy.example/v1?a#b", "proxy.example", "/v1", "a"},
      {"https://proxy.example/v1/%6dodels/%ff", "proxy.example", "/v1/%6dodels/%ff", ""},
      {"https://proxy.example//v1", "proxy.example", "//v1", ""},
      {"https://proxy.example/a:b@c", "proxy.example", "/a:b@c", ""},
      {"https://proxy.example/?u=http://x/y", "proxy.example", "/", "u=http://x/y"},
      {"http://127.0.0.1:8787/health", "127.0.0.1", "/health", ""},
      {"http://[::1]:8787/health", "[::1]", "/health", ""},
      {"http://[::1]/health", "[::1]", "/health", ""},
      {"http://[::1]", "[::1]", "/", ""},
      {"http://[2001:db8::1]:80?x", "[2001:db8::1]", "/", "x"},
      // The platform makes none of these; they must only do no harm.
      {"http://[::1/x", "[::1", "/x", ""},
      {"", "", "/", ""},
      {"/v1", "", "/v1", ""},
      {"://", "", "/", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    Chunk text("GET\n" + std::string(row.url) + "\naccept\n*/*");
    const RequestHead head = RequestHead::parse(view(text));
    CHECK(head.method == "GET");
    CHECK(head.host == row.host);
    CHECK(head.path == row.path);
    CHECK(head.query == row.query);
    CHECK(head.headers.get("accept") == std::string_view("*/*"));
  }
}

TEST_CASE("every prefix of a request's head can be read") {
  const std::string whole = "POST\nhttp://[::1]:8787/v1?x\naccept\n*/*\nx-empty\n\norigin\nnull";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    Chunk text(std::string_view(whole).substr(0, size));
    const RequestHead head = RequestHead::parse(view(text));
    CHECK(whole.starts_with(head.method));
    CHECK_FALSE(head.path.empty());
  }
}

TEST_CASE("header fields are found by their names") {
  struct Row {
    std::string_view lines, name;
    bool is_there;
    std::string_view value;
    std::size_t size;
  };
  const Row rows[] = {
      {"", "a", false, "", 0},
      {"a\n1", "a", true, "1", 1},
      {"a\n1\nb\n2", "b", true, "2", 2},
      {"a\n1\nb\n2", "1", false, "", 2},  // a value is no name
      {"a\n\nb\n2", "a", true, "", 2},    // empty value in the middle
      {"a\n1\nb\n", "b", true, "", 2},    // and at the end
      {"a\n1\nb", "b", true, "", 2},      // cut
      {"a\n1", "A", false, "", 1},        // names are in lower case
      {"a\n1, 2\na\n3", "a", true, "1, 2", 2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.lines, row.name);
    Chunk text(row.lines);
    const HeaderView headers(view(text));
    CHECK(headers.size() == row.size);
    CHECK(headers.get(row.name).has_value() == row.is_there);
    CHECK(headers.get(row.name).value_or("") == row.value);
  }
}

TEST_CASE("S-15 a field that the platform would refuse is left out") {
  HeadWriter head("POST", "https://upstream.example/token");
  head.field("a", "1")
      .field("b", "x\r\ny")
      .field("c", "x\ny")
      .field("d", std::string_view("\0", 1));
  head.field("e", "").field("f", "2");
  CHECK(head.text() == "POST\nhttps://upstream.example/token\na\n1\ne\n\nf\n2");
}

TEST_CASE("a response's head has no first lines and reads back") {
  HeadWriter head;
  CHECK(head.text().empty());
  head.field("content-type", "text/plain").field("x-request-id", "req_1");
  CHECK(head.text() == "content-type\ntext/plain\nx-request-id\nreq_1");
  const HeaderView back(head.text());
  CHECK(back.get("x-request-id") == std::string_view("req_1"));
}
