#include "sshsync/stage/removal.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/stage/trash.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::string_view kMark = "0123456789abcdef0123456789abcdef";

// A repository with a lease, and a real shell.
class DeletionTest : public ::testing::Test {
 protected:
  DeletionTest() {
    facts_.root = lease_.root = dir_.Path("r");
    lease_.run = "run-1";
    lease_.controller = "test";
    for (const absl::string_view name : {"a", "b", "d/x", "d/y", "d/e/z", "keep"})
      dir_.Write(absl::StrCat("r/", name), name);
    EXPECT_EQ(Ask(ClaimCommand(lease_)).status, 0);
  }

  RemoteResult Ask(const RemoteCommand& command) {
    auto result = runner_.Run(Endpoint{.transport = Transport::kLocal}, command, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }
  std::vector<PublishResult> Delete(const std::vector<Removal>& files, bool keep = false) {
    const auto removed = ParseDelete(Ask(DeleteCommand(facts_, lease_, files, keep, kMark)), files.size(), kMark);
    EXPECT_TRUE(removed.ok()) << removed.status();
    std::vector<PublishResult> results;
    said_.clear();
    for (const Published& one : removed.ok() ? *removed : std::vector<Published>()) {
      results.push_back(one.result);
      said_.push_back(one.said);
    }
    return results;
  }
  void Shell(absl::string_view script) {
    EXPECT_EQ(Ask({.script = absl::StrCat("cd ", dir_.path(), "\n", script)}).status, 0) << script;
  }

  TempDir dir_;
  LocalShell runner_;
  HostFacts facts_;
  Lease lease_;
  std::vector<std::string> said_;
};

TEST_F(DeletionTest, AnswersForEachFileAndMayBeRepeated) {
  const std::vector<Removal> files = {{"a", ""},   {"b", ""},    {"d/e/z", ""},    {"d/x", ""},
                                      {"d/y", ""}, {"none", ""}, {"no/folder", ""}};
  const std::vector<PublishResult> done(files.size(), PublishResult::kDone);
  EXPECT_EQ(Delete(files), done);
  for (const Removal& file : files) EXPECT_FALSE(dir_.Exists("r/" + file.path)) << file.path;
  EXPECT_TRUE(dir_.Exists("r/keep"));
  EXPECT_EQ(Delete(files), done) << "the answer may have been lost";
  EXPECT_FALSE(dir_.Exists("r/no")) << "nothing is made on the way";
}

TEST_F(DeletionTest, TakesNothingButRegularFilesInRealFolders) {
  Shell("mkdir out; echo x >out/f; ln -s ../out r/link; ln -s ../out/f r/file; mkdir r/folder; mkfifo r/pipe");
  EXPECT_THAT(Delete({{"a", ""}, {"file", ""}, {"folder", ""}, {"pipe", ""}, {"link/f", ""}}),
              ElementsAre(PublishResult::kDone, PublishResult::kLinkInPath, PublishResult::kObstructed,
                          PublishResult::kObstructed, PublishResult::kLinkInPath));
  EXPECT_EQ(said_[4], "link is a symbolic link");
  Shell("test -f out/f && test -h r/file && test -d r/folder && test -p r/pipe");
}

TEST_F(DeletionTest, IsRefusedWithoutTheLease) {
  lease_.run = "another-run";
  const auto removed = ParseDelete(Ask(DeleteCommand(facts_, lease_, {Removal{"a", ""}}, false, kMark)), 1, kMark);
  EXPECT_EQ(FailureOf(removed.status()), Failure::kLocked);
  EXPECT_TRUE(dir_.Exists("r/a"));
  EXPECT_EQ(Ask(PruneFoldersCommand(facts_, lease_, {"d/x"})).status, 71);
}

TEST_F(DeletionTest, RunsTheOperatorsCommandAndBelievesItsEyes) {
  EXPECT_THAT(Delete({{"a", "rm ./a"}, {"b", "true"}, {"d/x", "echo no; exit 5"}}),
              ElementsAre(PublishResult::kDone, PublishResult::kFailed, PublishResult::kFailed));
  EXPECT_EQ(said_[1], "the file is still there");
  EXPECT_EQ(said_[2], "no\ndeletecmd ended with status 5");
}

TEST_F(DeletionTest, RemovesOnlyFoldersThatAreEmpty) {
  Shell("mkdir r/d/f r/g; rm r/d/e/z r/d/x r/d/y");
  Ask(PruneFoldersCommand(facts_, lease_, {"d/e/z", "d/x", "keep"}));
  EXPECT_FALSE(dir_.Exists("r/d/e"));
  EXPECT_TRUE(dir_.Exists("r/d/f")) << "no deletion emptied it";
  EXPECT_TRUE(dir_.Exists("r/g"));
}

TEST_F(DeletionTest, KeepsInTheTrashWhatItTakesAndTakesNothingThatItCannotKeep) {
  EXPECT_THAT(Delete({{"a", ""}, {"d/x", ""}, {"d/y", ""}}, true),
              ElementsAre(PublishResult::kDone, PublishResult::kDone, PublishResult::kDone));
  EXPECT_EQ(dir_.Read("r/.sshsync/trash/run-1/a"), "a");
  EXPECT_EQ(dir_.Read("r/.sshsync/trash/run-1/d/y"), "d/y");
  dir_.Write("r/a", "later");
  Delete({{"a", ""}}, true);
  EXPECT_EQ(dir_.Read("r/.sshsync/trash/run-1/a"), "a") << "what was there before the run stays";
  Shell("rm -r r/.sshsync/trash; echo >r/.sshsync/trash");
  EXPECT_THAT(Delete({{"b", ""}, {"keep", ""}}, true), ElementsAre(PublishResult::kFailed, PublishResult::kFailed));
  EXPECT_EQ(dir_.Read("r/b"), "b");
}

TEST_F(DeletionTest, CopiesToTheTrashWhereThereCanBeNoHardLink) {
  Shell("mkdir bin; printf '#!/bin/sh\\nexit 1\\n' >bin/ln; chmod 755 bin/ln");
  RemoteCommand command = DeleteCommand(facts_, lease_, {Removal{"a", ""}, Removal{"b", ""}}, true, kMark);
  command.script = absl::StrCat("PATH=", dir_.Path("bin"), ":$PATH\n", command.script);
  ASSERT_TRUE(ParseDelete(Ask(command), 2, kMark).ok());
  EXPECT_FALSE(dir_.Exists("r/a"));
  EXPECT_EQ(dir_.Read("r/.sshsync/trash/run-1/a"), "a");
  EXPECT_EQ(dir_.Read("r/.sshsync/trash/run-1/b"), "b");
}

TEST_F(DeletionTest, PrunesTheTrashByAge) {
  Shell("cd r/.sshsync && mkdir -p trash/old/x trash/new && touch -t 200001010000 trash/old");
  const std::string text = PruneTrashText("20240101000000", absl::Hours(24));
  EXPECT_EQ(Ask({.script = absl::StrCat("cd ", facts_.root, "\n", text)}).status, 0);
  EXPECT_FALSE(dir_.Exists("r/.sshsync/trash/old"));
  EXPECT_TRUE(dir_.Exists("r/.sshsync/trash/new"));
  EXPECT_FALSE(dir_.Exists("r/.sshsync/trash.limit"));
  EXPECT_EQ(PruneTrashText("no time", absl::Hours(24)), "");
}

}  // namespace
}  // namespace sshsync
