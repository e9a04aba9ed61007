#include "sshsync/text/pattern.h"

#include <string>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

struct Row {
  absl::string_view pattern, path;
  bool file = false, folder = false;  // whether it matches one of that kind
};

TEST(Pattern, MatchesAsTheTableSays) {
  const Row kRows[] = {
      // The last component.
      {"a", "a", true, true},
      {"a", "x/a", true, true},
      {"a", "a/x"},
      {"a", "ba"},
      {"*.tmp", "x.tmp", true, true},
      {"*.tmp", "d/e/.tmp", true, true},
      {"*.tmp", "x.tmp/y"},
      {"?", "a", true, true},
      {"?", "ab"},
      {"a?", "a/"},
      // Bound to the top.
      {"/a", "a", true, true},
      {"/a", "x/a"},
      {"/a/*", "a/b", true, true},
      {"/a/*", "a/b/c"},
      {"/*", "a", true, true},
      {"/*", "a/b"},
      // Folders only.
      {"a/", "a", false, true},
      {"a/", "x/a", false, true},
      {"/a/", "x/a"},
      // A slash inside: the last components.
      {"a/b", "a/b", true, true},
      {"a/b", "x/a/b", true, true},
      {"a/b", "xa/b"},
      {"a/b", "b"},
      {"a/*/c", "x/a/b/c", true, true},
      {"a/*/c", "a/b/b/c"},
      // Two stars.
      {"a/**", "a/b/c", true, true},
      {"a/**", "a"},
      {"a/***", "a", false, true},
      {"a/***", "a/b", true, true},
      {"**/a", "a", true, true},
      {"**/a", "x/y/a", true, true},
      {"**/a", "ba"},
      {"a**b", "x/a/y/b", true, true},
      {"/a**b", "x/a/y/b"},
      {"a/**/b", "a/b"},
      {"a/**/b", "a/x/y/b", true, true},
      {"**", "a/b", true, true},
      {"*a*b*c", "xaxbxaxbxc", true, true},
      {"**/a*b/*c", "x/ab/d/azb/xc", true, true},
      // Classes.
      {"[ab]x", "bx", true, true},
      {"[ab]x", "cx"},
      {"[!ab]x", "cx", true, true},
      {"[^ab]x", "ax"},
      {"[a-c]", "b", true, true},
      {"[a-c]", "-"},
      {"[a-]", "-", true, true},
      {"[]a]", "]", true, true},
      {"[\\]]", "]", true, true},
      {"[[:digit:]x]", "7", true, true},
      {"[[:digit:]x]", "y"},
      {"[!a]", "\xff", true, true},
      {"a[!b]c", "a/c"},
      // A backslash protects a wildcard, and is itself where there is none.
      {"\\*?", "*a", true, true},
      {"\\*?", "ba"},
      {"a\\b", "a\\b", true, true},
      {"a\\b", "ab"},
  };
  for (const Row& row : kRows) {
    const auto pattern = Pattern::Parse(row.pattern);
    ASSERT_TRUE(pattern.ok()) << row.pattern << ": " << pattern.status();
    EXPECT_EQ(pattern->Matches(row.path, false), row.file) << row.pattern << " for the file " << row.path;
    EXPECT_EQ(pattern->Matches(row.path, true), row.folder) << row.pattern << " for the folder " << row.path;
  }
}

TEST(Pattern, RefusesWhatCanNeverMatch) {
  for (const absl::string_view text :
       {"", "/", "//", "a//b", "./a", "a/../b", "a/.", "[a", "[", "[]", "[!]", "[a\\", "*\\", "[[:nosuch:]]"}) {
    const auto pattern = Pattern::Parse(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_EQ(FailureOf(pattern.status()), Failure::kConfig) << text;
    EXPECT_NE(pattern.status().message().find(": "), absl::string_view::npos)
        << "no remedy: " << pattern.status().message();
  }
}

TEST(Pattern, EndsSoonWhateverThePattern) {
  const std::string path(4095, 'a');
  for (const absl::string_view text : {"*a*a*a*a*a*a*a*a*b", "**a**a**a**a**a**a**a**b", "**a*a*a*a*a*a*ab"}) {
    EXPECT_FALSE(Pattern::Parse(text)->Matches(path, false)) << text;
  }
}

}  // namespace
}  // namespace sshsync
