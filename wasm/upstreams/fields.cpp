#include "upstreams/fields.h"

#include <algorithm>

#include "base/limits.h"
#include "json/cursor.h"
#include "json/writer.h"

namespace proxy::upstreams {
namespace {

using json::Cursor;

using Dialects = std::uint8_t;
constexpr Dialects bit(Dialect dialect) {
  return static_cast<Dialects>(1u << static_cast<unsigned>(dialect));
}
// NOLINTBEGIN(readability-identifier-naming): columns of the table below
constexpr Dialects G = bit(Dialect::gemini_api);
constexpr Dialects V = bit(Dialect::vertex);
constexpr Dialects C = bit(Dialect::code_assist);
// NOLINTEND(readability-identifier-naming)

// Objects with members to be looked at. Arrays do not count as a level.
enum Level : std::uint8_t {
  none,
  root,
  config,
  image,
  tool_config,
  tool,
  search,
  content,
  part,
  call,
  safety
};

struct Row {
  Level level;
  const char* name;
  Dialects unknown_to;
  Level below = none;
};

constexpr Row kRows[] = {
    {root, "contents", 0, content},
    {root, "generationConfig", 0, config},
    {root, "labels", G},
    {root, "modelArmorConfig", G | C},
    {root, "safetySettings", 0, safety},
    {root, "serviceTier", V | C},
    {root, "toolConfig", 0, tool_config},
    {root, "tools", 0, tool},
    {config, "audioTimestamp", G | C},
    {config, "audioTranscriptionConfig", V | C},
    {config, "imageConfig", C, image},
    {config, "modelConfig", G | C},
    {config, "routingConfig", G | C},
    {image, "outputCompressionQuality", G},
    {image, "outputMimeType", G},
    {image, "personGeneration", G},
    {tool_config, "includeServerSideToolInvocations", V | C},
    {tool, "enterpriseWebSearch", G | C},
    {tool, "fileSearch", V | C},
    {tool, "googleSearch", 0, search},
    {tool, "retrieval", G | C},
    {search, "blockingConfidence", G | C},
    {search, "excludeDomains", G | C},
    {search, "timeRangeFilter", V | C},
    {content, "parts", 0, part},
    {part, "functionCall", 0, call},
    {part, "functionResponse", 0, call},
    {part, "mediaResolution", C},
    {call, "id", V},
    {safety, "method", G | C},
};

class Fitter {
 public:
  Fitter(Dialect dialect, json::Writer json, std::vector<std::string_view>& dropped)
      : dialect_(bit(dialect)), json_(json), dropped_(dropped) {}

  void write(Cursor value, Level level) {
    if (value.is(json::Type::array)) {
      json_.begin_array();
      for (const Cursor item : value.items()) {
        if (!is_emptied(item, level)) write(item, level);
      }
      json_.end_array();
    } else if (value.is(json::Type::object)) {
      write_object(value, level);
    } else {
      json_.raw(value.raw());
    }
  }

 private:
  static const Row* find(Cursor key, Level level) {
    for (const Row& row : kRows) {
      if (row.level == level && key.equals(row.name)) return &row;
    }
    return nullptr;
  }
  bool is_known(const Row* row) const {
    return row == nullptr || (row->unknown_to & dialect_) == 0;
  }

  void write_object(Cursor object, Level level) {
    json_.begin_object();
    for (const auto [key, value] : object.members()) {
      const Row* const row = find(key, level);
      if (!is_known(row)) {
        note(*row);
        continue;
      }
      json_.key(*key.string());
      if (row != nullptr && row->below != none) {
        write(value, row->below);
      } else {
        json_.raw(value.raw());
      }
    }
    json_.end_object();
  }

  // A tool that would be left without a member is no tool.
  bool is_emptied(Cursor item, Level level) {
    if (level != tool || !item.is(json::Type::object)) return false;
    for (const auto [key, value] : item.members()) {
      if (is_known(find(key, level))) return false;
    }
    for (const auto [key, value] : item.members()) note(*find(key, level));
    return true;
  }

  void note(const Row& row) {
    // Ids of calls are made anew, and the setting only goes with what is dropped itself.
    if (row.level == call || row.level == tool_config) return;
    if (std::find(dropped_.begin(), dropped_.end(), row.name) == dropped_.end()) {
      dropped_.emplace_back(row.name);
    }
  }

  Dialects dialect_;
  json::Writer json_;
  std::vector<std::string_view>& dropped_;
};

}  // namespace

json::Rope fitted(json::Rope& body, Dialect dialect, std::vector<std::string_view>& dropped) {
  // A body of ours nests no deeper than the caller's plus the few levels around it.
  constexpr json::ScanLimits kLimits = {.depth = limits::kJsonDepth + 16,
                                        .values = 4 * limits::kJsonValues};
  json::Index index;
  if (index.scan(body.text, kLimits)) return body;
  json::Rope out;
  out.text.reserve(body.text.size());
  Fitter(dialect, json::Writer(out, body), dropped).write(Cursor(index), root);
  return out;
}

}  // namespace proxy::upstreams
