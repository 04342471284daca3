#include "fuzz/support/json_mutator.h"

#include <optional>
#include <utility>

#include "json/bytes.h"
#include "json/cursor.h"

namespace proxy::fuzz {
namespace {

using json::Type;

std::size_t below(std::mt19937& random, std::size_t end) { return random() % end; }

template <class List>
const auto& one_of(const List& list, std::mt19937& random) {
  return list[below(random, std::size(list))];
}

constexpr const char* kValues[] = {
    "null",         "true", "false", "0",      "-1",        "1",   "\"\"", "\"a\"",
    "[]",           "{}",   "[[]]",  "[null]", "{\"\":{}}", "1.5", "-0",   "9223372036854775807",
    "[1,\"a\",{}]", "\"1\""};
constexpr const char* kNumbers[] = {"0",
                                    "-0",
                                    "-1",
                                    "1e0",
                                    "10e-1",
                                    "0.1",
                                    "2147483648",
                                    "9223372036854775807",
                                    "9223372036854775808",
                                    "-9223372036854775809",
                                    "18446744073709551616",
                                    "1e308",
                                    "1e-400",
                                    "1E+2",
                                    "123456789012345678901234567890.5",
                                    "0.30000000000000004"};
constexpr const char* kPieces[] = {"\\u0000",
                                   "\\n",
                                   "\\\"",
                                   "\\\\",
                                   "\\/",
                                   "\\u00e9",
                                   "\\ud83d\\ude00",
                                   "\\ud83d",
                                   "\\udE00",
                                   "\\uFFFF",
                                   "\\u2028",
                                   "\xC3\xA9",
                                   "\xF0\x9F\x98\x80",
                                   "\xEF\xBB\xBF",
                                   "\x7F",
                                   "data: [DONE]",
                                   "../",
                                   "%2e",
                                   " ",
                                   "a",
                                   "mark-x"};

// A value or key of the document.
struct Spot {
  enum class Place { root, item, key, value };
  std::size_t begin;  // strings: with their quotes, as `end`
  std::size_t end;
  Type type;
  Place place;
  std::size_t unit;  // where it is removed from: a member's key, else `begin`

  bool is_part() const { return place == Place::item || place == Place::value; }
};

class Mutator {
 public:
  Mutator(std::string_view document, const Words& words, std::mt19937& random)
      : text_(document), scanned_(document), words_(words), random_(random) {}

  std::string run() {
    if (index_.scan(scanned_, {.depth = 1'000, .values = 100'000})) return std::move(text_);
    add(json::Cursor(index_), Spot::Place::root, 0);
    for (int tries = 0; tries != 8; ++tries) {
      if (change()) break;
    }
    return std::move(text_);
  }

 private:
  // Recursion that the scan has bounded.
  void add(json::Cursor value, Spot::Place place, std::size_t unit) {
    const std::string_view raw = value.raw().text;
    const auto begin = static_cast<std::size_t>(raw.data() - scanned_.data());
    if (place != Spot::Place::value) unit = begin;
    spots_.push_back({begin, begin + raw.size(), value.type(), place, unit});
    for (const json::Cursor item : value.items()) add(item, Spot::Place::item, 0);
    for (const auto member : value.members()) {
      add(member.key, Spot::Place::key, 0);
      const std::size_t key = spots_.back().begin;
      add(member.value, Spot::Place::value, key);
    }
  }

  template <class Fits>
  std::optional<Spot> any(Fits fits) {
    std::vector<Spot> found;
    for (const Spot& spot : spots_) {
      if (fits(spot)) found.push_back(spot);
    }
    if (found.empty()) return std::nullopt;
    return one_of(found, random_);
  }
  std::optional<Spot> any_value() {
    return any([](const Spot& spot) { return spot.place != Spot::Place::key; });
  }
  std::optional<Spot> any_of(Type type) {
    return any([type](const Spot& spot) { return spot.type == type; });
  }

