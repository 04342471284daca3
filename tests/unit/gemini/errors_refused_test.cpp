// Requests that Google refuses for what is in them: which words the caller is told, and which are
// kept for the repairs. Rows named S.. are those of the list of specific errors.
#include <string>

#include "gemini/errors.h"
#include "support/catch.h"
#include "support/exact_bytes.h"

using proxy::traits;
using proxy::gemini::Failure;
using proxy::gemini::Remedy;
using proxy::test::ExactBytes;
using enum proxy::ErrorCode;

namespace {

std::string error_body(int code, std::string_view message) {
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" + std::string(message) +
         R"(","status":"X"}})";
}

Failure read(int status, std::string_view body) {
  const ExactBytes bytes(body);
  return proxy::gemini::read_failure(status, bytes.view(), "", 0, "my-model");
}

}  // namespace

TEST_CASE("S14 media that Google cannot read are the caller's to mend") {
  for (const char* words :
       {"Unable to process input image. Please retry.", "Unsupported MIME type: image/x",
        "Provided image is not valid.", "Cannot fetch content from the provided URL.",
        "unable to PROCESS INPUT IMAGE"}) {
    INFO(words);
    const Failure failure = read(400, error_body(400, words));
    CHECK(failure.error.code == invalid_image);
    CHECK(failure.remedy == Remedy::none);
    CHECK(failure.error.param.empty());
    CHECK(failure.error.message == "Google: " + std::string(words));
    CHECK(read(500, error_body(500, words)).error.code == upstream_error);
  }
}

TEST_CASE("S13 a cache that is gone or another's is not found, and no other account has it") {
  for (const int status : {400, 403, 404}) {
    INFO(status);
    const Failure failure =
        read(status, error_body(status, "CachedContent not found (or permission denied)"));
    CHECK(failure.error.code == cached_content_not_found);
    CHECK(failure.remedy == Remedy::none);
    CHECK(traits(failure.error.code).status == 404);
    CHECK(read(status, error_body(status, "cachedContents/x: no.")).error.code ==
          cached_content_not_found);
  }
  for (const int status : {429, 500, 503}) {
    CHECK(read(status, error_body(status, "CachedContent service is busy")).error.code !=
          cached_content_not_found);
  }
}

TEST_CASE("only of a request that Google refused the words are kept for the repairs") {
  const std::string words = "Logprobs is not enabled for models/x";
  for (int status = 300; status < 600; ++status) {
    const Failure failure = read(status, error_body(status, words));
    INFO(status);
    CHECK(failure.google_message == (status == 400 ? words : ""));
  }
  CHECK(read(500, error_body(400, words)).google_message == words);  // the body's code counts
  CHECK(read(400, "<html>" + words).google_message.empty());
  CHECK(read(400, "").google_message.empty());
  CHECK(read(400, error_body(400, "a \\\"quoted\\\" \\u00e9")).google_message ==
        "a \"quoted\" \xC3\xA9");
  CHECK(proxy::gemini::read_stream_error(error_body(400, words), "m").google_message == words);
  CHECK(proxy::gemini::read_stream_error(error_body(499, words), "m").google_message.empty());
  CHECK(proxy::gemini::malformed_call("x").google_message.empty());
}
