// A service account gets its tokens for a signature instead of a refresh token (RFC 7523; Google:
// "Using OAuth 2.0 for Server to Server Applications"), as plain functions on bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounts/account.h"
#include "host/http.h"

namespace proxy::accounts {

struct PrivateKey {
  std::string der;           // PKCS#8; empty if the text cannot be read
  std::string_view problem;  // then: a literal that says what is wrong and what to do
};

// The `private_key` of a key file: PEM (RFC 7468). Its line ends may be lost, or be backslash and
// n, as shells leave them. What it holds is not looked at.
PrivateKey read_private_key(std::string_view pem);

// Header and claims of the token request, which the account's key signs (RFC 7515 5.1).
//   now_s  since 1970
std::string signing_input(const Account& account, std::int64_t now_s);

// POST {base_url}/token.
host::OutgoingRequest signed_request(std::string_view signing_input, std::string_view signature,
                                     std::string_view base_url);

}  // namespace proxy::accounts
