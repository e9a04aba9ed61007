#include "sshsync/stage/publishing.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/staged_child.h"

namespace sshsync {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PublishingTest : public StagedChild {};

TEST_F(PublishingTest, PublishesFilesWithAnyName) {
  for (const char* name : {"plain",
                           "sub/deep/er/file",
                           " lead and trail ",
                           "new\nline",
                           "trailing\n",
                           "folder\n/file",
                           "\n",
                           "-rf",
                           "--",
                           "'quoted' \"twice\"",
                           "$(touch pwn)",
                           "`id`",
                           "*",
                           "a?[b]{c,d}",
                           "\\",
                           "ends\\",
                           "\xff\xfe",
                           "a b/c d",
                           "-d/-f",
                           "..a",
                           "a..",
                           "%s%n",
                           "!x",
                           "~",
                           "#c",
                           "tab\t"}) {
    const Publication file = Staged(name, name);
    EXPECT_EQ(Publish(file).result, PublishResult::kDone) << name;
    EXPECT_EQ(dir_.Read(absl::StrCat("r/", name)), name);
    EXPECT_EQ(StatOf(Root(name)).inode, file.verified.inode) << "renamed, not copied: " << name;
  }
  EXPECT_FALSE(dir_.Exists("r/pwn"));
}

TEST_F(PublishingTest, NewFoldersAreRenamedAsOne) {
  for (const char* shell : {"sh", "bash", "ksh", "mksh", "zsh", "busybox sh"}) {
    shell_ = shell;
    const std::string top = absl::StrCat("of ", shell, "/");
    const std::vector<std::string> names = {top + "-a/x", top + "-a/.y", top + "-a/..z", top + "it's *\n/\n",
                                            top + "deep/er/w"};
    const std::vector<Publication> files = StagedAll(names, "new ");
    std::vector<uint64_t> inodes;
    for (const Publication& file : files) inodes.push_back(StatOf(file.staged.substr(0, file.staged.rfind('/'))).inode);
    EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone)) << shell;
    EXPECT_EQ(said_alone_, 0u);
    for (size_t i = 0; i < names.size(); ++i) {
      const FileStat folder = StatOf(Root(names[i].substr(0, names[i].rfind('/'))));
      EXPECT_EQ(folder.inode, inodes[i]) << shell << " " << names[i];
      EXPECT_EQ(folder.mode, 0755) << shell;
      EXPECT_EQ(StatOf(Root(names[i])).inode, files[i].verified.inode);
    }
  }
}

TEST_F(PublishingTest, AFolderWithAnythingElseInTheStageIsNotRenamed) {
  for (const std::string other : {"other", ".other", "..other", "sub/other"}) {
    const std::vector<std::string> names = {absl::StrCat("beside ", other.substr(0, 3), "/a"),
                                            "whole " + other.substr(0, 3) + "/b"};
    const std::vector<Publication> files = StagedAll(names, "");
    const std::string folder =
        files[0].staged.substr(dir_.path().size() + 1, files[0].staged.rfind('/') - dir_.path().size() - 1);
    dir_.Write(absl::StrCat(folder, "/", other), "not verified");
    EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone)) << other;
    EXPECT_TRUE(dir_.Exists("r/" + names[0]));
    EXPECT_FALSE(dir_.Exists(absl::StrCat("r/", names[0].substr(0, names[0].size() - 1), other)));
    EXPECT_TRUE(dir_.Exists(absl::StrCat(folder, "/", other)));
  }
}

TEST_F(PublishingTest, AFolderThatIsThereKeepsWhatItIs) {
  Shell("mkdir r/empty r/sub && chmod 2750 r/empty && ln -s sub r/link");
  const FileStat empty = StatOf(Root("empty"));
  const std::vector<PublishResult> results =
      PublishAll(StagedAll(std::vector<std::string>{"empty/a", "link/b", "sub/new/c"}, ""));
  EXPECT_THAT(results, ElementsAre(PublishResult::kDone, PublishResult::kLinkInPath, PublishResult::kDone));
  EXPECT_EQ(StatOf(Root("empty")).inode, empty.inode);
  EXPECT_EQ(StatOf(Root("empty")).mode, empty.mode);
}

