#include "sshsync/resume.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ResumeTest : public ::testing::Test {
 protected:
  absl::StatusOr<absl::optional<Resumption>> Find(const std::string& run = "", SyncOptions given = {}) {
    given.state_dir = local_.Path("state");
    given.pid_file = local_.Path("state/pid");
    return FindResumption({}, run, given);
  }

  LocalCascade local_;
};

TEST_F(ResumeTest, ContinuesTheRunThatFailedUntilItIsDone) {
  local_.Write("m/a", "a");
  const std::string synccmd = local_["n"].templates["synccmd"];
  local_["n"].templates["synccmd"] = "exit 1";
  const Report failed = local_.Sync({{"p"}, {"n"}}, {.jobs = 3, .retries = 0, .fail_fast = true});
  ASSERT_EQ(failed.exit_code(), 6);

  const auto found = Find("", {.jobs = 2});
  ASSERT_TRUE(found.ok() && *found) << found.status();
  EXPECT_THAT((*found)->options.queue, ElementsAre(ElementsAre("p"), ElementsAre("n")));
  EXPECT_EQ((*found)->options.resumes, failed.run);
  EXPECT_EQ((*found)->options.jobs, 2) << "given now";
  EXPECT_EQ((*found)->options.retries, 0);
  EXPECT_TRUE((*found)->options.fail_fast);

  local_["n"].templates["synccmd"] = synccmd;
  EXPECT_EQ(local_.TryRun((*found)->options)->exit_code(), 0);
  EXPECT_EQ(local_.Read("n/a"), "a");
  EXPECT_FALSE(Find()->has_value()) << "nothing is left";
  EXPECT_FALSE(Find(failed.run)->has_value());
}

TEST_F(ResumeTest, ARunWhoseWindowEndedIsContinued) {
  local_.Write("m/a", "a");
  local_.stop().Request(kStopByWindow);
  const Report stopped = local_.Sync({{"p"}, {"n"}});
  EXPECT_EQ(stopped.exit_code(), 9);
  EXPECT_EQ((*Find())->options.resumes, stopped.run);
}

TEST_F(ResumeTest, WithoutARecordThereIsTheOriginalCommand) {
  const absl::Status status = Find().status();
  EXPECT_EQ(FailureOf(status), Failure::kUsage);
  EXPECT_THAT(std::string(status.message()), HasSubstr("type the original command"));
}

TEST_F(ResumeTest, ARunThatNobodyKnowsIsAnError) {
  local_.Write("m/a", "a");
  ASSERT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
  EXPECT_FALSE(Find()->has_value());
  EXPECT_EQ(FailureOf(Find("1999").status()), Failure::kUsage);
}

}  // namespace
}  // namespace sshsync
