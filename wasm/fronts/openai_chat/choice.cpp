#include "fronts/openai_chat/choice.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "gemini/signature.h"
#include "json/escape.h"

namespace proxy::fronts::openai_chat {
namespace {

using gemini::EventPart;
using json::Cursor;
using json::RawString;
using json::Writer;

// Of an answer, that citations can name: each costs memory of every stream.
constexpr std::size_t kMostParts = 1'024;

// An id of Google's is taken over if every client can live with it.
bool is_plain_call_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
  });
}

std::string_view arguments_of(const EventPart& call) {
  return call.args.empty() ? std::string_view("{}") : call.args.text;
}

// The name the caller declared, escaped as it arrived if none was.
void write_name(Writer& json, const EventPart& call, const ToolNames::Tool* tool) {
  json.key("name");
  if (tool != nullptr) {
    json.string(std::string_view(tool->name));
  } else {
    json.string(call.name);
  }
}

// `args.input` of a free-form tool; anything else as its JSON.
void write_custom_input(Writer& json, const EventPart& call) {
  std::string text(arguments_of(call));
  json::Index index;
  constexpr json::ScanLimits kLimits = {.depth = 128, .values = 250'000};
  const bool readable = !index.scan(text, kLimits);
  const Cursor input = readable ? Cursor(index)["input"] : Cursor();
  json.key("input");
  if (const auto string = input.string()) {
    json.string(*string);
  } else {
    json.string(input.missing() ? std::string_view() : input.raw().text);
  }
}

}  // namespace

bool Choice::wants_call() const {
  const AnswerContext& context = envelope_->context();
  return call_ids_.empty() || !(context.one_call_only || context.legacy_functions);
}

std::string Choice::call_id(const EventPart& call) {
  std::string id(call.id.escaped);
  const bool known = std::find(call_ids_.begin(), call_ids_.end(), id) != call_ids_.end();
  if (known || !is_plain_call_id(id)) id = envelope_->new_id("call_");
  call_ids_.push_back(id);
  return id;
}

void Choice::write_call(Writer& json, const EventPart& call) {
  const ToolNames::Tool* const tool = envelope_->context().tools.find_gemini(call.name.escaped);
  const bool custom = tool != nullptr && tool->custom;
  const std::string_view signature = call.thought_signature.escaped;
  json.key("id").string(std::string_view(gemini::seal(call_id(call), signature)));
  json.key("type").string(std::string_view(custom ? "custom" : "function"));
  json.key(custom ? "custom" : "function").begin_object();
  write_name(json, call, tool);
  if (custom) {
    write_custom_input(json, call);
  } else {
    json.key("arguments").string(arguments_of(call));
  }
  json.end_object();
  if (signature.empty()) return;
  json.key("extra_content").begin_object().key("google").begin_object();
  json.key("thought_signature").string(call.thought_signature).end_object().end_object();
}

void Choice::write_legacy_call(Writer& json, const EventPart& call) {
  call_id(call);
  json.begin_object();
  write_name(json, call, envelope_->context().tools.find_gemini(call.name.escaped));
  json.key("arguments").string(arguments_of(call)).end_object();
}

void Choice::cite(Cursor segment, Cursor source) {
  static constexpr std::string_view kKinds[] = {"web", "retrievedContext", "maps"};
  Cursor url = source["uri"];
  Cursor title = source["title"];
  for (const std::string_view kind : kKinds) {
    if (!source[kind]["uri"].exists()) continue;
    url = source[kind]["uri"];
    title = source[kind]["title"];
    break;
  }
  if (!url.exists()) url = source["image"]["sourceUri"];
  const auto address = url.string();
  if (!address || address->empty()) return;
  // Google leaves out what is 0.
  const std::int64_t part = segment["partIndex"].count().value_or(0);
  if (part >= static_cast<std::int64_t>(kMostParts)) return;
  citations_.push_back({.part = static_cast<std::size_t>(std::max<std::int64_t>(part, 0)),
                        .begin = segment["startIndex"].count().value_or(0),
                        .end = segment["endIndex"].count().value_or(0),
                        .url = std::string(address->escaped),
                        .title = std::string(title.string().value_or(RawString{}).escaped)});
}

void Choice::begin_part(const EventPart& part, bool is_first) {
  using Kind = EventPart::Kind;
  const bool may_go_on = part.kind == Kind::text || part.kind == Kind::thought;
  const bool goes_on = is_first && may_go_on && part.kind == last_kind_;
  if (!goes_on && part_begins_.size() < kMostParts) part_begins_.push_back(text_.bytes());
  last_kind_ = part.kind;
}

