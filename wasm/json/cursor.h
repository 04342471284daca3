// A place in an indexed document. Cheap to copy; valid as long as the Index and its text.
// An absent value is a cursor like any other (`exists()` is false), so look-ups chain without
// checks: `root["usageMetadata"]["promptTokenCount"].integer()`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/views.h"
#include "json/index.h"
#include "json/raw.h"

namespace proxy::json {

class Cursor {
 public:
  Cursor() = default;                                  // absent
  explicit Cursor(const Index& index VIEWS_ARGUMENT);  // the document's root
  Cursor(const Index& index VIEWS_ARGUMENT, std::uint32_t node) : index_(&index), node_(node) {}

  bool exists() const { return index_ != nullptr; }
  bool is(Type type) const { return exists() && node().type == type; }
  bool is_null() const { return is(Type::null); }
  // Absent and null alike: OpenAI treats null as absent for every optional parameter.
  bool missing() const { return !exists() || is_null(); }
  Type type() const { return exists() ? node().type : Type::null; }

  RawValue raw() const;  // whole text, strings with their quotes; empty if absent
  std::optional<RawString> string() const;  // nothing unless a string
  std::optional<bool> boolean() const;      // nothing unless true or false
  // An integral number in the range of int64: `1`, `1.0`, `1e2`, `-0`. Nothing for 1.5, "1", 1e30.
  std::optional<std::int64_t> integer() const;
  // A number without its fraction, at the nearest end of int64 if it is beyond. Nothing unless a
  // number.
  std::optional<std::int64_t> whole() const;
  // A number that a double can hold.
  bool is_finite() const { return is(Type::number) && !node().is_infinite; }
  bool is_integral() const;  // a number without a fraction, however large
  // Below 0, 0 or above 0 as this number is less than, equal to or more than `bound`, itself a
  // number's text. Exact.
  int compare(std::string_view bound) const;
  // A count as Google writes it: an integral number, or one in a string ("12", protobuf's int64).
  std::optional<std::int64_t> count() const;
  // Whether this is a string whose decoded text is `text`, however it is escaped.
  bool equals(std::string_view text) const;
  // The decoded text of a string, "" for anything else.
  std::string text() const;

  std::size_t size() const;  // elements of an array, members of an object; else 0

  // The member of that name; the last one of duplicates, as every reader of a body must agree on
  // one. Absent if this is no object. Keys match however they are escaped. Linear in the members.
  Cursor operator[](std::string_view key) const;
  // The element at that place of an array; absent beyond its end.
  Cursor operator[](std::size_t position) const;
  // The members of several names in one pass over the object (same rules as above).
  template <std::size_t N>
  std::array<Cursor, N> pick(const std::array<std::string_view, N>& keys) const {
    std::array<Cursor, N> found{};
    pick_into(keys, found);
    return found;
  }

  // for (Cursor item : array.items()), for (Member member : object.members()); empty for other
  // types.
  struct Member;
  template <bool kKeyed>
  class Range;
  using Items = Range<false>;
  using Members = Range<true>;
  Items items() const;
  Members members() const;

 private:
  const Node& node() const { return index_->nodes()[node_]; }
  std::string_view bytes() const;  // strings without their quotes
  void pick_into(std::span<const std::string_view> keys, std::span<Cursor> found) const;

  const Index* index_ = nullptr;
  std::uint32_t node_ = 0;
};

struct Cursor::Member {
  Cursor key;  // a string
  Cursor value;
};

// kKeyed  each element is a key with its value behind it
template <bool kKeyed>
class Cursor::Range {
 public:
  class Iterator {
   public:
    Iterator(const Index* index, std::uint32_t node) : index_(index), node_(node) {}
    auto operator*() const {
      if constexpr (kKeyed) {
        return Member{Cursor(*index_, node_), Cursor(*index_, node_ + 1)};
      } else {
        return Cursor(*index_, node_);
      }
    }
    Iterator& operator++() {
      node_ = index_->nodes()[node_ + (kKeyed ? 1 : 0)].next;
      return *this;
    }
    bool operator==(const Iterator& other) const { return node_ == other.node_; }

   private:
    const Index* index_;
    std::uint32_t node_;
  };
  Range(const Index* index, std::uint32_t first, std::uint32_t past)
      : index_(index), first_(first), past_(past) {}
  Iterator begin() const { return {index_, first_}; }
  Iterator end() const { return {index_, past_}; }

 private:
  const Index* index_;
  std::uint32_t first_;
  std::uint32_t past_;
};

}  // namespace proxy::json
