#include "sshsync/transfer/range_transfer.h"

#include <filesystem>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_hop.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using HopTransfer = RangeTransfer;

// Four chunks and a bit, each another.
std::string Big() {
  std::string content;
  for (int i = 0; i < 4; ++i) content += std::string(kBlockBytes, static_cast<char>('a' + i));
  return content + "end";
}

class RangeMoverTest : public ::testing::Test {
 protected:
  RangeMoverTest() { hop_.dir.Write("m/big", Big()); }

  // The next task, which has to be of that kind.
  Task Take(Task::Kind kind, int64_t most_bytes = int64_t{1} << 20) {
    Task task = hop_.Take(most_bytes);
    EXPECT_EQ(static_cast<int>(task.kind), static_cast<int>(kind));
    return task;
  }
  absl::Status Create(const Task& task) { return HopTransfer(hop_.parts()).Create(task, hop_.stream()); }
  absl::Status Bring(const Task& task) { return HopTransfer(hop_.parts()).Bring(task, hop_.stream()); }
  // Does all that is left of a file that is under way; how many of its chunks came from the parent.
  int64_t BringRest() {
    int64_t sent = 0;
    while (hop_.queue->item(0).state == FileState::State::kOpen) {
      const Task task = hop_.Take();
      if (task.kind == Task::Kind::kCreate) {
        EXPECT_TRUE(Create(task).ok());
      } else if (task.kind == Task::Kind::kRange) {
        if (task.range.source == ChunkRange::kParent) sent += task.range.count;
        EXPECT_TRUE(Bring(task).ok());
      } else {
        ADD_FAILURE() << "it is open, and there is nothing to do";
        break;
      }
    }
    return sent;
  }

  LocalHop hop_;
};

