#include "sshsync/plan/queue.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Steps = std::vector<std::vector<std::string>>;

/// master -> proxy -> node1, node2; proxy -> edge -> leaf; a second root.
class Queue : public ::testing::Test {
 protected:
  Queue() {
    configuration_.file = "sshsync.conf";
    Add("master", "", {"all"});
    Add("proxy", "master", {"all"});
    Add("node1", "proxy", {"all", "app"});
    Add("node2", "proxy", {"all", "app"});
    Add("edge", "proxy", {});
    Add("leaf", "edge", {});
    Add("other", "", {});
  }

  void Add(std::string name, std::string parent, std::vector<std::string> groups) {
    Repository repository;
    repository.name = std::move(name);
    repository.parent = std::move(parent);
    repository.groups = std::move(groups);
    repository.file = configuration_.file;
    repository.line = static_cast<int>(configuration_.repositories.size()) + 1;
    configuration_.repositories.push_back(std::move(repository));
  }

  Steps Names(const QueueRequest& request) {
    const auto queue = ResolveQueue(configuration_, request);
    EXPECT_TRUE(queue.ok()) << queue.status();
    return queue.ok() ? queue->names() : Steps{};
  }

  absl::Status Error(const QueueRequest& request) { return ResolveQueue(configuration_, request).status(); }

  Configuration configuration_;
};

TEST_F(Queue, KeepsTheOrderOfStepsAndNames) {
  EXPECT_EQ(Names({.steps = {{"proxy"}, {"node2", "node1"}}}), (Steps{{"proxy"}, {"node2", "node1"}}));
}

TEST_F(Queue, ExpandsRangesAndGroups) {
  EXPECT_EQ(Names({.steps = {{"node[1-2]"}}}), (Steps{{"node1", "node2"}}));
  EXPECT_EQ(Names({.steps = {{"@app"}}}), (Steps{{"node1", "node2"}}));
}

TEST_F(Queue, ASectionWhoseNameLooksLikeARangeIsTakenByName) {
  Add("odd[1-2]", "master", {});
  EXPECT_EQ(Names({.steps = {{"odd[1-2]"}}}), (Steps{{"odd[1-2]"}}));
}

TEST_F(Queue, ARepeatedRepositoryRunsOnceAtItsFirstPlace) {
  const auto queue = ResolveQueue(configuration_, {.steps = {{"node1", "node1"}, {"proxy", "node1"}}});
  ASSERT_TRUE(queue.ok());
  EXPECT_EQ(queue->names(), (Steps{{"node1"}, {"proxy"}}));
  EXPECT_THAT(queue->warnings, ElementsAre("`node1` is asked for twice: it runs once, at its first place",
                                           "`node1` is asked for twice: it runs once, at its first place"));
}

TEST_F(Queue, AStepWithNothingNewIsNoStep) {
  EXPECT_EQ(Names({.steps = {{"node1"}, {"node1"}, {"node2"}}}), (Steps{{"node1"}, {"node2"}}));
}

TEST_F(Queue, AncestorsOfAStepComeFirstAndAreNamed) {
  const auto queue = ResolveQueue(configuration_, {.steps = {{"leaf", "node1", "proxy"}}});
  ASSERT_TRUE(queue.ok());
  EXPECT_EQ(queue->names(), (Steps{{"proxy", "leaf", "node1"}}));
  const std::vector<QueueEntry>& step = queue->steps[0];
  EXPECT_EQ(step[0].after, -1);
  EXPECT_EQ(step[1].after, 0);  // over edge, which is not in the step
  EXPECT_EQ(step[2].after, 0);
}

TEST_F(Queue, ACascadeGoesLevelByLevel) {
  EXPECT_EQ(Names({.cascade = {"proxy"}}), (Steps{{"proxy"}, {"node1", "node2", "edge"}, {"leaf"}}));
}

TEST_F(Queue, ACascadeOfARootBeginsWithItsChildren) {
  EXPECT_EQ(Names({.cascade = {"master"}}), (Steps{{"proxy"}, {"node1", "node2", "edge"}, {"leaf"}}));
  EXPECT_EQ(FailureOf(Error({.cascade = {"other"}})), Failure::kUsage);
}

