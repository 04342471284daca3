#include "fronts/openai_chat/media.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.h"
#include "base/encode.h"
#include "base/image_url.h"
#include "base/limits.h"
#include "base/text.h"
#include "json/escape.h"

namespace proxy::fronts::openai_chat {
namespace {

constexpr std::string_view kGoogleFiles = "https://generativelanguage.googleapis.com/";

using gemini::Part;
using json::RawString;

// Extension of a file's name -> media type.
constexpr std::pair<std::string_view, std::string_view> kExtensions[] = {
    {"pdf", "application/pdf"}, {"txt", "text/plain"},      {"md", "text/plain"},
    {"csv", "text/plain"},      {"html", "text/plain"},     {"css", "text/plain"},
    {"js", "text/plain"},       {"ts", "text/plain"},       {"json", "text/plain"},
    {"xml", "text/plain"},      {"rtf", "text/plain"},      {"py", "text/plain"},
    {"c", "text/plain"},        {"h", "text/plain"},        {"cpp", "text/plain"},
    {"java", "text/plain"},     {"go", "text/plain"},       {"rs", "text/plain"},
    {"sh", "text/plain"},       {"sql", "text/plain"},      {"yaml", "text/plain"},
    {"yml", "text/plain"},      {"toml", "text/plain"},     {"log", "text/plain"},
    {"png", "image/png"},       {"jpg", "image/jpeg"},      {"jpeg", "image/jpeg"},
    {"webp", "image/webp"},     {"heic", "image/heic"},     {"heif", "image/heif"},
    {"gif", "image/gif"},       {"mp3", "audio/mp3"},       {"wav", "audio/wav"},
    {"aiff", "audio/aiff"},     {"aac", "audio/aac"},       {"ogg", "audio/ogg"},
    {"flac", "audio/flac"},     {"m4a", "audio/m4a"},       {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},     {"mov", "video/quicktime"}, {"avi", "video/avi"},
    {"flv", "video/x-flv"},     {"mpg", "video/mpg"},       {"webm", "video/webm"},
    {"wmv", "video/wmv"},       {"3gp", "video/3gpp"},
};

// `format` of input_audio -> media type.
constexpr std::pair<std::string_view, std::string_view> kAudioFormats[] = {
    {"wav", "audio/wav"},   {"mp3", "audio/mp3"},
    {"flac", "audio/flac"}, {"ogg", "audio/ogg"},
    {"opus", "audio/ogg"},  {"aac", "audio/aac"},
    {"aiff", "audio/aiff"}, {"m4a", "audio/m4a"},
    {"webm", "audio/webm"}, {"pcm16", "audio/L16;rate=24000"},
};

std::string_view type_of_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string extension =
      dot == std::string_view::npos ? std::string() : text::lower(name.substr(dot + 1));
  for (const auto& [known, type] : kExtensions) {
    if (known == extension) return type;
  }
  return {};
}

bool is_media_name(std::string_view type) {
  const std::size_t slash = type.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == type.size()) return false;
  const std::string_view kind = type.substr(0, slash);
  const bool known = kind == "image" || kind == "audio" || kind == "video" || kind == "text" ||
                     kind == "application";
  return known && std::all_of(type.begin(), type.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-' ||
                  c == '+' || c == '.' || c == '_';
         });
}

// Base64 as Google wants it: the caller's own bytes if they are in order, else mended.
bool take_base64(const Field& field, RawString data, ErrorCode code, Reading& reading, Part& part) {
  part.kind = Part::Kind::inline_data;
  part.text = data;
  if (base64::is_standard(data.escaped)) return true;
  // In the caller's body, as there may be no memory for a second form of a large image.
  const std::span<char> bytes = reading.own(data);
  const auto size = base64::standardize(bytes.first(json::unescape(bytes)));
  if (!size || *size == 0) return field.refuse(code, "this is not valid base64.");
  const std::string_view mended(bytes.data(), *size);
  const std::size_t padded = *size + base64::padding(*size);
  if (padded <= bytes.size()) {
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(*size), bytes.end(), '=');
    part.text = {std::string_view(bytes.data(), padded)};
    return true;
  }
  if (!reading.may_rewrite(field, padded)) return false;
  part.text = {reading.keep(std::string(mended).append(padded - *size, '='))};
  return true;
}

