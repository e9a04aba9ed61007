#include "sshsync/text/filter.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/temp_dir.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/pattern.h"

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
            "`[a` has a `[` without its `]` at column 1: close it, or write `\\[` for the character");
  EXPECT_EQ(Filter::Parse({"+ b", "- a/{{x(}}"}).status().message(),
            "`a/{{x(}}` has a wrong regular expression at column 5: RE2 says `missing ): x(`");
  EXPECT_EQ(FailureOf(Filter::Parse({"- "}).status()), Failure::kConfig);
}

TEST(Filter, AnswersTheSameInWhateverOrderItIsAsked) {
  const Filter filter = Of({"+ /a/keep/", "- /a/*/", "- x"});
  Filter::Folders folders;
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(filter.Selects("a/keep/y", &folders));
    EXPECT_FALSE(filter.Selects("a/other/y", &folders));
    EXPECT_FALSE(filter.Selects("a/other/deep/y", &folders));
    EXPECT_TRUE(filter.Selects("a/othe", &folders));
    EXPECT_TRUE(filter.Selects("a/keep/other/y", &folders));
    EXPECT_FALSE(filter.Selects("a/keep/x", &folders));
    EXPECT_TRUE(filter.Selects("ab/keeper/y", &folders));
  }
}

TEST(Filter, TakesAThousandRules) {
  std::vector<std::string> lines;
  for (int i = 0; i < 1000; ++i) {
    lines.push_back(absl::StrCat(i % 2 == 0 ? "- " : "+ ", "*.x", i));
    lines.push_back(absl::StrCat("- *a*b*", i, "*"));
  }
  const Filter filter = Of(lines);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(filter.Selects(absl::StrCat("d/f.x", i)), i % 2 == 1) << i;
    EXPECT_FALSE(filter.Selects(absl::StrCat("a", i, "/b/zbaab", i)));
    EXPECT_TRUE(filter.Selects(absl::StrCat("zb", i)));
  }
}

TEST(Filter, RefusesMoreThanRe2HasMemoryFor) {
  std::vector<std::string> lines;
  for (int i = 0; i < 600; ++i) lines.push_back(absl::StrCat("- ", i, "{{([a-z][0-9]){999}}}"));
  const absl::Status status = Filter::Parse(lines).status();
  EXPECT_EQ(FailureOf(status), Failure::kConfig);
  EXPECT_EQ(status.message(), "the 600 filters together are too large for RE2 (64 MiB): write fewer, or simpler ones");
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
    switch (random() % 12) {
      case 0:
        pattern += "**";
        break;
      case 1:
        pattern += "*";
        break;
      case 2:
        pattern += "[!" + RandomName(random, "ab*]\n\xff", 2) + "]";
        break;
      case 3:
        pattern += "[a-" + RandomName(random, "bc\xfe", 1) + "]*";
        break;
      case 4:
        pattern += "[" + RandomName(random, "a]/^-\xc3\xff", 3) + "]" + RandomName(random, "b*", 1);
        break;
      case 5:
        pattern += RandomName(random, "ab", 1) + "**" + RandomName(random, "ab?\xff", 2);
        break;
      case 6:
        pattern +=
            "[[:" + std::string(random() % 2 == 0 ? "alpha" : "space") + ":]" + RandomName(random, "]\xff", 1) + "]*";
        break;
      default:
        pattern += RandomName(random, "ab?*\\b]\n\xc3\xff", 3);
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

// rsync shows a byte that it takes for no character as a backslash, `#` and three octal digits. Names here have no `#`.
std::string Unescaped(absl::string_view line) {
  std::string name;
  for (size_t at = 0; at < line.size(); ++at) {
    if (absl::StartsWith(line.substr(at), "\\#")) {
      name += static_cast<char>((line[at + 2] - '0') * 64 + (line[at + 3] - '0') * 8 + (line[at + 4] - '0'));
      at += 4;
    } else {
      name += line[at];
    }
  }
  return name;
}

std::set<std::string> ByRsync(const TempDir& dir, const std::vector<std::string>& lines) {
  std::string rules;
  for (const std::string& line : lines) rules += line + '\0';
  dir.Write("rules", rules);
  const std::string command = absl::StrCat("rsync -rn --from0 --8-bit-output --out-format=%n --filter='merge ",
                                           dir.Path("rules"), "' ", dir.Path("tree"), "/ ", dir.Path("none"), "/");
  FILE* const pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 4096> buffer;
  for (size_t count; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) output.append(buffer.data(), count);
  EXPECT_EQ(pclose(pipe), 0) << rules;
  std::set<std::string> files;
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    if (line.back() != '/') files.insert(Unescaped(line));
  }
  return files;
}

std::set<std::string> RandomTree(std::mt19937& random) {
  std::set<std::string> tree;
  for (int i = 0; i < 160; ++i) {
    std::string path;
    for (size_t depth = random() % 4; depth > 0; --depth) path += RandomName(random, "ab]\n\xff", 2) + "d/";
    tree.insert(path + RandomName(random, "abc\\*[]\n \xc3\xff", 3));
  }
  return tree;
}

std::vector<std::string> RandomLines(std::mt19937& random) {
  std::vector<std::string> lines;
  for (size_t left = 1 + random() % 5; left > 0; --left) {
    const std::string pattern = RandomPattern(random);
    if (Pattern::Parse(pattern).ok()) lines.push_back((random() % 3 == 0 ? "+ " : "- ") + pattern);
  }
  return lines;
}

std::string Shown(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) absl::StrAppend(&all, EscapeForTerminal(line), "\n");
  return all;
}

