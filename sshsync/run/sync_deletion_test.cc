#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::vector<std::string> Names(const std::map<std::string, std::string>& files) {
  std::vector<std::string> names;
  for (const auto& [name, content] : files) names.push_back(name);
  return names;
}

// m -> p -> n, all three equal, with deletion and without a limit that matters.
class Deletion : public ::testing::Test {
 protected:
  Deletion() {
    for (const absl::string_view name : {"p", "n"}) {
      local_[name].del = true;
      local_[name].max_delete = {.value = 100, .percent = true};
    }
    for (const absl::string_view name : {"a", "keep", "sub/b", "sub/c", "sub/deep/er/d"})
      local_.Write(absl::StrCat("m/", name), name);
    Fill();
  }
  void Fill() { EXPECT_EQ(local_.Sync({{"p"}, {"n"}}).exit_code(), 0); }

  LocalCascade local_;
};

TEST_F(Deletion, FollowsTheParentDownTheCascadeWithTheFoldersItEmpties) {
  local_.Shell("rm -r m/a m/sub/deep m/sub/c; mkdir p/empty n/sub/empty");
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_THAT(Names(local_.Files("p")), ElementsAre("keep", "sub/b"));
  EXPECT_THAT(Names(local_.Files("n")), ElementsAre("keep", "sub/b"));
  EXPECT_FALSE(local_.Exists("p/sub/deep"));
  EXPECT_TRUE(local_.Exists("p/empty")) << "no deletion emptied it";
  EXPECT_TRUE(local_.Exists("n/sub/empty"));
  EXPECT_EQ(Of(report, "p").deleted, 3);
  EXPECT_EQ(Of(report, "n").deleted, 3);
  EXPECT_EQ(Of(report, "n").outcome, Outcome::kChanged);
  EXPECT_EQ(FileOf(Of(report, "n"), "sub/c")->action, "delete");
  Fill();
}

TEST_F(Deletion, IsDoneOnlyWhereItIsAskedFor) {
  local_["p"].del = false;
  local_.Shell("rm m/a");
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_TRUE(local_.Exists("p/a"));
  EXPECT_TRUE(local_.Exists("n/a")) << "p still has it";
  EXPECT_EQ(Of(report, "p").extra, 1);
  SyncOptions options;
  options.del = true;
  EXPECT_EQ(local_.Sync({{"p"}}, options).exit_code(), 0);
  EXPECT_FALSE(local_.Exists("p/a"));
}

TEST_F(Deletion, IsPlannedAndVerifiedWithoutBeingDone) {
  local_.Shell("rm m/a");
  const auto before = local_.WholeTree("p");
  const Report plan = local_.Run(Verb::kPlan, {{"p"}, {"n"}});
  EXPECT_EQ(plan.exit_code(), 0);
  EXPECT_EQ(Of(plan, "p").deleted, 1);
  EXPECT_EQ(Of(plan, "n").deleted, 1) << "it is compared with what p will hold";
  EXPECT_EQ(FileOf(Of(plan, "n"), "a")->action, "delete");
  const Report verified = local_.Run(Verb::kVerify, {{"p"}});
  EXPECT_EQ(verified.exit_code(), 10);
  EXPECT_EQ(local_.WholeTree("p"), before);
}

TEST_F(Deletion, IsRefusedAboveTheLimitForTheRepositoryAndAllBelowItButNothingElseIs) {
  local_["p"].max_delete = {.value = 20, .percent = true};
  local_.Shell("rm m/a m/keep");
  local_.Write("m/new", "new");
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 8);
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kRefused);
  EXPECT_THAT(Of(report, "p").message, HasSubstr("2 of 5 files would be deleted, max_delete allows 1 (20%)"));
  EXPECT_THAT(Names(local_.Files("p")), ElementsAre("a", "keep", "new", "sub/b", "sub/c", "sub/deep/er/d"));
  local_.Shell("rm p/keep");
  const Report below = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(below.exit_code(), 0) << "one of them may go";
  local_["p"].max_delete = {.value = 0, .percent = false};
  local_.Shell("rm m/sub/b; rm p/sub/c; cp p/keep n/own 2>/dev/null || cp n/new n/own");
  const Report refused = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(refused.exit_code(), 8);
  EXPECT_TRUE(local_.Exists("n/own")) << "deletions below a refused one are cancelled";
  EXPECT_EQ(local_.Read("p/sub/c"), "sub/c");
}

