// Changes a JSON document into another one: what it makes is JSON again, so that a fuzzer gets past
// the parser. Members and items are removed, repeated, swapped, replaced, put into others and taken
// out; keys are renamed; texts, escapes and numbers become odd ones.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::fuzz {

// Words that mean something to a target.
struct Words {
  std::vector<std::string> keys;    // JSON strings, with their quotes
  std::vector<std::string> values;  // JSON values of any type
};

// Reads a libFuzzer dictionary: of each line, the entry between its quotes. Entries that are no
// JSON are of no use here and left out.
Words read_words(std::string_view dictionary);

// One change somewhere in `document`, which is returned as it is if it is no JSON.
std::string changed_json(std::string_view document, const Words& words, std::mt19937& random);

// The same with one of the documents that stand somewhere in `text`, such as the data of an event;
// they begin with `{` or `[`.
std::string changed_json_within(std::string_view text, const Words& words, std::mt19937& random);

}  // namespace proxy::fuzz
