// Every parameter of OpenAI's chat request and what becomes of it, as data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "json/cursor.h"

namespace proxy::fronts::openai_chat {

enum class Treatment : std::uint8_t {
  translated,  // request.cpp reads it
  ignored,     // Google has nothing like it and no answer depends on it
  refused      // would change the answer: 400, unless it holds its neutral value
};

struct Parameter {
  std::string_view name;
  Treatment treatment;
  std::string_view type;  // "a string or an object", in the words of type_name(); "" for any
};

std::span<const Parameter> parameters();

// Whether the value of a refused parameter asks for nothing: null, `logprobs: false`, `tools: []`,
// ...
bool is_neutral(std::string_view name, json::Cursor value);

}  // namespace proxy::fronts::openai_chat