TEST_F(Deletion, NeverComesOfAListingThatIsIncompleteOrEmpty) {
  local_.Shell("rm m/a");
  local_["m"].templates["listcmd"] = "find ${REPOPATH} -type f; echo trouble >&2";
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 6);
  EXPECT_TRUE(local_.Exists("p/a"));
  local_["m"].templates["listcmd"] = "find ${REPOPATH} -type f";
  local_["p"].templates["listcmd"] = "find ${REPOPATH} -type f; exit 1";
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 6);
  EXPECT_TRUE(local_.Exists("p/a"));
  local_["p"].templates["listcmd"] = "find ${REPOPATH} -type f";
  local_.Shell("rm -r m/*");
  const auto before = local_.Files("p");
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 8);
  EXPECT_THAT(Of(report, "p").message, HasSubstr("empty listing"));
  EXPECT_EQ(local_.Files("p"), before);
  EXPECT_EQ(local_.Files("n"), before);
}

TEST_F(Deletion, LeavesAFileThatFailedAtTheParentAlone) {
  local_.Write("m/sub/b", "another");
  local_.Shell("rm p/sub/b");
  local_["p"].retries = 0;
  local_["p"].templates["synccmd"] =
      "case ${FILE} in sub/b) exit 1;; esac; cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(local_.Read("n/sub/b"), "sub/b") << "p does not hold it, for it failed there";
}

TEST_F(Deletion, NeverFollowsALinkAndTakesRegularFilesOnly) {
  local_.Write("aside/precious", "x");
  local_.Shell("ln -s ../aside p/out; ln -s ../aside/precious p/link; mkfifo p/pipe");
  local_["p"].templates["listcmd"] =
      "find ${REPOPATH} -path '*/.sshsync' -prune -o -print | sed 1d | while read -r f; do [ -d \"$f\" ] || echo "
      "\"$f\"; done; "
      "echo ${REPOPATH}/out/precious";
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local_.Read("aside/precious"), "x");
  EXPECT_EQ(local_.Shell("ls p/out p/link p/pipe >/dev/null && echo all"), "all\n");
  local_["p"].follow_symlinks = true;
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local_.Read("aside/precious"), "x") << "a deletion follows none even where publishing may";
}

TEST_F(Deletion, CopesWithHostileNames) {
  const std::vector<std::string> names = {"-rf",         "--help", "a b", "'", "\"",        "$(touch pwn)",
                                          "`touch pwn`", "*",      "x\\", ";", "q/-r/a\tb", "q/*/?"};
  for (const std::string& name : names) local_.Write("p/" + name, "x");
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local_.Files("p"), local_.Files("m"));
  EXPECT_FALSE(local_.Exists("p/q"));
  EXPECT_EQ(local_.Shell("find . -name 'pwn*'"), "");
}

TEST_F(Deletion, CallsTheOperatorsDeletecmdForEachFile) {
  local_["p"].templates["deletecmd"] = absl::StrCat("echo ${FILE} >>", local_.Path("log"), "; rm ${FILEPATH}");
  local_.Shell("rm m/a m/sub/b");
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local_.Read("log"), "a\nsub/b\n");
  EXPECT_FALSE(local_.Exists("p/a"));
  local_["p"].templates["deletecmd"] = "case ${FILE} in keep) exit 3;; esac; true ${FILEPATH}";
  local_.Shell("rm m/sub/c m/keep");
  const Report failed = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(failed.exit_code(), 6);
  EXPECT_THAT(FileOf(Of(failed, "p"), "keep")->message, HasSubstr("deletecmd ended with status 3"));
  EXPECT_THAT(FileOf(Of(failed, "p"), "sub/c")->message, HasSubstr("the file is still there"));
  EXPECT_TRUE(local_.Exists("n/keep"));
}

