// One entry of ACCOUNTS, in any of its forms (account.h).
#pragma once

#include <vector>

#include "accounts/account.h"
#include "json/cursor.h"

namespace proxy::accounts {

// Reads `entry` into `account`, whose index is set.
//   returns  whether it can serve; if not, the last of `warnings` says why
bool read_entry(json::Cursor entry, const AccountSettings& settings, Account& account,
                std::vector<ConfigWarning>& warnings);

}  // namespace proxy::accounts
