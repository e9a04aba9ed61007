#include "sshsync/record/report/history.h"

#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);

/// The repository p, synchronized from m by the runs given.
class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    for (const auto& [name, parent] : {std::pair("m", ""), {"p", "m"}}) {
      Repository repository;
      repository.name = name;
      repository.parent = parent;
      configuration_.repositories.push_back(repository);
    }
  }

  void Record(const std::string& run, absl::Time at, Outcome outcome, int exit_code) {
    auto state = State::OpenForWriting(dir_.path(), at);
    ASSERT_TRUE(state.ok()) << state.status();
    Report report{.run = run, .verb = "sync", .queue = {{"p"}}, .started = at, .ended = at};
    report.repositories = {{.name = "p", .parent = "m", .outcome = outcome, .started = at, .ended = at}};
    ASSERT_TRUE(state->BeginRun({.report = report}).ok());
    ASSERT_TRUE(state->EndRepository(run, report.repositories[0]).ok());
    ASSERT_TRUE(state->EndRun(report, exit_code, 100).ok());
  }

  StatePaths Given() const { return {.state_dir = dir_.path()}; }

  Configuration configuration_;
  TempDir dir_;
};

TEST_F(HistoryTest, BeforeTheFirstRunEverythingStandsAtNever) {
  const auto statuses = StandingsNow(configuration_, {}, Given(), kNow, absl::nullopt);
  ASSERT_TRUE(statuses.ok()) << statuses.status();
  ASSERT_EQ(statuses->repositories.size(), 1U);
  EXPECT_EQ(statuses->repositories[0].state, "never");
  EXPECT_EQ(statuses->unfinished_run, "");
  EXPECT_EQ(FailureOf(StandingsNow(configuration_, {"q"}, Given(), kNow, absl::nullopt).status()),
            Failure::kMissingSection);
}

TEST_F(HistoryTest, TheUnfinishedRunIsNamedUntilOneEndsWell) {
  Record("20260101-000000-aaaa", kNow, Outcome::kFailed, 6);
  EXPECT_EQ(StandingsNow(configuration_, {"p"}, Given(), kNow, absl::nullopt)->unfinished_run, "20260101-000000-aaaa");
  Record("20260101-010000-bbbb", kNow + absl::Hours(1), Outcome::kEqual, 0);
  const auto statuses = StandingsNow(configuration_, {"p"}, Given(), kNow + absl::Hours(3), absl::Hours(1));
  EXPECT_EQ(statuses->unfinished_run, "");
  EXPECT_EQ(statuses->repositories[0].state, "equal");
  EXPECT_TRUE(statuses->repositories[0].overdue);
}

TEST_F(HistoryTest, ARunIsFoundByTheBeginningOfItsIdAndTheLastOneByNothing) {
  EXPECT_EQ(FailureOf(OpenHistory(configuration_.settings, Given()).status()), Failure::kUsage);
  Record("20260101-000000-aaaa", kNow, Outcome::kEqual, 0);
  Record("20260101-010000-bbbb", kNow + absl::Hours(1), Outcome::kEqual, 0);
  const auto state = OpenHistory(configuration_.settings, Given());
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(FindRun(*state, "20260101-00")->report.run, "20260101-000000-aaaa");
  EXPECT_EQ(FindRun(*state, "")->report.run, "20260101-010000-bbbb");
  for (const char* name : {"2026", "1999"}) {
    const auto none = FindRun(*state, name);
    EXPECT_EQ(FailureOf(none.status()), Failure::kUsage);
    EXPECT_NE(none.status().message().find(name), std::string::npos) << none.status();
  }
}

TEST(History, AProcessIsAliveUntilItIsGone) {
  EXPECT_TRUE(IsAlive(getpid()));
  EXPECT_TRUE(IsAlive(1));
  EXPECT_FALSE(IsAlive(0));
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(IsAlive(child));
}

}  // namespace
}  // namespace sshsync
