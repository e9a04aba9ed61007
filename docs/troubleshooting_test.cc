// Holds docs/troubleshooting.md to the table of failures: each has its entry, with the exit status and the hint that a
// user sees.

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::string& Page() {
  static const auto* page = new std::string(Read("docs/troubleshooting.md"));
  return *page;
}

/// The entry below `### name`, up to the next one; and the head of its part, which says what holds for all entries in
/// it.
std::string Entry(absl::string_view name) {
  const size_t at = Page().find(absl::StrCat("\n### ", name, "\n"));
  if (at == std::string::npos) return "";
  const size_t end = std::min(Page().find("\n### ", at + 5), Page().find("\n## ", at + 5));
  const size_t part = Page().rfind("\n## ", at), first = Page().find("\n### ", part);
  return absl::StrCat(Page().substr(part, first - part), Page().substr(at, end - at));
}

TEST(Troubleshooting, EveryFailureHasAnEntryWithItsHintAndItsExitStatus) {
  for (const FailureInfo& info : AllFailures()) {
    if (info.failure == Failure::kNone) continue;
    const std::string entry = Entry(info.name);
    ASSERT_FALSE(entry.empty()) << "write an entry `### " << info.name << "` in docs/troubleshooting.md";
    if (!info.hint.empty()) {
      EXPECT_TRUE(absl::StrContains(entry, absl::StrCat("Hint: ", info.hint, "\n"))) << info.name << ": " << info.hint;
    }
    const std::string code = absl::StrCat(info.exit_code);
    EXPECT_TRUE(absl::StrContains(entry, absl::StrCat("status ", code)) ||
                absl::StrContains(entry, absl::StrCat("else ", code)))
        << info.name << " " << code;
  }
}

TEST(Troubleshooting, AnEntryThatNothingLeadsToIsNotThere) {
  for (size_t at = Page().find("\n### "); at != std::string::npos; at = Page().find("\n### ", at + 1)) {
    const std::string name = Page().substr(at + 5, Page().find('\n', at + 1) - at - 5);
    bool known = name == "Warnings";
    for (const FailureInfo& info : AllFailures()) known |= info.name == name;
    EXPECT_TRUE(known) << name;
  }
}

TEST(Troubleshooting, ReadersFindIt) {
  EXPECT_TRUE(absl::StrContains(Read("README.md"), "docs/troubleshooting.md"));
  EXPECT_TRUE(absl::StrContains(Read("docs/guide.md"), "(troubleshooting.md)"));
}

}  // namespace
}  // namespace sshsync
