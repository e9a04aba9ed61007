#include "sshsync/text/filter.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

Filter Of(const std::vector<std::string>& lines) {
  auto filter = Filter::Parse(lines);
  EXPECT_TRUE(filter.ok()) << filter.status();
  return filter.ok() ? *std::move(filter) : Filter();
}

TEST(Filter, SelectsWhatTheFirstMatchSays) {
  EXPECT_TRUE(Of({}).Selects("a"));
  EXPECT_TRUE(Of({"- b"}).Selects("a"));
  EXPECT_FALSE(Of({"- a", "+ a"}).Selects("a"));
  EXPECT_TRUE(Of({"+ a", "- a"}).Selects("a"));
}

TEST(Filter, HidesEverythingInAFolderThatIsLeftOut) {
  const Filter filter = Of({"- cache/", "+ keep", "- /top"});
  EXPECT_FALSE(filter.Selects("a/cache/keep"));
  EXPECT_TRUE(filter.Selects("a/keep"));
  EXPECT_TRUE(filter.Selects("cache")) << "a file of that name is no folder";
  EXPECT_FALSE(filter.Selects("top/x"));
}

TEST(Filter, SelectsOnlyWhatIsNamedWhereFoldersAreLetIn) {
  const Filter filter = Of({"+ */", "+ *.jar", "- *"});
  EXPECT_TRUE(filter.Selects("lib/deep/a.jar"));
  EXPECT_FALSE(filter.Selects("lib/deep/a.txt"));
  EXPECT_FALSE(Of({"+ *.jar", "- *"}).Selects("lib/a.jar")) << "its folder is left out";
}

TEST(Filter, NamesTheLineThatIsNone) {
  EXPECT_EQ(Filter::Parse({"+ a", "b"}).status().message(), "`b` is no filter: write `+ PATTERN` or `- PATTERN`");
  EXPECT_EQ(Filter::Parse({"- [a"}).status().message(),
            "`[a` has a `[` without its `]`: close it, or write `\\[` for the character");
  EXPECT_EQ(FailureOf(Filter::Parse({"- "}).status()), Failure::kConfig);
}

// Bytes that mean something in patterns and in rsync's file of rules, few of them, so that rules hit.
std::string RandomName(std::mt19937& random, absl::string_view bytes, size_t longest) {
  std::string name;
  for (size_t left = 1 + random() % longest; left > 0; --left) name += bytes[random() % bytes.size()];
  return name == "." || name == ".." ? "a" : name;
}

std::string RandomPattern(std::mt19937& random) {
  std::string pattern = random() % 4 == 0 ? "/" : "";
  for (size_t parts = 1 + random() % 3; parts > 0; --parts) {
    switch (random() % 8) {
      case 0:
        pattern += "**";
        break;
      case 1:
        pattern += "*";
        break;
      case 2:
        pattern += "[!" + RandomName(random, "ab*]", 2) + "]";
        break;
      case 3:
        pattern += "[a-" + RandomName(random, "bc", 1) + "]*";
        break;
      default:
        pattern += RandomName(random, "ab?*\\b", 3);
    }
    if (parts > 1) pattern += "/";
  }
  switch (random() % 6) {
    case 0:
      return pattern + "/";
    case 1:
      return pattern + "/***";
    default:
      return pattern;
  }
}

std::set<std::string> ByRsync(const TempDir& dir, const std::vector<std::string>& lines) {
  std::string rules;
  for (const std::string& line : lines) absl::StrAppend(&rules, line, "\n");
  dir.Write("rules", rules);
  const std::string command = absl::StrCat("rsync -rn --8-bit-output --out-format=%n --filter='merge ",
                                           dir.Path("rules"), "' ", dir.Path("tree"), "/ ", dir.Path("none"), "/");
  FILE* const pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 4096> buffer;
  for (size_t count; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) output.append(buffer.data(), count);
  EXPECT_EQ(pclose(pipe), 0) << rules;
  std::set<std::string> files;
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    // rsync shows a backslash before three digits as itself in octal; names here have no digits.
    if (line.back() != '/') files.emplace(line);
  }
  return files;
}

TEST(Filter, SelectsWhatRsyncSelects) {
  std::mt19937 random(20240);
  const TempDir dir;
  std::set<std::string> tree;
  for (int i = 0; i < 120; ++i) {
    std::string path;
    for (size_t depth = random() % 4; depth > 0; --depth) path += RandomName(random, "ab]", 2) + "d/";
    tree.insert(path + RandomName(random, "abc\\*", 3));
  }
  for (const std::string& path : tree) dir.Write("tree/" + path, "");
  int compared = 0;
  for (int round = 0; round < 120; ++round) {
    std::vector<std::string> lines;
    for (size_t left = 1 + random() % 5; left > 0; --left) {
      const std::string pattern = RandomPattern(random);
      if (Pattern::Parse(pattern).ok()) lines.push_back((random() % 3 == 0 ? "+ " : "- ") + pattern);
    }
    if (lines.empty()) continue;
    const Filter filter = Of(lines);
    std::set<std::string> ours;
    for (const std::string& path : tree) {
      if (filter.Selects(path)) ours.insert(path);
    }
    const std::set<std::string> theirs = ByRsync(dir, lines);
    std::string all;
    for (const std::string& line : lines) absl::StrAppend(&all, line, "\n");
    ASSERT_EQ(ours, theirs) << all;
    compared += ours.size() != tree.size() && !ours.empty();
  }
  EXPECT_GT(compared, 30) << "most filters must say something";
}

}  // namespace
}  // namespace sshsync
