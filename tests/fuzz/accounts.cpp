// The secret ACCOUNTS becomes accounts that can serve, and words about the rest that quote nothing.
//   line 1  switches, a letter each: v Vertex AI by default, x Code Assist by default, c Code
//   Assist
//           allowed, i a common OAuth client
//   then    ACCOUNTS, and behind each form feed the secret that continues it
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "accounts/account.h"
#include "accounts/names.h"
#include "accounts/oauth.h"
#include "base/text.h"
#include "fuzz/support/fuzz.h"
#include "upstreams/gemini_api/gemini_api.h"
#include "upstreams/vertex/vertex.h"

namespace {

using namespace proxy;
using accounts::Account;
using accounts::Credential;
using accounts::Upstream;
using fuzz::expect;

accounts::AccountSettings settings_of(std::string_view switches) {
  const auto has = [switches](char c) { return switches.find(c) != std::string_view::npos; };
  accounts::AccountSettings settings;
  if (has('v')) settings.upstream = Upstream::vertex;
  if (has('x')) settings.upstream = Upstream::code_assist;
  settings.code_assist = has('c');
  if (has('i')) settings.client = {"common-client", SecretString("common-secret")};
  return settings;
}

std::vector<std::string> texts_of(std::string_view all) {
  std::vector<std::string> texts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = all.find('\f');
    texts.emplace_back(all.substr(0, end));
    if (end != std::string_view::npos) all.remove_prefix(end + 1);
  }
  return texts;
}

void check_words(std::string_view text) {
  expect(fuzz::is_printable(text) && text.size() < 600, "words about accounts can be read", text);
  expect(text.find("mark-") == std::string_view::npos, "they quote nothing", text);
}

// A value cannot begin a header or a line of its own: their number is known.
void check_head(const std::string& head, std::ptrdiff_t fields) {
  expect(std::count(head.begin(), head.end(), '\n') == 1 + 2 * fields, "a head has its lines",
         head);
  expect(head.find_first_of(std::string("\r\0", 2)) == std::string::npos, "and no other end", head);
}

void check_enabled(const Account& account) {
  const std::string& secret = account.secret.reveal();
  expect(!secret.empty(), "an account has a credential");
  expect(account.fingerprint.size() == 16 &&
             account.fingerprint.find_first_not_of("0123456789abcdef") == std::string::npos,
         "and its fingerprint", account.fingerprint);
  for (const std::string& id : {account.project_id, account.session_id, account.key_id}) {
    expect(id.empty() || accounts::is_identifier(id), "ids are ids", id);
  }
  const bool is_key = account.credential == Credential::api_key;
  const SecretString token(is_key ? secret : "token-a");
  const upstreams::Target target = {.base_url = "https://a.example",
                                    .model = "gemini-3.5-flash",
                                    .project_id = account.project_id,
                                    .location = account.location,
                                    .session_id = account.session_id,
                                    .secret = &token,
                                    .is_key = is_key};
  check_head(upstreams::gemini_api::head(target), 3);
  if (account.upstream == Upstream::vertex) {
    const bool has_place = is_key || !account.project_id.empty();
    expect(!account.location.empty() && has_place, "Vertex AI is told where", account.location);
    check_head(upstreams::vertex::head(target, "v1"), 3);
  }
  if (account.credential != Credential::refresh_token) return;
  const auto request = accounts::refresh_request(account, account.secret, "https://a.example");
  check_head(request.head, 2);
  for (const char c : request.body) {
    expect(c > 0x20 && c < 0x7F && c != '#' && c != '"', "a form is encoded", request.body);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto settings = settings_of(input.line());
  const auto list = accounts::parse_accounts(texts_of(input.rest()), settings);
  std::set<std::string> identities;
  for (std::size_t i = 0; i != list.accounts.size(); ++i) {
    const Account& account = list.accounts[i];
    expect(account.index == i, "an account keeps its place");
    if (!account.enabled()) continue;
    check_enabled(account);
    const std::string identity = account.secret.reveal() + '\n' + account.location + '\n' +
                                 account.project_id + '\n' +
                                 std::string(accounts::name_of(account.upstream));
    expect(identities.insert(identity).second, "no account is there twice", identity);
  }
  expect(identities.empty() == list.error.has_value(), "it is an error that none can serve");
  for (const auto& warning : list.warnings) {
    check_words(warning.code);
    check_words(warning.message);
    expect(warning.account < static_cast<int>(list.accounts.size()), "it is about an entry");
  }
  if (list.error) {
    fuzz::check_error(*list.error);
    check_words(list.error->message);
  }
  return 0;
}
