#include "host/http.h"

#include <algorithm>

namespace proxy::host {
namespace {

// Takes the text up to the next '\n' off `text`.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

HeaderView::HeaderView(std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view name = take_line(lines);
    const std::string_view value = take_line(lines);
    fields_.emplace_back(name, value);
  }
}

std::optional<std::string_view> HeaderView::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (field == name) return value;
  }
  return std::nullopt;
}

RequestHead RequestHead::parse(std::string_view text) {
  RequestHead head;
  head.method = take_line(text);
  std::string_view url = take_line(text);
  head.headers = HeaderView(text);

  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 3);
  }
  const std::size_t authority_end = std::min(url.find_first_of("/?#"), url.size());
  std::string_view authority = url.substr(0, authority_end);
  url.remove_prefix(authority_end);
  const std::size_t port = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (port != std::string_view::npos) {
    authority = authority.substr(0, authority.starts_with('[') ? port + 1 : port);
  }
  head.host = authority;
  const std::size_t path_end = std::min(url.find_first_of("?#"), url.size());
  head.path = path_end == 0 ? std::string_view("/") : url.substr(0, path_end);
  if (path_end < url.size() && url[path_end] == '?') {
    const std::string_view rest = url.substr(path_end + 1);
    head.query = rest.substr(0, rest.find('#'));
  }
  return head;
}

HeadWriter::HeadWriter(std::string_view method, std::string_view url) {
  text_ += method;
  text_ += '\n';
  text_ += url;
}

HeadWriter& HeadWriter::field(std::string_view name, std::string_view value) {
  constexpr std::string_view kUnsendable("\r\n\0", 3);
  if (value.find_first_of(kUnsendable) != std::string_view::npos) return *this;
  if (!text_.empty()) text_ += '\n';
  text_ += name;
  text_ += '\n';
  text_ += value;
  return *this;
}

}  // namespace proxy::host