TEST_F(PublishingTest, ANewFolderInheritsTheGroupOfItsPlace) {
  Shell("mkdir r/shared && chgrp 4 r/shared 2>/dev/null; chmod 2775 r/shared");
  const std::vector<Publication> files = StagedAll(std::vector<std::string>{"shared/new/a", "other/a"}, "");
  EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone));
  struct stat place = {}, made = {};
  EXPECT_EQ(stat(Root("shared").c_str(), &place) + stat(Root("shared/new").c_str(), &made), 0);
  EXPECT_EQ(made.st_gid, place.st_gid);
  EXPECT_EQ(made.st_mode & S_ISGID, S_ISGID);
  EXPECT_EQ(StatOf(Root("other")).mode, 0755);
}

TEST_F(PublishingTest, ACommandWhoseAnswerWasLostFindsFoldersThatItRenamed) {
  const std::vector<Publication> files = StagedAll(std::vector<std::string>{"a/x", "a/y", "b/z"}, "");
  EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone));
  EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone));
}

TEST_F(PublishingTest, CallsAnOperatorsActionsForEachFile) {
  const std::string log = absl::StrCat(" >>'", dir_.Path("log"), "'");
  facts_.actions = {
      {"rename", absl::StrCat("echo \"rename $FILEPATH in $DESTDIR\"", log, "; mv -f \"$STAGED\" \"$DESTDIR/\"")},
      {"settime",
       absl::StrCat("echo \"settime $MTIME $MTIME_S $MTIME_ISO $MTIME_T\"", log, "; touch -d \"@$MTIME\" \"$STAGED\"")},
      {"flush", absl::StrCat("echo \"flush [$STAGED] $STAGEDIR\"", log)}};
  std::vector<Publication> files = {Staged("sub/a b", "a"), Staged("sub/it's", "b")};
  for (Publication& file : files) file.parent.mtime = 1'700'000'000 * kSecond + 250'000'000;
  EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone));
  EXPECT_EQ(dir_.Read("r/sub/it's"), "b");
  EXPECT_EQ(StatOf(Root("sub/a b")).mtime, 1'700'000'000 * kSecond + 250'000'000);
  const std::string said = dir_.Read("log");
  EXPECT_THAT(said, HasSubstr(absl::StrCat("rename ", Root("sub/a b"), " in ", Root("sub"), "\n")));
  EXPECT_THAT(said,
              HasSubstr("settime 1700000000.250000000 1700000000 2023-11-14T22:13:20.250000000Z 202311142213.20\n"));
  EXPECT_THAT(said, HasSubstr(absl::StrCat("flush [] ", Root(".sshsync/in"))));
}

TEST_F(PublishingTest, AnActionThatFailsIsAFailureOfItsFile) {
  facts_.actions = {{"rename", "echo no; false"}};
  const Publication file = Staged("f", "new");
  const Published published = Publish(file);
  EXPECT_EQ(published.result, PublishResult::kFailed);
  EXPECT_THAT(published.said, HasSubstr("no"));
  EXPECT_FALSE(dir_.Exists("r/f"));
}

TEST_F(PublishingTest, PublishesManyFilesOfManyFoldersInOneCommand) {
  std::vector<Publication> files;
  for (const char* name : {"a/1", "2", "a/b/3", "a/4", "c/5", "6"}) files.push_back(Staged(name, name));
  const auto published = ParsePublish(Ask(PublishCommand(facts_, lease_, files, false, false, kMark)), files, kMark);
  ASSERT_TRUE(published.ok());
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ((*published)[i].result, PublishResult::kDone) << (*published)[i].said;
    EXPECT_EQ(dir_.Read(absl::StrCat("r/", files[i].file)), files[i].file);
  }
}

TEST_F(PublishingTest, ReplacesAFileAndDoesNotReplaceAFolder) {
  dir_.Write("r/a", "old");
  EXPECT_EQ(Publish(Staged("a", "new")).result, PublishResult::kDone);
  EXPECT_EQ(dir_.Read("r/a"), "new");
  dir_.Write("r/d/inside", "mine");
  EXPECT_EQ(Publish(Staged("d", "new")).result, PublishResult::kObstructed);
  EXPECT_EQ(dir_.Read("r/d/inside"), "mine");
  EXPECT_FALSE(dir_.Exists("r/d/d"));
}

