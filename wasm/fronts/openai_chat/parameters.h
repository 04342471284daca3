// Every parameter of OpenAI's chat request and what becomes of it, as data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace proxy::fronts::openai_chat {

enum class Treatment : std::uint8_t {
  translated,  // one of the readers takes it
  ignored,     // Google has nothing like it; named in a warning
};

struct Parameter {
  const char* name;
  Treatment treatment;
  std::string_view type;  // of an ignored one, as type_name() says it; "" = any
};

std::span<const Parameter> parameters();

}  // namespace proxy::fronts::openai_chat
