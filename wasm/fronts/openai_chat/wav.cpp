#include "fronts/openai_chat/wav.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/base64.h"

namespace proxy::fronts::openai_chat {
namespace {

constexpr std::uint32_t kRate = 24'000;
constexpr std::uint32_t kBytesPerSample = 2;

void append(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

// Each padded piece decodes on its own.
std::string decoded(std::string_view samples) {
  std::string out;
  while (!samples.empty()) {
    std::size_t end = samples.find('=');
    end = end == std::string_view::npos
              ? samples.size()
              : std::min(samples.find_first_not_of('=', end), samples.size());
    auto piece = base64::decode(samples.substr(0, end));
    if (!piece) return {};
    if (out.empty()) {
      out = *std::move(piece);
    } else {
      out += *piece;
    }
    samples.remove_prefix(end);
  }
  return out;
}

}  // namespace

std::string wav_file(std::string samples) {
  std::string data = decoded(samples);
  std::string().swap(samples);  // of a long speech there is not memory for all forms at once
  if (data.empty()) return {};
  const auto size = static_cast<std::uint32_t>(data.size());
  constexpr std::uint32_t kHeaderRest = 36;
  constexpr std::size_t kHeaderBytes = kHeaderRest + 8;
  std::string file;
  file.reserve(base64::encoded_size(kHeaderBytes + data.size()));
  file += "RIFF";
  append(file, kHeaderRest + size, 4);
  file += "WAVEfmt ";
  append(file, 16, 4);  // of this chunk
  append(file, 1, 2);   // PCM
  append(file, 1, 2);   // mono
  append(file, kRate, 4);
  append(file, kRate * kBytesPerSample, 4);
  append(file, kBytesPerSample, 2);
  append(file, 8 * kBytesPerSample, 2);
  file += "data";
  append(file, size, 4);
  file += data;
  std::string().swap(data);
  const std::size_t bytes = file.size();
  file.resize(base64::encoded_size(bytes));
  base64::expand(file.data(), bytes);
  return file;
}

}  // namespace proxy::fronts::openai_chat
