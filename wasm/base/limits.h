// Every number that bounds something, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace proxy::limits {

inline constexpr std::size_t kMiB = 1024 * 1024;

// Callers' input.
inline constexpr std::size_t kDefaultBodyBytes =
    25 * kMiB;                                           // Google documents 20 MB of inline data
inline constexpr std::size_t kMaxBodyBytes = 26 * kMiB;  // top of MAX_BODY_BYTES; see below
// Of the wasm's 64 MiB, for all bodies of an isolate, what they are translated to, and large
// answers: enough for one body of kDefaultBodyBytes.
inline constexpr std::size_t kBodiesInFlightBytes = 54 * kMiB;
inline constexpr std::size_t kJsonDepth = 128;       // 829 recorded requests nest at most 12 deep
inline constexpr std::size_t kJsonValues = 250'000;  // 16 bytes of index each
inline constexpr std::size_t kMessages = 10'000;
// Of one request, what is written anew instead of being passed on as it stands: arguments of calls,
// schemas, ... While it is written it takes up to so many times its size.
inline constexpr std::size_t kRewrittenBytes = 6 * kMiB;
inline constexpr std::size_t kRewritingTakes = 4;
inline constexpr std::size_t kExplainedBytes = 8 * kMiB;  // by x-proxy-explain, which copies them
inline constexpr std::size_t kWordBytes = kMiB;  // of a name or an id, which is copied to be read
inline constexpr std::size_t kContentParts = 1'024;     // per message
inline constexpr std::size_t kCallsRemembered = 1'000;  // to name those answered too late
inline constexpr int kChoices = 5;      // an invocation has six connections that wait for headers
inline constexpr int kMostChoices = 6;  // top of MAX_N
inline constexpr std::size_t kModelNameBytes = 128;
inline constexpr std::size_t kPathInMessageBytes = 128;
inline constexpr std::size_t kErrorMessageBytes = 1'000;
inline constexpr std::size_t kUpstreamMessageBytes = 500;  // of Google's words inside ours
inline constexpr std::int64_t kBodyStallMs = 30'000;       // a body that sends no byte for so long

// URLs of images and files, and the images that are fetched (FETCH_IMAGES). MB as 1,000,000 bytes:
// as base64 they take a third more of the memory.
inline constexpr std::size_t kUrlBytes = 2'048;
inline constexpr std::size_t kImages = 8;                // of one request, each counted once
inline constexpr int kImagesAtOnce = 2;                  // of six connections that wait for headers
inline constexpr std::size_t kImageBytes = 10'000'000;   // of one
inline constexpr std::size_t kImagesBytes = 20'000'000;  // of a request's together
inline constexpr std::int64_t kImageDeadlineMs = 10'000;   // for one, with its redirects
inline constexpr std::int64_t kImagesDeadlineMs = 20'000;  // for all: then a caller wants a word
inline constexpr int kImageRedirects = 3;                  // of one
inline constexpr int kSubrequestsForImages = 20;  // leaves room for kSubrequestsToBegin; see below

// Schemas converted to Google's older dialect. Google reads JSON 100 levels deep, and a request
// puts six around a schema; what is below the limit takes four more.
inline constexpr std::size_t kSchemaDepth = 64;
inline constexpr std::size_t kSchemaReferences = 64;          // followed inside one another
inline constexpr std::size_t kSchemaInlinedBytes = kMiB / 4;  // written again, or passed in search

// Answers of Google.
inline constexpr std::size_t kTokenReplyBytes = 64 * 1024;
inline constexpr std::size_t kErrorBodyBytes = 64 * 1024;
inline constexpr std::size_t kNoEventBytes = 64 * 1024;  // before the first event: comments, say
// One event may hold an image of 15 MB. Its buffer and the answer made of it stand side by side in
// 64 MiB, among the holes that the growing buffer has left.
inline constexpr std::size_t kEventBytes = 20 * kMiB;
inline constexpr std::size_t kAnswerBytes =
    20 * kMiB;  // when stream is false: gathered, and copied
inline constexpr std::size_t kAccessTokenBytes = 4'096;
inline constexpr std::size_t kEventValues = 250'000;
// Of kBodiesInFlightBytes, what one answer is counted as at most: alone, any fits.
inline constexpr std::size_t kLargestAnswerBytes = 48 * kMiB;

// Waiting.
inline constexpr std::int64_t kOAuthDeadlineMs = 10'000;
inline constexpr std::int64_t kKvDeadlineMs = 2'000;
inline constexpr std::int64_t kRateLimitDeadlineMs = 500;  // each request waits for it
inline constexpr std::int64_t kRefreshWaitMs = 11'000;     // longer than the refresh it waits for
inline constexpr std::int64_t kHeadersDeadlineMs =
    300'000;                                              // thinking models are silent for minutes
inline constexpr std::int64_t kIdleDeadlineMs = 120'000;  // silence inside a stream
inline constexpr std::int64_t kFirstWaitingMs =
    20'000;                                  // then 200 and `: waiting`, against idle timeouts
inline constexpr std::int64_t kPaceMs = 16;  // of a fast stream; nothing is later than 25 ms then
inline constexpr std::int64_t kMostPaceMs = 100;
inline constexpr std::int64_t kKeepAliveMs = 15'000;  // proxies between give up after 30 to 100 s

// Trying again.
// Subrequests (fetches and KV) of one request; the Free plan allows 50. No account is begun with
// above the first number, as one may take a dozen, and nothing is tried again above the second.
inline constexpr int kSubrequestsToBegin = 28;
inline constexpr int kSubrequests = 40;
inline constexpr int kSubrequestsToWrite = 47;    // to KV; a write may take two
inline constexpr std::int64_t kPausesMs = 1'000;  // of one request together
inline constexpr int kAttempts = 4;               // upstream calls of one request
inline constexpr int kAttemptsPerAccount = 2;
inline constexpr int kRepairs = 2;                          // of one request
inline constexpr std::int64_t kRepairMemoryMs = 3'600'000;  // Google mends things, too
inline constexpr std::size_t kRepairedModels = 64;          // remembered
inline constexpr std::int64_t kLastAttemptMs =
    30'000;                               // after the request came: failing must end, too
inline constexpr int kTokenAccounts = 5;  // asked for a token in one request
inline constexpr std::int64_t kListDeadlineMs = 5'000;   // for Google's list of models
inline constexpr std::int64_t kProjectStepMs = 16'000;   // of the search for one: a pause, a call
inline constexpr std::int64_t kProjectRetryMs = 10'000;  // after one that failed
inline constexpr std::size_t kListBytes = kMiB;          // of it
inline constexpr std::int64_t kListFreshMs = 3'600'000;  // then it is asked for again
inline constexpr std::int64_t kListRetryMs = 60'000;     // after a failure

// Memory of one instance; it never shrinks, so it is retired when idle above this.
inline constexpr std::size_t kRecycleBytes = 32 * kMiB;

// Logs.
inline constexpr std::size_t kLogStringBytes = 128;
inline constexpr std::size_t kLogLinkBytes = 512;  // cut, a link is of no use
inline constexpr std::size_t kLogBytesPerCall = 2'048;
inline constexpr std::size_t kLastLogLineBytes = 512;  // of them, for the line that ends a request

}  // namespace proxy::limits
