// Images that a request names by URL, fetched here and sent along inline (FETCH_IMAGES): two at a
// time, each within its bounds, with nothing of the caller's but the URL. The first that cannot be
// had is the request's error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/image_url.h"
#include "base/result.h"
#include "gateway/body.h"
#include "gemini/request.h"
#include "host/call.h"
#include "host/join.h"
#include "json/rope.h"

namespace proxy::gateway {

class ImageFetch {
 public:
  //   images  of a request that is sound in all else
  //   share   for what they take of the memory; must outlive this
  ImageFetch(host::Call& call, image_url::Fetchable fetchable,
             std::vector<gemini::RemoteImage> images, BodyShare& share);

  // To be awaited; then there is a refusal, or all have come.
  host::Join& all();
  // invalid_image_url, invalid_image_format, image_too_large, server_busy
  const ErrorBox& refusal() const { return refusal_; }
  // Puts them into their gaps. `body` views this from then on. False, and a refusal, if it is more
  // than a request may have: one image may stand in many places.
  bool fill(json::Rope& body);

 private:
  struct Image {
    std::string url;  // after redirects
    int redirects = 0;
    std::string_view type;
    base::Buffer data;  // the bytes as they come, in the end base64 of them
  };

  host::Task<void> fetch_some();
  host::Operation next_step(const Image& image, std::optional<host::Response>& response);
  // Each returns whether the image needs another step.
  bool take(std::size_t place, host::Operation& step, std::optional<host::Response>& response);
  bool take_head(std::size_t place, host::Operation& step, std::optional<host::Response>& response);
  bool redirect(std::size_t place, const host::HeaderView& headers);
  bool take_bytes(std::size_t place, std::string_view bytes);
  bool finish(std::size_t place);
  bool grow(Image& image, std::size_t capacity);
  bool refuse(std::size_t place, ErrorCode code, std::string_view explanation);
  bool refuse_as_too_large(std::size_t place);

  host::Call& call_;
  image_url::Fetchable fetchable_;
  std::vector<gemini::RemoteImage> asked_;
  BodyShare& share_;
  std::vector<Image> images_;
  std::size_t next_ = 0;
  std::size_t bytes_ = 0;  // of all, as they came
  std::int64_t until_ms_ = 0;
  ErrorBox refusal_;
  host::Join join_;  // last, as what runs uses the rest
};

}  // namespace proxy::gateway
