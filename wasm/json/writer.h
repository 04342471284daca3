// Appends JSON to a string, comma by comma; never builds a tree.
//   Writer json(out);
//   json.begin_object().key("role").string("user").key("parts").begin_array() ...
//   .end_array().end_object();
// The caller keeps begin/end and key/value in step (asserted in debug builds).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json/raw.h"
#include "json/rope.h"

namespace proxy::json {

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  // Long raw strings that stand in `lasting` become gaps; it must outlive the rope.
  Writer(Rope& out, std::string_view lasting) : out_(out.text), rope_(&out), lasting_(lasting) {}
  // Raw values that stand in `source` bring its gaps along.
  Writer(Rope& out, const Rope& source)
      : out_(out.text), rope_(&out), lasting_(source.text), source_(&source) {}

  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  // `name` is written as it is: a literal of ours that needs no escaping.
  Writer& key(std::string_view name);
  Writer& key(RawString name);

  Writer& string(std::string_view plain);  // escaped here
  Writer& string(RawString raw);           // copied as it is
  Writer& gap(RawString raw);              // of a rope, a gap however short it is
  Writer& raw(RawValue value);             // copied as it is
  Writer& integer(std::int64_t value);
  Writer& boolean(bool value);
  Writer& null();

  // A string built from pieces of mixed kind: open_string().text(plain).text(raw).close_string().
  Writer& open_string();
  Writer& text(std::string_view plain);
  Writer& text(RawString raw);
  Writer& close_string();

 private:
  bool is_inside(char bracket) const;
  void separate();
  void begin_value();
  Writer& begin(char bracket);
  Writer& end(char bracket);
  void bring_gaps(std::string_view text);

  std::string& out_;
  Rope* rope_ = nullptr;  // out_ is its text
  std::string_view lasting_;
  const Rope* source_ = nullptr;
  bool needs_comma_ = false;

  // For the assertions. A writer may go on in text that something else began, so what stands
  // outside of its own containers is unknown and allowed.
  bool in_string_ = false;
  bool has_key_ = false;       // a key waits for its value
  std::uint32_t depth_ = 0;    // containers open
  std::uint64_t objects_ = 0;  // bit i: the container of depth i + 1 is an object
};

}  // namespace proxy::json
