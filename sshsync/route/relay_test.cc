#include "sshsync/route/relay.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/scripted_runner.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class RelayTest : public ::testing::Test {
 protected:
  RelayTest() {
    runner_.On("read").Says("the bytes");
    runner_.On("write").Says("", 0, "1+0 records out\n");
  }
  RelayPart Part(const std::string& child, const std::string& what = "read") {
    return {.open_reader =
                [this, what] {
                  return runner_.OpenBytes(Endpoint{.host = "m"}, ByteWay::kFromHost, {.script = what}, StopToken());
                },
            .open_writer =
                [this, child] {
                  return runner_.OpenBytes(Endpoint{.host = child}, ByteWay::kToHost, {.script = "write"}, StopToken());
                },
            .what = what,
            .timeout = absl::Seconds(20),
            .moved = [] { return false; },
            .stop = StopToken()};
  }
  // What each child's relay came to.
  std::vector<absl::StatusOr<Relayed>> All(RelayGroup& group, const std::vector<RelayPart>& parts) {
    std::vector<absl::StatusOr<Relayed>> results(parts.size());
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < parts.size(); ++i) threads.emplace_back([&, i] { results[i] = group.Carry(parts[i]); });
    threads.clear();
    return results;
  }

  ScriptedRunner runner_;
};

TEST_F(RelayTest, BringsWhatOneCommandPrintsToAnother) {
  RelayGroup group;
  const auto relayed = group.Carry(Part("n1"));
  ASSERT_TRUE(relayed.ok()) << relayed.status();
  EXPECT_EQ(OutcomeOf(*relayed), std::make_pair(0, std::string("1+0 records out\n")));
  EXPECT_THAT(runner_.taken(), UnorderedElementsAre("the bytes"));
}

TEST_F(RelayTest, ReadsOnceForAllWhoComeTogether) {
  RelayGroup group(3, absl::Seconds(20));
  for (const auto& relayed : All(group, {Part("n1"), Part("n2"), Part("n3")})) {
    ASSERT_TRUE(relayed.ok()) << relayed.status();
    EXPECT_EQ(OutcomeOf(*relayed).first, 0);
  }
  EXPECT_EQ(runner_.scripts("m").size(), 1u);
  EXPECT_THAT(runner_.taken(), UnorderedElementsAre("the bytes", "the bytes", "the bytes"));
}

TEST_F(RelayTest, WhoComesBeforeTheCompanyIsKnownWaitsForThat) {
  RelayGroup group(0, absl::Seconds(20));
  std::vector<absl::StatusOr<Relayed>> results;
  {
    std::jthread all([&] { results = All(group, {Part("n1"), Part("n2")}); });
    group.SetMembers(2);
  }
  for (const auto& relayed : results) EXPECT_TRUE(relayed.ok()) << relayed.status();
  EXPECT_EQ(runner_.scripts("m").size(), 1u);
}

TEST_F(RelayTest, ReadsApartWhatIsNotTheSame) {
  RelayGroup group(2, absl::Milliseconds(10));
  for (const auto& relayed : All(group, {Part("n1", "read a"), Part("n2", "read b")})) EXPECT_TRUE(relayed.ok());
  EXPECT_EQ(runner_.scripts("m").size(), 2u);
}

TEST_F(RelayTest, WhoDoesNotComeIsNotWaitedForForever) {
  RelayGroup group(2, absl::Milliseconds(10));
  EXPECT_TRUE(group.Carry(Part("n1")).ok());
  EXPECT_TRUE(group.Carry(Part("n2")).ok()) << "it reads for itself";
  EXPECT_EQ(runner_.scripts("m").size(), 2u);
}

TEST_F(RelayTest, OneChildThatCannotBeReachedDoesNotKeepTheOthersFromIt) {
  runner_.On("n1", "write").Fails(MakeError(Failure::kUnreachable, "no connection"));
  RelayGroup group(2, absl::Seconds(20));
  const auto results = All(group, {Part("n1"), Part("n2")});
  EXPECT_EQ(FailureOf(results[0].status()), Failure::kUnreachable);
  ASSERT_TRUE(results[1].ok()) << results[1].status();
  EXPECT_THAT(runner_.taken(), UnorderedElementsAre("the bytes"));
}

TEST_F(RelayTest, AParentThatCannotBeReadFailsAll) {
  runner_.On("m", "read").Fails(MakeError(Failure::kUnreachable, "no connection"));
  RelayGroup group(2, absl::Seconds(20));
  for (const auto& relayed : All(group, {Part("n1"), Part("n2")}))
    EXPECT_EQ(FailureOf(relayed.status()), Failure::kUnreachable);
  EXPECT_TRUE(runner_.taken().empty());
}

TEST_F(RelayTest, HalfAFileIsToldByEitherEnd) {
  runner_.On("m", "read").Says("the by", 1, "dd: Input/output error\n");
  RelayGroup group;
  EXPECT_EQ(OutcomeOf(*group.Carry(Part("n1"))).first, 1);
  EXPECT_THAT(OutcomeOf(*group.Carry(Part("n1"))).second,
              HasSubstr("Input/output error\nthe parent's side did not end well: it ended with status 1"));
  runner_.On("n1", "write").Says("", 28, "No space left on device");
  EXPECT_EQ(
      OutcomeOf(*group.Carry(Part("n1"))),
      std::make_pair(
          28, std::string("No space left on device\nthe child's side did not end well: it ended with status 28\n")));
}

TEST_F(RelayTest, AStopEndsItForAll) {
  StopSource stop;
  stop.Request(kStopByCaller);
  RelayPart part = Part("n1");
  part.stop = stop.token();
  RelayGroup group(2, absl::Seconds(20));
  EXPECT_EQ(FailureOf(group.Carry(part).status()), Failure::kStopped);
}

}  // namespace
}  // namespace sshsync
