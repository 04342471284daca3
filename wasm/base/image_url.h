// Which URLs of images the Worker may fetch on a caller's word: those of public web servers, never
// what only this Worker could reach. The raw text is checked, and what a URL parser would change is
// refused: what is checked is then what is fetched. A name that leads to a private address cannot
// be told from here (docs/operations.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/views.h"

namespace proxy::image_url {

// What of FETCH_IMAGES is allowed.
enum class Fetchable : std::uint8_t { nothing, https, http_too };

// Whether `url` is short and of visible ASCII characters that no parser changes: no white space,
// backslash or quotation mark.
bool is_plain(std::string_view url);

// What forbids fetching `url`: the end of a sentence, a literal; empty if nothing does.
//   own_host  this Worker's own, which must not call itself
std::string_view flaw(std::string_view url, Fetchable fetchable, std::string_view own_host);

// Where a redirect from `url`, which has no flaw, leads. To be checked anew. RFC 3986 5.2
std::string redirected(std::string_view url, std::string_view location);

// The media type of an image that Google takes, named by a Content-Type; a literal, empty for any
// other.
std::string_view image_type(std::string_view content_type);

// Whether `bytes` begin as an image of that type does.
//   type  of image_type()
bool begins_as(std::string_view type, std::string_view bytes);

}  // namespace proxy::image_url
