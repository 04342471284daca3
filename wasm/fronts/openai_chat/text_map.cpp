#include "fronts/openai_chat/text_map.h"

#include <algorithm>
#include <bit>

#include "base/limits.h"
#include "json/escape.h"

namespace proxy::fronts::openai_chat {
namespace {

constexpr std::size_t kBits = 32;

}  // namespace

void TextMap::add(std::string_view escaped) {
  if (escaped.find('\\') == std::string_view::npos) return add_plain(escaped);
  decoded_.clear();
  json::append_unescaped(decoded_, {escaped});
  add_plain(decoded_);
  constexpr std::size_t kKept = 64 * 1024;
  if (decoded_.capacity() > kKept) std::string().swap(decoded_);
}

void TextMap::add_plain(std::string_view text) {
  if (text.empty()) return;
  ends_with_space_ = text.back() == ' ';
  const std::size_t begin = bytes_;
  bytes_ += text.size();
  const std::size_t end = std::min(bytes_, limits::kMiB);
  for (std::size_t at = begin; at < end; ++at) {
    if ((static_cast<unsigned char>(text[at - begin]) & 0xC0) != 0x80) continue;
    continuations_.resize(at / kBits + 1);
    continuations_[at / kBits] |= std::uint32_t{1} << at % kBits;
  }
}

std::size_t TextMap::characters_before(std::size_t offset) const {
  offset = std::min(offset, bytes_);
  std::size_t characters = offset;
  for (std::size_t i = 0; i < continuations_.size() && i * kBits < offset; ++i) {
    const std::size_t counted = offset - i * kBits;
    const std::uint32_t mask = counted >= kBits ? ~0u : (std::uint32_t{1} << counted) - 1;
    characters -= static_cast<std::size_t>(std::popcount(continuations_[i] & mask));
  }
  return characters;
}

}  // namespace proxy::fronts::openai_chat
