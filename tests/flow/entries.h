// Entries of ACCOUNTS, and what Google says when it refuses the accounts. Secrets begin with
// `marked-` and end in the entry's number, so that a story knows whose they are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flow/story.h"

namespace proxy::flow {

//   more  members, each with a comma before it
std::string signed_in(int number, std::string_view more = {});  // marked-refresh-<number>
std::string with_key(int number, std::string_view more = {});   // marked-api-key-<number>
std::string robot(int number, std::string_view more = {});      // a service account
// ACCOUNTS with these entries, from now on.
void set_entries(Story& story, const std::vector<std::string>& entries);

// A question to another model than gemini-2.5-flash.
Ask ask_of(std::string_view model);

FetchAnswer google_error(int code, std::string_view status, std::string_view message = "No.",
                         std::string_view details = {});
// One of google.rpc's error details: its type and its members.
std::string detail(std::string_view type, std::string_view members);
std::string retry_info(std::string_view delay);
//   quota_id  of a quota for one model
std::string model_quota(std::string_view quota_id);
// 429 for that model, for so long.
FetchAnswer limited_for(std::string_view delay);
// 429 until midnight; RetryInfo says otherwise, as Google's does.
FetchAnswer spent_today();
// 403 with a link for the account's owner.
FetchAnswer forbidden();

// Code Assist's form of answers, and what it says when asked for the account's project.
FetchAnswer in_envelopes();
bool is_for_code_assist(const FetchRequest& request);
bool asks_for_project(const FetchRequest& request);
FetchAnswer project_answer(std::string_view json = R"({"cloudaicompanionProject":"found-1"})");
// What the request's upstream says when all is well.
FetchAnswer good_for(const FetchRequest& request);

// The number of the account whose credential a request has; empty if it has none.
std::string account_of(const FetchRequest& request);

}  // namespace proxy::flow
