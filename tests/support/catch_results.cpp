// Writes what became of each test case into a file, beside what Catch2 prints; `npm run faults`
// reads it. The file's name is PROXY_TEST_RESULTS, the program's name, `.tsv`. One line when a case
// begins and one when it has ended, so that a case in which the program dies is known as well:
// state, name and tags, with tabs between them.
//
// And lets an allocation that is too large fail, as it does in the Worker, where the sanitizer
// would end the program.
#include <cstdlib>
#include <fstream>
#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Listener = Catch::EventListenerBase;
#else
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
using Listener = Catch::TestEventListenerBase;
#endif

// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer asks for it by this name
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }

namespace {

const Catch::TestCaseInfo& info_of(const Catch::TestCaseInfo& info) { return info; }
[[maybe_unused]] const Catch::TestCaseInfo& info_of(const Catch::TestCaseInfo* info) {
  return *info;
}

class Results : public Listener {
 public:
  using Listener::Listener;

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    Listener::testCaseStarting(info);
    write("begun", info);
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    write(stats.totals.assertions.allOk() ? "passed" : "failed", info_of(stats.testInfo));
    Listener::testCaseEnded(stats);
  }

 private:
  void write(const char* state, const Catch::TestCaseInfo& info) {
    const char* prefix = std::getenv("PROXY_TEST_RESULTS");
    if (prefix == nullptr) return;
    std::ofstream file(prefix + m_config->name() + ".tsv", std::ios::app);
    file << state << '\t' << info.name << '\t' << info.tagsAsString() << std::endl;
  }
};

}  // namespace

CATCH_REGISTER_LISTENER(Results)
