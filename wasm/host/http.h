// Heads of HTTP messages as they cross the border to the host: lines joined by '\n', which neither
// a URL nor a header value can hold (RFC 9110 5.5).
//   request  method \n url \n name \n value \n name \n value ...
//   response name \n value ...
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/views.h"

namespace proxy::host {

// Header fields in a received head. Names are lower case (the Fetch standard's Headers does that).
class HeaderView {
 public:
  HeaderView() = default;
  explicit HeaderView(std::string_view lines VIEWS_ARGUMENT);
  // The value, several fields of one name joined by ", "; nothing if there is none.
  std::optional<std::string_view> get(std::string_view name) const;
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> fields_;
};

// A received request's head. All views show the text given to parse().
struct RequestHead {
  std::string_view method;
  std::string_view host;   // without port, as the URL has it
  std::string_view path;   // begins with '/', still percent-encoded, without query
  std::string_view query;  // behind '?'; may hold secrets, so it is never logged
  HeaderView headers;

  static RequestHead parse(std::string_view text VIEWS_ARGUMENT);
};

// A head to send. A field whose value holds CR, LF or NUL is left out: the platform would throw.
class HeadWriter {
 public:
  HeadWriter() = default;  // a response's head
  HeadWriter(std::string_view method, std::string_view url);
  HeadWriter& field(std::string_view name, std::string_view value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct OutgoingRequest {
  std::string head;  // of a HeadWriter
  std::string body;
};

}  // namespace proxy::host
