#include "fronts/openai_chat/text_map.h"

#include <string>

#include "base/utf8.h"
#include "json/escape.h"
#include "support/catch.h"

using proxy::fronts::openai_chat::TextMap;

TEST_CASE("characters are counted as in the text itself, however it comes", "[T-16]") {
  const std::string escaped =
      R"(plain, \"quoted\"\n)"
      "\xC3\xA9t\xC3\xA9, \xE4\xBD\xA0\xE5\xA5\xBD, \xF0\x9F\x98\x80"
      R"( \u00e9 \ud83d\ude00 and plain again, long enough for another word)";
  const std::string text = proxy::json::unescaped({escaped});
  TextMap at_once;
  at_once.add(escaped);
  TextMap by_words;
  for (std::size_t at = 0; at < escaped.size();) {
    const std::size_t end = escaped.find(' ', at) + 1;
    const std::size_t size = end == 0 ? escaped.size() - at : end - at;
    by_words.add(std::string_view(escaped).substr(at, size));
    CHECK(by_words.ends_with_space() == (end != 0));
    at += size;
  }
  for (const TextMap* map : {&at_once, &by_words}) {
    CHECK(map->bytes() == text.size());
    for (std::size_t offset = 0; offset <= text.size(); ++offset) {
      INFO(offset);
      CHECK(map->characters_before(offset) ==
            proxy::base::code_points(std::string_view(text).substr(0, offset)));
    }
    CHECK(map->characters_before(text.size() + 1) == proxy::base::code_points(text));
  }
}

TEST_CASE("nothing has no characters") {
  TextMap map;
  map.add("");
  CHECK(map.bytes() == 0);
  CHECK_FALSE(map.ends_with_space());
  CHECK(map.characters_before(0) == 0);
  CHECK(map.characters_before(9) == 0);
}

TEST_CASE("behind the first MiB a byte passes for a character") {
  constexpr std::size_t kMiB = 1'048'576;
  TextMap map;
  const std::string two_bytes = "\xC3\xA9";
  std::string piece;
  while (piece.size() < kMiB / 4) piece += two_bytes;
  for (int i = 0; i < 5; ++i) map.add(piece);
  CHECK(map.characters_before(kMiB) == kMiB / 2);
  CHECK(map.characters_before(kMiB + 100) == kMiB / 2 + 100);
}