// `data:<type>[;parameter]...[;base64],<data>`. RFC 2397
bool read_data_url(const Field& field, RawString url, ErrorCode code, Reading& reading,
                   Part& part) {
  constexpr std::size_t kMostHead = 1'024;
  const std::size_t comma = url.escaped.substr(0, kMostHead).find(',');
  if (comma == std::string_view::npos) {
    return field.refuse(code, "a data URL needs a comma before its data.");
  }
  // What stands before the comma is short; some clients escape its slash.
  const std::string head = text::lower(json::unescaped({url.escaped.substr(0, comma)}));
  std::string_view rest = std::string_view(head).substr(5);
  const bool is_base64 = rest.ends_with(";base64");
  if (is_base64) rest.remove_suffix(7);
  std::string type(text::trim(rest.substr(0, rest.find(';'))));
  if (type.empty()) type = "application/octet-stream";
  if (type == "image/jpg") type = "image/jpeg";
  if (!is_media_name(type)) {
    return field.refuse(code, "the data URL's media type is not supported.");
  }
  part.mime_type = {reading.keep(std::move(type))};
  const RawString data = {url.escaped.substr(comma + 1)};
  if (is_base64) return take_base64(field, data, code, reading, part);
  if (!reading.may_rewrite(field, data.escaped.size())) return false;
  const auto plain = encode::from_percent(json::unescaped(data));
  if (!plain || plain->empty()) return field.refuse(code, "the data URL holds no valid data.");
  part.kind = Part::Kind::inline_data;
  part.text = {reading.keep(base64::encode(*plain))};
  return true;
}

bool is_data_url(RawString text) {
  return text::equals_ignoring_case(text.escaped.substr(0, 5), "data:");
}

// So long that it is not worth decoding.
bool is_long(RawString url) {
  constexpr std::size_t kEscape = 6;
  return url.escaped.size() > kEscape * limits::kUrlBytes;
}

bool names_user(std::string_view after_scheme) {
  return after_scheme.substr(0, after_scheme.find_first_of("/?#")).find('@') !=
         std::string_view::npos;
}

// By reference; its media type, if its name tells.
void take_uri(std::string_view uri, Reading& reading, Part& part) {
  part.kind = Part::Kind::file_data;
  part.text = {reading.keep(std::string(uri))};  // plain URLs need no escaping
  const std::string_view path = uri.substr(0, uri.find_first_of("?#"));
  part.mime_type = {type_of_name(path.substr(path.rfind('/') + 1))};
}

bool read_input_audio(const Field& audio, Reading& reading, Part& part) {
  const Field data = audio["data"];
  RawString text;
  if (!audio.need_object() || !data.need(text)) return false;
  if (is_data_url(text)) {
    return read_data_url(data, text, ErrorCode::invalid_value, reading, part);
  }
  const Field format = audio["format"];
  RawString name;
  if (!format.need(name)) return false;
  for (const auto& [known, type] : kAudioFormats) {
    if (!format.equals(known)) continue;
    part.mime_type = {type};
    return take_base64(data, text, ErrorCode::invalid_value, reading, part);
  }
  return format.invalid("this audio format is not known.");
}

// Only Google's own files can be named.
bool read_file_id(const Field& field, RawString id, Reading& reading, Part& part) {
  const std::string text = json::unescaped(id);
  if (text.starts_with("files/") && image_url::is_plain(text)) {
    take_uri(std::string(kGoogleFiles).append("v1beta/").append(text), reading, part);
    reading.request.upstream.gemini_api_only = true;
    return true;
  }
  const bool in_storage = reading.options.has_vertex && text.starts_with("gs://");
  if (in_storage || text.starts_with(kGoogleFiles)) return read_url(field, reading, part);
  return field.unsupported_value(
      "This proxy stores no files. Send `file_data`, or the name of a file at Google "
      "(`files/...`).");
}

bool read_file(const Field& file, Reading& reading, Part& part) {
  const Field data = file["file_data"];
  const Field id = file["file_id"];
  RawString bytes;
  RawString name;
  RawString identifier;
  if (!file.need_object() || !data.take(bytes) || !file["filename"].take_word(name) ||
      !id.take_word(identifier)) {
    return false;
  }
  if (data.missing() && !id.missing()) return read_file_id(id, identifier, reading, part);
  if (!data.need()) return false;
  if (is_data_url(bytes)) {
    return read_data_url(data, bytes, ErrorCode::invalid_value, reading, part);
  }
  if (bytes.escaped.starts_with("https:")) return read_url(data, reading, part);
  const std::string_view type = type_of_name(json::unescaped(name));
  part.mime_type = {type.empty() ? "application/octet-stream" : type};
  return take_base64(data, bytes, ErrorCode::invalid_value, reading, part);
}

