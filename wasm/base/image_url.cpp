#include "base/image_url.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace proxy::image_url {
namespace {

constexpr std::string_view kNone;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

bool is_of_name(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

// Whether `host` can only be the name of a public server. A parser of URLs takes a host for an
// address if its last label is a number in any notation; no public name ends in a label that begins
// with a digit. A label that ends in a hyphen may be Punycode for plain ASCII, even for a number.
//   host, own  in lower case, with a dot before
bool is_public(const std::string& host, std::string_view own) {
  constexpr std::string_view kWorkers = ".workers.dev";
  if (!std::all_of(host.begin(), host.end(), is_of_name)) return false;
  for (const std::string_view empty : {"..", "-."}) {
    if ((host + '.').find(empty) != std::string::npos) return false;
  }
  const std::size_t last = host.rfind('.');
  if (last == 0 || !is_letter(host[last + 1])) return false;
  for (const std::string_view inside :
       {".localhost", ".local", ".internal", ".lan", ".home.arpa"}) {
    if (host.ends_with(inside)) return false;
  }
  if (host == own) return false;
  if (!host.ends_with(kWorkers)) return true;
  // Those of the same account are this Worker's neighbours; under a domain of its own it cannot
  // tell which these are.
  if (!own.ends_with(kWorkers)) return false;
  return !host.ends_with(own.substr(own.rfind('.', own.size() - kWorkers.size() - 1)));
}

std::string dotted(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return '.' + text::lower(host);
}

}  // namespace

bool is_plain(std::string_view url) {
  return url.size() <= limits::kUrlBytes && std::all_of(url.begin(), url.end(), [](char c) {
           return c > 0x20 && c < 0x7F && c != '\\' && c != '"';
         });
}

std::string_view flaw(std::string_view url, Fetchable fetchable, std::string_view own_host) {
  constexpr std::string_view kScheme = "only data: and https: URLs are supported.";
  constexpr std::string_view kForm =
      "a URL to be fetched has no user, port or fragment, only visible ASCII characters, and at "
      "most 2048 of them. Send a data URL.";
  constexpr std::string_view kHost = "images are not fetched from this host. Send a data URL.";
  const bool secure = url.starts_with("https://");
  if (!secure && !(fetchable == Fetchable::http_too && url.starts_with("http://"))) return kScheme;
  if (!is_plain(url) || url.find('#') != std::string_view::npos) return kForm;
  std::string_view host = url.substr(secure ? 8 : 7);
  host = host.substr(0, host.find_first_of("/?"));
  if (host.find('@') != std::string_view::npos) return kForm;
  const std::string_view port = secure ? ":443" : ":80";
  if (host.ends_with(port)) host.remove_suffix(port.size());
  if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    return host.starts_with('[') ? kHost : kForm;
  }
  return is_public('.' + text::lower(host), dotted(own_host)) ? kNone : kHost;
}

std::string redirected(std::string_view url, std::string_view location) {
  const std::size_t authority = url.find("//") + 2;
  const std::size_t path = std::min(url.find_first_of("/?", authority), url.size());
  std::string_view base;
  if (location.starts_with("//")) {
    base = url.substr(0, authority - 2);
  } else if (location.starts_with('/')) {
    base = url.substr(0, path);
  } else if (location.find(':') >= location.find_first_of("/?#")) {
    base = url.substr(0, url.find('?'));
    if (!location.starts_with('?')) base = base.substr(0, base.rfind('/') + 1);
    if (base.size() <= path) return std::string(url.substr(0, path)).append("/").append(location);
  }
  return std::string(base).append(location);
}

std::string_view image_type(std::string_view content_type) {
  const std::string type = text::lower(text::trim(content_type.substr(0, content_type.find(';'))));
  for (const std::string_view known :
       {"image/png", "image/jpeg", "image/webp", "image/gif", "image/heic", "image/heif"}) {
    if (type == known) return known;
  }
  return type == "image/jpg" ? "image/jpeg" : kNone;
}

bool begins_as(std::string_view type, std::string_view bytes) {
  struct Row {
    std::string_view type;
    std::size_t at;
    std::string_view mark;
  };
  // The last rows are of both HEIC and HEIF, by their brand. ISO/IEC 23008-12
  constexpr Row kRows[] = {
      {"image/png", 0, "\x89PNG\r\n\x1A\n"},
      {"image/jpeg", 0, "\xFF\xD8\xFF"},
      {"image/gif", 0, "GIF87a"},
      {"image/gif", 0, "GIF89a"},
      {"image/webp", 8, "WEBP"},
      {"image/hei", 4, "ftyphe"},
      {"image/hei", 4, "ftypmif1"},
      {"image/hei", 4, "ftypmsf1"},
  };
  if (bytes.size() < 12) return false;
  if (type == "image/webp" && !bytes.starts_with("RIFF")) return false;
  return std::any_of(std::begin(kRows), std::end(kRows), [type, bytes](const Row& row) {
    return type.starts_with(row.type) && bytes.substr(row.at).starts_with(row.mark);
  });
}

}  // namespace proxy::image_url