TEST_F(PublishingTest, ReplacesALinkAndLeavesItsTargetAlone) {
  dir_.Write("outside/file", "precious");
  for (const char* target : {"../outside/file", "../outside", "dangling", "l"}) {
    Shell(absl::StrCat("rm -f r/l; ln -s ", target, " r/l"));
    EXPECT_EQ(Publish(Staged("l", "new")).result, PublishResult::kDone) << target;
    EXPECT_TRUE(S_ISREG([&] {
      struct stat info = {};
      lstat(Root("l").c_str(), &info);
      return info.st_mode;
    }()))
        << target;
    EXPECT_EQ(dir_.Read("r/l"), "new");
  }
  EXPECT_EQ(dir_.Read("outside/file"), "precious");
  EXPECT_FALSE(dir_.Exists("outside/l"));
}

TEST_F(PublishingTest, FollowsALinkAmongTheFoldersOnlyWhenAllowed) {
  Shell("mkdir outside; ln -s ../outside r/sub; mkdir r/real; ln -s real r/inner");
  for (const char* name : {"sub/a", "sub/deeper/a", "inner/a"}) {
    const Publication file = Staged(name, "new");
    const Published refused = Publish(file);
    EXPECT_EQ(refused.result, PublishResult::kLinkInPath) << name;
    EXPECT_THAT(refused.said, HasSubstr("symbolic link"));
  }
  EXPECT_EQ(
      Ask({.script = absl::StrCat("ls -A ", dir_.Path("outside"), " ", dir_.Path("r/real"), " | grep -c a$")}).out,
      "0\n");
  EXPECT_EQ(Publish(Staged("sub/a", "new"), true).result, PublishResult::kDone);
  EXPECT_EQ(dir_.Read("outside/a"), "new");
}

TEST_F(PublishingTest, RefusesAStagedFileThatIsNoLongerTheVerifiedOne) {
  dir_.Write("r/a", "old");
  Publication grown = Staged("a", "new");
  dir_.Write("r/.sshsync/in/attempt1/a", "newer");
  EXPECT_EQ(Publish(grown).result, PublishResult::kChanged);
  Publication swapped = Staged("a", "new");
  Shell("cd r/.sshsync/in/attempt2; printf NEW >b; mv b a");
  EXPECT_EQ(Publish(swapped).result, PublishResult::kChanged);
  Publication linked = Staged("a", "new");
  Shell("cd r/.sshsync/in/attempt3; mv a b; ln -s b a");
  EXPECT_EQ(Publish(linked).result, PublishResult::kChanged);
  EXPECT_EQ(dir_.Read("r/a"), "old");
}

TEST_F(PublishingTest, TakesARepeatedCommandForDone) {
  const Publication file = Staged("sub/a", "new");
  EXPECT_EQ(Publish(file).result, PublishResult::kDone);
  EXPECT_EQ(Publish(file).result, PublishResult::kDone);
  EXPECT_EQ(dir_.Read("r/sub/a"), "new");
  Shell("rm r/sub/a; echo other >r/sub/a");
  EXPECT_NE(Publish(file).result, PublishResult::kDone) << "that is another file";
}

TEST_F(PublishingTest, GivesModeAndTimeOfTheParentAndNeverSetuid) {
  Publication file = Staged("a", "new");
  file.parent.mode = 06751;
  file.parent.mtime = 1'500'000'000 * kSecond + 123'456'789;
  EXPECT_EQ(Publish(file).result, PublishResult::kDone);
  EXPECT_EQ(StatOf(Root("a")).mode, 0751);
  EXPECT_EQ(StatOf(Root("a")).mtime, file.parent.mtime);
}

TEST_F(PublishingTest, TakesSetuidAwayWhereSynccmdKeptIt) {
  Publication file = Staged("a", "new");
  Shell("chmod 6755 r/.sshsync/in/attempt1/a");
  file.verified.mode = file.parent.mode = 06755;
  EXPECT_EQ(Publish(file).result, PublishResult::kDone);
  EXPECT_EQ(StatOf(Root("a")).mode, 0755);
}