void Choice::observe(const gemini::Event& event) {
  if (!event.thought_signature.empty()) signature_ = event.thought_signature.escaped;
  const Cursor sources = event.grounding["groundingChunks"];
  for (const Cursor support : event.grounding["groundingSupports"].items()) {
    for (const Cursor place : support["groundingChunkIndices"].items()) {
      const auto at = place.count();
      if (at && *at >= 0) cite(support["segment"], sources[static_cast<std::size_t>(*at)]);
    }
  }
  for (const Cursor source : event.citations.items()) cite(source, source);
}

std::string Choice::annotations() const {
  std::string out;
  if (citations_.empty()) return out;
  // Google counts bytes of one part, OpenAI characters of the whole text.
  const auto place = [this](const Citation& citation, std::int64_t bytes) {
    const bool is_known = citation.part < part_begins_.size();
    const std::size_t from = is_known ? part_begins_[citation.part] : 0;
    const auto most = static_cast<std::int64_t>(text_.bytes() - from);
    const auto offset = static_cast<std::size_t>(std::clamp<std::int64_t>(bytes, 0, most));
    return static_cast<std::int64_t>(text_.characters_before(from + offset));
  };
  Writer json(out);
  json.begin_array();
  for (const Citation& citation : citations_) {
    json.begin_object().key("type").string(std::string_view("url_citation"));
    json.key("url_citation").begin_object();
    json.key("start_index").integer(place(citation, citation.begin));
    json.key("end_index").integer(place(citation, citation.end));
    json.key("url").string(RawString{citation.url});
    json.key("title").string(RawString{citation.title}).end_object().end_object();
  }
  json.end_array();
  return out;
}

std::string Choice::spaced(std::string_view escaped) const {
  const bool needs = text_.bytes() > 0 && !text_.ends_with_space() && !escaped.starts_with(' ');
  return std::string(needs ? " " : "").append(escaped);
}

std::string_view Choice::text_signature() const {
  return envelope_->context().text_signatures ? std::string_view(signature_) : std::string_view();
}

std::string as_text(const EventPart& part) {
  std::string out;
  const std::string_view text = part.text.escaped;
  if (part.kind == EventPart::Kind::file) {
    return out.append("[file: ").append(text).append("]");
  }
  const bool ends_line = text.ends_with("\\n");
  out += "\\n```";
  if (part.kind == EventPart::Kind::code) {
    const std::string language = text::lower(part.language.escaped);
    if (language != "language_unspecified") out += language;
  } else if (part.failed) {
    out += "error";
  }
  out.append("\\n").append(text).append(ends_line ? "```\\n" : "\\n```\\n");
  return out;
}

std::string as_markdown(const EventPart& image) {
  std::string out = "![image](data:";
  out.append(image.mime_type.escaped).append(";base64,").append(image.data.escaped);
  return out += ')';
}

std::size_t size_of(const gemini::Event& event) {
  std::size_t size = 0;
  for (const EventPart& part : event.parts) {
    size += part.text.escaped.size() + part.data.escaped.size() + part.args.text.size();
  }
  return size;
}

bool is_short(const gemini::Event& event) {
  constexpr std::size_t kMost = 4 * limits::kMiB;
  return size_of(event) <= kMost;
}

void write_image(Writer& json, const EventPart& image) {
  json.begin_object().key("type").string(std::string_view("image_url"));
  json.key("image_url").begin_object().key("url").open_string();
  json.text(std::string_view("data:")).text(image.mime_type);
  json.text(std::string_view(";base64,")).text(image.data).close_string();
  json.end_object().end_object();
}

namespace {

// One token: `token`, `logprob`, `bytes`; the object is left open.
void begin_token(Writer& json, Cursor token) {
  const Cursor text = token["token"];
  json.begin_object().key("token").string(text.string().value_or(RawString{}));
  const Cursor probability = token["logProbability"];
  json.key("logprob").raw(probability.is(json::Type::number) ? probability.raw()
                                                             : json::RawValue{"0"});
  json.key("bytes").begin_array();
  for (const char byte : text.text()) json.integer(static_cast<unsigned char>(byte));
  json.end_array();
}

}  // namespace

void append_logprobs(std::string& out, Cursor result) {
  std::size_t position = 0;
  for (const Cursor token : result["chosenCandidates"].items()) {
    if (!out.empty()) out += ',';
    Writer json(out);
    begin_token(json, token);
    json.key("top_logprobs").begin_array();
    for (const Cursor other : result["topCandidates"][position++]["candidates"].items()) {
      begin_token(json, other);
      json.end_object();
    }
    json.end_array().end_object();
  }
}

std::string logprobs_object(std::string_view tokens) {
  if (tokens.empty()) return "null";
  return std::string(R"({"content":[)").append(tokens).append(R"(],"refusal":null})");
}

}  // namespace proxy::fronts::openai_chat
