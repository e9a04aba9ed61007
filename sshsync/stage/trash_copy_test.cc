#include "sshsync/stage/trash_copy.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;

constexpr absl::string_view kMark = "0123456789abcdef0123456789abcdef";
using enum TrashCopy::Result;

class TrashCopyTest : public ::testing::Test {
 protected:
  TrashCopyTest() {
    dir_.Write("r/.sshsync/lock/by-run2", "");
    auto facts = ParseHostFacts(Ask(HostFactsCommand(dir_.Path("r"), false)), dir_.Path("r"));
    EXPECT_TRUE(facts.ok()) << facts.status();
    facts_ = *std::move(facts);
    lease_ = {.root = facts_.root, .run = "run2", .controller = "ctl"};
  }
  RemoteResult Ask(const RemoteCommand& command) {
    auto result = runner_.Run(Endpoint{.transport = Transport::kLocal}, command, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }
  void Kept(absl::string_view file) {
    dir_.Write(absl::StrCat("r/.sshsync/trash/run1/", file), absl::StrCat("old ", file));
  }
  std::vector<TrashCopy::Result> Copy(const std::vector<std::string>& files) {
    const RemoteResult result = Ask(
        CopyFromTrash(facts_, lease_, "run1", absl::StrCat(facts_.root, "/.sshsync/in/restore"), files, false, kMark));
    const auto copies = ParseTrashCopy(result, files.size(), kMark);
    EXPECT_TRUE(copies.ok()) << copies.status();
    std::vector<TrashCopy::Result> results;
    if (copies.ok()) {
      for (const TrashCopy& copy : *copies) results.push_back(copy.result);
    }
    return results;
  }
  std::string Staged(absl::string_view file) { return dir_.Read(absl::StrCat("r/.sshsync/in/restore/", file)); }

  TempDir dir_;
  LocalShell runner_;
  HostFacts facts_;
  Lease lease_;
};

TEST_F(TrashCopyTest, CopiesFilesWithAnyNameIntoTheStageAndLeavesTheRepositoryAlone) {
  const std::vector<std::string> names = {"a", "sub/new\nline", "-rf", "$(touch pwn)", "sub/deep/'x'", " lead"};
  for (const std::string& name : names) Kept(name);
  dir_.Write("r/a", "new");
  EXPECT_THAT(Copy(names), ElementsAre(kStaged, kStaged, kStaged, kStaged, kStaged, kStaged));
  for (const std::string& name : names) EXPECT_EQ(Staged(name), absl::StrCat("old ", name));
  EXPECT_EQ(dir_.Read("r/a"), "new");
  EXPECT_FALSE(dir_.Exists("r/sub")) << "no folder is made";
  EXPECT_FALSE(dir_.Exists("r/pwn"));
}

TEST_F(TrashCopyTest, SaysWhatNeedsNoCopyAndWhatCannotBeCopied) {
  for (const char* name : {"equal", "link/x"}) Kept(name);
  dir_.Write("r/equal", "old equal");
  dir_.Write("outside/x", "old link/x");
  Ask({.script = absl::StrCat("ln -s ../outside ", dir_.Path("r/link"))});
  EXPECT_THAT(Copy({"equal", "link/x", "gone"}), ElementsAre(kEqual, kLinkInPath, kFailed));
  EXPECT_FALSE(dir_.Exists("r/.sshsync/in/restore"));
}

TEST_F(TrashCopyTest, NeedsTheLease) {
  Kept("a");
  lease_.run = "run3";
  const RemoteResult result = Ask(
      CopyFromTrash(facts_, lease_, "run1", absl::StrCat(facts_.root, "/.sshsync/in/restore"), {"a"}, false, kMark));
  EXPECT_EQ(FailureOf(ParseTrashCopy(result, 1, kMark).status()), Failure::kLocked);
}

}  // namespace
}  // namespace sshsync
