// Values of JSON numbers, exact and in linear time however long the number is (RFC 8259 section 6).
// A number too small for a double is 0, as it is for everybody else. Nothing here needs a double,
// whose conversion is a library of its own in the wasm. Every function takes text that the index
// has checked to be a number.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace proxy::json {

// The value if it is integral and fits, in whatever form: `1`, `1.0`, `1e2`, `100e-2`, `-0`.
std::optional<std::int64_t> to_integer(std::string_view number);

// The value without its fraction; the nearest end of int64 if it is beyond.
std::int64_t to_whole(std::string_view number);

bool is_integral(std::string_view number);

// Below 0, 0 or above 0 as the number is less than, equal to or more than the other.
int compare(std::string_view number, std::string_view bound);

// Whether the nearest double is infinite.
bool is_out_of_double(std::string_view number);

}  // namespace proxy::json