TEST_F(RangeMoverTest, BringsAFileInRangesReadBackInTheSameSession) {
  hop_.Survey();
  EXPECT_EQ(BringRest(), 5);
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(RangeMoverTest, CopiesOnTheChildWhatItsOldVersionHasAtTheSamePlace) {
  std::string old = Big();
  old[static_cast<size_t>(2 * kBlockBytes + 7)] = '?';
  hop_.dir.Write("p/big", old);
  hop_.Survey();
  EXPECT_EQ(BringRest(), 1);
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
  EXPECT_EQ(hop_.dir.Read("p/big"), old) << "it is nobody's leftover";
}

TEST_F(RangeMoverTest, TakesFromAnEarlierRunsAttemptWhatIsGoodThere) {
  hop_.Survey();
  const std::string left = hop_.child().facts().root + "/.sshsync/in/earlier/big";
  hop_.dir.Write("p/.sshsync/in/earlier/big", Big().substr(0, static_cast<size_t>(3 * kBlockBytes)) + "half a chunk");
  hop_.dir.Write("p/.sshsync/in/useless/big", std::string(5 * static_cast<size_t>(kBlockBytes), 'x'));
  hop_.states->at(0).partial_files = {left, hop_.child().facts().root + "/.sshsync/in/useless/big"};
  EXPECT_EQ(BringRest(), 2);
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
  EXPECT_FALSE(hop_.dir.Exists("p/.sshsync/in/earlier/big")) << "all that is good there is in the new attempt";
  EXPECT_FALSE(hop_.dir.Exists("p/.sshsync/in/useless/big"));
}

TEST_F(RangeMoverTest, ASourceThatIsNoGoodAnyMoreIsReplacedByTheParent) {
  hop_.dir.Write("p/big", Big().substr(0, static_cast<size_t>(2 * kBlockBytes)));
  hop_.Survey();
  hop_.dir.Write("p/big", std::string(static_cast<size_t>(2 * kBlockBytes), 'x'));  // after it was digested
  EXPECT_EQ(BringRest(), 5);
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(RangeMoverTest, AChunkThatIsReadBackDamagedIsBroughtAgain) {
  hop_.Survey();
  EXPECT_TRUE(Create(Take(Task::Kind::kCreate)).ok());
  const std::string damaged(64, 'f');
  hop_.runner.Next([&](std::string& output) {
    // The first digest of the file's chunks, wherever it stands.
    const std::string first = std::string(hop_.queue->item(0).wanted.chunks->digests[0].text());
    const size_t at = output.find(first);
    EXPECT_NE(at, std::string::npos) << output;
    if (at != std::string::npos) output.replace(at, first.size(), damaged);
    return absl::OkStatus();
  });
  EXPECT_TRUE(Bring(Take(Task::Kind::kRange)).ok());
  EXPECT_EQ(hop_.queue->item(0).state, FileState::State::kOpen);
  EXPECT_TRUE(hop_.queue->item(0).recheck_source) << "was it the way, or another version?";
  EXPECT_EQ(BringRest(), 1) << "the damaged one alone";
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(RangeMoverTest, ASessionThatIsLostGivesItsAttemptUpAndItsGoodChunksAreCopied) {
  hop_.Survey();
  EXPECT_TRUE(Create(Take(Task::Kind::kCreate)).ok());
  const std::string first = hop_.queue->item(0).folder;
  EXPECT_TRUE(Bring(Take(Task::Kind::kRange, 2 * kBlockBytes)).ok());
  hop_.runner.Next([](std::string& output) {
    output.clear();
    return MakeError(Failure::kUnreachable, "connection lost");
  });
  EXPECT_EQ(FailureOf(Bring(Take(Task::Kind::kRange, kBlockBytes))), Failure::kUnreachable);
  hop_.Lose();
  EXPECT_THAT(hop_.Reported("connection lost"), HasSubstr("try 1 failed"));
  EXPECT_FALSE(hop_.queue->item(0).created);
  // The third chunk had been written, though nobody was told: that is seen, too.
  EXPECT_EQ(BringRest(), 2);
  EXPECT_NE(hop_.queue->item(0).folder, first) << "a writer may be left there";
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(RangeMoverTest, ASessionThatIsLostWhileTheFileIsMadeCostsATry) {
  hop_.Survey();
  hop_.runner.Next([](std::string& output) {
    output.clear();
    return MakeError(Failure::kUnreachable, "connection lost");
  });
  EXPECT_EQ(FailureOf(Create(Take(Task::Kind::kCreate))), Failure::kUnreachable);
  hop_.Lose();
  EXPECT_EQ(hop_.queue->item(0).tries, 1);
  EXPECT_EQ(BringRest(), 5);
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(RangeMoverTest, AnAnswerWithoutTheStatesEndIsNoSuccess) {
  hop_.Survey();
  EXPECT_TRUE(Create(Take(Task::Kind::kCreate)).ok());
  hop_.runner.Next([](std::string& output) {
    output.resize(output.size() / 2);
    return absl::OkStatus();
  });
  (void)Bring(Take(Task::Kind::kRange));
  EXPECT_EQ(hop_.queue->item(0).state, FileState::State::kOpen);
  EXPECT_THAT(hop_.Reported("try 1 failed"), HasSubstr("failed"));
}

TEST_F(RangeMoverTest, AFileThatGrewInTheStageIsNotPublished) {
  const std::string whole =
      Big().substr(0, static_cast<size_t>(4 * kBlockBytes));  // behind its last chunk nobody reads
  hop_.dir.Write("m/big", whole);
  hop_.Survey();
  EXPECT_TRUE(Create(Take(Task::Kind::kCreate)).ok());
  const std::string staged = hop_.queue->item(0).attempt(0).staged();
  std::filesystem::resize_file(staged, std::filesystem::file_size(staged) + 1);
  EXPECT_TRUE(Bring(Take(Task::Kind::kRange)).ok());
  EXPECT_EQ(hop_.queue->item(0).state, FileState::State::kOpen);
  EXPECT_THAT(hop_.Reported("not what was written"), HasSubstr("try 1 failed"));
  EXPECT_EQ(BringRest(), 0) << "what was good is copied into another attempt";
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + whole));
}

TEST_F(RangeMoverTest, WhatTheParentCannotReadIsSaid) {
  hop_.Survey();
  EXPECT_TRUE(Create(Take(Task::Kind::kCreate)).ok());
  std::filesystem::remove(hop_.dir.Path("m/big"));
  EXPECT_TRUE(Bring(Take(Task::Kind::kRange)).ok()) << "that is the file's trouble, not the session's";
  EXPECT_THAT(hop_.Reported("try 1 failed"), HasSubstr("the parent's side"));
  EXPECT_THAT(hop_.queue->item(0).outcome().output, HasSubstr("No such file"));
  EXPECT_TRUE(hop_.queue->item(0).recheck_source) << "the parent may have another one by now";
}

TEST_F(RangeMoverTest, AStageThatCannotBeMadeFailsTheFile) {
  hop_.Survey();
  hop_.dir.Write("p/.sshsync/in", "a file in the way");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Create(Take(Task::Kind::kCreate)).ok());
  EXPECT_EQ(hop_.queue->item(0).state, FileState::State::kFailed);
  EXPECT_THAT(hop_.queue->item(0).outcome().message, HasSubstr("the staged file cannot be made"));
}

}  // namespace
}  // namespace sshsync