TEST(Filter, SelectsWhatRsyncSelects) {
  std::mt19937 random(20240);
  const TempDir dir;
  const std::set<std::string> tree = RandomTree(random);
  for (const std::string& path : tree) dir.Write("tree/" + path, "");
  int compared = 0;
  for (int round = 0; round < 240; ++round) {
    const std::vector<std::string> lines = RandomLines(random);
    if (lines.empty()) continue;
    const Filter filter = Of(lines);
    std::set<std::string> ours;
    for (const std::string& path : tree) {
      if (filter.Selects(path)) ours.insert(path);
    }
    ASSERT_EQ(ours, ByRsync(dir, lines)) << Shown(lines);
    compared += ours.size() != tree.size() && !ours.empty();
  }
  EXPECT_GT(compared, 60) << "most filters must say something";
}

// What a set of expressions says is what each of them says alone; and a regular expression of the same meaning says
// what rsync's wildcards say.
TEST(Filter, SelectsWhatItsPatternsMatchOneByOne) {
  std::mt19937 random(7);
  const std::set<std::string> tree = RandomTree(random);
  for (int round = 0; round < 60; ++round) {
    const std::vector<std::string> lines = RandomLines(random);
    const Filter filter = Of(lines);
    std::vector<std::string> spelt;
    for (const std::string& line : lines)
      spelt.push_back(absl::StrContains(line, '[') || absl::StrContains(line, '\\')
                          ? line
                          : absl::StrReplaceAll(line, {{"/***", "/***"}, {"**", "**"}, {"*", "{{[^/]*}}"}}));
    const Filter by_regex = Of(spelt);
    for (const std::string& path : tree) {
      const auto decide = [&](absl::string_view part, bool is_folder) {
        for (const std::string& line : lines) {
          if (Pattern::Parse(line.substr(2))->Matches(part, is_folder)) return line[0] == '+';
        }
        return true;
      };
      bool selected = true;
      for (size_t slash = path.find('/'); selected && slash != std::string::npos; slash = path.find('/', slash + 1))
        selected = decide(path.substr(0, slash), true);
      selected = selected && decide(path, false);
      ASSERT_EQ(filter.Selects(path), selected) << path << "\n" << Shown(lines);
      ASSERT_EQ(by_regex.Selects(path), selected) << path << "\n" << Shown(spelt);
    }
  }
}

}  // namespace
}  // namespace sshsync
