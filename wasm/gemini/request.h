// The canonical request every front produces and every upstream sends: a Gemini
// GenerateContentRequest whose texts are still the caller's escaped bytes. It views the caller's
// body and must die before it. Gemini API: models/generateContent
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gemini/arena.h"
#include "json/raw.h"

namespace proxy::gemini {

enum class Role : std::uint8_t { user, model };

// Stands for the media type of an image that is to be fetched first: in place of its data is the
// URL, which views Request::images.
inline constexpr std::string_view kToBeFetched = "image/*";

struct RemoteImage {
  std::string url;   // needs no escaping
  std::string path;  // of the part in the caller's request, for errors
};

// Bytes inside the request.
struct Blob {
  json::RawString mime_type;
  json::RawString data;  // base64
};

struct Part {
  enum class Kind : std::uint8_t {
    text,
    inline_data,
    file_data,
    function_call,
    function_response,
  };
  Kind kind = Kind::text;
  bool is_error = false;      // function_response: `text` says what failed
  json::RawString text;       // text; base64; URI; output or error of a function
  json::RawString mime_type;  // inline_data; file_data, if known; may be kToBeFetched
  json::RawString name;       // of the function
  json::RawString id;         // of the call; empty = not sent
  json::RawValue args;        // function_call: a JSON object
  json::RawString thought_signature;
  std::uint32_t first_blob = 0;  // function_response: media beside its text, in Request::blobs
  std::uint32_t blob_count = 0;
};

// A turn. It is never empty: Google refuses that.
struct Content {
  Role role = Role::user;
  // Holds the answers to the calls of the turn before, and nothing else; never merged.
  bool answers_calls = false;
  std::uint32_t end = 0;  // of its parts in Request::parts; they begin where the turn before ends
};

struct FunctionDeclaration {
  json::RawString name;
  json::RawString description;  // empty = none
  json::RawValue parameters;    // JSON Schema; empty = none
};

// Members of a JSON object in the order in which they were first set.
class Fields {
 public:
  struct Entry {
    std::string_view name;
    json::RawValue value;
  };

  // name   a literal
  void set(std::string_view name, json::RawValue value);
  void drop(std::string_view name);
  bool has(std::string_view name) const;
  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

struct Request {
  std::string model;                    // bare id such as `gemini-3.5-flash`, checked
  std::vector<json::RawString> system;  // one text part each
  std::vector<Content> contents;        // never empty
  std::vector<Part> parts;              // of all contents
  std::vector<Blob> blobs;
  std::vector<FunctionDeclaration> functions;
  Fields built_in_tools;          // googleSearch, ...
  std::string_view calling_mode;  // AUTO, ANY, NONE, VALIDATED; empty = not sent
  std::vector<json::RawString> allowed_functions;
  Fields tool_config;            // besides the mode
  Fields config;                 // generationConfig; what is absent has Google's own defaults
  Fields others;                 // safetySettings, serviceTier, cachedContent
  bool gemini_api_only = false;  // refers to what only that upstream has, as the next
  bool vertex_only = false;
  bool foreign_fields = false;  // some are not the Gemini API's
  Arena arena;                  // owns what of all this is not the caller's text

  // To be fetched, each URL once; the elements must stay where they are.
  std::vector<RemoteImage> images;
};

}  // namespace proxy::gemini
