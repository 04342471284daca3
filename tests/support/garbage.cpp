#include "support/garbage.h"

#include <random>

#include "host/host.h"

namespace proxy::test {
namespace {

constexpr std::size_t kMuch = 1'000'000;
constexpr std::uint32_t kNoStatus = 77;
constexpr std::uint32_t kTopStatus = 0xFFFFFFFF;

std::string nested(std::size_t depth) { return std::string(depth, '['); }

std::vector<Garbage> of_fetch() {
  return {
      {200, "", {noise(300, 1)}},
      {999, "retry-after", {"null"}},
      {host::kDone, noise(200, 2), {}},
      {host::kEnd, "\n\n\n", {"{"}},
      {kTopStatus, std::string(kMuch, 'h'), {noise(5'000, 3)}},
      {200, "content-type\ntext/event-stream", {std::string("data: {\"candidates\":[\0", 21)}},
      {302, "location\nhttps://elsewhere.example/", {"<html>moved</html>"}},
      {204, "content-length\n-1", {}},
      {200, "content-encoding\nzstd\ncontent-length\n99999999999999999999", {noise(300, 4)}},
      {200, "retry-after\n\xFF\xFE\n\n", {"[]", "data: 7\n\n", "data: []\n\n"}},
  };
}

std::vector<Garbage> of_read() {
  return {
      {host::kDone, noise(64, 5)},
      {host::kDone, std::string(100, '\0')},
      {host::kDone, std::string(kMuch, 'x')},
      {host::kDone, ""},
      {kNoStatus, "data: {}\n\n"},
      {host::kDone, "\xFF\xFE\xEF\xBB\xBF\r\r\n\n"},
      {host::kDone, "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":7}]}}]}\r\n\r\n"},
      {host::kDone, "data: [DONE]\n\ndata: {}\n\n"},
      {host::kEnd, noise(64, 6)},
      {host::kDone, nested(100'000)},
  };
}

std::vector<Garbage> of_kv_get() {
  return {
      {host::kDone, noise(300, 7)},
      {host::kDone, ""},
      {host::kDone, noise(kMuch, 8)},
      {kNoStatus, "{}"},
      {host::kDone, "{}"},
      {host::kDone, "null"},
      {host::kDone, nested(1'000)},
      {host::kEnd, noise(300, 9)},
      {host::kDone, "\xEF\xBB\xBF{\"v\":99999999999999999999,\"access_token\":7,\"a\":[{}]}"},
      {kTopStatus, ""},
  };
}

std::vector<Garbage> of_sign() {
  return {
      {host::kDone, ""},           {host::kDone, "s"}, {host::kDone, noise(kMuch, 10)},
      {kNoStatus, noise(256, 11)}, {host::kEnd, ""},   {host::kDone, noise(256, 12)},
  };
}

// Of verbs that bring nothing.
std::vector<Garbage> of_others() {
  return {
      {kNoStatus, noise(64, 13)},
      {host::kEnd, ""},
      {host::kDone, noise(kMuch, 14)},
      {kTopStatus, "late"},
  };
}

std::vector<Garbage> all_for(std::string_view verb) {
  if (verb == "fetch") return of_fetch();
  if (verb == "read") return of_read();
  if (verb == "kv_get") return of_kv_get();
  return verb == "sign" ? of_sign() : of_others();
}

}  // namespace

Garbage garbage_for(std::string_view verb, std::size_t kind) {
  const std::vector<Garbage> all = all_for(verb);
  return all[kind % all.size()];
}

std::string noise(std::size_t bytes, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string out(bytes, '\0');
  for (char& byte : out) byte = static_cast<char>(random() & 0xFF);
  return out;
}

}  // namespace proxy::test
