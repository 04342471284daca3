// Code Assist wants to know a project. If the account's entry names none, Google is asked for the
// one that belongs to it, once per isolate.
#pragma once

#include <optional>

#include "accounts/account.h"
#include "accounts/token_source.h"
#include "gateway/isolate.h"
#include "host/call.h"
#include "host/task.h"

namespace proxy::gateway {

//   account  of Code Assist; nothing is to be done if its project is known
//   token    is renewed if Google refuses it
//   returns  why the account cannot be used, if so
host::Task<std::optional<ApiError>> find_project(host::Call& call, Isolate& isolate,
                                                 const accounts::Account& account,
                                                 accounts::AccessToken& token);

}  // namespace proxy::gateway