  std::string text_of(const Spot& spot) const {
    return text_.substr(spot.begin, spot.end - spot.begin);
  }
  bool replace(std::size_t begin, std::size_t end, std::string_view by) {
    text_.replace(begin, end - begin, by);
    return true;
  }

  std::string some_value() {
    const std::size_t source = below(random_, 3);
    if (source == 0) return one_of(kValues, random_);
    if (source == 1 && !words_.values.empty()) return one_of(words_.values, random_);
    return text_of(*any_value());
  }
  std::string some_key() {
    if (below(random_, 3) != 0 && !words_.keys.empty()) return one_of(words_.keys, random_);
    const auto key = any([](const Spot& spot) { return spot.place == Spot::Place::key; });
    return key ? text_of(*key) : "\"a\"";
  }

  // Each returns whether there was something to change.
  bool change() {
    switch (below(random_, 12)) {
      case 0:
        return remove();
      case 1:
        return repeat();
      case 2:
        return swap();
      case 3:
      case 4:
        return put_value();
      case 5:
        return wrap();
      case 6:
        return unwrap();
      case 7:
        return edit_string();
      case 8:
        return edit_number();
      case 9:
        return rename();
      case 10:
        return insert();
      default:
        return space();
    }
  }

  std::size_t behind_spaces(std::size_t at) const {
    while (at < text_.size() && json::is_space(text_[at])) ++at;
    return at;
  }

  bool remove() {
    const auto spot = any([](const Spot& one) { return one.is_part(); });
    if (!spot) return false;
    const std::size_t behind = behind_spaces(spot->end);
    if (text_[behind] == ',') return replace(spot->unit, behind + 1, "");
    std::size_t begin = spot->unit;
    while (json::is_space(text_[begin - 1])) --begin;
    return replace(text_[begin - 1] == ',' ? begin - 1 : begin, spot->end, "");
  }

