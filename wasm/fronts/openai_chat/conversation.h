// Builds Gemini's turns from a history of any shape. A call and its answer must stand in
// neighbouring turns there, complete and in order; agents that cut their history leave calls
// without answers and answers without calls, which are repaired here.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fronts/openai_chat/request.h"
#include "gemini/request.h"

namespace proxy::fronts::openai_chat {

// What a tool answered.
struct ToolOutput {
  json::RawString text;
  std::vector<gemini::Part> media;
};

class Conversation {
 public:
  using Parts = std::vector<gemini::Part>;

  explicit Conversation(Reading& reading) : reading_(reading) {}

  // Instructions before the first turn, or a user's text at their place in mid-conversation.
  void add_system(const Parts& parts);
  void add_user(const Parts& parts);
  // Text and media, then calls, which wait for their answers from now on.
  void add_model(Parts parts);

  // The answer to the call of that id; a second one is appended to the first, one without a call
  // becomes a user's text.
  //   message  that holds it; these return false if it was refused
  bool add_output(const Field& message, json::RawString call_id, const ToolOutput& output);
  // The same for the first unanswered call; refused if there is none.
  bool add_output_to_first(const Field& message, const ToolOutput& output);
  // Legacy: for the latest unanswered call of that function.
  bool add_output_by_name(const Field& message, std::string_view gemini_name,
                          const ToolOutput& output);

  // `fc_1`, `fc_2`, ...: for calls that came without an id. The same history gives the same ids, as
  // Google caches by the prompt's bytes.
  json::RawString next_call_id();

  void finish();

 private:
  struct OpenCall {
    json::RawString id;
    json::RawString name;
    json::RawString sent_id;  // as in the call; empty where ids are not sent
    bool answered = false;
    ToolOutput output;
  };

  void append(gemini::Role role, const Parts& parts);
  void put_first(const Parts& parts);
  bool answer(const Field& message, OpenCall& call, const ToolOutput& output);
  bool add_orphan(const Field& message, json::RawString call_id, const ToolOutput& output);
  void close_calls();
  bool keep_media(OpenCall& call, gemini::Part& response);
  void sign(Parts& parts) const;

  Reading& reading_;
  std::vector<OpenCall> open_;
  Parts held_;  // what came while calls were open and must stand behind their answers
  // Of the last calls, for answers that come too late.
  struct KnownCall {
    json::RawString id;
    json::RawString name;
  };
  std::vector<KnownCall> known_calls_;
  int numbered_calls_ = 0;
};

}  // namespace proxy::fronts::openai_chat
