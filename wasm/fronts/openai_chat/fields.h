// Checked readers for the fields of a request. Each refusal names the field's path and says what
// was expected, in the words OpenAI uses; none quotes the caller's text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "fronts/openai_chat/path.h"
#include "json/cursor.h"

namespace proxy::fronts::openai_chat {

// "a string", "an array", ... for messages.
std::string_view type_name(json::Cursor value);

ApiError wrong_type(const Path& path, std::string_view expected, json::Cursor got);
ApiError missing_parameter(const Path& path);
ApiError invalid_value(const Path& path, std::string_view explanation);
// A feature of the API that this proxy does not translate.
ApiError unsupported_parameter(const Path& path, std::string_view explanation);
ApiError unsupported_value(const Path& path, std::string_view explanation);
// "Invalid 'x': ..." with one of the range codes.
ApiError out_of_range(ErrorCode code, const Path& path, std::string_view explanation);

// For all of them: absent and null are nothing.
Result<std::optional<bool>> boolean_field(json::Cursor value, const Path& path);
Result<std::optional<std::int64_t>> integer_field(json::Cursor value, const Path& path,
                                                  std::int64_t least, std::int64_t most);
// The number's own text, so that it reaches Google with every digit.
Result<json::RawValue> number_field(json::Cursor value, const Path& path, std::int64_t least,
                                    std::int64_t most);
Result<std::optional<json::RawString>> string_field(json::Cursor value, const Path& path);

}  // namespace proxy::fronts::openai_chat
