#include "gemini/request_writer.h"

namespace proxy::gemini {
namespace {

using json::Writer;

void write_blob(Writer& json, json::RawString mime_type, json::RawString data) {
  json.key("inlineData").begin_object();
  if (mime_type.escaped == kToBeFetched) {
    json.key("mimeType").gap(mime_type).key("data").gap(data).end_object();
    return;
  }
  json.key("mimeType").string(mime_type).key("data").string(data).end_object();
}

void write_call(Writer& json, const Part& part) {
  json.key("functionCall").begin_object();
  if (!part.id.empty()) json.key("id").string(part.id);
  json.key("name").string(part.name).key("args").raw(part.args).end_object();
}

void write_response(Writer& json, const Part& part, const std::vector<Blob>& blobs) {
  json.key("functionResponse").begin_object();
  if (!part.id.empty()) json.key("id").string(part.id);
  json.key("name").string(part.name).key("response").begin_object();
  json.key(part.is_error ? "error" : "output").string(part.text).end_object();
  if (part.blob_count > 0) {
    json.key("parts").begin_array();
    for (std::uint32_t i = 0; i < part.blob_count; ++i) {
      const Blob& blob = blobs[part.first_blob + i];
      json.begin_object();
      write_blob(json, blob.mime_type, blob.data);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

void write_part(Writer& json, const Part& part, const std::vector<Blob>& blobs) {
  json.begin_object();
  switch (part.kind) {
    case Part::Kind::text:
      json.key("text").string(part.text);
      break;
    case Part::Kind::inline_data:
      write_blob(json, part.mime_type, part.text);
      break;
    case Part::Kind::file_data:
      json.key("fileData").begin_object();
      if (!part.mime_type.empty()) json.key("mimeType").string(part.mime_type);
      json.key("fileUri").string(part.text).end_object();
      break;
    case Part::Kind::function_call:
      write_call(json, part);
      break;
    case Part::Kind::function_response:
      write_response(json, part, blobs);
      break;
  }
  if (!part.thought_signature.empty()) {
    json.key("thoughtSignature").string(part.thought_signature);
  }
  json.end_object();
}

void write_contents(Writer& json, const Request& request) {
  json.key("contents").begin_array();
  std::uint32_t next = 0;
  for (const Content& content : request.contents) {
    json.begin_object().key("role").string(
        std::string_view(content.role == Role::user ? "user" : "model"));
    json.key("parts").begin_array();
    for (; next < content.end; ++next) write_part(json, request.parts[next], request.blobs);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_functions(Writer& json, const Request& request) {
  json.begin_object().key("functionDeclarations").begin_array();
  for (const FunctionDeclaration& function : request.functions) {
    json.begin_object().key("name").string(function.name);
    if (!function.description.empty()) json.key("description").string(function.description);
    if (!function.parameters.empty()) json.key("parametersJsonSchema").raw(function.parameters);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_tools(Writer& json, const Request& request) {
  if (request.functions.empty() && request.built_in_tools.empty()) return;
  json.key("tools").begin_array();
  if (!request.functions.empty()) write_functions(json, request);
  for (const auto& [name, value] : request.built_in_tools.entries()) {
    json.begin_object().key(name).raw(value).end_object();
  }
  json.end_array();
}

void write_fields(Writer& json, const Fields& fields) {
  for (const auto& [name, value] : fields.entries()) json.key(name).raw(value);
}

void write_tool_config(Writer& json, const Request& request) {
  const bool calls = !request.calling_mode.empty();
  if (!calls && request.tool_config.empty()) return;
  json.key("toolConfig").begin_object();
  if (calls) {
    json.key("functionCallingConfig").begin_object().key("mode").string(request.calling_mode);
    if (!request.allowed_functions.empty()) {
      json.key("allowedFunctionNames").begin_array();
      for (const json::RawString name : request.allowed_functions) json.string(name);
      json.end_array();
    }
    json.end_object();
  }
  write_fields(json, request.tool_config);
  json.end_object();
}

std::size_t size_of(const Fields& fields) {
  std::size_t size = 0;
  for (const auto& [name, value] : fields.entries()) size += name.size() + value.text.size() + 8;
  return size;
}

}  // namespace

void write_request(const Request& request, Writer json) {
  json.begin_object();
  if (!request.system.empty()) {
    json.key("systemInstruction").begin_object().key("parts").begin_array();
    for (const json::RawString text : request.system) {
      json.begin_object().key("text").string(text).end_object();
    }
    json.end_array().end_object();
  }
  write_contents(json, request);
  write_tools(json, request);
  write_tool_config(json, request);
  if (!request.config.empty()) {
    json.key("generationConfig").begin_object();
    write_fields(json, request.config);
    json.end_object();
  }
  write_fields(json, request.others);
  json.end_object();
}

json::Rope rope_of(const Request& request, std::string_view lasting) {
  json::Rope rope;
  rope.text.reserve(written_size(request, lasting));
  write_request(request, Writer(rope, lasting));
  return rope;
}

std::size_t written_size(const Request& request, std::string_view lasting) {
  constexpr std::size_t kAround = 64;     // what stands around a text or a turn
  constexpr std::size_t kPart = 192;      // names of members
  constexpr std::size_t kSettings = 512;  // toolConfig and the names of the rest
  std::size_t size = kSettings + size_of(request.config) + size_of(request.others) +
                     size_of(request.built_in_tools) + size_of(request.tool_config) +
                     kAround * request.contents.size();
  const auto add = [&](json::RawString text) {
    if (!json::is_gap(text, lasting)) size += text.escaped.size();
  };
  for (const json::RawString text : request.system) {
    add(text);
    size += kAround;
  }
  for (const Part& part : request.parts) {
    for (const auto text :
         {part.text, part.name, part.id, part.mime_type, part.thought_signature}) {
      add(text);
    }
    size += part.args.text.size() + kPart;
  }
  for (const Blob& blob : request.blobs) {
    add(blob.mime_type);
    add(blob.data);
    size += kPart;
  }
  for (const FunctionDeclaration& function : request.functions) {
    add(function.name);
    add(function.description);
    size += function.parameters.text.size() + kPart;
  }
  for (const json::RawString name : request.allowed_functions) size += name.escaped.size() + 8;
  return size;
}

}  // namespace proxy::gemini