TEST_F(Queue, OverlappingCascadesKeepTheLevelsOfTheUpper) {
  EXPECT_EQ(Names({.cascade = {"edge", "proxy"}}), (Steps{{"proxy"}, {"node1", "node2", "edge"}, {"leaf"}}));
}

TEST_F(Queue, ExcludedRepositoriesAreTakenOutEverywhere) {
  EXPECT_EQ(Names({.cascade = {"proxy"}, .exclude = {"@app", "edge"}}), (Steps{{"proxy"}, {"leaf"}}));
  EXPECT_EQ(Names({.steps = {{"node1", "node2"}}, .exclude = {"node1"}}), (Steps{{"node2"}}));
  EXPECT_EQ(FailureOf(Error({.steps = {{"node1"}}, .exclude = {"node1"}})), Failure::kUsage);
}

TEST_F(Queue, AnUnknownNameIsAMissingSectionWithTheNearestName) {
  const absl::Status status = Error({.steps = {{"nodde1"}}});
  EXPECT_EQ(FailureOf(status), Failure::kMissingSection);
  EXPECT_EQ(status.message(), "`nodde1` is no section of sshsync.conf; did you mean `node1`?");
  EXPECT_EQ(Error({.steps = {{"@ap"}}}).message(), "no section has the group `ap`; did you mean `@app`?");
  EXPECT_EQ(FailureOf(Error({.steps = {{"node[1-3]"}}})), Failure::kMissingSection);
  EXPECT_EQ(FailureOf(Error({.steps = {{"node1"}}, .exclude = {"nope"}})), Failure::kMissingSection);
}

TEST_F(Queue, ARootIsRefusedAsAMissingParent) {
  const absl::Status status = Error({.steps = {{"master"}}});
  EXPECT_EQ(FailureOf(status), Failure::kConfig);
  EXPECT_THAT(std::string(status.message()), HasSubstr("sshsync.conf:1: [master] has no `parent`"));
}

TEST_F(Queue, ARootInAGroupIsLeftOutWithAWarning) {
  const auto queue = ResolveQueue(configuration_, {.steps = {{"@all"}}});
  ASSERT_TRUE(queue.ok());
  EXPECT_EQ(queue->names(), (Steps{{"proxy", "node1", "node2"}}));
  EXPECT_EQ(queue->warnings.size(), 1u);
}

TEST_F(Queue, EmptyNamesAndEmptyQueuesAreUsageErrors) {
  const QueueRequest requests[] = {
      {}, {.steps = {{""}}}, {.steps = {{"node1", "", "node2"}}}, {.steps = {{}}}, {.steps = {{"node[2-1]"}}}};
  for (const QueueRequest& request : requests) EXPECT_EQ(FailureOf(Error(request)), Failure::kUsage);
}

TEST_F(Queue, HostileNamesAreShownClean) {
  EXPECT_EQ(Error({.steps = {{"a\x1b[2J\n"}}}).message(),
            "`a\\x1b[2J\\n` has brackets without a range: write it as in `node[01-20]`");
  EXPECT_LT(Error({.steps = {{std::string(1 << 20, 'x')}}}).message().size(), 1000u);
}

TEST_F(Queue, TenThousandStepsOfOneNameAreResolved) {
  const auto queue = ResolveQueue(configuration_, {.steps = Steps(10'000, {"node1"})});
  ASSERT_TRUE(queue.ok());
  EXPECT_EQ(queue->names(), (Steps{{"node1"}}));
}

TEST_F(Queue, NamesOfOtherVerbsMayBeRoots) {
  const auto names = ResolveNames(configuration_, {"master", "node[1-2]", "master"});
  ASSERT_TRUE(names.ok());
  ASSERT_EQ(names->size(), 3u);
  EXPECT_EQ((*names)[0]->name, "master");
  EXPECT_THAT(*ResolveNames(configuration_, {}), IsEmpty());
}

}  // namespace
}  // namespace sshsync