TEST_F(PublishingTest, KeepsTheTimeThatSynccmdKept) {
  Publication file = Staged("a", "new");
  file.parent.mtime = file.verified.mtime / kSecond * kSecond;  // the parent's tools show whole seconds
  file.parent.resolution = FileStat::Resolution::kSecond;
  EXPECT_EQ(Publish(file).result, PublishResult::kDone);
  EXPECT_EQ(StatOf(Root("a")).mtime, file.verified.mtime) << "the better time stays";
}

TEST_F(PublishingTest, SetsNoCoarseTime) {
  Publication file = Staged("a", "new");
  file.parent.mtime = 1'500'000'000 / 60 * 60 * kSecond;
  file.parent.resolution = FileStat::Resolution::kMinute;
  EXPECT_EQ(Publish(file).result, PublishResult::kDone);
  EXPECT_EQ(StatOf(Root("a")).mtime, file.verified.mtime);
}

TEST_F(PublishingTest, GivesTimeAndModeToAFileInPlace) {
  dir_.Write("r/sub/a", "same");
  Publication file{.index = 0, .file = "sub/a", .staged = "", .verified = StatOf(Root("sub/a"))};
  file.parent = file.verified;
  file.parent.mtime = 1'500'000'000 * kSecond;
  file.parent.mode = 0640;
  EXPECT_EQ(Publish(file).result, PublishResult::kDone);
  EXPECT_EQ(StatOf(Root("sub/a")).mode, 0640);
  EXPECT_EQ(StatOf(Root("sub/a")).mtime, file.parent.mtime);
  EXPECT_EQ(StatOf(Root("sub/a")).inode, file.verified.inode);
  file.verified.inode += 1;
  EXPECT_EQ(Publish(file).result, PublishResult::kChanged);
}

TEST_F(PublishingTest, MakesFoldersByTheUmask) {
  EXPECT_EQ(Publish(Staged("x/y/a", "new")).result, PublishResult::kDone);
  EXPECT_EQ(StatOf(Root("x")).mode, 0755);
  EXPECT_EQ(StatOf(Root("x/y")).mode, 0755);
}

TEST_F(PublishingTest, PublishesNothingWithoutTheLease) {
  const Publication file = Staged("a", "new");
  Shell("mv r/.sshsync/lock/by-run1 r/.sshsync/lock/by-run2");
  const auto published = ParsePublish(Ask(PublishCommand(facts_, lease_, {file}, false, false, kMark)), {file}, kMark);
  EXPECT_EQ(FailureOf(published.status()), Failure::kLocked);
  EXPECT_FALSE(dir_.Exists("r/a"));
}

TEST_F(PublishingTest, DoesNotLeaveTheFileSystemOfTheStage) {
  struct stat here = {}, there = {};
  ASSERT_EQ(stat(dir_.path().c_str(), &here), 0);
  ASSERT_EQ(stat("/dev/shm", &there), 0);
  ASSERT_NE(here.st_dev, there.st_dev) << "this machine has one file system only";
  const std::string stage = Ask({.script = "mktemp -d /dev/shm/sshsync-XXXXXX"}).out;
  const std::string folder = stage.substr(0, stage.size() - 1);
  for (const char* name : {"a", "sub/a"}) {
    Ask({.script = absl::StrCat("mkdir -p ", folder, "/sub; echo new >", folder, "/", name)});
    Publication file{.index = 0, .file = name, .staged = absl::StrCat(folder, "/", name)};
    file.verified = file.parent = StatOf(file.staged);
    const Published published = Publish(file);
    EXPECT_EQ(published.result, PublishResult::kFailed) << name;
    EXPECT_THAT(published.said, HasSubstr("another file system"));
    EXPECT_FALSE(dir_.Exists(absl::StrCat("r/", name)));
  }
  Ask({.script = absl::StrCat("rm -rf ", folder)});
}

