#include "sshsync/record/report/repository_status.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);

/// m <- p <- n.
class StandingTest : public ::testing::Test {
 protected:
  StandingTest() {
    for (const auto& [name, parent] : {std::pair("m", ""), {"p", "m"}, {"n", "p"}}) {
      Repository repository;
      repository.name = name;
      repository.parent = parent;
      configuration_.repositories.push_back(repository);
    }
    for (const char* name : {"p", "n"}) {
      const std::string parent = configuration_.Find(name)->parent;
      records_[name] = {
          .parent = parent,
          .last_equal = kNow - absl::Hours(1),
          .run = "r",
          .last = {.name = name, .parent = parent, .outcome = Outcome::kEqual, .started = kNow, .ended = kNow}};
    }
  }

  RepositoryStatus Of(const std::string& name, absl::optional<absl::Duration> max_age = absl::nullopt) {
    const std::vector<const Repository*> all = {configuration_.Find("m"), configuration_.Find("p"),
                                                configuration_.Find("n")};
    const auto statuses =
        RepositoryStatusesOf(configuration_, all, records_, kNow, max_age, [](int pid) { return pid == 42; });
    EXPECT_EQ(statuses.size(), 2U) << "a root stands for itself";
    return statuses.at(name == "p" ? 0 : 1);
  }

  void Fail(RepositoryReport& report, Outcome outcome, Failure failure, absl::string_view message) {
    report.outcome = outcome;
    report.failure = failure;
    report.message = std::string(message);
  }

  Configuration configuration_;
  std::map<std::string, RepositoryRecord> records_;
};

TEST_F(StandingTest, EqualIsEqual) {
  EXPECT_EQ(Of("n").state, "equal");
  EXPECT_EQ(Of("n").last_equal, kNow - absl::Hours(1));
  EXPECT_EQ(Of("n").behind, "");
}

TEST_F(StandingTest, SaysWhatFailedAndWhoWaits) {
  Fail(records_["p"].last, Outcome::kFailed, Failure::kAuth, "Permission denied (publickey)");
  EXPECT_EQ(Of("p").state, "failed");
  EXPECT_EQ(Of("p").why, "Permission denied (publickey)");
  EXPECT_EQ(Of("p").failure, Failure::kAuth);
  EXPECT_EQ(Of("n").state, "equal") << "to what its parent holds";
  EXPECT_EQ(Of("n").behind, "p");
}

TEST_F(StandingTest, SaysWhichFileFailed) {
  records_["n"].last.outcome = Outcome::kFailed;
  records_["n"].last.failed = 3;
  records_["n"].failed_file = FileOutcome{.path = "a", .failure = Failure::kNoSpace, .message = "full"};
  EXPECT_EQ(Of("n").why, "a: full");
  EXPECT_EQ(Of("n").failure, Failure::kNoSpace);
  EXPECT_EQ(Of("n").failed, 3);
}

TEST_F(StandingTest, TellsARunThatGoesOnFromOneThatWasKilled) {
  records_["n"].last.outcome = Outcome::kStopped;
  records_["n"].last.ended = absl::InfiniteFuture();
  records_["n"].pid = 42;
  EXPECT_EQ(Of("n").state, "running");
  records_["n"].pid = 43;
  EXPECT_EQ(Of("n").state, "interrupted");
}

TEST_F(StandingTest, WhatWasRecordedUnderAnotherParentCountsAsNever) {
  configuration_.repositories[2].parent = "m";
  EXPECT_EQ(Of("n").state, "never");
  EXPECT_EQ(Of("n").last_equal, absl::InfinitePast());
  records_.clear();
  EXPECT_EQ(Of("p").state, "never");
}

TEST_F(StandingTest, IsOverdueWhenItWasEqualLongerAgoThanAskedFor) {
  EXPECT_FALSE(Of("n").overdue);
  EXPECT_FALSE(Of("n", absl::Hours(1)).overdue);
  EXPECT_TRUE(Of("n", absl::Minutes(59)).overdue);
  records_.clear();
  EXPECT_TRUE(Of("n", absl::Hours(1000)).overdue) << "never is long ago";
}

}  // namespace
}  // namespace sshsync