// Google reads these itself, at no cost to the Worker or with a right of its own.
bool is_left_to_google(std::string_view url) {
  for (const std::string_view begin :
       {kGoogleFiles, std::string_view("https://www.youtube.com/"),
        std::string_view("https://youtu.be/"), std::string_view("gs://")}) {
    if (url.starts_with(begin)) return true;
  }
  return false;
}

// The URL of an image where images are fetched (FETCH_IMAGES).
//   image  the whole of it, for errors
[[gnu::noinline]] bool read_image_url(const Field& image, const Field& field, Reading& reading,
                                      Part& part) {
  RawString raw;
  if (!field.need(raw)) return false;
  if (is_data_url(raw) || is_long(raw)) return read_url(field, reading, part);
  std::string url = json::unescaped(raw);
  if (is_left_to_google(url)) return read_url(field, reading, part);
  constexpr ErrorCode kCode = ErrorCode::invalid_image_url;
  const RequestOptions& options = reading.options;
  const auto flaw = image_url::flaw(url, options.fetchable_images, options.own_host);
  if (!flaw.empty()) return image.refuse(kCode, flaw);
  auto& images = reading.request.upstream.images;
  images.reserve(limits::kImages);  // then what views the URLs stays right
  const auto known = std::find_if(images.begin(), images.end(),
                                  [&url](const auto& other) { return other.url == url; });
  const auto place = static_cast<std::size_t>(known - images.begin());
  if (place == images.size()) {
    if (images.size() == limits::kImages) {
      return image.refuse(kCode, "at most 8 images of one request are fetched. Send data URLs.");
    }
    images.push_back({std::move(url), image.path()});
  }
  part.kind = Part::Kind::inline_data;
  part.mime_type = {gemini::kToBeFetched};
  part.text = {images[place].url};
  return true;
}

}  // namespace

bool is_media_type(json::Cursor type) {
  return type.equals("image_url") || type.equals("input_audio") || type.equals("file") ||
         type.equals("video_url");
}

bool read_image(const Field& image, const Field& url, Reading& reading, Part& part) {
  const bool is_fetched = reading.options.fetchable_images != image_url::Fetchable::nothing;
  return is_fetched ? read_image_url(image, url, reading, part) : read_url(url, reading, part);
}

// Rare, so not compiled with what every request runs.
[[gnu::noinline]] bool read_media(const Field& field, Reading& reading, Part& part) {
  const Field type = field["type"];
  if (type.equals("input_audio")) return read_input_audio(field["input_audio"], reading, part);
  if (type.equals("file")) return read_file(field["file"], reading, part);
  const bool is_image = type.equals("image_url");
  const auto read = [&](const Field& image, const Field& url) {
    return is_image ? read_image(image, url, reading, part) : read_url(url, reading, part);
  };
  const Field outer = field[is_image ? "image_url" : "video_url"];
  // Some clients put the URL there directly.
  if (outer.is(json::Type::string)) return read(outer, outer);
  if (!outer.need_object()) return false;
  const Field detail = outer["detail"];
  if (!detail.missing() && !detail.equals("auto")) {
    reading.request.warn("image_url.detail", "ignored");
  }
  return read(outer, outer["url"]);
}

bool read_url(const Field& field, Reading& reading, Part& part) {
  RawString url;
  if (!field.need(url)) return false;
  if (is_data_url(url)) {
    return read_data_url(field, url, ErrorCode::invalid_image_format, reading, part);
  }
  constexpr ErrorCode kCode = ErrorCode::invalid_image_url;
  if (is_long(url)) return field.refuse(kCode, "this URL is too long.");
  const std::string plain = json::unescaped(url);
  const bool in_storage = plain.starts_with("gs://");
  if (in_storage && !reading.options.has_vertex) {
    return field.refuse(kCode, "only Vertex AI can read gs:// URLs; send a data URL.");
  }
  if (!in_storage && !plain.starts_with("https://")) {
    return field.refuse(kCode, "only data: and https: URLs are supported.");
  }
  if (!image_url::is_plain(plain) ||
      names_user(std::string_view(plain).substr(in_storage ? 5 : 8))) {
    return field.refuse(kCode, "this URL holds characters that are not allowed, or is too long.");
  }
  if (in_storage) reading.request.upstream.vertex_only = true;
  if (plain.starts_with(kGoogleFiles)) reading.request.upstream.gemini_api_only = true;
  take_uri(plain, reading, part);
  return true;
}

}  // namespace proxy::fronts::openai_chat
