#include "gateway/images.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/version.h"
#include "host/http.h"

namespace proxy::gateway {
namespace {

constexpr ErrorCode kUrl = ErrorCode::invalid_image_url;
constexpr ErrorCode kFormat = ErrorCode::invalid_image_format;

}  // namespace

ImageFetch::ImageFetch(host::Call& call, image_url::Fetchable fetchable,
                       std::vector<gemini::RemoteImage> images, BodyShare& share)
    : call_(call), fetchable_(fetchable), asked_(std::move(images)), share_(share) {}

host::Join& ImageFetch::all() {
  if (asked_.empty()) return join_;
  images_.resize(asked_.size());
  until_ms_ = host::now_ms() + limits::kImagesDeadlineMs;
  for (int i = 0; i < limits::kImagesAtOnce; ++i) join_.add(fetch_some());
  return join_;
}

// One after the other, of those that are left.
host::Task<void> ImageFetch::fetch_some() {
  while (next_ < images_.size() && !refusal_) {
    const std::size_t place = next_++;
    images_[place].url = asked_[place].url;
    host::Operation deadline = call_.sleep(
        std::clamp<std::int64_t>(until_ms_ - host::now_ms(), 1, limits::kImageDeadlineMs));
    std::optional<host::Response> response;
    for (bool goes_on = true; goes_on;) {
      host::Operation step = next_step(images_[place], response);
      co_await host::first_of(step, deadline);
      goes_on = take(place, step, response);
    }
  }
}

host::Operation ImageFetch::next_step(const Image& image, std::optional<host::Response>& response) {
  if (response) return response->read();
  host::HeadWriter head("GET", image.url);
  head.field("accept", "image/png,image/jpeg,image/webp,image/gif,image/heic,image/heif");
  head.field("user-agent", kUserAgent);
  return call_.fetch(head.text(), std::span<const std::string_view>());
}

bool ImageFetch::take(std::size_t place, host::Operation& step,
                      std::optional<host::Response>& response) {
  if (!step.answered()) return refuse(place, kUrl, "this image did not come in time.");
  if (response && step.status() == host::kDone) {
    return take_bytes(place, step.take_bytes().view());
  }
  if (response) response->finished();
  if (step.status() == host::kFailed) {
    return refuse(place, kUrl, "this image could not be fetched.");
  }
  return response ? finish(place) : take_head(place, step, response);
}

bool ImageFetch::take_head(std::size_t place, host::Operation& step,
                           std::optional<host::Response>& response) {
  Image& image = images_[place];
  const int status = static_cast<int>(step.status());
  host::Response answer(call_, step.id(), status, step.take_bytes());
  const host::HeaderView& headers = answer.headers();
  if (status / 100 == 3) return redirect(place, headers);
  if (status != 200) return refuse(place, kUrl, "its server has no such image for everyone.");
  image.type = image_url::image_type(headers.get("content-type").value_or(""));
  if (image.type.empty()) {
    return refuse(place, kFormat, "only PNG, JPEG, WebP, GIF, HEIC and HEIF images are fetched.");
  }
  // A hint. What comes is measured.
  const auto declared = text::parse_decimal(headers.get("content-length").value_or(""));
  const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(declared.value_or(0), 0));
  if (size > limits::kImageBytes) return refuse_as_too_large(place);
  if (!grow(image, base64::encoded_size(static_cast<std::size_t>(size)))) return false;
  response.emplace(std::move(answer));
  return true;
}

bool ImageFetch::redirect(std::size_t place, const host::HeaderView& headers) {
  Image& image = images_[place];
  const auto location = headers.get("location");
  if (!location) return refuse(place, kUrl, "its server has no such image for everyone.");
  if (++image.redirects > limits::kImageRedirects ||
      call_.subrequests() >= limits::kSubrequestsForImages) {
    return refuse(place, kUrl, "this URL redirects too often.");
  }
  image.url = image_url::redirected(image.url, *location);
  const auto flaw = image_url::flaw(image.url, fetchable_, call_.request().host);
  return flaw.empty() || refuse(place, kUrl, flaw);
}

bool ImageFetch::take_bytes(std::size_t place, std::string_view bytes) {
  constexpr std::size_t kLeast = 64 * 1024;
  Image& image = images_[place];
  const std::size_t size = image.data.size() + bytes.size();
  bytes_ += bytes.size();
  if (size > limits::kImageBytes || bytes_ > limits::kImagesBytes) {
    return refuse_as_too_large(place);
  }
  if (size > image.data.capacity() && !grow(image, std::max(size + size / 2, kLeast))) return false;
  image.data.append(bytes);
  return true;
}

bool ImageFetch::finish(std::size_t place) {
  base::Buffer& data = images_[place].data;
  if (!image_url::begins_as(images_[place].type, data.view())) {
    return refuse(place, kFormat, "its bytes are not of the type that its server says.");
  }
  const std::size_t bytes = data.size();
  const std::size_t size = base64::encoded_size(bytes);
  if (!grow(images_[place], size)) return false;
  base64::expand(data.span().data(), bytes);
  data.append(data.room().first(size - bytes));
  return false;
}

// What grows may stand in the memory twice for a moment.
bool ImageFetch::grow(Image& image, std::size_t capacity) {
  const std::size_t old = image.data.capacity();
  if (capacity <= old) return true;
  if (!share_.take(capacity) || !image.data.try_reserve(capacity)) {
    refusal_ = ErrorBox(too_busy());
    join_.stop();
    return false;
  }
  share_.give_back(old);
  return true;
}

bool ImageFetch::refuse(std::size_t place, ErrorCode code, std::string_view explanation) {
  const std::string& path = asked_[place].path;
  std::string message = "Invalid '" + path + "': ";
  message += explanation;
  refusal_ = ErrorBox(ApiError(code, message, path));
  join_.stop();
  return false;
}

bool ImageFetch::refuse_as_too_large(std::size_t place) {
  return refuse(place, ErrorCode::image_too_large,
                "images are fetched up to 10 MB each, and 20 MB of one request.");
}

bool ImageFetch::fill(json::Rope& body) {
  constexpr std::size_t kPadding = 4 * limits::kImages;
  const std::size_t most = base64::encoded_size(limits::kImagesBytes) + kPadding;
  std::size_t bytes = 0;
  for (std::size_t i = 1; i < body.gaps.size(); ++i) {
    for (std::size_t place = 0; place < asked_.size(); ++place) {
      if (body.gaps[i].bytes.data() != asked_[place].url.data()) continue;
      body.gaps[i - 1].bytes = images_[place].type;
      body.gaps[i].bytes = images_[place].data.view();
      bytes += body.gaps[i].bytes.size();
      if (bytes > most) return refuse_as_too_large(place);
    }
  }
  return true;
}

}  // namespace proxy::gateway
