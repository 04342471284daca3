// JSON of one GenerateContentResponse -> Event, by the cursor: only the control fields are looked
// at, texts stay slices. Unknown fields, unknown enum values and wrong types inside are never
// errors.
#pragma once

#include "gemini/event.h"
#include "json/cursor.h"

namespace proxy::gemini {

// Reads `root` (any JSON value) into `event`, which is cleared first and keeps its capacity.
void read_event(json::Cursor root, Event& event);

}  // namespace proxy::gemini
