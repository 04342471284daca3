// Whatever the servers of images do, fetching from them stays within its bounds and the caller gets
// a good error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "flow/gallery.h"
#include "flow/story.h"
#include "support/catch.h"

namespace proxy::flow {
namespace {

FetchAnswer of_size(std::size_t bytes) {
  std::vector<std::string> chunks = {kPng};
  for (std::size_t left = bytes - kPng.size(); left > 0;) {
    const std::size_t size = std::min<std::size_t>(left, 500'000);
    chunks.emplace_back(size, 'x');
    left -= size;
  }
  return image_answer("image/png", std::move(chunks));
}

}  // namespace

TEST_CASE("what is no image of a known kind is refused", "[S-08]") {
  const struct {
    FetchAnswer answer;
    const char* code;
  } rows[] = {
      {image_answer("text/html", {"private-page"}), "invalid_image_format"},
      {image_answer("image/svg+xml", {"<svg>private-drawing</svg>"}), "invalid_image_format"},
      {image_answer("", {kPng}), "invalid_image_format"},
      {error_answer(200, kPng), "invalid_image_format"},
      {image_answer("image/jpeg", {kPng}), "invalid_image_format"},
      {image_answer("image/png", {"<svg>private-drawing</svg>"}), "invalid_image_format"},
      {image_answer("image/png", {}), "invalid_image_format"},
      {error_answer(404, "private-page"), "invalid_image_url"},
      {error_answer(403, "private-page", {{"content-type", "image/png"}}), "invalid_image_url"},
      {error_answer(500, "private-page"), "invalid_image_url"},
      {error_answer(206, kPng, {{"content-type", "image/png"}}), "invalid_image_url"},
      {error_answer(204, "", {{"content-type", "image/png"}}), "invalid_image_url"},
      {error_answer(304), "invalid_image_url"},
      {error_answer(302, "private-page"), "invalid_image_url"},
      {no_connection(), "invalid_image_url"},
  };
  for (const auto& row : rows) {
    INFO(row.answer.status << ' ' << row.code);
    Gallery gallery;
    gallery.on_image = [&row](const FetchRequest&) { return row.answer; };
    gallery.check_refused(with_image("https://images.example/a.png"), row.code);
    CHECK(gallery.asked.size() == 1);
  }
}

TEST_CASE("an image may come in any pieces, declared or not", "[S-08]") {
  std::string bytes = kPng;
  while (bytes.size() < 200'000) bytes += bytes;
  for (const std::size_t piece : {std::size_t{1'000}, std::size_t{70'001}, bytes.size()}) {
    for (const std::string length : {"", "10", "-1", "99", "9999999"}) {
      INFO(piece << ' ' << length);
      std::vector<std::string> pieces;
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        pieces.push_back(bytes.substr(at, piece));
      }
      Gallery gallery;
      gallery.on_image = [&](const FetchRequest&) {
        return image_answer("image/png", pieces,
                            length.empty() ? Fields{} : Fields{{"content-length", length}});
      };
      CHECK(gallery.tell(with_image("https://images.example/a.png")) == kImageServed);
      CHECK(gallery.sent().find(inline_data("image/png", bytes)) != std::string::npos);
    }
  }
}

TEST_CASE("one image in many places is sent as often, and counts as often", "[S-08]") {
  const auto ask = [](std::size_t places) {
    Gallery gallery;
    gallery.on_image = [](const FetchRequest&) { return of_size(4'000'000); };
    return gallery.tell(
        with_parts(std::vector<std::string>(places, image_part("https://images.example/0"))));
  };
  CHECK(ask(5) == kImageServed);
  CHECK(ask(6) == "400 image_too_large");
}

TEST_CASE("an image of more than 10 MB, or images of more than 20 MB, are given up", "[S-08]") {
  const struct {
    std::vector<std::size_t> sizes;
    std::string outcome;
  } rows[] = {
      {{10'000'000}, kImageServed},
      {{10'000'001}, "400 image_too_large"},
      {{10'000'000, 10'000'000}, kImageServed},
      {{10'000'000, 9'999'000, 1'001}, "400 image_too_large"},
      {{4'000'000, 4'000'000, 4'000'000, 4'000'000, 4'000'000}, kImageServed},
      {{3'000'000, 3'000'000, 3'000'000, 3'000'000, 3'000'000, 3'000'000, 3'000'000},
       "400 image_too_large"},
  };
  for (const auto& row : rows) {
    INFO(row.sizes.size() << " of " << row.sizes[0]);
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < row.sizes.size(); ++i) {
      parts.push_back(image_part("https://images.example/" + std::to_string(i)));
    }
    Gallery gallery;
    gallery.on_image = [&](const FetchRequest& request) {
      return of_size(row.sizes[static_cast<std::size_t>(request.url.back() - '0')]);
    };
    CHECK(gallery.tell(with_parts(parts)) == row.outcome);
  }
}

TEST_CASE("an image that declares too much is not read", "[S-08]") {
  Gallery declared;
  declared.on_image = [](const FetchRequest&) {
    return image_answer("image/png", {kPng}, {{"content-length", "10000001"}});
  };
  declared.check_refused(with_image("https://images.example/a.png"), "image_too_large");
  CHECK(declared.host.count("read") == declared.host.count("read caller"));
}

TEST_CASE("an image without an end is given up as too large", "[S-08]") {
  Gallery endless;
  endless.on_image = [](const FetchRequest&) {
    FetchAnswer answer = of_size(30'000'000);
    answer.end = BodyEnd::never;
    return answer;
  };
  endless.check_refused(with_image("https://images.example/a.png"), "image_too_large");
}

TEST_CASE("a slow image is given up after 10 s, all of them after 20 s", "[S-08]") {
  const struct {
    const char* name;
    FetchAnswer answer;
  } rows[] = {
      {"no headers", silence()},
      {"a byte a second",
       [] {
         FetchAnswer answer = image_answer("image/png", std::vector<std::string>(100, "a"));
         answer.gap_ms = 1'000;
         return answer;
       }()},
      {"no end",
       [] {
         FetchAnswer answer = png();
         answer.end = BodyEnd::never;
         return answer;
       }()},
      {"a slow redirect",
       [] {
         FetchAnswer answer = redirect_to("/next");
         answer.delay_ms = 6'000;
         return answer;
       }()},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    Gallery gallery;
    gallery.on_image = [&row](const FetchRequest&) { return row.answer; };
    const std::int64_t begun_ms = gallery.host.now_ms;
    gallery.check_refused(with_image("https://images.example/a.png"), "invalid_image_url");
    CHECK(gallery.host.now_ms - begun_ms == 10'000);
  }

  std::vector<std::string> parts;
  for (int i = 0; i < 8; ++i)
    parts.push_back(image_part("https://images.example/" + std::to_string(i)));
  Gallery gallery;
  gallery.on_image = [](const FetchRequest&) {
    FetchAnswer answer = png();
    answer.delay_ms = 9'000;
    return answer;
  };
  const std::int64_t begun_ms = gallery.host.now_ms;
  CHECK(gallery.tell(with_parts(parts)) == "400 invalid_image_url");
  CHECK(gallery.host.now_ms - begun_ms == 20'000);
}

TEST_CASE("where there is no memory for an image the caller comes again", "[S-08][H-22]") {
  Gallery gallery;
  gallery.on_image = [](const FetchRequest&) {
    return image_answer("image/png", {kPng}, {{"content-length", "10000000"}});
  };
  gallery.isolate->configure();
  gallery.isolate->body_bytes += limits::kBodiesInFlightBytes - 10'000'000;
  const Received& got = gallery.ask(with_image("https://images.example/a.png"));
  CHECK(Story::summary(got) == "503 server_busy");
  CHECK(got.header("retry-after") == "1");
  CHECK_FALSE(gallery.asked_google());
  gallery.isolate->body_bytes -= limits::kBodiesInFlightBytes - 10'000'000;
  CHECK(gallery.isolate->body_bytes == 0);
  CHECK(gallery.tell(with_image("https://images.example/a.png")) == kImageServed);
}

TEST_CASE("with any operation failing, hanging or abandoned the request ends well") {
  const auto prepare = [](Gallery& gallery) {
    gallery.on_image = [](const FetchRequest& request) {
      return request.url.ends_with("/a") ? redirect_to("/b") : png();
    };
  };
  const Ask ask =
      with_parts({image_part("https://images.example/a"), image_part("https://images.example/c"),
                  image_part("https://images.example/d")});
  using Fault = void (*)(Gallery&, std::size_t);
  const Fault faults[] = {
      [](Gallery& gallery, std::size_t n) { gallery.host.fail_at(n); },
      [](Gallery& gallery, std::size_t n) { gallery.host.hang_at(n); },
  };
  for (const Fault fault : faults) {
    std::size_t refused = 0;
    for (std::size_t n = 1;; ++n) {
      INFO("operation " << n);
      Gallery gallery;
      prepare(gallery);
      fault(gallery, n);
      const std::int64_t begun_ms = gallery.host.now_ms;
      const std::string outcome = gallery.tell(ask);
      if (gallery.host.operation_count() < n) break;
      INFO(outcome);
      CHECK((outcome == kImageServed || outcome[0] == '4' || outcome[0] == '5'));
      if (outcome == "400 invalid_image_url") ++refused;
      CHECK(gallery.host.now_ms - begun_ms <= 400'000);
      CHECK(gallery.subrequests() <= 50);
      CHECK(gallery.host.open_count() == 0);
    }
    CHECK(refused >= 6);
  }
  for (std::size_t n = 1;; ++n) {
    INFO("leaves at answer " << n);
    Gallery gallery;
    prepare(gallery);
    gallery.host.cancel_at(n);
    const std::string outcome = gallery.tell(ask);
    if (gallery.host.answer_count(1) < n) break;
    CHECK(gallery.host.open_count() == 0);
    CHECK(gallery.isolate->body_bytes == 0);
  }
}

TEST_CASE("in whatever order answers come, each image gets its place") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    Gallery gallery("true", seed);
    gallery.on_image = [](const FetchRequest& request) {
      return image_answer("image/png", {kPng.substr(0, 3), kPng.substr(3), request.url});
    };
    std::string all;
    std::vector<std::string> parts;
    for (int i = 0; i < 5; ++i) {
      const std::string url = "https://images.example/" + std::to_string(i);
      parts.push_back(image_part(url));
      all += ',' + inline_data("image/png", kPng + url);
    }
    CHECK(gallery.tell(with_parts(parts)) == kImageServed);
    CHECK(gallery.sent().find(all) != std::string::npos);
  }
}

}  // namespace proxy::flow
