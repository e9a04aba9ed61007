#include "sshsync/record/state/block_history.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'767'225'600);

struct CountingSink : EventSink {
  void On(const Event&) override { ++events; }
  int events = 0;
};

Event Moved(absl::string_view path, absl::Duration began, absl::Duration ended, int64_t bytes, int stream = 0) {
  return {.kind = EventKind::kBlockMoved,
          .time = kStart + ended,
          .repository = "p",
          .path = std::string(path),
          .files = 1,
          .bytes = bytes,
          .stream = stream,
          .began = kStart + began};
}

int64_t BytesOf(const std::vector<MovedBlock>& blocks) {
  int64_t bytes = 0;
  for (const MovedBlock& block : blocks) bytes += block.bytes;
  return bytes;
}

TEST(BlockHistory, KeepsBlocksAsTheyAreWhileTheyAreFew) {
  CountingSink next;
  BlockHistory history(next, 4);
  history.On(Moved("b", absl::Seconds(2), absl::Seconds(3), 7, 1));
  history.On(Moved("a", absl::Seconds(1), absl::Seconds(4), 5));
  history.On({.kind = EventKind::kFilePublished, .repository = "p", .path = "a"});
  EXPECT_EQ(next.events, 3);
  EXPECT_THAT(history.Take("q"), IsEmpty());
  const std::vector<MovedBlock> blocks = history.Take("p");
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].path, "a");
  EXPECT_EQ(blocks[0].began, kStart + absl::Seconds(1));
  EXPECT_EQ(blocks[1].ended, kStart + absl::Seconds(3));
  EXPECT_EQ(blocks[1].stream, 1);
  EXPECT_THAT(history.Take("p"), IsEmpty()) << "taken once";
}

TEST(BlockHistory, ManyBlocksAreJoinedWithNeighboursOfTheirStreamAndNoByteIsLost) {
  CountingSink next;
  BlockHistory history(next, 1);
  for (int i = 0; i < 20'000; ++i) {
    for (int stream : {0, 1})
      history.On(
          Moved("f" + std::to_string(i), absl::Seconds(i), absl::Seconds(i) + absl::Milliseconds(800), 10, stream));
  }
  const std::vector<MovedBlock> blocks = history.Take("p");
  EXPECT_LE(blocks.size(), BlockHistory::kMost);
  EXPECT_GE(blocks.size(), BlockHistory::kMost / 4) << "no coarser than it need be";
  EXPECT_EQ(BytesOf(blocks), 400'000);
  int64_t files = 0;
  absl::Duration longest;
  for (const MovedBlock& block : blocks) {
    files += block.files;
    longest = std::max(longest, block.ended - block.began);
  }
  EXPECT_EQ(files, 40'000);
  EXPECT_LT(longest, absl::Seconds(20'000 / 100)) << "all times are as coarse as each other";
}

TEST(BlockHistory, ALongBlockStaysAloneAndSoDoesAPause) {
  CountingSink next;
  BlockHistory history(next, BlockHistory::kOfARun);
  history.On(Moved("long", absl::ZeroDuration(), absl::Hours(1), 1000));
  for (int i = 0; i < 1000; ++i)
    history.On(Moved("f", absl::Hours(2) + absl::Seconds(i), absl::Hours(2) + absl::Seconds(i + 1), 1));
  const std::vector<MovedBlock> blocks = history.Take("p");
  EXPECT_LE(blocks.size(), BlockHistory::kFewest);
  EXPECT_EQ(blocks.front().bytes, 1000);
  EXPECT_EQ(blocks.front().ended, kStart + absl::Hours(1));
  EXPECT_EQ(blocks.at(1).began, kStart + absl::Hours(2));
  EXPECT_EQ(blocks.at(1).files, 1) << "ranges of one file";
}

TEST(BlockHistory, TellsOfEachRepositoryAgainOnlyWhenItMovedMore) {
  CountingSink next;
  BlockHistory history(next, 2);
  history.On(Moved("a", absl::ZeroDuration(), absl::Seconds(1), 1));
  EXPECT_EQ(history.Fresh().size(), 1U);
  EXPECT_THAT(history.Fresh(), IsEmpty());
  history.On(Moved("b", absl::Seconds(1), absl::Seconds(2), 1));
  EXPECT_EQ(history.Fresh().size(), 2U) << "all that is kept of it";
  EXPECT_EQ(history.Take("p").size(), 2U) << "nothing was taken";
}

TEST(BlockHistory, MoreStreamsThanBlocksKeepOneEach) {
  CountingSink next;
  BlockHistory history(next, BlockHistory::kOfARun);
  for (int round = 0; round < 3; ++round) {
    for (int stream = 0; stream < 40; ++stream)
      history.On(Moved("f", absl::Seconds(round), absl::Seconds(round + 1), 1, stream));
  }
  const std::vector<MovedBlock> blocks = history.Take("p");
  EXPECT_EQ(blocks.size(), 40U);
  EXPECT_EQ(BytesOf(blocks), 120);
}

}  // namespace
}  // namespace sshsync
