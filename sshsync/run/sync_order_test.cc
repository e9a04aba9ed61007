#include <thread>

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

constexpr absl::string_view kCopy = "cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";

// The repositories in the order of their ends, from the events.
std::vector<std::string> Ends(const LocalCascade& local) {
  std::vector<std::string> ends;
  for (const Event& event : local.events()) {
    if (event.kind == EventKind::kRepositoryEnded) ends.push_back(event.repository);
  }
  return ends;
}

TEST(Order, OfStepsDecidesWhatAParentHolds) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("p/a", "old");
  const Report report = local.Sync({{"n"}, {"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Read("n/a"), "old");
  EXPECT_EQ(local.Read("p/a"), "new");
  EXPECT_THAT(Ends(local), ElementsAre("n", "p"));
}

TEST(Order, WithinAStepPutsAParentBeforeItsChild) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("p/a", "old");
  EXPECT_EQ(local.Sync({{"n", "p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("n/a"), "new");
  EXPECT_THAT(Ends(local), ElementsAre("p", "n"));
}

TEST(Order, DoesNotAskAParentsParent) {
  LocalCascade local;
  local.Write("p/a", "a");
  local.Shell("rmdir m");
  EXPECT_EQ(local.Sync({{"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("n/a"), "a");
}

TEST(Order, OfARepositoryThatIsNamedTwiceIsItsFirstPlace) {
  LocalCascade local;
  local.Write("m/a", "a");
  const Report report = local.Sync({{"p"}, {"p", "n"}});
  EXPECT_EQ(report.repositories.size(), 2u);
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_THAT(local.Messages(LogLevel::kWarning), testing::Contains(HasSubstr("p")));
}

// Children of m whose synccmd notes how many of them are at work.
void Crowd(LocalCascade& local, int children) {
  local.Write("m/a", "a");
  local.Shell("mkdir at-work");
  const std::string at_work = local.Path("at-work");
  for (int i = 0; i < children; ++i) {
    Repository& child = local.Add(absl::StrCat("c", i), "m");
    // The others have time to come: who is alone looks again a few times.
    child.templates["synccmd"] = absl::StrCat(
        "touch ", at_work, "/${REPO}; for i in 1 2 3 4 5 6 7 8; do set -- ", at_work, "/*; echo $# >>",
        local.Path("seen"), "; [ $# = 1 ] || break; sleep 0.05; done; ", kCopy, "; rm ", at_work, "/${REPO}");
  }
}

TEST(Jobs, LimitHowManyChildrenAreWorkedOnAtOnce) {
  LocalCascade local;
  Crowd(local, 3);
  EXPECT_EQ(local.Sync({{"c0", "c1", "c2"}}, {.jobs = 1}).exit_code(), 0);
  EXPECT_EQ(local.Shell("sort -u seen"), "1\n");
  for (const char* child : {"c0", "c1", "c2"}) EXPECT_EQ(local.Read(absl::StrCat(child, "/a")), "a");
}

TEST(Jobs, LetAStepsChildrenBeWorkedOnAtTheSameTime) {
  LocalCascade local;
  local.Write("m/a", "a");
  for (const char* child : {"c0", "c1"}) {
    // Each waits for the other, and gives up only long after.
    local.Add(child, "m").templates["synccmd"] = absl::StrCat(
        "touch ", local.Path("here-"), "${REPO}; i=0; until [ -f ", local.Path("here-c0"), " ] && [ -f ",
        local.Path("here-c1"), " ]; do i=`expr $i + 1`; [ $i -lt 200 ] || exit 1; sleep 0.05; done; ", kCopy);
  }
  EXPECT_EQ(local.Sync({{"c0", "c1"}}).exit_code(), 0);
}

TEST(Failure, OfOneChildDoesNotStopTheOthersAndItsDescendantsWait) {
  LocalCascade local;
  local.Add("p2", "m");
  local.Write("m/a", "new");
  local.Write("n/a", "old");
  local["p"].templates["listcmd"] = "sleep 1000 # ${REPOPATH}";
  local["p"].timeout = absl::Seconds(2);
  local["p"].retries = 0;
  const Report report = local.Sync({{"p", "p2"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kFailed);
  EXPECT_EQ(Of(report, "p2").outcome, Outcome::kChanged);
  EXPECT_EQ(Of(report, "n").outcome, Outcome::kWaiting);
  EXPECT_THAT(Of(report, "n").message, HasSubstr("waiting for \"p\""));
  EXPECT_EQ(local.Read("n/a"), "old");
  EXPECT_FALSE(local.Exists("p/.sshsync/lock"));
  EXPECT_FALSE(local.Exists("n/.sshsync/lock"));
}

TEST(Failure, OfAParentThatIsNoChildOfTheRunIsItsChildrensOwn) {
  LocalCascade local;
  local.Shell("rmdir m");
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kFailed);
  EXPECT_THAT(Of(report, "p").message, HasSubstr("parent cannot be read"));
}

TEST(FailFast, StartsNothingAfterTheFirstFailure) {
  LocalCascade local;
  local.Add("p2", "m");
  local.Write("m/a", "a");
  local["p"].templates["synccmd"] = "exit 1 # ${FILE}";
  const Report report = local.Sync({{"p"}, {"p2"}}, {.fail_fast = true});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_FALSE(local.Exists("p2/a"));
  EXPECT_EQ(Of(report, "p2").failure, Failure::kStopped);
  EXPECT_EQ(local.Sync({{"p"}, {"p2"}}).exit_code(), 6);
  EXPECT_EQ(local.Read("p2/a"), "a") << "without it the others go on";
}

TEST(Stop, EndsTheRunAndGivesTheLeaseBack) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("p/a", "old");
  local["p"].templates["synccmd"] = absl::StrCat("touch ", local.Path("begun"), "; sleep 1000; ", kCopy);
  std::jthread stopper([&local] {
    while (!local.Exists("begun")) std::this_thread::yield();
    local.stop().Request(15);
  });
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 128 + 15);
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kStopped);
  EXPECT_EQ(Of(report, "n").outcome, Outcome::kStopped);
  EXPECT_EQ(local.Read("p/a"), "old");
  EXPECT_FALSE(local.Exists("p/.sshsync/lock"));
}

TEST(Lease, OfAnotherRunRefusesThatChildOnly) {
  LocalCascade local;
  local.Add("p2", "m");
  local.Write("m/a", "a");
  local.Shell(
      "mkdir -p -m 700 p/.sshsync; mkdir p/.sshsync/lock; cd p/.sshsync/lock; touch by-other; echo someone "
      ">controller; date -u +%Y%m%d%H%M%S >beat");
  const Report report = local.Sync({{"p", "p2"}});
  EXPECT_EQ(report.exit_code(), 7);
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kLocked);
  EXPECT_THAT(Of(report, "p").message, HasSubstr("run other of someone"));
  EXPECT_FALSE(local.Exists("p/a"));
  EXPECT_EQ(local.Read("p2/a"), "a");
  EXPECT_TRUE(local.Exists("p/.sshsync/lock/by-other"));
}

TEST(Lease, OfADeadRunIsTakenOverWithAWarning) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Shell(
      "mkdir -p -m 700 p/.sshsync; mkdir p/.sshsync/lock; cd p/.sshsync/lock; touch by-dead; echo someone >controller; "
      "echo 20200101000000 >beat");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("p/a"), "a");
  EXPECT_THAT(local.Messages(LogLevel::kWarning),
              ElementsAre(HasSubstr("taking over the lease of run dead (someone)")));
  EXPECT_FALSE(local.Exists("p/.sshsync/lock"));
}

TEST(Lease, ThatIsLostWhileFilesAreFetchedStopsPublishing) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("p/a", "old");
  local["p"].templates["synccmd"] =
      absl::StrCat(kCopy, "; mv ", local.Path("p/.sshsync/lock/by-*"), " ", local.Path("p/.sshsync/lock/by-thief"));
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 7);
  EXPECT_EQ(local.Read("p/a"), "old");
  EXPECT_TRUE(local.Exists("p/.sshsync/lock/by-thief"));
}

TEST(Convergence, FollowsOnceTheCauseIsGone) {
  LocalCascade local;
  for (int i = 0; i < 30; ++i) local.Write(absl::StrCat("m/", i), absl::StrCat(i));
  local["p"].templates["synccmd"] = absl::StrCat("case ${FILE} in *7) exit 1;; esac; ", kCopy);
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 6);
  EXPECT_EQ(local.Files("n").size(), 27u);
  local["p"].templates["synccmd"] = "echo ${FILE} >>" + local.Path("log") + "; " + std::string(kCopy);
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Files("n"), local.Files("m"));
  EXPECT_EQ(local.Shell("sort log"), "17\n27\n7\n") << "nothing else was fetched again";
}

}  // namespace
}  // namespace sshsync