TEST_F(Deletion, WhatItsParentCouldNotDeleteStaysWhenItsEndIsHeardOfLate) {
  // n is told what p will hold, and is at its digests until p has ended.
  local_["n"].filter = {"+ *"};
  local_["n"].templates["digestcmd"] =
      absl::StrCat("i=0; until [ -f ", local_.Path("aside/ended"),
                   " ] || [ $i -ge 1000 ]; do i=$((i+1)); sleep 0.01; done; sha1sum ${FILEPATH}");
  local_["p"].templates["deletecmd"] = "exit 3; true ${FILEPATH}";
  local_.Watch([this](const Event& event) {
    if (event.kind == EventKind::kRepositoryEnded && event.repository == "p") local_.Write("aside/ended", "");
  });
  local_.Shell("rm m/keep");
  const Report report = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_TRUE(local_.Exists("n/keep"));
  EXPECT_THAT(FileOf(Of(report, "n"), "keep")->message, HasSubstr("waiting for \"p\""));
}

TEST_F(Deletion, WaitsInTheSameStepForWhatItsParentComesToDelete) {
  // p takes its time with `a`, until n has deleted that (which it must not), or for a second; then it cannot delete it.
  local_["n"].templates["deletecmd"] = absl::StrCat("echo ${FILE} >>", local_.Path("deleted-on-n"), "; rm ${FILEPATH}");
  local_["p"].templates["deletecmd"] =
      absl::StrCat("case ${FILE} in a) i=0; until [ -f ", local_.Path("deleted-on-n"),
                   " ] || [ $i -ge 100 ]; do i=$((i+1)); sleep 0.01; done; exit 1;; esac; rm ${FILEPATH}");
  local_.Shell("rm m/a m/keep");
  const Report report = local_.Sync({{"p", "n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(local_.Read("n/a"), local_.Read("p/a")) << "what stays at the parent stays";
  EXPECT_EQ(local_.Read("deleted-on-n"), "keep\n");
  EXPECT_EQ(FileOf(Of(report, "n"), "a")->failure, Failure::kWaiting);
}

class Trash : public Deletion {
 protected:
  Trash() { local_["p"].trash = true; }
};

TEST_F(Trash, KeepsWhatIsReplacedAndDeletedByRun) {
  const auto before = local_.Files("p");
  local_.Write("m/keep", "other");
  local_.Write("m/new", "new");
  local_.Shell("rm m/a m/sub/deep/er/d");
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  const std::string trash = absl::StrCat("p/.sshsync/trash/", report.run, "/");
  for (const absl::string_view name : {"keep", "a", "sub/deep/er/d"})
    EXPECT_EQ(local_.Read(absl::StrCat(trash, name)), before.at(std::string(name)));
  EXPECT_EQ(local_.Shell(absl::StrCat("find ", trash, " -type f | wc -l | tr -d ' '")), "3\n");
  EXPECT_EQ(local_.Files("p"), local_.Files("m"));
  EXPECT_FALSE(local_.Exists("n/.sshsync/trash"));
}

TEST_F(Trash, ChangesNothingThatItCannotKeep) {
  local_.Write("m/keep", "other");
  local_.Shell("rm m/a");
  local_.Write("p/.sshsync/trash", "a file where the folder belongs");
  local_["p"].retries = 0;
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(local_.Read("p/keep"), "keep");
  EXPECT_EQ(local_.Read("p/a"), "a");
}

TEST_F(Trash, IsKeptForItsTime) {
  local_.Write("p/.sshsync/trash/old/a", "x");
  local_.Write("p/.sshsync/trash/young/a", "x");
  local_.SetTime("p/.sshsync/trash/old", 1'600'000'000);
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
  EXPECT_FALSE(local_.Exists("p/.sshsync/trash/old"));
  EXPECT_TRUE(local_.Exists("p/.sshsync/trash/young/a"));
}

}  // namespace
}  // namespace sshsync
