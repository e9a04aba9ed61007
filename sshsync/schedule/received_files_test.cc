#include "sshsync/schedule/received_files.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using State = Holding::State;

FileEntry File(absl::string_view path, char digest) {
  return {.path = std::string(path), .stat = {.size = 3}, .digest = *Digest::FromHex(std::string(40, digest))};
}

TEST(Flow, WhatIsNotExpectedIsInItsPlace) {
  const Flow flow("p", "/p");
  EXPECT_EQ(flow.Of("a").state, State::kPublished);
  EXPECT_EQ(flow.Of("a").folder, "/p");
  EXPECT_EQ(flow.Of("a").now, nullptr);
  EXPECT_TRUE(flow.HasChunk("a", 7));
}

TEST(Flow, AFileGoesFromAwaitedToItsPlace) {
  Flow flow("p", "/p");
  flow.Expect(File("a", '1'));
  EXPECT_EQ(flow.Of("a").state, State::kAwaited);
  EXPECT_FALSE(flow.HasChunk("a", 0));
  flow.GrowsIn("a", "/p/.sshsync/in/x");
  flow.ChunkVerified("a", 2);
  EXPECT_TRUE(flow.HasChunk("a", 2));
  EXPECT_FALSE(flow.HasChunk("a", 1));
  flow.Verified("a", "/p/.sshsync/in/x");
  EXPECT_EQ(flow.Of("a").state, State::kVerified);
  EXPECT_EQ(flow.Of("a").folder, "/p/.sshsync/in/x");
  EXPECT_TRUE(flow.HasChunk("a", 1));
  flow.Published("a", {.size = 3, .inode = 9});
  EXPECT_EQ(flow.Of("a").folder, "/p");
  EXPECT_EQ(flow.Of("a").now->stat.inode, 9u);
}

TEST(Flow, AWholeFileThatIsPublishedInAMomentIsNotTakenFromTheStage) {
  Flow flow("p", "/p");
  flow.Expect(File("a", '1'));
  flow.Verified("a", "/p/.sshsync/in/x");
  EXPECT_EQ(flow.Of("a").state, State::kAwaited);
  flow.SetHeld(true);
  EXPECT_EQ(flow.Of("a").state, State::kVerified);
}

TEST(Flow, AnotherVersionMakesWhatThereWasOfTheOldOneWorthNothing) {
  Flow flow("p", "/p");
  flow.Expect(File("a", '1'));
  flow.GrowsIn("a", "/x");
  flow.ChunkVerified("a", 0);
  flow.Expect(File("a", '2'));
  EXPECT_FALSE(flow.HasChunk("a", 0));
  EXPECT_EQ(flow.Of("a").now->digest, File("a", '2').digest);
}

TEST(Flow, AnotherAttemptHasNothingOfTheOneBefore) {
  Flow flow("p", "/p");
  flow.Expect(File("a", '1'));
  flow.GrowsIn("a", "/x");
  flow.ChunkVerified("a", 0);
  flow.GrowsIn("a", "/y");
  EXPECT_EQ(flow.Of("a").folder, "/y");
  EXPECT_FALSE(flow.HasChunk("a", 0));
}

TEST(Flow, WhatDidNotComeByTheEndDoesNotCome) {
  Flow flow("p", "/p");
  flow.Expect(File("a", '1'));
  flow.Expect(File("b", '1'));
  flow.Published("b", {});
  flow.Failed("c", Failure::kNoSpace, "full");
  EXPECT_FALSE(flow.ended());
  flow.End(Failure::kUnreachable, "gone");
  EXPECT_TRUE(flow.ended());
  EXPECT_EQ(flow.Of("a").why, "waiting for \"p\": gone");
  EXPECT_EQ(flow.Of("b").state, State::kPublished);
  EXPECT_EQ(flow.Of("c").why, "waiting for \"p\": full");
}

TEST(Flow, WhatTurnedOutToBeEqualIsTheChildsOwn) {
  Flow flow("p", "/p");
  flow.Expect(File("a", '1'));
  flow.Kept(File("a", '2'));
  EXPECT_EQ(flow.Of("a").state, State::kPublished);
  EXPECT_EQ(flow.Of("a").now->digest, File("a", '2').digest);
}

TEST(Flow, ADeletionThatFailedIsKnownToTheChildren) {
  Flow flow("p", "/p");
  EXPECT_EQ(flow.WhyKept("a"), "");
  flow.NotDeleted("a", "refused");
  EXPECT_EQ(flow.WhyKept("a"), "waiting for \"p\": refused");
}

TEST(Flow, RingsWhereItsChildrenSeeADifference) {
  Flow flow("p", "/p");
  flow.Expect(File("a", '1'));
  flow.Expect(File("b", '2'));
  int64_t before = 0;
  const auto rings = [&] { return flow.bell()->rings() - std::exchange(before, flow.bell()->rings()); };
  rings();
  flow.Verified("a", "/p/.sshsync/in/x");
  EXPECT_EQ(rings(), 0) << "in its place in a moment";
  flow.SetHeld(true);
  EXPECT_EQ(rings(), 1);
  flow.SetHeld(true);
  EXPECT_EQ(rings(), 0);
  flow.Verified("b", "/p/.sshsync/in/x");
  flow.Published("a", {.size = 3});
  flow.End(Failure::kWaiting, "no");
  EXPECT_EQ(rings(), 3);
}

}  // namespace
}  // namespace sshsync
