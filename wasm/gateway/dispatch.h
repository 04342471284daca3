// What an account's upstream is sent: where to, and in which form. The one place that knows all
// upstreams.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/account.h"
#include "gateway/isolate.h"
#include "gateway/prepared.h"
#include "gemini/request.h"
#include "upstreams/target.h"

namespace proxy::gateway {

struct Outgoing {
  const accounts::Account* account = nullptr;  // whose the credential is
  std::string head;
  std::shared_ptr<const json::Rope> body;
  bool in_envelope = false;  // the answer's events have one, too
};

// Which upstreams can serve a request at all: what it refers to may belong to one of them.
accounts::UpstreamSet upstreams_for(const gemini::Request& request);

//   base_url  takes what the result's views show
upstreams::Target target_for(const Isolate& isolate, const accounts::Account& account,
                             const SecretString& secret, std::string_view model,
                             std::string& base_url);

// The canonical body without what the account's upstream does not know.
//   dropped  gets the names of what was left out
std::shared_ptr<json::Rope> fitted_body(const accounts::Account& account, const Prepared& request,
                                        std::vector<std::string_view>& dropped);

// The canonical body as that account's upstream wants it.
//   dropped  gets the names of what was left out
Outgoing outgoing_for(const Isolate& isolate, const accounts::Account& account,
                      const SecretString& secret, const Prepared& request,
                      std::vector<std::string_view>& dropped);

}  // namespace proxy::gateway
