#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/resume.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// p keeps a trash; a run replaced `a` and `sub/b`, deleted `gone` and `sub/deep/gone`, and added `added`.
class Restore : public ::testing::Test {
 protected:
  Restore() {
    Repository& p = local_["p"];
    p.trash = p.del = true;
    p.max_delete = {.value = 100, .percent = true};
    for (const char* path : {"a", "sub/b", "gone", "sub/deep/gone", "same"})
      local_.Write(absl::StrCat("m/", path), absl::StrCat("old ", path));
    EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
    before_ = local_.Files("p");
    local_.Shell(
        "chmod 640 p/gone; rm -r m/gone m/sub/deep; for f in a sub/b added; do printf 'new %s' $f >m/$f; done");
    local_.SetTime("p/gone", 1'500'000'000);
    const Report report = local_.Sync({{"p"}});
    EXPECT_EQ(report.exit_code(), 0);
    run_ = report.run;
  }
  Report Bring(const std::string& run, const std::string& repository = "p") {
    return local_.Sync({{repository}}, {.verb = Verb::kRestore, .restores = run});
  }

  LocalCascade local_;
  std::map<std::string, std::string> before_;
  std::string run_;
};

TEST_F(Restore, BringsBackWhatWasReplacedAndDeletedAndLeavesWhatWasAdded) {
  const auto trash =
      local_.Shell(absl::StrCat("cd p/.sshsync/trash/", run_, " && find . -type f | sort | xargs ls -i"));
  const Report report = Bring(run_);
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(report.verb, "restore");
  auto wanted = before_;
  wanted["added"] = "new added";
  EXPECT_EQ(local_.Files("p"), wanted);
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kRestored);
  EXPECT_EQ(Of(report, "p").replaced, 2);
  EXPECT_EQ(Of(report, "p").copied, 2);
  EXPECT_THAT(local_.Tree("p")["gone"], HasSubstr("100640"));
  EXPECT_THAT(local_.Tree("p")["gone"], HasSubstr("time 1500000000."));
  EXPECT_EQ(local_.Shell(absl::StrCat("cd p/.sshsync/trash/", run_, " && find . -type f | sort | xargs ls -i")), trash)
      << "the trash stays as it is";
  EXPECT_EQ(local_.Read(absl::StrCat("p/.sshsync/trash/", report.run, "/a")), "new a")
      << "what was replaced by it can be restored in turn";
  EXPECT_EQ(local_.Shell("ls -A p/.sshsync/in 2>/dev/null | wc -l"), "0\n");
  EXPECT_FALSE(local_.Exists("p/.sshsync/lock"));
}

TEST_F(Restore, ChangesNothingTheSecondTime) {
  EXPECT_EQ(Bring(run_).exit_code(), 0);
  const auto tree = local_.Tree("p");
  const Report again = Bring(run_);
  EXPECT_EQ(again.exit_code(), 0);
  EXPECT_EQ(Of(again, "p").kept, 4);
  EXPECT_EQ(local_.Tree("p"), tree);
}

TEST_F(Restore, KnowsARunByTheBeginningOfItsId) {
  EXPECT_EQ(Bring(run_.substr(0, run_.size() - 1)).exit_code(), 0);
  EXPECT_EQ(local_.Read("p/a"), "old a");
}

TEST_F(Restore, SaysWhichRunsThereAreWhereThatOneIsNotThere) {
  const Report report = Bring("19990101");
  EXPECT_EQ(report.exit_code(), 2);
  EXPECT_THAT(Of(report, "p").message, HasSubstr(run_));
  EXPECT_EQ(local_.Read("p/a"), "new a");
  const Report none = Bring(run_, "n");
  EXPECT_EQ(none.exit_code(), 2);
  EXPECT_THAT(Of(none, "n").message, HasSubstr("it is empty"));
}

TEST_F(Restore, IsRefusedWhileAnotherRunIsAtTheChild) {
  local_.Shell(
      "mkdir -p p/.sshsync/lock && : >p/.sshsync/lock/by-other && date -u +%Y%m%d%H%M%S >p/.sshsync/lock/beat");
  const Report report = Bring(run_);
  EXPECT_EQ(report.exit_code(), 7);
  EXPECT_EQ(local_.Read("p/a"), "new a");
}

TEST_F(Restore, FailsByNameWhereSomethingStandsInTheWay) {
  local_.Shell("mkdir p/gone; rm -r p/sub; mkdir aside; ln -s ../aside p/sub");
  const Report report = Bring(run_);
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")),
              UnorderedElementsAre("gone: obstructed", "sub/b: link_in_path", "sub/deep/gone: link_in_path"))
      << FileOf(Of(report, "p"), "gone")->message;
  EXPECT_EQ(local_.Read("p/a"), "old a");
  EXPECT_EQ(local_.Shell("ls -A aside"), "");
}

TEST_F(Restore, IsNoSynchronizationInTheRecord) {
  local_.Shell("mkdir p/gone");
  SyncOptions options;
  options.state_dir = local_.Path("state");
  options.pid_file = local_.Path("state/pid");
  EXPECT_EQ(Bring(run_).exit_code(), 6);
  const auto resumption = FindResumption(local_.configuration(), "", options);
  ASSERT_TRUE(resumption.ok()) << resumption.status();
  EXPECT_FALSE(*resumption) << "a restore that failed is not resumed as a synchronization";
  local_["p"].path = local_.Path("nowhere/p");
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 6);
  local_["p"].path = local_.Path("p");
  local_.Shell("rmdir p/gone");
  EXPECT_EQ(Bring(run_).exit_code(), 0);
  const auto still = FindResumption(local_.configuration(), "", options);
  ASSERT_TRUE(still.ok()) << still.status();
  EXPECT_TRUE(*still) << "a restore does not finish an unfinished run";
}

TEST_F(Restore, TheNextRunBringsTheParentsFilesAgain) {
  EXPECT_EQ(Bring(run_).exit_code(), 0);
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local_.Files("p"), local_.Files("m"));
}

TEST_F(Restore, IsDoneFromARunThatPublishedTogether) {
  local_["p"].publish = PublishMode::kTogether;
  local_.Write("m/a", "newer a");
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(Bring(report.run).exit_code(), 0);
  EXPECT_EQ(local_.Read("p/a"), "new a");
}

TEST_F(Restore, OldTrashGoesAtTheEndOfAGoodRunAndNewTrashStays) {
  local_["p"].trash_keep = absl::Hours(24);
  local_.Shell(
      "mkdir -p p/.sshsync/trash/20200101-000000-aaaa/sub && echo x >p/.sshsync/trash/20200101-000000-aaaa/sub/f");
  local_.SetTime("p/.sshsync/trash/20200101-000000-aaaa", 1'577'836'800);
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
  EXPECT_FALSE(local_.Exists("p/.sshsync/trash/20200101-000000-aaaa"));
  EXPECT_EQ(Bring(run_).exit_code(), 0);
}

}  // namespace
}  // namespace sshsync
