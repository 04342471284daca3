#include "fronts/openai_chat/tool_names.h"

#include <string>

#include "support/catch.h"

using proxy::fronts::openai_chat::ToolNames;

TEST_CASE("a tool's name has 1 to 64 characters of OpenAI's and Gemini's alphabet") {
  for (const char* name : {"a", "A-z_0", "1st", "-x", "a.b:c"}) CHECK(ToolNames::is_valid(name));
  CHECK(ToolNames::is_valid(std::string(64, 'x')));
  for (const char* name : {"", "a b", "caf\xC3\xA9", "a/b", "a\n"}) {
    INFO(name);
    CHECK_FALSE(ToolNames::is_valid(name));
  }
  CHECK_FALSE(ToolNames::is_valid(std::string(65, 'x')));
  CHECK_FALSE(ToolNames::is_valid(std::string_view("a\0b", 3)));
}

TEST_CASE("what Gemini would refuse gets another name, unique among the request's") {
  ToolNames names;
  CHECK(names.add("1st", false).gemini_name == "_1st");
  CHECK(names.add("_1st", false).gemini_name == "_1st_2");
  CHECK(names.add("-a", false).gemini_name == "_-a");
  CHECK(names.add("plain", true).gemini_name == "plain");
  REQUIRE(names.find_gemini("_1st") != nullptr);
  CHECK(names.find_gemini("_1st")->name == "1st");
  CHECK(names.find_gemini("_1st_2")->name == "_1st");
  CHECK(names.find_gemini("1st") == nullptr);
  REQUIRE(names.find("plain") != nullptr);
  CHECK(names.find("plain")->custom);
  CHECK(names.find("other") == nullptr);
}

TEST_CASE("the same name again is the same tool, as it was declared last") {
  ToolNames names;
  names.add("f", false);
  CHECK(names.add("f", true).gemini_name == "f");
  CHECK(names.find("f")->custom);
  CHECK(names.find_gemini("f_2") == nullptr);
}

TEST_CASE("the history may name functions that are not declared, in any way") {
  ToolNames names;
  names.add("1st", false);
  CHECK(names.gemini_name("1st") == "_1st");
  CHECK(names.gemini_name("old one") == "old_one");
  CHECK(names.gemini_name("") == "_");
  CHECK(names.gemini_name("9") == "_9");
  CHECK(names.gemini_name(std::string(300, 'x')) == std::string(128, 'x'));
  CHECK(names.gemini_name(std::string(300, '1')) == "_" + std::string(127, '1'));
}
