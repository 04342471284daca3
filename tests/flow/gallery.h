// Servers of images beside Google, for stories in which FETCH_IMAGES is set.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "flow/story.h"

namespace proxy::flow {

inline const std::string kImageServed = "200 private-answer one two";
inline const std::string kPng = "\x89PNG\r\n\x1A\nprivate-pixels";

// A content part that names an image.
std::string image_part(const std::string& url);
// A request, whole, of a question and these parts, which are messages[0].content[1] and so on.
//   more  members of it; begins with a comma
Ask with_parts(const std::vector<std::string>& parts, const std::string& more = {});
Ask with_image(const std::string& url);
// What Gemini gets of an image.
std::string inline_data(const std::string& type, const std::string& bytes);

FetchAnswer image_answer(const std::string& type, std::vector<std::string> chunks,
                         Fields more = {});
FetchAnswer png();
FetchAnswer redirect_to(const std::string& location, int status = 302);

class Gallery : public Story {
 public:
  //   setting  of FETCH_IMAGES; empty: none
  explicit Gallery(const std::string& setting = "true", std::uint32_t seed = 0);

  std::string sent() const;  // the body that Gemini got last
  bool asked_google() const;
  std::vector<std::string> urls() const;  // of `asked`
  // That this is a 400 which says where, and nothing of what a server sent; Google is not asked.
  void check_refused(const Ask& ask, const std::string& code);

  // The answers of all hosts under .example; without it, png().
  std::function<FetchAnswer(const FetchRequest&)> on_image;
  std::vector<FetchRequest> asked;  // of them
};

}  // namespace proxy::flow