  bool repeat() {
    const auto spot = any([](const Spot& one) { return one.is_part(); });
    if (!spot) return false;
    const std::string unit = ',' + text_.substr(spot->unit, spot->end - spot->unit);
    const std::size_t times = below(random_, 8) == 0 ? below(random_, 50) + 1 : 1;
    std::string copies;
    for (std::size_t i = 0; i != times && copies.size() < 4'096; ++i) copies += unit;
    return replace(spot->end, spot->end, copies);
  }

  bool swap() {
    auto first = any_value();
    auto second = any_value();
    if (first->begin > second->begin) std::swap(first, second);
    if (first->end > second->begin) return false;
    const std::string earlier = text_of(*first);
    const std::string later = text_of(*second);
    replace(second->begin, second->end, earlier);
    return replace(first->begin, first->end, later);
  }

  bool put_value() {
    const auto spot = any_value();
    return replace(spot->begin, spot->end, some_value());
  }

  bool wrap() {
    const auto spot = any_value();
    const std::size_t levels = below(random_, 16) == 0 ? below(random_, 140) + 1 : 1;
    const bool is_array = below(random_, 2) == 0;
    const std::string open = is_array ? "[" : '{' + some_key() + ':';
    std::string wrapped = text_of(*spot);
    for (std::size_t i = 0; i != levels && wrapped.size() < 8'192; ++i) {
      wrapped = open + wrapped + (is_array ? ']' : '}');
    }
    return replace(spot->begin, spot->end, wrapped);
  }

  // A container becomes one of the values in it.
  bool unwrap() {
    const auto spot =
        any([](const Spot& one) { return one.type == Type::array || one.type == Type::object; });
    if (!spot) return false;
    const auto inner = any([&spot](const Spot& one) {
      return one.is_part() && one.begin > spot->begin && one.end < spot->end;
    });
    return inner && replace(spot->begin, spot->end, text_of(*inner));
  }

  // Where a character or an escape of the string begins, its end included.
  std::vector<std::size_t> places_in(const Spot& string) const {
    std::vector<std::size_t> places;
    for (std::size_t at = string.begin + 1; at < string.end;) {
      places.push_back(at);
      if (text_[at] == '\\') at += text_[at + 1] == 'u' ? 5 : 1;
      ++at;
      while (at < string.end && (text_[at] & 0xC0) == 0x80) ++at;
    }
    return places;
  }

  bool edit_string() {
    const auto spot = any_of(Type::string);
    if (!spot) return false;
    const auto places = places_in(*spot);
    const std::size_t from = one_of(places, random_);
    const std::size_t to = one_of(places, random_);
    std::string piece;
    if (below(random_, 2) == 0) piece = one_of(kPieces, random_);
    if (below(random_, 16) == 0) {
      piece = std::string(std::size_t{1} << below(random_, 12), 'x');
    }
    if (below(random_, 2) == 0 || from > to) return replace(from, from, piece);
    return replace(from, to, piece);
  }

  bool edit_number() {
    const auto spot = any_of(Type::number);
    return spot && replace(spot->begin, spot->end, one_of(kNumbers, random_));
  }

  bool rename() {
    const auto key = any([](const Spot& spot) { return spot.place == Spot::Place::key; });
    return key && replace(key->begin, key->end, some_key());
  }

  bool insert() {
    const auto object = any_of(Type::object);
    if (!object) return false;
    const std::size_t first = behind_spaces(object->begin + 1);
    const std::string member = some_key() + ':' + some_value();
    return replace(first, first, text_[first] == '}' ? member : member + ',');
  }

  bool space() {
    const auto spot = any_value();
    return replace(spot->begin, spot->begin, below(random_, 2) == 0 ? " " : "\t");
  }

  std::string text_;
  std::string scanned_;  // the same but for lone surrogates
  const Words& words_;
  std::mt19937& random_;
  json::Index index_;
  std::vector<Spot> spots_;
};

// Behind the document that begins at `begin`, by its brackets alone; nothing if it is not closed.
std::optional<std::size_t> document_end(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::nullopt;
}

std::string unquoted(std::string_view entry) {
  std::string out;
  for (std::size_t at = 0; at < entry.size(); ++at) {
    if (entry[at] == '\\' && at + 1 < entry.size()) ++at;
    out += entry[at];
  }
  return out;
}

}  // namespace

Words read_words(std::string_view dictionary) {
  Words words;
  while (!dictionary.empty()) {
    const std::string_view line = dictionary.substr(0, dictionary.find('\n'));
    dictionary.remove_prefix(std::min(line.size() + 1, dictionary.size()));
    const std::size_t begin = line.find('"');
    const std::size_t end = line.rfind('"');
    if (line.starts_with('#') || begin == end) continue;
    std::string entry = unquoted(line.substr(begin + 1, end - begin - 1));
    std::string scanned = entry;
    json::Index index;
    if (index.scan(scanned, {.depth = 16, .values = 1'000})) continue;
    if (json::Cursor(index).is(Type::string)) words.keys.push_back(entry);
    words.values.push_back(std::move(entry));
  }
  return words;
}

std::string changed_json(std::string_view document, const Words& words, std::mt19937& random) {
  return Mutator(document, words, random).run();
}

std::string changed_json_within(std::string_view text, const Words& words, std::mt19937& random) {
  constexpr std::size_t kMostTries = 64;  // each may read all the rest
  std::vector<std::pair<std::size_t, std::size_t>> documents;
  std::size_t at = text.find_first_of("{[");
  for (std::size_t tries = 0; tries != kMostTries && at != std::string_view::npos; ++tries) {
    const auto end = document_end(text, at);
    if (end) documents.emplace_back(at, *end);
    at = text.find_first_of("{[", end.value_or(at + 1));
  }
  if (documents.empty()) return std::string(text);
  const auto [begin, end] = one_of(documents, random);
  std::string out(text.substr(0, begin));
  out += changed_json(text.substr(begin, end - begin), words, random);
  return out += text.substr(end);
}

}  // namespace proxy::fuzz
