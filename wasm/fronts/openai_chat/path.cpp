#include "fronts/openai_chat/path.h"

#include <cstdint>

#include "base/text.h"

namespace proxy::fronts::openai_chat {

std::string Path::text() const {
  std::string out = parent_ != nullptr ? parent_->text() : std::string();
  if (!name_.empty()) {
    if (!out.empty()) out += '.';
    out += name_;
  } else {
    out += '[';
    out += text::decimal(static_cast<std::int64_t>(index_));
    out += ']';
  }
  return out;
}

}  // namespace proxy::fronts::openai_chat
