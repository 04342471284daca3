// Which value each field of the chat request takes: a row a field, a cell for each of twelve
// values. Sources: the published schema of chat/create; fault list 2.3;
// docs/mapping/openai-chat.md.
//
// A row's field is replaced in a request that is accepted as it stands (its base), so that nothing
// else can be the reason of what happens. Cells:
//   ok      accepted, and it may change what Google is sent
//   drop    accepted, and Google is sent the same as without the field
//   absent  the same; of null, which means absent wherever a field is optional
//   type    invalid_type
//   value   invalid_value
//   miss    missing_required_parameter
//   empty   empty_array
//   i< i>   integer_below_min_value, integer_above_max_value
//   d< d>   decimal_below_min_value, decimal_above_max_value
//   unsup   unsupported_value
//   url     invalid_image_url
//   404     model_not_found
// A refusal names the field; `type@[0]` and `miss@.name` what is inside of it, `value@=tools`
// another.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace proxy::test {

struct MatrixRow {
  const char* base;
  const char* path;
  const char* cells;  // with spaces between them
};

struct MatrixBase {
  const char* name;
  const char* body;
};

std::span<const MatrixBase> matrix_bases();

std::span<const MatrixRow> setting_rows();  // the 37 parameters, and what is inside of them
std::span<const MatrixRow> message_rows();
std::span<const MatrixRow> tool_rows();
std::span<const MatrixRow> google_rows();  // of `google`: paths below it, in Python's spelling

}  // namespace proxy::test