const std::vector<std::string>& OddNames() {
  static const std::vector<std::string> names = {"plain",
                                                 "sub/deep/er/file",
                                                 " lead and trail ",
                                                 "new\nline",
                                                 "trailing\n",
                                                 "folder\n/file",
                                                 "\n",
                                                 "-rf",
                                                 "--",
                                                 "'quoted' \"twice\"",
                                                 "$(touch pwn)",
                                                 "`id`",
                                                 "*",
                                                 "a?[b]{c,d}",
                                                 "\\",
                                                 "ends\\",
                                                 "\xff\xfe",
                                                 "a b/c d",
                                                 "-d/-f",
                                                 "..a",
                                                 "a..",
                                                 "%s%n",
                                                 "!x",
                                                 "~",
                                                 "#c",
                                                 "tab\t",
                                                 "sub/x",
                                                 "sub/y",
                                                 "$A",
                                                 "${f#./}"};
  return names;
}

TEST_F(PublishingTest, PublishesAWholeFolderAtOnceInEveryShellAndWithTheToolsOfEveryHost) {
  struct Host {
    const char* shell;
    StatTool tool;
  };
  Shell(
      "mkdir tools; for t in sh ls stat mv ln cp mkdir df sed uniq touch chmod sync find sort cat sleep rm env; do ln "
      "-s `command -v busybox` tools/$t; done");
  const std::string busybox = absl::StrCat("env PATH=", dir_.Path("tools"), " sh");
  int round = 0;
  for (const Host& host : {Host{"sh", StatTool::kStatC}, Host{"sh", StatTool::kLs}, Host{"sh", StatTool::kPerl},
                           Host{"bash", StatTool::kStatC}, Host{"mksh", StatTool::kStatC}, Host{"ksh", StatTool::kLs},
                           Host{"zsh", StatTool::kStatC}, Host{"zsh", StatTool::kLs},
                           Host{busybox.c_str(), StatTool::kStatC}, Host{busybox.c_str(), StatTool::kLs}}) {
    shell_ = host.shell;
    facts_.stat_tool = host.tool;
    const std::string content = absl::StrCat("round ", ++round);
    const std::vector<Publication> files = StagedAll(OddNames(), content);
    EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone)) << host.shell << ": " << said_;
    // Behind ls a name with a newline looks like two: those, and what is published with them, are gone through one by
    // one.
    if (host.tool == StatTool::kStatC) {
      EXPECT_EQ(said_alone_, 0u) << host.shell;
    } else {
      EXPECT_LT(said_alone_, files.size()) << host.shell;
    }
    for (const Publication& file : files) {
      EXPECT_EQ(dir_.Read(absl::StrCat("r/", file.file)), content + file.file) << host.shell;
      EXPECT_EQ(StatOf(Root(file.file)).inode, file.verified.inode) << "renamed, not copied: " << file.file;
    }
    EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone))
        << "repeated, for its answer was lost; " << host.shell << ": " << said_;
  }
  EXPECT_FALSE(dir_.Exists("r/pwn"));
}

TEST_F(PublishingTest, PublishesMoreFilesThanOneProcessIsGiven) {
  std::vector<std::string> names;
  for (int i = 0; i < 600; ++i) names.push_back(absl::StrCat("folder/", std::string(60, 'x'), i));
  for (int i = 0; i < 250; ++i) names.push_back(absl::StrCat("folders/of/", i, "/file"));
  const std::vector<Publication> files = StagedAll(names, "new");
  EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone)) << said_;
  EXPECT_EQ(said_alone_, 0u);
  for (const Publication& file : files)
    EXPECT_EQ(dir_.Read(absl::StrCat("r/", file.file)), absl::StrCat("new", file.file));
}

TEST_F(PublishingTest, GivesEachFileItsOwnAnswerWhereOneOfThemDoesNotFit) {
  const std::vector<std::string> names = {"a/1", "a/2", "a/3", "a/4", "b/1", "b/2", "c/1"};
  const std::vector<Publication> files = StagedAll(names, "new");
  dir_.Write("r/a/2/inside", "mine");
  Shell("cd r/.sshsync/in/attempt1 && echo more >>a/3; mkdir ../../../b ../../../real; ln -s real ../../../c");
  using enum PublishResult;
  EXPECT_THAT(PublishAll(files), ElementsAre(kDone, kObstructed, kChanged, kDone, kDone, kDone, kLinkInPath)) << said_;
  EXPECT_EQ(dir_.Read("r/a/2/inside"), "mine");
  EXPECT_FALSE(dir_.Exists("r/a/3"));
  EXPECT_FALSE(dir_.Exists("r/real/1"));
  EXPECT_EQ(dir_.Read("r/a/4"), "newa/4");
}

