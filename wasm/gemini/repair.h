// Requests that Google refuses although they are right for another model or another day: what the
// words of its 400 ask to be left out or changed, and the change itself, done on the request's own
// JSON. A repair is made at most once per request; the gateway remembers it per model, so that the
// next request is right at once.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/rope.h"

namespace proxy::gemini {

enum class Repair : std::uint8_t {
  drop_call_ids,           // functionCall.id, functionResponse.id
  dummy_signatures,        // the documented substitute on first calls, no other signature
  end_with_user,           // a last user turn "Continue."
  drop_penalties,          // presencePenalty, frequencyPenalty
  drop_logprobs,           // responseLogprobs, logprobs
  openapi_schemas,         // parameters and responseSchema in Google's older dialect
  json_in_words,           // response format as an instruction, for models that cannot do both
  drop_thinking_settings,  // thinkingBudget, thinkingLevel; keeps includeThoughts
  drop_thinking,           // thinkingConfig
  system_as_user,          // the system text at the start of the first user turn
  drop_temperature,
  drop_top_p,
  drop_top_k,
  auto_mode,               // VALIDATED -> AUTO
  drop_server_side_tools,  // includeServerSideToolInvocations
};

class Repairs {
 public:
  Repairs() = default;
  Repairs(std::initializer_list<Repair> repairs) {
    for (const Repair repair : repairs) add(repair);
  }

  void add(Repair repair) { bits_ |= bit(repair); }
  void remove(Repair repair) { bits_ &= ~bit(repair); }
  void remove(Repairs others) { bits_ &= ~others.bits_; }
  bool has(Repair repair) const { return (bits_ & bit(repair)) != 0; }
  bool empty() const { return bits_ == 0; }
  bool operator==(const Repairs&) const = default;
  void add(Repairs others) { bits_ |= others.bits_; }

 private:
  static std::uint32_t bit(Repair repair) { return 1u << static_cast<unsigned>(repair); }

  std::uint32_t bits_ = 0;
};

// For the log.
std::string_view name_of(Repair repair);
std::vector<std::string_view> names_of(Repairs repairs);

// The repair that Google's message asks for; nothing if none is known or it was made already.
//   message  Google's words on a 400, plain text
std::optional<Repair> repair_for(std::string_view message, Repairs made);

// `body`, a request that rope_of() made, with `repairs` done. Texts stay byte for byte.
json::Rope repaired(json::Rope& body, Repairs repairs);

}  // namespace proxy::gemini
