#include "sshsync/stage/undo.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr absl::string_view kMark = "0123456789abcdef0123456789abcdef";

class UndoTest : public ::testing::Test {
 protected:
  UndoTest() {
    dir_.Write("r/.sshsync/lock/by-run1", "");
    auto facts = ParseHostFacts(Ask(HostFactsCommand(dir_.Path("r"), false)), dir_.Path("r"));
    EXPECT_TRUE(facts.ok()) << facts.status();
    facts_ = *std::move(facts);
    lease_ = {.root = facts_.root, .run = "run1", .controller = "ctl"};
  }
  RemoteResult Ask(const RemoteCommand& command) {
    auto result = runner_.Run(Endpoint{.transport = Transport::kLocal}, command, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }
  UndoEntry Staged(absl::string_view file) {
    const std::string staged = absl::StrCat("r/.sshsync/in/attempt/", file);
    dir_.Write(staged, absl::StrCat("new ", file));
    struct stat info = {};
    EXPECT_EQ(lstat(dir_.Path(staged).c_str(), &info), 0);
    const FileStat stat{.size = info.st_size,
                        .mtime = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec,
                        .inode = info.st_ino,
                        .mode = static_cast<uint16_t>(info.st_mode & 07777)};
    return {.file = {.index = entries_++,
                     .file = std::string(file),
                     .staged = dir_.Path(staged),
                     .verified = stat,
                     .parent = stat},
            .digest = *Digest::FromHex("da39a3ee5e6b4b0d3255bfef95601890afd80709")};
  }
  std::vector<PublishResult> Results(const absl::StatusOr<std::vector<Published>>& published) {
    EXPECT_TRUE(published.ok()) << published.status();
    std::vector<PublishResult> results;
    if (published.ok()) {
      for (const Published& one : *published) results.push_back(one.result);
    }
    return results;
  }
  std::vector<Publication> Files(const std::vector<UndoEntry>& entries) {
    std::vector<Publication> files;
    for (const UndoEntry& entry : entries) files.push_back(entry.file);
    return files;
  }

  TempDir dir_;
  LocalShell runner_;
  HostFacts facts_;
  Lease lease_;
  size_t entries_ = 0;
};

TEST_F(UndoTest, AListIsReadAsItWasWrittenWhateverTheNamesAre) {
  std::vector<UndoEntry> entries = {Staged("plain"), Staged("new\nline\t"), Staged("\xff\xfe \\ \"'"), Staged("sub/x")};
  entries[1].file.parent = {
      .size = 7, .mtime = -5, .inode = 9, .mode = 0751, .resolution = FileStat::Resolution::kMinute};
  entries[2].digest = *Digest::FromCrc("1219131554", "3");
  const std::string text = UndoList(entries);
  const auto read = ParseUndoList(text);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ((*read)[i].file.file, entries[i].file.file);
    EXPECT_EQ((*read)[i].file.staged, entries[i].file.staged);
    EXPECT_EQ((*read)[i].file.verified.inode, entries[i].file.verified.inode);
    EXPECT_EQ((*read)[i].file.verified.size, entries[i].file.verified.size);
    EXPECT_EQ((*read)[i].file.parent.mtime, entries[i].file.parent.mtime);
    EXPECT_EQ((*read)[i].file.parent.mode, entries[i].file.parent.mode);
    EXPECT_EQ((*read)[i].file.parent.resolution, entries[i].file.parent.resolution);
    EXPECT_EQ((*read)[i].digest, entries[i].digest);
  }
  for (const std::string& damaged : {std::string(), text.substr(0, text.size() / 2), text + "more\n",
                                     absl::StrReplaceAll(text, {{"da39", "xx39"}})}) {
    EXPECT_EQ(FailureOf(ParseUndoList(damaged).status()), Failure::kState) << damaged;
  }
}

TEST_F(UndoTest, LaysOutWhatIsReplacedAndChangesNothing) {
  dir_.Write("r/a", "old a");
  Ask({.script = absl::StrCat("cd ", dir_.Path("r"), " && ln -s a l && mkdir sub")});
  const std::vector<UndoEntry> entries = {Staged("a"), Staged("l"), Staged("sub/b"), Staged("x/y/c")};
  const RemoteResult result = Ask(PrepareUndo(facts_, lease_, entries, false, kMark));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(Results(ParsePublish(result, Files(entries), kMark)), Each(PublishResult::kDone));
  EXPECT_EQ(dir_.Read("r/.sshsync/undo/run1/old/a"), "old a");
  EXPECT_EQ(Ask({.script = absl::StrCat(
                     "cd ", dir_.Path("r"),
                     "; readlink .sshsync/undo/run1/old/l; find . -name .sshsync -prune -o -print | sort; find "
                     ".sshsync/undo/run1/made -type f | sort")})
                .out,
            "a\n.\n./a\n./l\n./sub\n.sshsync/undo/run1/made/x/.sshsync\n.sshsync/undo/run1/made/x/y/.sshsync\n");
  EXPECT_EQ(Ask(ReadUndoList(lease_, "run1")).out, UndoList(entries));
  EXPECT_EQ(Ask(DropUndo(lease_, "run1")).status, 0);
  EXPECT_FALSE(dir_.Exists("r/.sshsync/undo"));
  EXPECT_EQ(Ask(ReadUndoList(lease_, "run1")).status, 4);
}

