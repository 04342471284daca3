#include "fronts/openai_chat/error.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "json/writer.h"

namespace proxy::fronts::openai_chat {

std::string error_body(const ApiError& error) {
  const ErrorTraits& known = traits(error.code);
  std::string out;
  json::Writer json(out);
  json.begin_object().key("error").begin_object();
  json.key("message").string(base::cut_utf8(error.message, limits::kErrorMessageBytes));
  json.key("type").string(known.type);
  json.key("param");
  error.param.empty() ? json.null() : json.string(std::string_view(error.param));
  json.key("code").string(known.code);
  json.end_object().end_object();
  return out;
}

}  // namespace proxy::fronts::openai_chat
