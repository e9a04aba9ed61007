// The board's jobs that several children of one parent bring at the same time.
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/schedule/task_queue.h"

namespace sshsync {
namespace {

struct Deaf : EventSink {
  void On(const Event&) override {}
};

// A child that is to get small files a, b, c and a big one of four chunks.
class Child {
 public:
  explicit Child(const std::vector<std::string>& small, bool big = true) {
    for (const std::string& name : small)
      files_.push_back({.path = name, .stat = {.size = 3}, .digest = *Digest::FromHex(std::string(64, name[0]))});
    ChunkList chunks{.chunk = kBlockBytes};
    for (const char c : {'1', '2', '3', '4'}) chunks.digests.push_back(*Digest::FromHex(std::string(64, c)));
    if (big)
      files_.push_back({.path = "big",
                        .stat = {.size = 4 * kBlockBytes},
                        .digest = *Digest::FromHex(std::string(64, 'd')),
                        .chunks = std::make_shared<const ChunkList>(chunks)});
    for (const FileEntry& file : files_) plan_.items.push_back({Action::kCopy, &file, nullptr});
    work_ = std::make_unique<Work>(plan_, 3);
    board_ = std::make_unique<WorkBoard>(
        *work_, deaf_, HopNames{.run = "r", .parent = "m", .child = "p"},
        JobRules{
            .streams = 1, .chunk = kBlockBytes, .algorithm = "sha256", .stage_folder = "/stage", .child_root = "/p"},
        WorkBoard::Surroundings{.supply = supply_,
                                .monotonic = [] { return absl::UnixEpoch(); },
                                .pause = [](int) { return absl::Seconds(1); }});
  }
  WorkBoard& board() { return *board_; }
  Job Next() { return board_->TryTake(2 * kBlockBytes); }
  // Until the big file's ranges can be had.
  void Begin() {
    for (Job job = Next(); job.kind != Job::Kind::kIdle; job = Next()) {
      if (job.kind == Job::Kind::kCreate) {
        board_->Created(job, {});
        return;
      }
    }
  }

 private:
  Deaf deaf_;
  std::deque<FileEntry> files_;
  Plan plan_;
  SettledSupply supply_{"/m"};
  std::unique_ptr<Work> work_;
  std::unique_ptr<WorkBoard> board_;
};

TEST(SharedJobs, ABatchIsTakenWhereAllOfItIsWanted) {
  Child one({"a", "b"}), same({"a", "b", "c"}), less({"a"});
  const RelayBlock block = one.board().BlockOf(one.Next());
  EXPECT_EQ(block.paths, (std::vector<std::string>{"a", "b"}));
  Job job;
  EXPECT_FALSE(less.board().TakeThis(block, &job));
  EXPECT_FALSE(one.board().Wants(block)) << "it has taken it";
  ASSERT_TRUE(same.board().TakeThis(block, &job));
  EXPECT_EQ(job.kind, Job::Kind::kFiles);
  EXPECT_EQ(job.folder, "/m");
  EXPECT_FALSE(same.board().Wants(block)) << "it is under way";
  EXPECT_EQ(same.board().BlockOf(same.Next()).paths, std::vector<std::string>{"c"});
}

TEST(SharedJobs, AnotherVersionIsNotWanted) {
  Child one({"a"}), same({"a"});
  RelayBlock block = one.board().BlockOf(one.Next());
  block.digests[0] = *Digest::FromHex(std::string(64, 'f'));
  EXPECT_FALSE(same.board().Wants(block));
}

TEST(SharedJobs, ARangeIsTakenAsItIs) {
  Child one({}), same({});
  one.Begin();
  const Job range = one.Next();
  ASSERT_EQ(range.kind, Job::Kind::kRange);
  const RelayBlock block = one.board().BlockOf(range);
  Job job;
  EXPECT_TRUE(same.board().Wants(block)) << "as soon as its own staged file is there";
  EXPECT_FALSE(same.board().TakeThis(block, &job));
  same.Begin();
  ASSERT_TRUE(same.board().TakeThis(block, &job));
  EXPECT_EQ(job.range.first, range.range.first);
  EXPECT_EQ(job.range.count, range.range.count);
  EXPECT_FALSE(same.board().Wants(block));
  const RelayBlock next = same.board().BlockOf(same.Next());
  EXPECT_EQ(next.range.first, range.range.first + range.range.count);
}

TEST(SharedJobs, WithoutOneThereIsNothingToWaitForWhenAllIsTaken) {
  Child one({"a"}, false);
  EXPECT_EQ(one.Next().kind, Job::Kind::kFiles);
  EXPECT_EQ(one.Next().kind, Job::Kind::kIdle);
  one.board().Fail(0, MakeError(Failure::kNoSpace, "full"));
  one.board().Leave(0);
  EXPECT_EQ(one.Next().kind, Job::Kind::kNone);
}

}  // namespace
}  // namespace sshsync
