#include "sshsync/host/host_facts.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kSecond = 1'000'000'000;
using Resolution = FileStat::Resolution;
using Type = RemoteStat::Type;

const std::vector<std::string>& Names() {
  static const std::vector<std::string> names = {"plain",
                                                 " lead",
                                                 "trail ",
                                                 "new\nline",
                                                 "trailing\n",
                                                 "\n",
                                                 "a//b",
                                                 "x//81a4 1 2 3 4",
                                                 "-rf",
                                                 "--help",
                                                 "'q' \"d\"",
                                                 "$(touch pwn)",
                                                 "`id`",
                                                 "*",
                                                 "a?[b]{c,d}",
                                                 "\\",
                                                 "ends\\",
                                                 "\xff\xfe",
                                                 "sub/a b",
                                                 "-d/-f",
                                                 "a -> b",
                                                 "%s%n",
                                                 "!x",
                                                 "tab\tand\rcr",
                                                 "1\n2 -rw-r--r-- 1",
                                                 "\xc3\xa9",
                                                 "~",
                                                 "..a"};
  return names;
}

class HostFactsTest : public testing::Test {
 protected:
  RemoteResult Ask(const RemoteCommand& command) {
    auto result = runner_.Run(Endpoint{.transport = Transport::kLocal}, command, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }
  HostFacts Look() {
    auto facts = ParseHostFacts(Ask(HostFactsCommand(dir_.path(), false)), dir_.path());
    EXPECT_TRUE(facts.ok()) << facts.status();
    return facts.ok() ? *std::move(facts) : HostFacts();
  }

  TempDir dir_;
  LocalShell runner_;
};

TEST_F(HostFactsTest, TellsWhatThisMachineIs) {
  const HostFacts facts = Look();
  EXPECT_EQ(facts.root, dir_.path());
  EXPECT_EQ(facts.uid, getuid());
  EXPECT_EQ(facts.now.size(), 14u);
  EXPECT_THAT(facts.system, HasSubstr("Linux"));
  EXPECT_EQ(facts.stat_tool, StatTool::kStatC);
  EXPECT_TRUE(facts.writable);
  EXPECT_GT(facts.free_bytes, 0);
}

TEST_F(HostFactsTest, ResolvesAFolderThatIsALink) {
  ASSERT_EQ(Ask({.script = absl::StrCat("cd ", dir_.path(), "; mkdir real; ln -s real link")}).status, 0);
  EXPECT_EQ(ParseHostFacts(Ask(HostFactsCommand(dir_.Path("link"), false)), "")->root, dir_.Path("real"));
}

TEST_F(HostFactsTest, RefusesAMissingFolderAndMakesItOnlyWhenAsked) {
  EXPECT_THAT(
      std::string(ParseHostFacts(Ask(HostFactsCommand(dir_.Path("new"), false)), dir_.Path("new")).status().message()),
      HasSubstr("cannot enter"));
  EXPECT_FALSE(dir_.Exists("new"));
  EXPECT_FALSE(HostFactsCommand("/x", false).writes);
  EXPECT_TRUE(HostFactsCommand("/x", true).writes);
  EXPECT_TRUE(ParseHostFacts(Ask(HostFactsCommand(dir_.Path("new"), true)), "").ok());
  EXPECT_TRUE(dir_.Exists("new"));
  EXPECT_FALSE(ParseHostFacts(Ask(HostFactsCommand(dir_.Path("a/b"), true)), "").ok())
      << "what is above it is not made";
  dir_.Write("file", "");
  EXPECT_FALSE(ParseHostFacts(Ask(HostFactsCommand(dir_.Path("file"), true)), "").ok());
}

TEST(HostFactsAnswer, TakesTheFreeSpaceFromAnyDf) {
  const auto free = [](absl::string_view line) {
    return ParseHostFacts({.status = 0, .out = absl::StrCat("df ", line, "\nroot /srv\n"), .err = ""}, "/srv")
        ->free_bytes;
  };
  EXPECT_EQ(free("/dev/vda 264212084 20267656 80069532 21% /"), int64_t{80069532} * 1024);
  EXPECT_EQ(free("server:/export with blanks 100 50 49 51% /mnt"), 49 * 1024);
  EXPECT_EQ(free(""), -1);
  EXPECT_EQ(free("- - - - -"), -1);
}

TEST(HostFactsAnswer, IsNoneWithoutAFolder) {
  for (const char* out : {"", "uid 0\n", "root \n", "root relative\n", "root /a\nb\n"}) {
    EXPECT_FALSE(ParseHostFacts({.status = 0, .out = out, .err = ""}, "/srv").ok()) << out;
  }
  EXPECT_EQ(
      FailureOf(ParseHostFacts({.status = 3, .out = "", .err = "sh: cd: /srv: Permission denied"}, "/srv").status()),
      Failure::kPermission);
}

// One way to ask, and what it can tell.
struct Tool {
  const char* name;
  StatTool tool;
  const char* before;  // shell text that makes a tool stand for another
  Resolution resolution;
};

TEST_F(HostFactsTest, ReadsTheSameFromEveryToolThatIsInstalled) {
  for (const std::string& name : Names()) dir_.Write(name, name);
  ASSERT_EQ(
      Ask({.script = absl::StrCat(
               "cd ", dir_.path(),
               "; chmod 640 plain; touch -d 2023-11-14T22:13:20.987654321Z plain; ln -s 'x -> y' link; mkfifo pipe")})
          .status,
      0);
  std::vector<std::string> names = Names();
  names.insert(names.begin() + 3, "is not there");
  names.insert(names.end(), {"link", "sub", "pipe", "missing\nat the end"});
  HostFacts facts = Look();
  const std::vector<Tool> tools = {
      {"GNU stat", StatTool::kStatC, "", Resolution::kNanosecond},
      {"busybox stat", StatTool::kStatC, "stat() { busybox stat \"$@\"; }\n", Resolution::kNanosecond},
      {"toybox stat", StatTool::kStatC, "stat() { toybox stat \"$@\"; }\n", Resolution::kNanosecond},
      {"perl", StatTool::kPerl, "", Resolution::kMicrosecond},
      {"GNU ls", StatTool::kLs, "", Resolution::kDay}};
  for (const Tool& tool : tools) {
    if (absl::StrContains(tool.before, "box") &&
        Ask({.script = absl::StrCat(tool.before, "stat / >/dev/null")}).status != 0)
      continue;
    facts.stat_tool = tool.tool;
    const RemoteResult result = Ask({.script = tool.before + StatText(facts, dir_.path(), names)});
    const auto stats = ParseStats(facts, result.out, names);
    ASSERT_EQ(stats.size(), names.size());
    for (size_t i = 0; i < names.size(); ++i) {
      if (!dir_.Exists(names[i])) {
        EXPECT_FALSE(stats[i]) << tool.name << ": " << names[i];
        continue;
      }
      ASSERT_TRUE(stats[i]) << tool.name << ": " << names[i] << "\n" << result.out << result.err;
      if (i >= Names().size() + 1) continue;
      EXPECT_EQ(stats[i]->type, Type::kFile) << tool.name << ": " << names[i];
      EXPECT_EQ(stats[i]->stat.size, static_cast<int64_t>(names[i].size())) << tool.name << ": " << names[i];
      EXPECT_GT(stats[i]->stat.inode, 0u);
    }
    EXPECT_EQ(stats[0]->stat.mode, 0640) << tool.name;
    EXPECT_EQ(stats[0]->stat.resolution, tool.resolution) << tool.name;
    const int64_t time = 1'700'000'000 * kSecond + 987'654'321;
    EXPECT_EQ(stats[0]->stat.mtime / stats[0]->stat.unit(), time / stats[0]->stat.unit()) << tool.name;
    EXPECT_EQ(stats[names.size() - 4]->type, Type::kLink) << tool.name;
    EXPECT_EQ(stats[names.size() - 3]->type, Type::kFolder) << tool.name;
    EXPECT_EQ(stats[names.size() - 2]->type, Type::kOther) << tool.name;
  }
}

TEST(ArgumentPieces, StayBelowWhatEverySystemTakesAndLoseNothing) {
  std::vector<std::string> names;
  for (int i = 0; i < 3000; ++i) names.push_back(absl::StrCat("name-", i));
  names.insert(names.begin() + 5, std::string(30'000, 'x'));  // longer than a piece: alone
  size_t next = 0;
  for (const auto& piece : ArgumentPieces(names)) {
    size_t bytes = 0;
    for (const std::string& name : piece) {
      EXPECT_EQ(name, names[next++]);
      bytes += name.size();
    }
    EXPECT_TRUE(bytes <= 20'000 || piece.size() == 1) << bytes;
  }
  EXPECT_EQ(next, names.size());
  EXPECT_THAT(ArgumentPieces({}), IsEmpty());
}

TEST_F(HostFactsTest, ANiceCommandLeavesTheNextOneAlone) {
  const std::string own = Ask({.script = "nice\n"}).out;
  for (std::string text : {NiceText(7), absl::StrReplaceAll(NiceText(7), {{"/proc/self/stat", "/nowhere"}}),
                           absl::StrReplaceAll(NiceText(7), {{"/proc/self/stat", "/proc/1/stat"}})}) {
    const RemoteResult result = Ask({.script = absl::StrCat("( ", text, "nice )\nnice\n")});
    // Of a niceness that this test was started with some add to it, some take its place.
    EXPECT_GE(std::stoi(result.out), 7) << text;
    EXPECT_THAT(result.out, EndsWith(absl::StrCat("\n", own))) << text;
    EXPECT_THAT(result.err, IsEmpty());
  }
  EXPECT_THAT(NiceText(0), IsEmpty());
}

TEST_F(HostFactsTest, FindsFilesWithAnyName) {
  std::vector<std::string> wanted = Names();
  std::erase(wanted, "a//b");
  std::erase(wanted, "x//81a4 1 2 3 4");
  for (const std::string& name : wanted) dir_.Write(name, "");
  dir_.Write(".sshsync/in/x/hidden", "");
  dir_.Write("sub/.sshsync/hidden", "");
  ASSERT_EQ(Ask({.script = absl::StrCat("cd ", dir_.path(), "; ln -s plain link; mkdir folder")}).status, 0);
  const RemoteResult result = Ask({.script = FindText(Look(), "f")});
  const Listing listing = ParseFind(result.out);
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(listing.paths, wanted);
  EXPECT_THAT(listing.refused, IsEmpty());
  EXPECT_THAT(WhyIncomplete(result), IsEmpty());
  EXPECT_THAT(ParseFind(Ask({.script = FindText(Look(), "l")}).out).paths, ElementsAre("link"));
}

TEST(ParseFind, RefusesWhatIsNotClean) {
  const Listing listing = ParseFind(".//./good\n.//./../evil\n.//./a/./b\n");
  EXPECT_THAT(listing.paths, ElementsAre("good"));
  EXPECT_EQ(listing.refused.size(), 2u);
  EXPECT_THAT(ParseFind("rubbish\n.//./a\n").paths, IsEmpty());
  EXPECT_THAT(ParseFind("").paths, IsEmpty());
}

TEST(WhyIncomplete, IsAStatusOrAWordOnStderr) {
  EXPECT_EQ(WhyIncomplete({.status = 0, .out = "a", .err = "\n"}), "");
  EXPECT_EQ(WhyIncomplete({.status = 0, .out = "a", .err = "find: x: denied\n"}), "find: x: denied");
  EXPECT_EQ(WhyIncomplete({.status = 2, .out = "a", .err = ""}), "it ended with status 2");
}

TEST(FailureFromWords, KnowsWhatCannotBeMendedByAnotherTry) {
  EXPECT_EQ(FailureFromWords("cp: write: No space left on device", 1, Failure::kCommandFailed), Failure::kNoSpace);
  EXPECT_EQ(FailureFromWords("Permission denied (publickey).", 255, Failure::kCommandFailed), Failure::kAuth);
  EXPECT_EQ(FailureFromWords("cp: f: Permission denied", 1, Failure::kCommandFailed), Failure::kPermission);
  EXPECT_EQ(FailureFromWords("cp: f: Read-only file system", 1, Failure::kCommandFailed), Failure::kReadOnly);
  EXPECT_EQ(FailureFromWords("sh: scp: not found", 127, Failure::kCommandFailed), Failure::kCommandNotFound);
  EXPECT_EQ(FailureFromWords("lost connection", 1, Failure::kCommandFailed), Failure::kCommandFailed);
}

TEST(PiggybackedFacts, AreTakenOffTheAnswerOfTheOtherCommand) {
  TempDir dir;
  LocalShell runner;
  const Endpoint here{.transport = Transport::kLocal};
  const PiggybackedFacts facts(dir.path(), "df -Pk \"$REPOPATH\"");
  auto result = runner.Run(here, facts.Of({.script = "echo other; exit 3"}), StopToken());
  ASSERT_TRUE(result.ok()) << result.status();
  const auto found = facts.Take(&*result);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->root, dir.path());
  EXPECT_GT(found->free_bytes, 0);
  EXPECT_EQ(result->out, "other\n");
  EXPECT_EQ(result->status, 3);
}

TEST(PiggybackedFacts, AFolderThatIsNotThereDoesNotHinderTheOtherCommand) {
  TempDir dir;
  LocalShell runner;
  const PiggybackedFacts facts(dir.Path("none"), ":");
  auto result = runner.Run({.transport = Transport::kLocal}, facts.Of({.script = "echo other"}), StopToken());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(facts.Take(&*result).ok());
  EXPECT_EQ(result->out, "other\n");
  RemoteResult cut{.out = "uid 0\n"};
  EXPECT_FALSE(facts.Take(&cut).ok());
}

}  // namespace
}  // namespace sshsync
