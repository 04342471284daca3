// The accounts that one choice may still ask, and what its caller is told when there is none left.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "accounts/account.h"
#include "accounts/pool.h"
#include "base/api_error.h"
#include "gateway/isolate.h"
#include "gateway/prepared.h"

namespace proxy::gateway {

class Candidates {
 public:
  Candidates(const Isolate& isolate, const Prepared& request)
      : isolate_(isolate), request_(request) {}

  // The one to ask next; null if none can serve now.
  const accounts::Account* next() const;
  void note_tried(const accounts::Account& account) { tried_.push_back(account.index); }
  // Nor any other that asks the same address.
  void avoid(const accounts::Account& account) { avoided_.push_back(&account); }
  // All may be asked again.
  void forget_tried() { tried_.clear(); }

  // Of the rests of accounts that could serve otherwise: one that a wait helps with, if there is
  // one, and the first to end. Good until an account is let rest; null for none.
  const accounts::Rest* earliest_rest() const;

  // Why nobody served: what Google said of the request, else how long the accounts rest, else why
  // there is no token.
  //   upstream_error  Google's last word, if it was asked
  //   token_error     the last account's without one
  ApiError final_error(const std::optional<ApiError>& upstream_error,
                       const std::optional<ApiError>& token_error) const;

 private:
  const accounts::Account* bound() const;
  ApiError no_token() const;

  const Isolate& isolate_;
  const Prepared& request_;
  std::vector<std::size_t> tried_;  // indexes
  std::vector<const accounts::Account*> avoided_;
};

}  // namespace proxy::gateway
