#include "fronts/openai_models/models.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "json/writer.h"

namespace proxy::fronts::openai_models {
namespace {

// Google tells no date. A constant keeps the list the same from request to request.
constexpr std::int64_t kCreated = 1'704'067'200;  // 2024-01-01

json::Writer& begin_model(json::Writer& json, std::string_view id, std::string_view owner) {
  return json.begin_object()
      .key("id")
      .string(id)
      .key("object")
      .string(std::string_view("model"))
      .key("created")
      .integer(kCreated)
      .key("owned_by")
      .string(owner);
}

void write_model(json::Writer& json, const gemini::ListedModel& model) {
  begin_model(json, model.id, "google");
  if (model.input_tokens > 0) json.key("context_length").integer(model.input_tokens);
  if (model.output_tokens > 0) json.key("max_output_tokens").integer(model.output_tokens);
  json.end_object();
}

bool is_pattern(std::string_view name) { return name.find('*') != std::string_view::npos; }

}  // namespace

std::string list_body(std::span<const gemini::ListedModel> models,
                      const gemini::Aliases& configured) {
  std::string out;
  json::Writer json(out);
  json.begin_object().key("object").string(std::string_view("list")).key("data").begin_array();
  std::vector<std::string_view> named;  // each id once, also where an alias takes a model's name
  for (const gemini::ListedModel& model : models) {
    write_model(json, model);
    named.push_back(model.id);
  }
  for (const gemini::Aliases* aliases : {&configured, &gemini::default_aliases()}) {
    for (const auto& [name, target] : *aliases) {
      const bool is_new = std::find(named.begin(), named.end(), name) == named.end();
      if (!is_new || is_pattern(name)) continue;
      begin_model(json, name, "alias").end_object();
      named.push_back(name);
    }
  }
  json.end_array().end_object();
  return out;
}

Result<std::string> model_body(std::string_view id, std::span<const gemini::ListedModel> models,
                               const gemini::Aliases& configured) {
  constexpr std::string_view kPrefix = "models/";
  const std::string_view bare = id.starts_with(kPrefix) ? id.substr(kPrefix.size()) : id;
  std::string out;
  json::Writer json(out);
  for (const gemini::ListedModel& model : models) {
    if (model.id != bare) continue;
    write_model(json, model);
    return out;
  }
  for (const gemini::Aliases* aliases : {&configured, &gemini::default_aliases()}) {
    for (const auto& [name, target] : *aliases) {
      if (name != id || is_pattern(name)) continue;
      begin_model(json, name, "alias").end_object();
      return out;
    }
  }
  return ApiError(
      ErrorCode::model_not_found,
      "The model '" + text::printable(id, limits::kModelNameBytes) + "' does not exist.", "model");
}

}  // namespace proxy::fronts::openai_models
