// Content parts that are not text -> Gemini parts. OpenAI API: chat/create, content parts
// Bytes are never decoded: base64 in order is the caller's own text.
#pragma once

#include "fronts/openai_chat/field.h"
#include "fronts/openai_chat/request.h"
#include "gemini/request.h"
#include "json/cursor.h"

namespace proxy::fronts::openai_chat {

// Whether this is the `type` of a part with media: image_url, input_audio, file, video_url.
bool is_media_type(json::Cursor type);

// field    an object whose `type` is one of those
// returns  false if it refused
bool read_media(const Field& field, Reading& reading, gemini::Part& part);

// A URL of an image, video or document: a data URL is inlined, any other passed on by reference.
bool read_url(const Field& field, Reading& reading, gemini::Part& part);

// The same of an image, which is fetched where images are (FETCH_IMAGES).
//   image  the whole of it, for errors
bool read_image(const Field& image, const Field& url, Reading& reading, gemini::Part& part);

}  // namespace proxy::fronts::openai_chat
