#include "sshsync/schedule/task_queue.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/process/stop_notifier.h"

namespace sshsync {
namespace {

struct Recorder : EventSink {
  void On(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

Manifest TwoFiles() {
  Manifest manifest;
  for (const char* path : {"a", "b"})
    manifest.files.push_back({.path = path, .stat = {.size = 3}, .digest = *Digest::FromHex(std::string(40, path[0]))});
  return manifest;
}

Plan CopyAll(const Manifest& parent) {
  Plan plan;
  for (const FileEntry& file : parent.files) plan.items.push_back({Action::kCopy, &file, nullptr});
  return plan;
}

class WorkBoardTest : public ::testing::Test {
 protected:
  const Manifest parent_ = TwoFiles();
  const Plan plan_ = CopyAll(parent_);
  Recorder recorder_;
  FileStates states_{plan_, 1};
  absl::Time now_ = absl::UnixEpoch();
  const SettledSourceFiles settled_{"/m"};
  TaskQueue::Dependencies Around(const SourceFiles& source_files, ReceivedFiles* received = nullptr) {
    return {.source_files = source_files,
            .received = received,
            .monotonic = [this] { return now_; },
            .pause = [](int) { return absl::Seconds(1); }};
  }
  const HopNames names_{.run = "r", .parent = "m", .child = "p", .secrets = {"hunter2"}};
  TaskQueue queue_{states_, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p"}, Around(settled_)};
};

TEST_F(WorkBoardTest, ThePublisherTakesWhatWasVerified) {
  std::vector<Publication> taken;
  std::thread publisher([&] {
    taken = queue_.TakeVerified(10);
    queue_.Published(taken[0].index, {.size = 3, .inode = 7});
    queue_.TakeVerified(10);  // returns when the queue ends
  });
  queue_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  queue_.AwaitPublished();
  EXPECT_EQ(queue_.item(1).state, FileState::State::kDone);
  EXPECT_EQ(queue_.item(1).published.inode, 7u);
  queue_.End();
  publisher.join();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].staged, "/stage/x/b");
}

TEST_F(WorkBoardTest, WhatDoesNotFitWaitsUntilSomethingIsInItsPlace) {
  const FileEntry old{.path = "a", .stat = {.size = 3}};
  Plan plan = plan_;
  plan.items[0] = {Action::kReplace, &parent_.files[0], &old};
  for (const int64_t room : {8191, 8192}) {  // two blocks
    FileStates states(plan, 1);
    TaskQueue queue(states, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p", .room = room},
                    Around(settled_));
    const Task first = queue.Take(1000, false);
    EXPECT_EQ(first.indices.size(), room == 8191 ? 1u : 2u);
    queue.Return(first);
    EXPECT_EQ(queue.Take(1000, false).indices, first.indices) << "what was put back takes no room";
    if (room == 8192) continue;
    std::thread publisher([&] {
      const auto taken = queue.TakeVerified(10);
      queue.Published(taken[0].index, {.size = 3});
    });
    queue.Verified({.index = 0, .file = "a", .folder = "/stage/x"}, {.size = 3});
    EXPECT_EQ(queue.Take(1000, false).indices, std::vector<size_t>{1}) << "it is woken";
    publisher.join();
  }
}

TEST_F(WorkBoardTest, WhatIsPublishedTogetherIsTakenWhenAllOfItIsVerified) {
  states_.PublishTogether(true);
  std::vector<Publication> taken;
  std::thread publisher([&] { taken = queue_.TakeVerified(1); });
  queue_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  queue_.AwaitPublished();  // does not wait for what may not be published
  queue_.Verified({.index = 0, .file = "a", .folder = "/stage/y"}, {.size = 3});
  publisher.join();
  EXPECT_EQ(taken.size(), 2u) << "all of them, however many were asked for";
}

TEST_F(WorkBoardTest, WhatIsPublishedTogetherIsHeldBackWhereOneFileFailed) {
  states_.PublishTogether(true);
  queue_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  queue_.Fail(0, MakeError(Failure::kNoSpace, "full"));
  queue_.AwaitPublished();
  queue_.End();
  EXPECT_TRUE(queue_.TakeVerified(10).empty());
  EXPECT_EQ(queue_.item(1).state, FileState::State::kVerified);
}

TEST_F(WorkBoardTest, FilesAreGivenOnceUntilTheyComeBack) {
  const Task task = queue_.Take(1 << 20, false);
  EXPECT_EQ(task.kind, Task::Kind::kFiles);
  EXPECT_EQ(task.indices, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(task.folder, "/m");
  queue_.Fail(0, MakeError(Failure::kCommandFailed, "try"));
  queue_.Leave(0);
  queue_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  queue_.Leave(1);
  now_ += absl::Seconds(1);
  const Task look = queue_.Take(1 << 20, false);
  EXPECT_EQ(look.kind, Task::Kind::kRecheckSource)
      << "the source of a file that failed is looked at before another try";
  EXPECT_EQ(look.indices, std::vector<size_t>{0});
  queue_.SourceRechecked(0, absl::OkStatus(), &parent_.files[0]);
  now_ += absl::Seconds(1);
  EXPECT_EQ(queue_.Take(1 << 20, false).indices, std::vector<size_t>{0});
}

TEST_F(WorkBoardTest, ThereAreNoJobsWhenEveryFileCameToItsEnd) {
  queue_.Take(1 << 20, false);
  for (const size_t index : {0, 1}) {
    queue_.Fail(index, MakeError(Failure::kNoSpace, "full"));
    queue_.Leave(index);
  }
  EXPECT_EQ(queue_.Take(1 << 20, false).kind, Task::Kind::kNone);
}

// A big file of four chunks, sent range by range.
class BigFileOnBoardTest : public ::testing::Test {
 protected:
  BigFileOnBoardTest() {
    for (char c : {'1', '2', '3', '4'}) chunks_.digests.push_back(*Digest::FromHex(std::string(64, c)));
    entry_ = {.path = "big",
              .stat = {.size = 4 * kBlockBytes},
              .digest = *Digest::FromHex(std::string(64, 'a')),
              .chunks = std::make_shared<const ChunkList>(chunks_)};
    plan_.items.push_back({Action::kCopy, &entry_, nullptr});
    states_ = std::make_unique<FileStates>(plan_, 3);
    queue_ = std::make_unique<TaskQueue>(
        *states_, recorder_, HopNames{.run = "r", .parent = "m", .child = "p"},
        TaskRules{
            .streams = 2, .chunk = kBlockBytes, .algorithm = "sha256", .stage_folder = "/stage", .child_root = "/p"},
        TaskQueue::Dependencies{.source_files = settled_,
                                .received = &received_,
                                .monotonic = [this] { return now_; },
                                .pause = [](int) { return absl::ZeroDuration(); }});
  }
  std::vector<Digest> Of(const Task& task) const {
    const auto first = chunks_.digests.begin() + task.range.first;
    return {first, first + task.range.count};
  }
  Task Begin() {
    Task task = queue_->Take(1 << 20, false);
    if (task.kind == Task::Kind::kRecheckSource) {
      queue_->SourceRechecked(0, absl::OkStatus(), &entry_);
      task = queue_->Take(1 << 20, false);
    }
    EXPECT_EQ(task.kind, Task::Kind::kCreate);
    queue_->Created(task, {});
    return task;
  }

  ChunkList chunks_{.chunk = kBlockBytes};
  FileEntry entry_;
  Plan plan_;
  Recorder recorder_;
  absl::Time now_ = absl::UnixEpoch();
  const SettledSourceFiles settled_{"/m"};
  ReceivedFiles received_{"p", "/p"};
  std::unique_ptr<FileStates> states_;
  std::unique_ptr<TaskQueue> queue_;
};

TEST_F(BigFileOnBoardTest, IsWholeWhenItsLastWriterHasEnded) {
  Begin();
  const Task one = queue_->Take(2 * kBlockBytes, false), two = queue_->Take(2 * kBlockBytes, false);
  ASSERT_EQ(two.kind, Task::Kind::kRange);
  EXPECT_FALSE(queue_->Arrived(one, Of(one)));
  const Task three = queue_->Take(2 * kBlockBytes, false);
  EXPECT_FALSE(queue_->Arrived(two, Of(two)));
  EXPECT_TRUE(queue_->Arrived(three, Of(three)));
}

TEST_F(BigFileOnBoardTest, IsGoneForGoodWhateverAnotherStreamStillSaysOfIt) {
  Begin();
  const Task one = queue_->Take(kBlockBytes, false), other = queue_->Take(kBlockBytes, false);
  queue_->Abandon(one, MakeError(Failure::kUnreachable, "lost"), "");
  EXPECT_EQ(queue_->Take(kBlockBytes, false).kind, Task::Kind::kRecheckSource);
  queue_->SourceRechecked(0, absl::OkStatus(), nullptr);
  EXPECT_EQ(queue_->item(0).state, FileState::State::kGone);
  queue_->Abandon(other, MakeError(Failure::kUnreachable, "lost, too"), "");
  EXPECT_EQ(queue_->item(0).state, FileState::State::kGone);
  EXPECT_EQ(queue_->Take(kBlockBytes, false).kind, Task::Kind::kNone);
}

TEST_F(BigFileOnBoardTest, HasFailedForGoodWhateverAnotherStreamStillSaysOfIt) {
  Begin();
  const Task one = queue_->Take(kBlockBytes, false), other = queue_->Take(kBlockBytes, false);
  RangeResult full, broken;
  full.brought = MakeError(Failure::kNoSpace, "No space left on device");
  broken.brought = MakeError(Failure::kCommandFailed, "the transfer ended with status 1");
  EXPECT_FALSE(queue_->BrokeOff(one, full, ""));
  EXPECT_EQ(queue_->item(0).state, FileState::State::kFailed);
  EXPECT_FALSE(queue_->BrokeOff(other, broken, ""));
  EXPECT_EQ(queue_->item(0).state, FileState::State::kFailed);
  EXPECT_EQ(queue_->item(0).failure(), Failure::kNoSpace);
}

TEST_F(BigFileOnBoardTest, ItsChildrenTakeChunksOfTheAttemptThatIsUnderWayAlone) {
  received_.Expect(entry_);
  const std::string folder = Begin().attempt.folder;
  const Task one = queue_->Take(kBlockBytes, false), lost = queue_->Take(kBlockBytes, false);
  EXPECT_FALSE(queue_->Arrived(one, Of(one)));
  EXPECT_EQ(received_.Of("big").folder, folder);
  EXPECT_TRUE(received_.HasChunk("big", 0));
  EXPECT_FALSE(received_.HasChunk("big", 1)) << "on its way";
  queue_->Abandon(lost, MakeError(Failure::kUnreachable, "lost"), "");
  EXPECT_EQ(received_.Of("big").folder, "") << "a writer may be left there";
  EXPECT_FALSE(received_.HasChunk("big", 0));
  const Task next = Begin();
  EXPECT_EQ(received_.Of("big").folder, next.attempt.folder);
}

TEST_F(BigFileOnBoardTest, OfAFileThatTheParentIsStillGettingOnlyItsVerifiedChunksAreTaken) {
  ReceivedFiles parent("m", "/m");
  parent.Expect(entry_);
  FileStates states(plan_, 3);
  TaskQueue queue(
      states, recorder_, HopNames{.run = "r", .parent = "m", .child = "p"},
      TaskRules{
          .streams = 1, .chunk = kBlockBytes, .algorithm = "sha256", .stage_folder = "/stage", .child_root = "/p"},
      // Each look takes its time, so that who is impatient comes back.
      TaskQueue::Dependencies{.source_files = parent,
                              .monotonic = [this] { return now_ += absl::Milliseconds(300); },
                              .pause = [](int) { return absl::ZeroDuration(); }});
  EXPECT_EQ(queue.Take(1 << 20, true).kind, Task::Kind::kIdle) << "there is nothing of it yet";
  parent.StartedIn("big", "/m/.sshsync/in/1");
  parent.ChunkVerified("big", 1);
  const Task create = queue.Take(1 << 20, true);
  ASSERT_EQ(create.kind, Task::Kind::kCreate);
  queue.Created(create, {});
  const Task second = queue.Take(1 << 20, true);
  ASSERT_EQ(second.kind, Task::Kind::kRange);
  EXPECT_EQ(second.range.first, 1);
  EXPECT_EQ(second.range.count, 1);
  EXPECT_EQ(second.folder, "/m/.sshsync/in/1");
  EXPECT_EQ(queue.Take(1 << 20, true).kind, Task::Kind::kIdle);
  parent.ChunkVerified("big", 3);
  EXPECT_EQ(queue.Take(1 << 20, true).range.first, 3);
  parent.Published("big", entry_.stat);
  const Task first = queue.Take(kBlockBytes, true);
  EXPECT_EQ(first.range.first, 0);
  EXPECT_EQ(first.folder, "/m");
}

TEST_F(BigFileOnBoardTest, WhatAnAbandonedAttemptHoldsIsReadBeforeTheNextTryAndTakenFromThere) {
  const std::string abandoned = Begin().attempt.staged();
  const Task lost = queue_->Take(1 << 20, false);  // of which nobody saw how far it came
  ASSERT_EQ(lost.kind, Task::Kind::kRange);
  queue_->Abandon(lost, MakeError(Failure::kUnreachable, "lost"), "");
  EXPECT_EQ(queue_->item(0).partial_files, std::vector<std::string>{abandoned});
  queue_->SourceRechecked(0, absl::OkStatus(),
                          queue_->Take(1 << 20, false).kind == Task::Kind::kRecheckSource ? &entry_ : nullptr);
  const Task again = queue_->Take(1 << 20, false);
  ASSERT_EQ(again.kind, Task::Kind::kCreate);
  queue_->Created(again, {{abandoned, chunks_}});
  EXPECT_TRUE(queue_->item(0).partial_files.empty()) << "what was read once is known";
  const Task copy = queue_->Take(1 << 20, false);
  ASSERT_EQ(copy.kind, Task::Kind::kRange);
  ASSERT_GE(copy.range.source, 0) << "and not brought from the parent";
  EXPECT_EQ(copy.big->source(copy.range.source), abandoned);
}

TEST_F(BigFileOnBoardTest, RangesShrinkTowardsTheEndButNotToNothing) {
  Begin();
  EXPECT_EQ(queue_->Take(kBlockBytes, false).range.count, 1) << "no more than asked for";
  EXPECT_EQ(queue_->Take(64 * kBlockBytes, false).range.count, 3)
      << "a share of what is left would cost a round trip for each chunk";
}

TEST_F(BigFileOnBoardTest, WhatOtherStreamsBringIntoAnAbandonedAttemptDoesNotCount) {
  Begin();
  const Task lost = queue_->Take(1 << 20, false), late = queue_->Take(1 << 20, false);
  queue_->Abandon(lost, MakeError(Failure::kUnreachable, "lost"), "");
  EXPECT_FALSE(queue_->Arrived(late, Of(late)));
  Begin();
  int64_t sent = 0;
  for (bool whole = false; !whole;) {
    const Task task = queue_->Take(1 << 20, false);
    ASSERT_EQ(task.kind, Task::Kind::kRange);
    sent += task.range.count;
    whole = queue_->Arrived(task, Of(task));
  }
  EXPECT_EQ(sent, 4) << "all of it is brought into the new attempt";
}

TEST_F(BigFileOnBoardTest, BeginsAnewWhenItsSourceChangedUnderWay) {
  Begin();
  const Task old = queue_->Take(1 << 20, false), late = queue_->Take(1 << 20, false);
  std::vector<Digest> damaged(static_cast<size_t>(old.range.count), *Digest::FromHex(std::string(64, 'f')));
  queue_->Arrived(old, damaged);
  chunks_.digests[0] = *Digest::FromHex(std::string(64, '9'));
  entry_.digest = *Digest::FromHex(std::string(64, 'b'));
  entry_.chunks = std::make_shared<const ChunkList>(chunks_);
  Begin();
  EXPECT_FALSE(queue_->Arrived(late, Of(late)));
  for (bool whole = false; !whole;) {
    const Task task = queue_->Take(1 << 20, false);
    ASSERT_EQ(task.kind, Task::Kind::kRange);
    whole = queue_->Arrived(task, Of(task));
  }
}

TEST_F(WorkBoardTest, WhatTheParentDoesNotHaveYetWaitsAndIsTakenFromItsStage) {
  ReceivedFiles received("m", "/m");
  FileStates states(plan_, 1);
  TaskQueue queue(states, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p"}, Around(received));
  for (const FileEntry& file : parent_.files) received.Expect(file);
  received.SetHeld(true);
  received.Verified("b", "/m/.sshsync/in/1");
  const Task task = queue.Take(1 << 20, false);
  EXPECT_EQ(task.indices, std::vector<size_t>{1});
  EXPECT_EQ(task.folder, "/m/.sshsync/in/1");
  received.Failed("a", Failure::kNoSpace, "full");
  queue.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  std::thread publisher([&] { EXPECT_TRUE(queue.TakeVerified(1).empty()) << "the parent has it in its stage only"; });
  queue.Fail(1, MakeError(Failure::kNoSpace, "full"));
  EXPECT_EQ(queue.Take(1 << 20, false).kind, Task::Kind::kNone);
  queue.End();
  publisher.join();
  EXPECT_EQ(queue.item(0).outcome().failure, Failure::kWaiting);
  EXPECT_EQ(queue.item(0).outcome().message, "waiting for \"m\": full");
}

TEST_F(WorkBoardTest, WhoWaitsIsWokenByTheParentTheTurnAndTheStop) {
  ReceivedFiles received("m", "/m");
  for (const FileEntry& file : parent_.files) received.Expect(file);
  StopSource stop;
  const StopNotifier stops(stop.token());
  EventCount turns;
  std::atomic<TaskQueue::Turn> turn = TaskQueue::Turn::kNotYet;
  TaskQueue::Dependencies dependencies = Around(received);
  dependencies.turn = [&] { return turn.load(); };
  dependencies.turns = &turns;
  dependencies.drain = stop.token();
  dependencies.stops = stops.changes();
  TaskQueue queue(states_, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p"}, dependencies);
  std::jthread parent([&] { received.Published("b", {.size = 3}); });
  EXPECT_EQ(queue.Take(1 << 20, false).indices, std::vector<size_t>{1});
  queue.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  std::jthread steps([&] {
    turn = TaskQueue::Turn::kYes;
    turns.Notify();
  });
  EXPECT_EQ(queue.TakeVerified(10).size(), 1u);
  std::jthread caller([&] { stop.Request(kStopByCaller); });
  EXPECT_EQ(queue.Take(1 << 20, false).kind, Task::Kind::kNone) << "the other file never came";
}

TEST_F(WorkBoardTest, WhatItsParentPublishedMeanwhileIsTakenFromItsPlaceAndCostsNoTry) {
  ReceivedFiles received("m", "/m");
  FileStates states(plan_, 1);
  TaskQueue queue(states, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p"}, Around(received));
  for (const FileEntry& file : parent_.files) received.Expect(file);
  received.SetHeld(true);
  received.Verified("b", "/m/.sshsync/in/1");
  const Task task = queue.Take(1 << 20, false);
  ASSERT_EQ(task.folder, "/m/.sshsync/in/1");
  EXPECT_FALSE(queue.MovedAtParent(task));
  received.Published("b", parent_.files[1].stat);
  EXPECT_TRUE(queue.MovedAtParent(task)) << "so it failed for that";
  queue.Return(task);
  const Task again = queue.Take(1 << 20, false);
  EXPECT_EQ(again.indices, task.indices);
  EXPECT_EQ(again.folder, "/m");
  EXPECT_FALSE(queue.MovedAtParent(again));
  EXPECT_EQ(queue.item(1).tries, 0);
}

TEST_F(WorkBoardTest, AFileFailsForGoodAfterItsLastTry) {
  queue_.Fail(0, MakeError(Failure::kCommandFailed, "first"));
  EXPECT_EQ(queue_.item(0).state, FileState::State::kOpen);
  queue_.Fail(0, MakeError(Failure::kCommandFailed, "second"));
  EXPECT_EQ(queue_.item(0).state, FileState::State::kFailed);
  EXPECT_EQ(recorder_.events.back().kind, EventKind::kFileFailed);
}

TEST_F(WorkBoardTest, SecretsAreNotTold) {
  queue_.Fail(0, MakeError(Failure::kNoSpace, "x"), "scp", "login with hunter2 failed", 1);
  EXPECT_EQ(recorder_.events.back().output, "login with *** failed");
}

TEST_F(WorkBoardTest, TheFirstFatalErrorCounts) {
  queue_.SetFatal(MakeError(Failure::kUnreachable, "first"));
  queue_.SetFatal(MakeError(Failure::kLocked, "second"));
  EXPECT_EQ(FailureOf(queue_.fatal()), Failure::kUnreachable);
}

TEST_F(WorkBoardTest, WaitingEndsWithTheBoard) {
  queue_.End();
  EXPECT_TRUE(queue_.WaitForEnd(absl::Hours(1)));
  EXPECT_TRUE(queue_.TakeVerified(1).empty());
}

}  // namespace
}  // namespace sshsync
