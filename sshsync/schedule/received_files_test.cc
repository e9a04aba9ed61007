#include "sshsync/schedule/received_files.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using State = SourceState::State;

FileEntry File(absl::string_view path, char digest) {
  return {.path = std::string(path), .stat = {.size = 3}, .digest = *Digest::FromHex(std::string(40, digest))};
}

TEST(ReceivedFiles, WhatIsNotExpectedIsInItsPlace) {
  const ReceivedFiles received("p", "/p");
  EXPECT_EQ(received.Of("a").state, State::kPublished);
  EXPECT_EQ(received.Of("a").folder, "/p");
  EXPECT_EQ(received.Of("a").now, nullptr);
  EXPECT_TRUE(received.HasChunk("a", 7));
}

TEST(ReceivedFiles, AFileGoesFromAwaitedToItsPlace) {
  ReceivedFiles received("p", "/p");
  received.Expect(File("a", '1'));
  EXPECT_EQ(received.Of("a").state, State::kAwaited);
  EXPECT_FALSE(received.HasChunk("a", 0));
  received.StartedIn("a", "/p/.sshsync/in/x");
  received.ChunkVerified("a", 2);
  EXPECT_TRUE(received.HasChunk("a", 2));
  EXPECT_FALSE(received.HasChunk("a", 1));
  received.Verified("a", "/p/.sshsync/in/x");
  EXPECT_EQ(received.Of("a").state, State::kVerified);
  EXPECT_EQ(received.Of("a").folder, "/p/.sshsync/in/x");
  EXPECT_TRUE(received.HasChunk("a", 1));
  received.Published("a", {.size = 3, .inode = 9});
  EXPECT_EQ(received.Of("a").folder, "/p");
  EXPECT_EQ(received.Of("a").now->stat.inode, 9u);
}

TEST(ReceivedFiles, AWholeFileThatIsPublishedInAMomentIsNotTakenFromTheStage) {
  ReceivedFiles received("p", "/p");
  received.Expect(File("a", '1'));
  received.Verified("a", "/p/.sshsync/in/x");
  EXPECT_EQ(received.Of("a").state, State::kAwaited);
  received.SetHeld(true);
  EXPECT_EQ(received.Of("a").state, State::kVerified);
}

TEST(ReceivedFiles, AnotherVersionMakesWhatThereWasOfTheOldOneWorthNothing) {
  ReceivedFiles received("p", "/p");
  received.Expect(File("a", '1'));
  received.StartedIn("a", "/x");
  received.ChunkVerified("a", 0);
  received.Expect(File("a", '2'));
  EXPECT_FALSE(received.HasChunk("a", 0));
  EXPECT_EQ(received.Of("a").now->digest, File("a", '2').digest);
}

TEST(ReceivedFiles, AnotherAttemptHasNothingOfTheOneBefore) {
  ReceivedFiles received("p", "/p");
  received.Expect(File("a", '1'));
  received.StartedIn("a", "/x");
  received.ChunkVerified("a", 0);
  received.StartedIn("a", "/y");
  EXPECT_EQ(received.Of("a").folder, "/y");
  EXPECT_FALSE(received.HasChunk("a", 0));
}

TEST(ReceivedFiles, WhatDidNotComeByTheEndDoesNotCome) {
  ReceivedFiles received("p", "/p");
  received.Expect(File("a", '1'));
  received.Expect(File("b", '1'));
  received.Published("b", {});
  received.Failed("c", Failure::kNoSpace, "full");
  EXPECT_FALSE(received.ended());
  received.End(Failure::kUnreachable, "gone");
  EXPECT_TRUE(received.ended());
  EXPECT_EQ(received.Of("a").why, "waiting for \"p\": gone");
  EXPECT_EQ(received.Of("b").state, State::kPublished);
  EXPECT_EQ(received.Of("c").why, "waiting for \"p\": full");
}

TEST(ReceivedFiles, WhatTurnedOutToBeEqualIsTheChildsOwn) {
  ReceivedFiles received("p", "/p");
  received.Expect(File("a", '1'));
  received.Kept(File("a", '2'));
  EXPECT_EQ(received.Of("a").state, State::kPublished);
  EXPECT_EQ(received.Of("a").now->digest, File("a", '2').digest);
}

TEST(ReceivedFiles, ADeletionThatFailedIsKnownToTheChildren) {
  ReceivedFiles received("p", "/p");
  EXPECT_EQ(received.WhyKept("a"), "");
  received.NotDeleted("a", "refused");
  EXPECT_EQ(received.WhyKept("a"), "waiting for \"p\": refused");
}

TEST(ReceivedFiles, RingsWhereItsChildrenSeeADifference) {
  ReceivedFiles received("p", "/p");
  received.Expect(File("a", '1'));
  received.Expect(File("b", '2'));
  int64_t before = 0;
  const auto count = [&] { return received.changes()->count() - std::exchange(before, received.changes()->count()); };
  count();
  received.Verified("a", "/p/.sshsync/in/x");
  EXPECT_EQ(count(), 0) << "in its place in a moment";
  received.SetHeld(true);
  EXPECT_EQ(count(), 1);
  received.SetHeld(true);
  EXPECT_EQ(count(), 0);
  received.Verified("b", "/p/.sshsync/in/x");
  received.Published("a", {.size = 3});
  received.End(Failure::kWaiting, "no");
  EXPECT_EQ(count(), 3);
}

}  // namespace
}  // namespace sshsync
