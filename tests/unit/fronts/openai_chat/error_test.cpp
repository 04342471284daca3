#include "fronts/openai_chat/error.h"

#include <string>

#include "base/limits.h"
#include "support/catch.h"
#include "support/json_tools.h"

using proxy::ApiError;
using proxy::ErrorCode;
using proxy::fronts::openai_chat::error_body;
using proxy::test::Scanned;

TEST_CASE("an error has all four members, whatever is known of it") {
  const struct {
    ApiError error;
    const char* body;
  } rows[] = {
      {ApiError(ErrorCode::invalid_type, "Wrong.", "messages[0].content"),
       R"({"error":{"message":"Wrong.","type":"invalid_request_error",)"
       R"("param":"messages[0].content","code":"invalid_type"}})"},
      {ApiError(ErrorCode::upstream_reset, "Cut."),
       R"({"error":{"message":"Cut.","type":"server_error",)"
       R"("param":null,"code":"upstream_reset"}})"},
      {ApiError(ErrorCode::token_client_rejected, ""),
       R"({"error":{"message":"","type":"server_error",)"
       R"("param":null,"code":"token_refresh_failed"}})"},
      {ApiError(ErrorCode::rate_limit_exceeded, "a \"b\"\n\xC3\xA9\\"),
       R"({"error":{"message":"a \"b\"\né\\","type":"rate_limit_error",)"
       R"("param":null,"code":"rate_limit_exceeded"}})"},
      {ApiError(ErrorCode::invalid_value, "x", "a\"b"),
       R"({"error":{"message":"x","type":"invalid_request_error",)"
       R"("param":"a\"b","code":"invalid_value"}})"},
  };
  for (const auto& row : rows) CHECK(error_body(row.error) == row.body);
}

TEST_CASE("a message ends at 1000 bytes, between characters") {
  std::string message = "x";
  while (message.size() < 3'000) message += "\xE2\x82\xAC";
  const std::string body = error_body(ApiError(ErrorCode::internal_error, message));
  const Scanned scanned(body);
  REQUIRE_FALSE(scanned.error.has_value());
  const std::string shown = scanned.root()["error"]["message"].text();
  CHECK(shown == message.substr(0, 1'000));
  CHECK(shown.size() == proxy::limits::kErrorMessageBytes);
}
