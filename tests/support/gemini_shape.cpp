// Source of the members: the GenerateContentRequest of the Gemini API and of Vertex AI.
#include "support/gemini_shape.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

namespace proxy::test {
namespace {

using Json = nlohmann::json;
using Members = std::map<std::string, std::string, std::less<>>;

// A type is a message's name, `[T` for an array of T, `{T` for a map to T, or one of the words:
//   string  bool  int32  float  object (any members)  any
const std::map<std::string, Members, std::less<>> kMessages = {
    {"Request",
     {{"contents", "[Content"},
      {"systemInstruction", "Content"},
      {"generationConfig", "Config"},
      {"tools", "[Tool"},
      {"toolConfig", "ToolConfig"},
      {"safetySettings", "[SafetySetting"},
      {"cachedContent", "string"},
      {"serviceTier", "string"},
      {"labels", "{string"},
      {"modelArmorConfig", "object"}}},
    {"Content", {{"role", "string"}, {"parts", "[Part"}}},
    {"Part",
     {{"text", "string"},
      {"inlineData", "Blob"},
      {"fileData", "File"},
      {"functionCall", "Call"},
      {"functionResponse", "Response"},
      {"thoughtSignature", "string"}}},
    {"Blob", {{"mimeType", "string"}, {"data", "string"}}},
    {"File", {{"mimeType", "string"}, {"fileUri", "string"}}},
    {"Call", {{"id", "string"}, {"name", "string"}, {"args", "object"}}},
    {"Response",
     {{"id", "string"}, {"name", "string"}, {"response", "object"}, {"parts", "[Part"}}},
    {"Tool",
     {{"functionDeclarations", "[Declaration"},
      {"googleSearch", "object"},
      {"urlContext", "object"},
      {"codeExecution", "object"},
      {"googleMaps", "object"},
      {"fileSearch", "object"},
      {"computerUse", "object"},
      {"retrieval", "object"},
      {"enterpriseWebSearch", "object"}}},
    {"Declaration",
     {{"name", "string"}, {"description", "string"}, {"parametersJsonSchema", "object"}}},
    {"ToolConfig",
     {{"functionCallingConfig", "Calling"},
      {"retrievalConfig", "object"},
      {"includeServerSideToolInvocations", "bool"}}},
    {"Calling", {{"mode", "string"}, {"allowedFunctionNames", "[string"}}},
    {"SafetySetting", {{"category", "string"}, {"threshold", "string"}, {"method", "string"}}},
    {"Thinking",
     {{"includeThoughts", "bool"}, {"thinkingBudget", "int32"}, {"thinkingLevel", "string"}}},
    {"Image", {{"aspectRatio", "string"}, {"imageSize", "string"}}},
    {"Config",
     {{"temperature", "float"},
      {"topP", "float"},
      {"topK", "float"},
      {"maxOutputTokens", "int32"},
      {"stopSequences", "[string"},
      {"presencePenalty", "float"},
      {"frequencyPenalty", "float"},
      {"seed", "int32"},
      {"responseMimeType", "string"},
      {"responseSchema", "object"},
      {"responseJsonSchema", "object"},
      {"responseModalities", "[string"},
      {"mediaResolution", "string"},
      {"speechConfig", "object"},
      {"thinkingConfig", "Thinking"},
      {"imageConfig", "Image"},
      {"audioTranscriptionConfig", "object"},
      {"responseLogprobs", "bool"},
      {"logprobs", "int32"},
      {"routingConfig", "object"},
      {"modelConfig", "object"},
      {"audioTimestamp", "bool"}}},
};

bool is_scalar_of(const Json& value, std::string_view type) {
  if (type == "any") return true;
  if (type == "string") return value.is_string();
  if (type == "bool") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (!value.is_number()) return false;
  const double number = value.get<double>();
  if (type == "float") return std::fabs(number) <= 3.4e38;
  return number == std::floor(number) && std::fabs(number) <= INT32_MAX;
}

// Both spellings of a member are read.
std::string in_camel_case(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool is_behind_joint = !out.empty() && out.back() == '_';
    if (is_behind_joint) out.pop_back();
    out += is_behind_joint && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string flaw_of(const Json& value, const std::string& type, const std::string& path);

std::string flaw_of_members(const Json& value, const Members& members, const std::string& path) {
  if (!value.is_object()) return path + " is no object";
  for (const auto& [key, member] : value.items()) {
    const auto known = members.find(in_camel_case(key));
    if (known == members.end()) return path + "." + key + " is unknown";
    if (member.is_null()) continue;  // protobuf's JSON: as if it were absent
    if (auto flaw = flaw_of(member, known->second, path + "." + key); !flaw.empty()) return flaw;
  }
  return "";
}

std::string flaw_of(const Json& value, const std::string& type, const std::string& path) {
  if (const auto message = kMessages.find(type); message != kMessages.end()) {
    return flaw_of_members(value, message->second, path);
  }
  if (type[0] != '[' && type[0] != '{') {
    return is_scalar_of(value, type) ? "" : path + " is no " + type;
  }
  if (type[0] == '[' ? !value.is_array() : !value.is_object()) return path + " is no " + type;
  for (const auto& [key, item] : value.items()) {
    const auto flaw = flaw_of(item, type.substr(1), path + "[" + key + "]");
    if (!flaw.empty()) return flaw;
  }
  return "";
}

std::string flaw_of_content(const Json& content, const std::string& path) {
  const auto role = content.find("role");
  if (role == content.end() || (*role != "user" && *role != "model")) return path + ": role";
  const auto parts = content.find("parts");
  if (parts == content.end() || parts->empty()) return path + ": no parts";
  for (const Json& part : *parts) {
    const std::size_t kinds = part.size() - part.count("thoughtSignature");
    if (kinds != 1) return path + ": a part of " + std::to_string(kinds) + " kinds";
  }
  return "";
}

}  // namespace

std::string flaw_of_gemini_request(std::string_view body) {
  const Json request = Json::parse(body, nullptr, false);
  if (request.is_discarded()) return "no JSON";
  if (auto flaw = flaw_of(request, "Request", "request"); !flaw.empty()) return flaw;
  const auto contents = request.find("contents");
  if (contents == request.end() || contents->empty()) return "no contents";
  for (std::size_t i = 0; i < contents->size(); ++i) {
    const auto flaw = flaw_of_content((*contents)[i], "contents[" + std::to_string(i) + "]");
    if (!flaw.empty()) return flaw;
  }
  return "";
}

}  // namespace proxy::test