TEST_F(PublishingTest, GivesManyFilesTheirTimesAndModes) {
  std::vector<Publication> files = StagedAll(std::vector<std::string>{"d/1", "d/2", "d/3", "d/4"}, "new");
  for (size_t i = 0; i < files.size(); ++i) {
    files[i].parent.mode = i % 2 == 0 ? 0640 : 04755;
    files[i].parent.mtime = (i < 2 ? 1'500'000'000 : 1'600'000'000) * kSecond;
  }
  EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone)) << said_;
  EXPECT_EQ(said_alone_, 0u);
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(StatOf(Root(files[i].file)).mode, i % 2 == 0 ? 0640 : 0755);
    EXPECT_EQ(StatOf(Root(files[i].file)).mtime, files[i].parent.mtime);
  }
}

TEST_F(PublishingTest, KeepsInTheTrashWhatManyFilesReplace) {
  dir_.Write("r/d/1", "old 1");
  dir_.Write("r/d/3", "old 3");
  Shell("ln -s 1 r/d/2");
  EXPECT_THAT(PublishAll(StagedAll(std::vector<std::string>{"d/1", "d/2", "d/3", "d/4"}, "new"), true),
              Each(PublishResult::kDone))
      << said_;
  EXPECT_EQ(said_alone_, 0u);
  EXPECT_EQ(
      Ask({.script = absl::StrCat("cd ", Root(".sshsync/trash/run1/d"), " && for f in *; do echo $f `cat $f`; done")})
          .out,
      "1 old 1\n3 old 3\n");
  EXPECT_EQ(dir_.Read("r/d/2"), "newd/2") << "the link was replaced";
}

TEST_F(PublishingTest, KeepsWhatIsReplacedAlsoWhereFilesAreGoneThroughOneByOne) {
  for (const char* name : {"d/1", "d/2", "d/3"}) dir_.Write(absl::StrCat("r/", name), "old");
  dir_.Write("r/d/4/inside", "mine");
  using enum PublishResult;
  EXPECT_THAT(PublishAll(StagedAll(std::vector<std::string>{"d/1", "d/2", "d/3", "d/4"}, "new"), true),
              ElementsAre(kDone, kDone, kDone, kObstructed))
      << said_;
  EXPECT_EQ(
      Ask({.script = absl::StrCat("cd ", Root(".sshsync/trash/run1"), " && find . -type f | sort; ls ", Root(""))}).out,
      "./d/1\n./d/2\n./d/3\nd\n");
  EXPECT_EQ(dir_.Read("r/d/3"), "newd/3");
}

TEST_F(PublishingTest, RefusesAFileThatIsAHardLinkToAnotherPlace) {
  std::vector<Publication> files = StagedAll(std::vector<std::string>{"a", "b"}, "new");
  dir_.Write("parent", "newa");
  Shell("cd r/.sshsync/in/attempt1; rm a; ln ../../../../parent a; chmod 600 a");
  files[0].verified = StatOf(files[0].staged);
  using enum PublishResult;
  EXPECT_THAT(PublishAll(files), ElementsAre(kHardLink, kDone));
  EXPECT_THAT(said_, HasSubstr("hard link"));
  EXPECT_FALSE(dir_.Exists("r/a"));
  EXPECT_EQ(StatOf(dir_.Path("parent")).mode, 0600) << "nothing was changed";
}

TEST_F(PublishingTest, PublishesFilesThatAreHardLinksToEachOtherInTheStage) {
  std::vector<Publication> files = StagedAll(std::vector<std::string>{"a", "d/b", "c"}, "new");
  Shell("cd r/.sshsync/in/attempt1; ln -f a d/b; ln -f a c");
  for (Publication& file : files) file.verified = StatOf(file.staged);
  EXPECT_THAT(PublishAll(files), Each(PublishResult::kDone)) << said_;
  EXPECT_EQ(dir_.Read("r/d/b"), "newa");
}

}  // namespace
}  // namespace sshsync
