// The host for native tests: one isolate with a scripted network, a KV namespace, and a clock that
// moves only when nothing but time can happen. Linked in place of the Worker's imports.
//
//   FakeHost host;
//   host.on_fetch = [](const FetchRequest& request) { return FetchAnswer{...}; };
//   const auto id = host.start("GET\nhttp://localhost/health", {}, [&](Call& call) { return
//   serve(call); }); host.run(); CHECK(host.received(id).status == 200);
//
// Breaking the rules of host/host.h (a body left unread, a body changed while it is sent, a second
// answer, KV's limits) ends the program. Calls still open die with the host, so what they use must
// be declared before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/call.h"
#include "host/host.h"
#include "host/task.h"

namespace proxy::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::int64_t kNever = INT64_MAX;

// How a body goes on after its last chunk.
enum class BodyEnd : std::uint8_t { clean, broken, never };

struct FetchRequest {
  std::string method;
  std::string url;
  Fields headers;
  std::string body;

  std::string header(std::string_view name) const;  // empty if there is none
};

struct FetchAnswer {
  int status = 200;  // 0: no answer, as if the network had failed
  Fields headers{};  // names in lower case
  std::vector<std::string> chunks{};
  BodyEnd end = BodyEnd::clean;
  std::int64_t delay_ms = 0;  // before the headers; kNever: no answer at all
  std::int64_t gap_ms = 0;    // before each chunk and before the end
};

Fields read_fields(std::string_view text);

// What the caller got.
struct Received {
  int status = 0;  // 0: nothing yet
  Fields headers{};
  std::string body{};                 // all of it
  std::vector<std::string> writes{};  // of a streamed answer, one by one
  bool streamed = false;
  bool ended = false;

  std::string header(std::string_view name) const;
};

enum class KvFault : std::uint8_t { none, fails, hangs };

class FakeHost {
 public:
  using Handler = std::function<FetchAnswer(const FetchRequest&)>;
  using Root = std::function<host::Task<void>(host::Call&)>;

  // seed  0: what is due is answered first come, first served; else in an order that follows from
  // it
  explicit FakeHost(std::uint32_t seed = 0);
  ~FakeHost();
  FakeHost(const FakeHost&) = delete;

