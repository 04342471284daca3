// Whether a body is one that Google's generateContent can read: every member known and of its type,
// as its protobuf messages have it. Values are Google's to judge, their types are ours to keep.
#pragma once

#include <string>
#include <string_view>

namespace proxy::test {

//   returns  "" if it is, else the first place that is not, and why
std::string flaw_of_gemini_request(std::string_view body);

}  // namespace proxy::test
