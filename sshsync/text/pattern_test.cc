#include "sshsync/text/pattern.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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
      {"**/***", "a", true, true},
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
      {"/[a/]b", "ab", true, true},
      {"[ab-]c\xff\n", "-c\xff\n", true, true},
      // Regular expressions.
      {"{{[0-9]+}}", "17", true, true},
      {"{{[0-9]+}}", "x/17", true, true},
      {"{{[0-9]+}}", "x17"},
      {"{{[0-9]+}}", "17x"},
      {"log.{{[0-9]{8}}}*", "log.20240101.gz", true, true},
      {"log.{{[0-9]{8}}}*", "log.2024010.gz"},
      {"/{{a|b}}/x", "b/x", true, true},
      {"/{{a|b}}/x", "c/a/x"},
      {"{{a|b}}/", "b", false, true},
      {"a{{.*}}z", "a/b/z", true, true},
      {"a{{[^/]*}}z", "a/b/z"},
      {"{{.}}", "\xff", true, true},
      {"{{.}}", "\xc3\xa9"},
      {"{{.}}", "\n", true, true},
      {"{{(?i)a}}b", "Ab", true, true},
      {"{{(?i)a}}b", "AB"},
      {"{{\\ba.c\\b}}", "abc", true, true},
      {"{{\\Qa.}}c", "a.c", true, true},
      {"{{\\Qa.}}{{\\Qb}}", "a.b", true, true},
      {"{{\\Q^\\E[]^$]\\^}}", "^$^", true, true},
      {"{{\\p{^Lu}}}", "a", true, true},
      {"{{\\p{^Lu}}}", "A"},
      {"{{a}}/***", "a", false, true},
      {"{{a}}/***", "a/b", true, true},
      {"/{{a}}/***/", "a/b", false, true},
      {"{{a//|b/}}x", "b/x", true, true},
      {"{{}}}", "}", true, true},
      {"\\{{a", "{{a", true, true},
      {"{a", "{a", true, true},
      {"a}}", "a}}", true, true},
  };
  for (const Row& row : kRows) {
    const auto pattern = Pattern::Parse(row.pattern);
    ASSERT_TRUE(pattern.ok()) << row.pattern << ": " << pattern.status();
    EXPECT_EQ(pattern->Matches(row.path, false), row.file) << row.pattern << " for the file " << row.path;
    EXPECT_EQ(pattern->Matches(row.path, true), row.folder) << row.pattern << " for the folder " << row.path;
  }
}

TEST(Pattern, RefusesWhatCanNeverMatch) {
  for (const absl::string_view text : {"",
                                       "/",
                                       "//",
                                       "a//b",
                                       "./a",
                                       "a/../b",
                                       "a/.",
                                       "[a",
                                       "[",
                                       "[]",
                                       "[!]",
                                       "[a\\",
                                       "*\\",
                                       "[[:nosuch:]]",
                                       "[a/]",
                                       "{{",
                                       "{{a",
                                       "a{{(}}",
                                       "{{[z-a]}}",
                                       "{{a{1001}}}",
                                       "{{^a}}",
                                       "{{a$}}",
                                       "{{\\Aa}}",
                                       "{{a|\\z}}",
                                       "{{[[:alpha:]^]|[]]^}}"}) {
    const auto pattern = Pattern::Parse(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_EQ(FailureOf(pattern.status()), Failure::kConfig) << text;
    EXPECT_NE(pattern.status().message().find(": "), absl::string_view::npos)
        << "no remedy: " << pattern.status().message();
  }
}

TEST(Pattern, NamesThePlaceOfWhatIsWrong) {
  const std::pair<absl::string_view, absl::string_view> kRows[] = {
      {"", "names nothing at column 1: write a pattern as in `*.tmp`, `cache/` or `/top/file`"},
      {"/a//b", "can never match at column 4: a path has no empty, `.` or `..` component"},
      {"ab/../c", "can never match at column 4: a path has no empty, `.` or `..` component"},
      {"x*[a", "has a `[` without its `]` at column 3: close it, or write `\\[` for the character"},
      {"x[a[:no:]]", "has an unknown class [:no:] at column 4: use one as [:alpha:] or [:digit:]"},
      {"*x\\", "ends with a backslash at column 3: write `\\\\` for one, or put what it is to protect behind it"},
      {"a[b/]", "can never match with a `/` in a class at column 2: no class stands for a `/`"},
      {"a/{{b", "has a `{{` without its `}}` at column 3: close it, or write `\\{{` for the characters"},
      {"/x/{{a[z-b]}}", "has a wrong regular expression at column 8: RE2 says `invalid character class range: z-b`"},
      {"{{a\\y}}", "has a wrong regular expression at column 4: RE2 says `invalid escape sequence: \\\\y`"},
      {"x{{a|^}}",
       "has an anchor in its regular expression at column 6: remove it, for the expression matches all of its place; "
       "write `\\^` or `\\$` for the characters"},
  };
  for (const auto& [text, message] : kRows) {
    const absl::Status status = Pattern::Parse(text).status();
    EXPECT_EQ(status.message(), message) << text;
    ASSERT_TRUE(OffsetOf(status)) << text;
    EXPECT_TRUE(absl::StrContains(status.message(), absl::StrCat("at column ", *OffsetOf(status) + 1, ": "))) << text;
  }
  EXPECT_EQ(Pattern::Parse(std::string(8193, 'a')).status().message(),
            "is too long for a pattern at column 8193: no path is that long");
}

TEST(Pattern, EndsSoonWhateverThePattern) {
  const std::string path(4095, 'a');
  for (const absl::string_view text :
       {"*a*a*a*a*a*a*a*a*b", "**a**a**a**a**a**a**a**b", "**a*a*a*a*a*a*ab", "{{(a*)*b}}"}) {
    EXPECT_FALSE(Pattern::Parse(text)->Matches(path, false)) << text;
  }
}

}  // namespace
}  // namespace sshsync
