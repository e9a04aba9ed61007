// The queue's tasks that several children of one parent bring at the same time.
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
    states_ = std::make_unique<FileStates>(plan_, 3);
    queue_ = std::make_unique<TaskQueue>(
        *states_, deaf_, HopNames{.run = "r", .parent = "m", .child = "p"},
        TaskRules{
            .streams = 1, .chunk = kBlockBytes, .algorithm = "sha256", .stage_folder = "/stage", .child_root = "/p"},
        TaskQueue::Dependencies{.source_files = source_files_,
                                .monotonic = [] { return absl::UnixEpoch(); },
                                .pause = [](int) { return absl::Seconds(1); }});
  }
  TaskQueue& queue() { return *queue_; }
  Task Next() { return queue_->TryTake(2 * kBlockBytes); }
  // Until the big file's ranges can be had.
  void Begin() {
    for (Task task = Next(); task.kind != Task::Kind::kIdle; task = Next()) {
      if (task.kind == Task::Kind::kCreate) {
        queue_->Created(task, {});
        return;
      }
    }
  }

 private:
  Deaf deaf_;
  std::deque<FileEntry> files_;
  Plan plan_;
  SettledSourceFiles source_files_{"/m"};
  std::unique_ptr<FileStates> states_;
  std::unique_ptr<TaskQueue> queue_;
};

TEST(SharedJobs, ABatchIsTakenWhereAllOfItIsWanted) {
  Child one({"a", "b"}), same({"a", "b", "c"}), less({"a"});
  const RelayBlock block = one.queue().BlockOf(one.Next());
  EXPECT_EQ(block.paths, (std::vector<std::string>{"a", "b"}));
  Task task;
  EXPECT_FALSE(less.queue().TakeThis(block, &task));
  EXPECT_FALSE(one.queue().Wants(block)) << "it has taken it";
  ASSERT_TRUE(same.queue().TakeThis(block, &task));
  EXPECT_EQ(task.kind, Task::Kind::kFiles);
  EXPECT_EQ(task.folder, "/m");
  EXPECT_FALSE(same.queue().Wants(block)) << "it is under way";
  EXPECT_EQ(same.queue().BlockOf(same.Next()).paths, std::vector<std::string>{"c"});
}

TEST(SharedJobs, AnotherVersionIsNotWanted) {
  Child one({"a"}), same({"a"});
  RelayBlock block = one.queue().BlockOf(one.Next());
  block.digests[0] = *Digest::FromHex(std::string(64, 'f'));
  EXPECT_FALSE(same.queue().Wants(block));
}

TEST(SharedJobs, ARangeIsTakenAsItIs) {
  Child one({}), same({});
  one.Begin();
  const Task range = one.Next();
  ASSERT_EQ(range.kind, Task::Kind::kRange);
  const RelayBlock block = one.queue().BlockOf(range);
  Task task;
  EXPECT_TRUE(same.queue().Wants(block)) << "as soon as its own staged file is there";
  EXPECT_FALSE(same.queue().TakeThis(block, &task));
  same.Begin();
  ASSERT_TRUE(same.queue().TakeThis(block, &task));
  EXPECT_EQ(task.range.first, range.range.first);
  EXPECT_EQ(task.range.count, range.range.count);
  EXPECT_FALSE(same.queue().Wants(block));
  const RelayBlock next = same.queue().BlockOf(same.Next());
  EXPECT_EQ(next.range.first, range.range.first + range.range.count);
}

TEST(SharedJobs, WithoutOneThereIsNothingToWaitForWhenAllIsTaken) {
  Child one({"a"}, false);
  EXPECT_EQ(one.Next().kind, Task::Kind::kFiles);
  EXPECT_EQ(one.Next().kind, Task::Kind::kIdle);
  one.queue().Fail(0, MakeError(Failure::kNoSpace, "full"));
  one.queue().Leave(0);
  EXPECT_EQ(one.Next().kind, Task::Kind::kNone);
}

}  // namespace
}  // namespace sshsync