TEST_F(UndoTest, LaysOutWhatHasToBeLookedAtOneByOne) {
  facts_.stat_tool = StatTool::kLs;
  dir_.Write("r/new\nline", "old");
  const std::vector<UndoEntry> entries = {Staged("a"), Staged("new\nline")};
  const RemoteResult result = Ask(PrepareUndo(facts_, lease_, entries, false, kMark));
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(Results(ParsePublish(result, Files(entries), kMark)), Each(PublishResult::kDone));
  EXPECT_EQ(dir_.Read("r/.sshsync/undo/run1/old/new\nline"), "old");
}

TEST_F(UndoTest, LeavesNothingBehindWhereAFileDoesNotFit) {
  dir_.Write("r/b/inside", "mine");
  const std::vector<UndoEntry> entries = {Staged("a"), Staged("b"), Staged("new/c")};
  dir_.Write("r/.sshsync/in/attempt/new/c", "it grew");
  const RemoteResult result = Ask(PrepareUndo(facts_, lease_, entries, false, kMark));
  EXPECT_NE(result.status, 0);
  EXPECT_THAT(Results(ParsePublish(result, Files(entries), kMark)),
              ElementsAre(PublishResult::kDone, PublishResult::kObstructed, PublishResult::kChanged));
  EXPECT_FALSE(dir_.Exists("r/.sshsync/undo"));
  EXPECT_FALSE(dir_.Exists("r/a"));
  EXPECT_FALSE(dir_.Exists("r/new"));
}

TEST_F(UndoTest, TakesBackWhatWasPublishedAndNothingElse) {
  dir_.Write("r/a", "old a");
  dir_.Write("r/d", "old d");
  Ask({.script = absl::StrCat("cd ", dir_.Path("r"), " && ln -s a l")});
  const std::vector<UndoEntry> entries = {Staged("a"), Staged("l"), Staged("x/y/c"), Staged("d"), Staged("e")};
  EXPECT_EQ(Ask(PrepareUndo(facts_, lease_, entries, false, kMark)).status, 0);
  EXPECT_THAT(Results(ParsePublish(Ask(PublishTogether(facts_, lease_, "run1", entries, false, false, kMark)),
                                   Files(entries), kMark)),
              Each(PublishResult::kDone));
  EXPECT_EQ(dir_.Read("r/x/y/c"), "new x/y/c");
  Ask({.script = absl::StrCat("cd ", dir_.Path("r"), " && rm d && echo another >d")});
  for (int i = 0; i < 2; ++i) {
    const auto back =
        ParseNumbered(Ask(TakeBack(facts_, lease_, "run1", entries, false, kMark)), entries.size(), kMark);
    EXPECT_THAT(Results(back), Each(PublishResult::kDone)) << "also when it is repeated";
  }
  EXPECT_EQ(dir_.Read("r/a"), "old a");
  EXPECT_EQ(dir_.Read("r/d"), "another\n");
  EXPECT_EQ(Ask({.script = absl::StrCat("cd ", dir_.Path("r"), " && readlink l; ls -A .sshsync; ls")}).out,
            "a\nin\nlock\na\nd\nl\n");
}

TEST_F(UndoTest, PublishesNothingWithoutAListAndNothingWithoutTheLease) {
  const std::vector<UndoEntry> entries = {Staged("a")};
  EXPECT_EQ(Ask(PublishTogether(facts_, lease_, "run1", entries, false, false, kMark)).status, 73);
  EXPECT_EQ(Ask(PrepareUndo(facts_, lease_, entries, false, kMark)).status, 0);
  Ask({.script = absl::StrCat("cd ", dir_.Path("r/.sshsync/lock"), " && mv by-run1 by-run2")});
  for (const RemoteCommand& command : {PublishTogether(facts_, lease_, "run1", entries, false, false, kMark),
                                       TakeBack(facts_, lease_, "run1", entries, false, kMark),
                                       DropUndo(lease_, "run1"), PrepareUndo(facts_, lease_, entries, false, kMark)}) {
    EXPECT_EQ(Ask(command).status, 71);
  }
  EXPECT_FALSE(dir_.Exists("r/a"));
  EXPECT_TRUE(dir_.Exists("r/.sshsync/undo/run1/list"));
}

}  // namespace
}  // namespace sshsync
