#include "sshsync/cascade/undo_recovery.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/process/clock.h"
#include "sshsync/ssh/ssh_runner.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;

struct Recorder : EventSink {
  void On(const Event& event) override { said += event.message; }
  std::string said;
};

// A child on which run1 laid out its list for `a` (which replaces one) and `new/b`, and run2 has the lease.
class UndoRecoveryTest : public ::testing::Test {
 protected:
  UndoRecoveryTest() {
    repository_.name = "p";
    repository_.path = dir_.Path("r");
    repository_.endpoint.transport = Transport::kLocal;
    repository_.templates["digestcmd"] = "sha1sum ${FILEPATH} | cut -d' ' -f1";
    dir_.Write("r/a", "old");
    dir_.Write("r/.sshsync/lock/by-run1", "");
    auto templates = RepositoryTemplates::Make(repository_, nullptr, "run2", absl::Now());
    EXPECT_TRUE(templates.ok()) << templates.status();
    child_.emplace(context_, repository_, *std::move(templates));
    EXPECT_TRUE(child_->Open(false).ok());
    lease_ = {.root = child_->facts().root, .run = "run1", .controller = "ctl"};
    for (const char* file : {"a", "new/b"}) entries_.push_back(Staged(file));
    EXPECT_EQ(Ask(PrepareUndo(child_->facts(), lease_, entries_, false, kMark)).status, 0);
    Shell("mv r/.sshsync/lock/by-run1 r/.sshsync/lock/by-run2");
    lease_.run = "run2";
  }
  UndoEntry Staged(const std::string& file) {
    const std::string staged = absl::StrCat("r/.sshsync/in/attempt/", file);
    dir_.Write(staged, "new");
    struct stat info = {};
    EXPECT_EQ(lstat(dir_.Path(staged).c_str(), &info), 0);
    const FileStat stat{.size = info.st_size,
                        .mtime = info.st_mtim.tv_sec * 1'000'000'000,
                        .inode = info.st_ino,
                        .mode = static_cast<uint16_t>(info.st_mode & 07777)};
    return {.file = {.index = entries_.size(),
                     .file = file,
                     .staged = absl::StrCat(lease_.root, "/.sshsync/in/attempt/", file),
                     .verified = stat,
                     .parent = stat},
            .digest = *Digest::FromHex("c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc")};
  }
  RemoteResult Ask(const RemoteCommand& command) {
    auto result = runner_.Run(repository_.endpoint, command, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }
  void Shell(absl::string_view script) {
    EXPECT_EQ(Ask({.script = absl::StrCat("cd ", dir_.path(), " && ", script)}).status, 0) << script;
  }
  absl::Status Recover() { return UndoRecovery(*child_, lease_).Run("run1"); }

  static constexpr absl::string_view kMark = "0123456789abcdef0123456789abcdef";
  TempDir dir_;
  SshRunner runner_;
  RealClock clock_;
  Recorder events_;
  Backoff backoff_{1, absl::Milliseconds(1)};
  RunContext context_{.runner = runner_,
                      .clock = clock_,
                      .events = events_,
                      .stop = {},
                      .drain = {},
                      .run = "run2",
                      .controller = "ctl",
                      .backoff = backoff_};
  Repository repository_;
  absl::optional<RemoteRepository> child_;
  Lease lease_;
  std::vector<UndoEntry> entries_;
};

TEST_F(UndoRecoveryTest, PublishesTheRestWhereAllOfItIsStillWhatWasVerified) {
  Shell("mv r/.sshsync/in/attempt/a r/a");
  EXPECT_TRUE(Recover().ok());
  EXPECT_EQ(dir_.Read("r/a"), "new");
  EXPECT_EQ(dir_.Read("r/new/b"), "new");
  EXPECT_FALSE(dir_.Exists("r/.sshsync/undo"));
  EXPECT_THAT(events_.said, HasSubstr("the rest was published"));
}

TEST_F(UndoRecoveryTest, TakesEverythingBackWhereAStagedFileIsDamagedOrGone) {
  for (const char* damage :
       {"printf NEW | dd of=r/.sshsync/in/attempt/new/b conv=notrunc 2>/dev/null", "rm r/.sshsync/in/attempt/new/b"}) {
    if (!dir_.Exists("r/.sshsync/undo")) {
      dir_.Write("r/.sshsync/in/attempt/new/b", "new");
      entries_ = {Staged("a"), Staged("new/b")};
      EXPECT_EQ(Ask(PrepareUndo(child_->facts(), lease_, entries_, false, kMark)).status, 0);
      Shell("mv r/.sshsync/undo/run2 r/.sshsync/undo/run1");
    }
    Shell(absl::StrCat("mkdir -p r/new; mv r/.sshsync/in/attempt/a r/a; ", damage));
    EXPECT_TRUE(Recover().ok());
    EXPECT_EQ(dir_.Read("r/a"), "old") << damage;
    EXPECT_FALSE(dir_.Exists("r/new")) << damage;
    EXPECT_FALSE(dir_.Exists("r/.sshsync/undo")) << damage;
    EXPECT_THAT(events_.said, HasSubstr("all of it was taken back"));
  }
}

TEST_F(UndoRecoveryTest, ForgetsWhatWasNotLaidOutCompletely) {
  Shell("rm r/.sshsync/undo/run1/list");
  EXPECT_TRUE(Recover().ok());
  EXPECT_EQ(dir_.Read("r/a"), "old");
  EXPECT_FALSE(dir_.Exists("r/.sshsync/undo"));
  EXPECT_EQ(events_.said, "");
}

TEST_F(UndoRecoveryTest, TouchesNothingByADamagedList) {
  Shell("echo more >>r/.sshsync/undo/run1/list; mv r/.sshsync/in/attempt/a r/a");
  EXPECT_EQ(FailureOf(Recover()), Failure::kState);
  EXPECT_EQ(dir_.Read("r/a"), "new");
  EXPECT_TRUE(dir_.Exists("r/.sshsync/undo/run1/old/a"));
}

}  // namespace
}  // namespace sshsync
