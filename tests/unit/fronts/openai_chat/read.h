// Reads a request as the gateway does, from a buffer of exactly its size.
#pragma once

#include <string>
#include <string_view>

#include "fronts/openai_chat/request.h"
#include "gemini/request_writer.h"
#include "json/index.h"
#include "support/exact_bytes.h"

namespace proxy::test {

inline fronts::openai_chat::RequestOptions no_options() {
  static const gemini::Aliases none;
  return {.aliases = &none, .default_model = {}, .include_thoughts = true, .stream_default = true};
}

inline constexpr const char* kMessages = R"("messages":[{"role":"user","content":"x"}])";

// A request of one word with more members. The model's family wants no settings of its own.
inline std::string asking(std::string_view members,
                          std::string_view model = "gemini-2.5-flash-lite") {
  return R"({"model":")" + std::string(model) + "\"," + kMessages +
         (members.empty() ? "" : "," + std::string(members)) + "}";
}

class Reading {
 public:
  explicit Reading(std::string_view body,
                   const fronts::openai_chat::RequestOptions& options = no_options())
      : bytes_(body), result_(fronts::openai_chat::read_request(bytes_.span(), index_, options)) {}
  Reading(const Reading&) = delete;

  bool ok() const { return result_.ok(); }
  const fronts::openai_chat::ChatRequest* operator->() const { return &result_.value(); }
  const ApiError& error() const { return result_.error(); }
  // "ok", else the error's code.
  std::string_view code() const { return ok() ? "ok" : traits(error().code).code; }
  std::string_view param() const { return ok() ? "" : std::string_view(error().param); }
  // What Google is sent; "" if refused.
  std::string upstream() const {
    std::string out;
    if (ok()) gemini::write_request(result_.value().upstream, proxy::json::Writer(out));
    return out;
  }

 private:
  ExactBytes bytes_;
  json::Index index_;
  Result<fronts::openai_chat::ChatRequest> result_;
};

}  // namespace proxy::test
