// The whole program on the FakeHost: one isolate, callers, and scripts for Google's token endpoint
// and for Gemini.
//
//   Story story;
//   story.on_google = [](const FetchRequest&, int) { return error_answer(503); };
//   CHECK(story.tell(streamed()) == "503 upstream_overloaded");
//
// A story that ends is checked against the rules that hold in every one (flow/rules.h). So that
// leaks are found by a search, every secret contains `marked-` and every prompt and answer
// `private-`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/gateway.h"
#include "support/fake_host.h"

namespace proxy::flow {

using test::BodyEnd;
using test::FakeHost;
using test::FetchAnswer;
using test::FetchRequest;
using test::Fields;
using test::kNever;
using test::KvFault;
using test::Received;

inline const std::string kKey = "marked-key";
inline const std::string kHost = "http://localhost:8787";

// A caller's request.
struct Ask {
  std::string method = "GET";
  std::string path;  // with query; a whole URL is taken as it is
  Fields headers{{"authorization", "Bearer " + kKey}};
  std::vector<std::string> body{};
  BodyEnd end = BodyEnd::clean;

  Ask with(std::string name, std::string value) const;  // replaces a header of that name
  Ask without(std::string_view name) const;
};

Ask get(std::string path);
Ask post(std::string body, std::string path = "/v1/chat/completions");
// A chat request: one question, and `more`, which begins with a comma.
std::string chat_body(std::string_view more = {});
Ask streamed();
Ask whole();

// Gemini's answers.
std::string text_event(std::string_view text, std::string_view finish = {});  // without framing
std::string framed(std::string_view event);                                   // as Google does it
std::string error_json(int code, std::string_view status, std::string_view message = "No.",
                       std::string_view details = {});
FetchAnswer answer_of(std::vector<std::string> events, BodyEnd end = BodyEnd::clean);
FetchAnswer good_answer();  // "private-answer one two", 5 + 3 tokens
FetchAnswer error_answer(int status, std::string body = {}, Fields headers = {});
FetchAnswer no_connection();
FetchAnswer silence();  // not even headers

// The token endpoint's.
FetchAnswer token_answer(std::string_view access_token, int expires_in_s = 3'599);
FetchAnswer refusal(std::string_view word, int status = 400);

class Story {
 public:
  using Google = std::function<FetchAnswer(const FetchRequest&, int n)>;  // n: 1, 2, 3 ...
  //   asker  the refresh token, or the service account's address
  using TokenEndpoint = std::function<FetchAnswer(const std::string& asker, int n)>;

  //   seed      of the order in which the host answers; 0: first come, first served
  //   accounts  in ACCOUNTS, with the refresh tokens marked-refresh-0, -1, ...
  explicit Story(std::uint32_t seed = 0, int accounts = 1);
  ~Story();
  Story(const Story&) = delete;

  // A request comes in; the call's id.
  host::CallId start(const Ask& ask);
  void run();
  // One request from its beginning to the end of all that it set off.
  const Received& ask(const Ask& ask);
  std::string tell(const Ask& asked) { return summary(ask(asked)); }

  // The isolate is evicted; the next one knows only KV.
  void evict();
  // Variables have changed: a new deployment.
  void set(const std::string& name, std::string value);
  void set_accounts(int count);

  // The answers of Gemini and of the token endpoint, in the order asked.
  std::vector<FetchRequest> google_requests() const;
  std::vector<FetchRequest> token_requests() const;
  // Whose tokens and keys Google's models saw: "0 0 1" for three calls.
  std::string accounts_asked() const;

  // Fetches and KV operations so far that were begun and not dropped; the platform counts them.
  std::size_t subrequests() const;

  // What a caller got, in short:
  //   `204`, `404 unknown_url`, `200 <text>` for a whole answer,
  //   `200 <text>[DONE]`, `200 <text>!upstream_reset` for a stream, with `200 <text>...` if it just
  //   stops; texts of several choices have a `|` between them
  static std::string summary(const Received& received);

  Google on_google;                 // without one: good_answer()
  TokenEndpoint on_token;           // without one: marked-access-<number of the account>-<n>
  std::size_t first_account = 0;    // then the one idle longest, as ACCOUNT_AFFINITY is false
  bool expects_lost_calls = false;  // calls may stay open at the end
  std::unique_ptr<gateway::Isolate> isolate = std::make_unique<gateway::Isolate>();
  FakeHost host;  // the last member that calls use

 private:
  FetchAnswer fetch(const FetchRequest& request);

  int google_count_ = 0;
  std::map<std::string, int> token_counts_;
  std::map<host::CallId, Ask> asks_;
};

}  // namespace proxy::flow
