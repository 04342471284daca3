// Gemini's speech is bare samples: 24 kHz, mono, 16 bits, little endian. OpenAI's `wav` wants a
// file.
#pragma once

#include <string>

namespace proxy::fronts::openai_chat {

// A WAV file in base64 around samples in base64; "" if those are not base64. Pieces that were
// padded each on their own may follow one another in `samples`.
std::string wav_file(std::string samples);

}  // namespace proxy::fronts::openai_chat