  // The script.
  Handler on_fetch;  // without one every fetch fails
  std::map<std::string, std::string> env;
  std::int64_t now_ms = 1'700'000'000'000;
  bool kv_bound = true;
  KvFault kv_get_fault = KvFault::none;
  KvFault kv_put_fault = KvFault::none;
  KvFault kv_delete_fault = KvFault::none;
  KvFault sign_fault = KvFault::none;
  std::optional<std::size_t> most_requests;  // with one key; RATE_LIMIT is bound if it is set
  KvFault rate_limit_fault = KvFault::none;
  std::int64_t kv_delay_ms = 0;
  // In place of the host's own store: what a call's place on earth sees of KV.
  std::function<std::optional<std::string>(host::CallId, const std::string& key)> on_kv_get;
  // An empty value for a deletion.
  std::function<void(host::CallId, const std::string& key, const std::string& value)> on_kv_put;
  void set_kv(const std::string& key, std::string value, std::int64_t ttl_s = 86'400);
  std::optional<std::string> kv(const std::string& key) const;
  std::vector<std::string> kv_keys() const;

  // One fault at the n-th awaited operation (from 1), in the order in which they are started.
  void fail_at(std::size_t n) { fail_at_ = n; }  // it fails; a sleep ends at once
  void hang_at(std::size_t n) { hang_at_ = n; }  // it is never answered; a sleep goes on as ever
  // It is answered at once with garbage of that kind (support/garbage.h).
  void spoil_at(std::size_t n, std::size_t kind) { spoil_at_ = {n, kind}; }
  // Added to what now_ms() says; timers do not care.
  std::int64_t clock_error_ms = 0;
  std::optional<std::uint8_t> random_byte;  // in place of all that random() gives
  // The caller leaves at the n-th answer to this call (from 1), which is then not given.
  void cancel_at(std::size_t n, host::CallId call = 1) { cancel_at_[call] = n; }

  // What sign() answers: 64 bytes that follow from both. A key that does not begin as DER does is
  // refused.
  static std::string signature(std::string_view key, std::string_view bytes);

  // What happens.
  //   head    as host/http.h says
  //   chunks  of the caller's body
  // Returns the call's id: 1, 2, 3 ...
  host::CallId start(std::string head, std::vector<std::string> chunks, const Root& root,
                     BodyEnd end = BodyEnd::clean);
  // Answers what is open until nothing can be answered any more, or `steps` answers have been
  // given. Returns whether all calls have ended, but for those that were lost.
  bool run(std::size_t steps = 1'000'000);
  // For stories that choose the order themselves: whether an answer to this call is due now; gives
  // the first of them; lets time pass until something is due, which may be never.
  bool can_answer(host::CallId call) const { return first_due(call).has_value(); }
  void answer(host::CallId call) { give(first_due(call).value()); }
  bool pass_time();
  void cancel(host::CallId call);  // the caller leaves
  // The platform drops the call without a word: nothing of it is ever answered.
  void lose(host::CallId call);
  // Gives an answer that nobody waits for any more, or never did.
  void answer_late(host::CallId call, host::OperationId op);

  // What has happened.
  bool has_ended(host::CallId call) const { return !calls_.contains(call); }
  const Received& received(host::CallId call) { return received_[call]; }
  std::vector<FetchRequest> fetches;
  std::vector<std::string> logs;        // lines, with "info ", "warn " or "error " before
  std::vector<std::string> transcript;  // operations as they are started, and answers to callers
  std::size_t operation_count() const { return operation_count_; }
  std::vector<std::string_view> verbs;  // of the awaited operations, in the order of their start
  std::size_t most_waiting = 0;         // fetches of one call that waited for their headers at once
  std::size_t answer_count(host::CallId call) { return answer_counts_[call]; }
  std::size_t open_count() const { return open_.size(); }
  // Drops all that has happened; for stories of a million calls.
  void forget();
  // Lines of the transcript, or of the logs, that contain `part`.
  std::size_t count(std::string_view part) const;
  std::size_t log_count(std::string_view part) const;
  // Where one of `secrets` can be seen: a log, an answer to a caller, a URL, a KV key. Empty:
  // nowhere.
  std::string leak(const std::vector<std::string>& secrets) const;

 private:
  friend struct Verbs;  // the functions of host/host.h

  enum class Kind : std::uint8_t {
    kv_get,
    kv_put,
    kv_delete,
    fetch,
    read,
    sleep,
    wait,
    sign,
    rate_limit,
  };
  static constexpr std::string_view kVerbs[] = {
      "kv_get", "kv_put", "kv_delete", "fetch", "read", "sleep", "wait", "sign", "rate_limit"};

  struct Open {
    host::CallId call;
    host::OperationId op;
    Kind kind;
    std::int64_t due_ms;  // kNever: only a notify can make it due
    std::string text;     // key, name, or what stands in the transcript
    std::string value{};  // of kv_put; sign: the signature
    std::int64_t ttl_s = 0;
    host::BodyId body = 0;   // read
    std::size_t chunks = 1;  // read: how many have gathered
    FetchAnswer answer{};    // fetch
    bool fails = false;
    bool hangs = false;
    std::optional<std::size_t> garbage{};  // its kind
  };
  struct Body {
    std::deque<std::string> chunks;
    BodyEnd end;
    std::int64_t gap_ms;
  };
  // The platform may look at the pieces for as long as it holds the fetch or its answer.
  struct Upload {
    std::vector<std::string_view> pieces;
    std::string bytes;
  };
  struct KvEntry {
    std::string value;
    std::int64_t expires_at_ms;
  };
  struct Answer {
    std::uint32_t status;
    std::string bytes;
  };

  static void require(bool holds, const char* rule);
  bool answer_one();
  std::int64_t next_due_ms() const;
  bool is_alive(const Open& operation) const;
  std::optional<std::size_t> first_due(host::CallId call) const;
  void give(std::size_t place);
  Answer answer_to(Open& operation);
  Answer answer_garbage(const Open& operation);
  Answer answer_kv(const Open& operation);
  Answer answer_fetch(const Open& operation);
  Answer answer_read(const Open& operation);
  void settle(host::CallId call, bool has_ended);
  void check_upload(host::CallId call, host::OperationId op) const;

  static inline FakeHost* current_ = nullptr;  // NOLINT(readability-identifier-naming): a member
  std::mt19937 random_;
  bool shuffles_;
  std::map<host::CallId, std::unique_ptr<host::Call>> calls_;
  std::set<host::CallId> lost_;
  std::map<host::CallId, Received> received_;
  std::map<std::pair<host::CallId, host::BodyId>, Body> bodies_;
  std::map<std::pair<host::CallId, host::OperationId>, Upload> uploads_;
  std::map<std::string, KvEntry> kv_;
  std::map<std::string, std::size_t> requests_;  // with each key
  std::vector<Open> open_;
  std::size_t operation_count_ = 0;
  std::map<host::CallId, std::size_t> answer_counts_;
  std::map<host::CallId, std::size_t> cancel_at_;
  std::size_t fail_at_ = 0;
  std::size_t hang_at_ = 0;
  std::pair<std::size_t, std::size_t> spoil_at_{};
  host::CallId last_call_ = 0;
};

}  // namespace proxy::test
