#include "fronts/openai_chat/path.h"

#include "support/catch.h"

using proxy::fronts::openai_chat::Path;

TEST_CASE("a path is written as OpenAI writes it") {
  const Path messages = "messages";
  const Path message(messages, 12);
  const Path content(message, "content");
  const Path part(content, std::size_t{0});
  const Path url(part, "image_url");
  CHECK(messages.text() == "messages");
  CHECK(message.text() == "messages[12]");
  CHECK(content.text() == "messages[12].content");
  CHECK(Path(url, "url").text() == "messages[12].content[0].image_url.url");
  CHECK(Path(Path("stream_options"), "include_usage").text() == "stream_options.include_usage");
  CHECK(Path(Path(Path("a"), 1), 2).text() == "a[1][2]");
}
