// JSON Schemas of tools and of response formats, in the two dialects that Gemini reads: its JSON
// Schema fields take nearly the caller's text, its older OpenAPI fields a short list of keywords.
// Whatever stands in a schema, the result is valid JSON; time is linear in the text (times the
// logarithm of the number of members), depth and inlining are bounded in base/limits.h.
// Gemini API: FunctionDeclaration, GenerationConfig, Schema
#pragma once

#include <string>

#include "json/cursor.h"

namespace proxy::gemini {

// Whether a tool's `parameters` are worth sending: whether they name an argument, or may do so by a
// reference or a combination. Google refuses or ignores the rest (absent, null, `{}`, `true`, an
// object without properties).
bool has_parameters(json::Cursor schema);

// Appends the value of `parametersJsonSchema` or `responseJsonSchema`: the caller's text, copied in
// one piece unless it holds what Google ignores or refuses. Then, where it stands and nowhere else,
//   `const: x`                      becomes `enum: [x]`, in place of another `enum`
//   `allOf` with one element        becomes that element's keywords beside the others, which win;
//                                   `properties`, `required` and `$defs` of both are kept. Not if
//                                   the element has an `$id` or a reference leads through an allOf.
//   keywords beside `$ref`          are left out, but for those that begin with `$`
//   `definitions`                   becomes `$defs`, in references too
// Appends `{}` for an absent schema.
void write_json_schema(json::Cursor schema, std::string& out);

// Appends the value of `responseSchema`: a Schema message with only the keywords that Google knows,
// and under its rules. References are inlined; one that leads back to where it stands or goes too
// far becomes an object with a stand-in property, one that leads nowhere a string.
//   returns  false, with nothing appended, if there is nothing to send: no object, no hint of a
//            type, or an object without properties
bool write_openapi_schema(json::Cursor schema, std::string& out);

// The same for a tool's `parameters`, which must be an object: of alternatives (`anyOf`, `oneOf`)
// it has the properties of all, none of them required.
bool write_openapi_parameters(json::Cursor schema, std::string& out);

}  // namespace proxy::gemini
