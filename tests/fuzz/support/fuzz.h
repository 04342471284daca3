// What the fuzz targets share. A target takes bytes, gives them to the product and claims something
// about the outcome; a claim that does not hold ends the program, as libFuzzer wants it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/api_error.h"
#include "base/views.h"

// The same declaration that libFuzzer has. tests/fuzz/CMakeLists.txt gives it another name in each
// target of the program that replays seeds, so that all ten link together.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace proxy::fuzz {

// Ends the program unless `holds`; says what was claimed, and about which text.
void expect(bool holds, std::string_view claim, std::string_view about = {});

// An input: lines of settings in front, then the text itself. All views show the input.
class Input {
 public:
  Input(const std::uint8_t* data VIEWS_ARGUMENT, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  // The next line without its end; all that is left if no line ends.
  std::string_view line() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return line;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// The word of a line at that place, counted from 0; "" beyond the last.
std::string_view word(std::string_view line VIEWS_ARGUMENT, std::size_t place);
// That word as a number from 0 to `most`; `otherwise` if it is none.
int number(std::string_view line, std::size_t place, int otherwise, int most);

// Judged by nlohmann/json, which shares no code with the product.
bool is_json(std::string_view text);
// The same of what it writes for people and headers: UTF-8 without control characters.
bool is_printable(std::string_view text);

// An error that a caller may be shown: its body is OpenAI's, its message fit to be read.
void check_error(const ApiError& error);

}  // namespace proxy::fuzz
