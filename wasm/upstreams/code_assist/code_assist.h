// Gemini Code Assist (cloudcode-pa.googleapis.com): the same requests and answers, each inside an
// envelope. Not a documented API; read from the open source of gemini-cli, and off unless the owner
// switches it on. Nothing here claims to be another program.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/cursor.h"
#include "json/rope.h"
#include "upstreams/target.h"

namespace proxy::upstreams::code_assist {

inline constexpr std::string_view kDefaultBaseUrl = "https://cloudcode-pa.googleapis.com";

std::string head(const Target& target);

// The envelope around a request that upstreams/fields.h has fitted.
//   prompt_id  unique for each request, 1 to 64 letters and digits
json::Rope body(const json::Rope& request, const Target& target, std::string_view prompt_id);

// What a call to find out the account's project says (loadCodeAssist, onboardUser).
struct Onboarding {
  std::string project_id;  // known: nothing else is to be done
  std::string tier;        // to sign up for, if there is none yet
  bool has_tier = false;   // but the account must name a project of its own
  std::string reason;      // why Google lets this account have none, as it says
};

host::OutgoingRequest load_request(const Target& target);
Onboarding read_load_reply(std::string body);

// Signs the account up, which accepts Google's terms in its name. The answer is an operation.
host::OutgoingRequest onboard_request(const Target& target, std::string_view tier);
// The same operation again.
host::OutgoingRequest operation_request(const Target& target, std::string_view name);

struct Operation {
  bool done = false;
  std::string name;
  std::string project_id;
};
Operation read_operation(std::string body);

}  // namespace proxy::upstreams::code_assist
