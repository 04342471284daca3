// What holds in every story, whatever happened in it: the form of answers, streams and log lines.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/fake_host.h"

namespace proxy::flow {

// A streamed answer taken apart.
struct StreamView {
  std::string flaw;  // why it is not a well-formed stream of an OpenAI answer; empty if it is one
  std::vector<std::string> texts;           // of each choice's deltas
  std::vector<std::string> finish_reasons;  // of each choice; empty if it has none yet
  std::string text;                         // of all choices, with `|` between them
  std::vector<bool> roles;                  // whether each choice has told its role
  std::string error_code;
  bool done = false;
  std::vector<std::string> comments;
  std::vector<std::string> events;  // data, without [DONE]
};

//   is_whole  whether nothing more will come; else it may stop anywhere between two events
//   choices   how many were asked for; 0 = that is not checked
StreamView view_stream(std::string_view body, bool is_whole = true, std::size_t choices = 0);

// The members `error.code` and `error.message` of an error body; empty if it is none.
std::string error_code(std::string_view body);
std::string error_message(std::string_view body);

// What is wrong with an answer that was sent to its end; empty if nothing is.
//   method   of the request
//   is_open  whether any origin may read answers
//   choices  of a chat's answer
std::string flaw_of_answer(const test::Received& answer, std::string_view method, bool is_open,
                           std::size_t choices);

// One line of the log: its members as text.
struct LogView {
  std::string flaw;
  std::string level;
  std::map<std::string, std::string> members;  // numbers in decimal

  std::string get(const std::string& name) const;
};

LogView view_log(const std::string& line);

// What is wrong with a log as a whole: lines that are no JSON or too long, more than 2 KB of one
// request, anything private or secret.
std::string flaw_of_log(const std::vector<std::string>& lines);

}  // namespace proxy::flow
