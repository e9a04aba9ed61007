#include "sshsync/schedule/task_queue.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/process/stop_bell.h"

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
  Work work_{plan_, 1};
  absl::Time now_ = absl::UnixEpoch();
  const SettledSupply settled_{"/m"};
  WorkBoard::Surroundings Around(const Supply& supply, Flow* flow = nullptr) {
    return {.supply = supply,
            .flow = flow,
            .monotonic = [this] { return now_; },
            .pause = [](int) { return absl::Seconds(1); }};
  }
  const HopNames names_{.run = "r", .parent = "m", .child = "p", .secrets = {"hunter2"}};
  WorkBoard board_{work_, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p"}, Around(settled_)};
};

TEST_F(WorkBoardTest, ThePublisherTakesWhatWasVerified) {
  std::vector<Publication> taken;
  std::thread publisher([&] {
    taken = board_.TakeVerified(10);
    board_.Published(taken[0].index, {.size = 3, .inode = 7});
    board_.TakeVerified(10);  // returns when the board ends
  });
  board_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  board_.AwaitPublished();
  EXPECT_EQ(board_.item(1).state, WorkItem::State::kDone);
  EXPECT_EQ(board_.item(1).published.inode, 7u);
  board_.End();
  publisher.join();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].staged, "/stage/x/b");
}

TEST_F(WorkBoardTest, WhatDoesNotFitWaitsUntilSomethingIsInItsPlace) {
  const FileEntry old{.path = "a", .stat = {.size = 3}};
  Plan plan = plan_;
  plan.items[0] = {Action::kReplace, &parent_.files[0], &old};
  for (const int64_t room : {8191, 8192}) {  // two blocks
    Work work(plan, 1);
    WorkBoard board(work, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p", .room = room},
                    Around(settled_));
    const Job first = board.Take(1000, false);
    EXPECT_EQ(first.indices.size(), room == 8191 ? 1u : 2u);
    board.Return(first);
    EXPECT_EQ(board.Take(1000, false).indices, first.indices) << "what was put back takes no room";
    if (room == 8192) continue;
    std::thread publisher([&] {
      const auto taken = board.TakeVerified(10);
      board.Published(taken[0].index, {.size = 3});
    });
    board.Verified({.index = 0, .file = "a", .folder = "/stage/x"}, {.size = 3});
    EXPECT_EQ(board.Take(1000, false).indices, std::vector<size_t>{1}) << "it is woken";
    publisher.join();
  }
}

TEST_F(WorkBoardTest, WhatIsPublishedTogetherIsTakenWhenAllOfItIsVerified) {
  work_.PublishTogether(true);
  std::vector<Publication> taken;
  std::thread publisher([&] { taken = board_.TakeVerified(1); });
  board_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  board_.AwaitPublished();  // does not wait for what may not be published
  board_.Verified({.index = 0, .file = "a", .folder = "/stage/y"}, {.size = 3});
  publisher.join();
  EXPECT_EQ(taken.size(), 2u) << "all of them, however many were asked for";
}

TEST_F(WorkBoardTest, WhatIsPublishedTogetherIsHeldBackWhereOneFileFailed) {
  work_.PublishTogether(true);
  board_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  board_.Fail(0, MakeError(Failure::kNoSpace, "full"));
  board_.AwaitPublished();
  board_.End();
  EXPECT_TRUE(board_.TakeVerified(10).empty());
  EXPECT_EQ(board_.item(1).state, WorkItem::State::kVerified);
}

TEST_F(WorkBoardTest, FilesAreGivenOnceUntilTheyComeBack) {
  const Job job = board_.Take(1 << 20, false);
  EXPECT_EQ(job.kind, Job::Kind::kFiles);
  EXPECT_EQ(job.indices, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(job.folder, "/m");
  board_.Fail(0, MakeError(Failure::kCommandFailed, "try"));
  board_.Leave(0);
  board_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  board_.Leave(1);
  now_ += absl::Seconds(1);
  const Job look = board_.Take(1 << 20, false);
  EXPECT_EQ(look.kind, Job::Kind::kLookAgain) << "the source of a file that failed is looked at before another try";
  EXPECT_EQ(look.indices, std::vector<size_t>{0});
  board_.LookedAgain(0, absl::OkStatus(), &parent_.files[0]);
  now_ += absl::Seconds(1);
  EXPECT_EQ(board_.Take(1 << 20, false).indices, std::vector<size_t>{0});
}

TEST_F(WorkBoardTest, ThereAreNoJobsWhenEveryFileCameToItsEnd) {
  board_.Take(1 << 20, false);
  for (const size_t index : {0, 1}) {
    board_.Fail(index, MakeError(Failure::kNoSpace, "full"));
    board_.Leave(index);
  }
  EXPECT_EQ(board_.Take(1 << 20, false).kind, Job::Kind::kNone);
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
    work_ = std::make_unique<Work>(plan_, 3);
    board_ = std::make_unique<WorkBoard>(
        *work_, recorder_, HopNames{.run = "r", .parent = "m", .child = "p"},
        JobRules{
            .streams = 2, .chunk = kBlockBytes, .algorithm = "sha256", .stage_folder = "/stage", .child_root = "/p"},
        WorkBoard::Surroundings{.supply = settled_,
                                .flow = &flow_,
                                .monotonic = [this] { return now_; },
                                .pause = [](int) { return absl::ZeroDuration(); }});
  }
  std::vector<Digest> Of(const Job& job) const {
    const auto first = chunks_.digests.begin() + job.range.first;
    return {first, first + job.range.count};
  }
  Job Begin() {
    Job job = board_->Take(1 << 20, false);
    if (job.kind == Job::Kind::kLookAgain) {
      board_->LookedAgain(0, absl::OkStatus(), &entry_);
      job = board_->Take(1 << 20, false);
    }
    EXPECT_EQ(job.kind, Job::Kind::kCreate);
    board_->Created(job, {});
    return job;
  }

  ChunkList chunks_{.chunk = kBlockBytes};
  FileEntry entry_;
  Plan plan_;
  Recorder recorder_;
  absl::Time now_ = absl::UnixEpoch();
  const SettledSupply settled_{"/m"};
  Flow flow_{"p", "/p"};
  std::unique_ptr<Work> work_;
  std::unique_ptr<WorkBoard> board_;
};

TEST_F(BigFileOnBoardTest, IsWholeWhenItsLastWriterHasEnded) {
  Begin();
  const Job one = board_->Take(2 * kBlockBytes, false), two = board_->Take(2 * kBlockBytes, false);
  ASSERT_EQ(two.kind, Job::Kind::kRange);
  EXPECT_FALSE(board_->Arrived(one, Of(one)));
  const Job three = board_->Take(2 * kBlockBytes, false);
  EXPECT_FALSE(board_->Arrived(two, Of(two)));
  EXPECT_TRUE(board_->Arrived(three, Of(three)));
}

TEST_F(BigFileOnBoardTest, IsGoneForGoodWhateverAnotherStreamStillSaysOfIt) {
  Begin();
  const Job one = board_->Take(kBlockBytes, false), other = board_->Take(kBlockBytes, false);
  board_->Abandon(one, MakeError(Failure::kUnreachable, "lost"), "");
  EXPECT_EQ(board_->Take(kBlockBytes, false).kind, Job::Kind::kLookAgain);
  board_->LookedAgain(0, absl::OkStatus(), nullptr);
  EXPECT_EQ(board_->item(0).state, WorkItem::State::kGone);
  board_->Abandon(other, MakeError(Failure::kUnreachable, "lost, too"), "");
  EXPECT_EQ(board_->item(0).state, WorkItem::State::kGone);
  EXPECT_EQ(board_->Take(kBlockBytes, false).kind, Job::Kind::kNone);
}

TEST_F(BigFileOnBoardTest, HasFailedForGoodWhateverAnotherStreamStillSaysOfIt) {
  Begin();
  const Job one = board_->Take(kBlockBytes, false), other = board_->Take(kBlockBytes, false);
  RangeResult full, broken;
  full.brought = MakeError(Failure::kNoSpace, "No space left on device");
  broken.brought = MakeError(Failure::kCommandFailed, "the transfer ended with status 1");
  EXPECT_FALSE(board_->BrokeOff(one, full, ""));
  EXPECT_EQ(board_->item(0).state, WorkItem::State::kFailed);
  EXPECT_FALSE(board_->BrokeOff(other, broken, ""));
  EXPECT_EQ(board_->item(0).state, WorkItem::State::kFailed);
  EXPECT_EQ(board_->item(0).failure(), Failure::kNoSpace);
}

TEST_F(BigFileOnBoardTest, ItsChildrenTakeChunksOfTheAttemptThatIsUnderWayAlone) {
  flow_.Expect(entry_);
  const std::string folder = Begin().attempt.folder;
  const Job one = board_->Take(kBlockBytes, false), lost = board_->Take(kBlockBytes, false);
  EXPECT_FALSE(board_->Arrived(one, Of(one)));
  EXPECT_EQ(flow_.Of("big").folder, folder);
  EXPECT_TRUE(flow_.HasChunk("big", 0));
  EXPECT_FALSE(flow_.HasChunk("big", 1)) << "on its way";
  board_->Abandon(lost, MakeError(Failure::kUnreachable, "lost"), "");
  EXPECT_EQ(flow_.Of("big").folder, "") << "a writer may be left there";
  EXPECT_FALSE(flow_.HasChunk("big", 0));
  const Job next = Begin();
  EXPECT_EQ(flow_.Of("big").folder, next.attempt.folder);
}

TEST_F(BigFileOnBoardTest, OfAFileThatTheParentIsStillGettingOnlyItsVerifiedChunksAreTaken) {
  Flow parent("m", "/m");
  parent.Expect(entry_);
  Work work(plan_, 3);
  WorkBoard board(
      work, recorder_, HopNames{.run = "r", .parent = "m", .child = "p"},
      JobRules{.streams = 1, .chunk = kBlockBytes, .algorithm = "sha256", .stage_folder = "/stage", .child_root = "/p"},
      // Each look takes its time, so that who is impatient comes back.
      WorkBoard::Surroundings{.supply = parent,
                              .monotonic = [this] { return now_ += absl::Milliseconds(300); },
                              .pause = [](int) { return absl::ZeroDuration(); }});
  EXPECT_EQ(board.Take(1 << 20, true).kind, Job::Kind::kIdle) << "there is nothing of it yet";
  parent.GrowsIn("big", "/m/.sshsync/in/1");
  parent.ChunkVerified("big", 1);
  const Job create = board.Take(1 << 20, true);
  ASSERT_EQ(create.kind, Job::Kind::kCreate);
  board.Created(create, {});
  const Job second = board.Take(1 << 20, true);
  ASSERT_EQ(second.kind, Job::Kind::kRange);
  EXPECT_EQ(second.range.first, 1);
  EXPECT_EQ(second.range.count, 1);
  EXPECT_EQ(second.folder, "/m/.sshsync/in/1");
  EXPECT_EQ(board.Take(1 << 20, true).kind, Job::Kind::kIdle);
  parent.ChunkVerified("big", 3);
  EXPECT_EQ(board.Take(1 << 20, true).range.first, 3);
  parent.Published("big", entry_.stat);
  const Job first = board.Take(kBlockBytes, true);
  EXPECT_EQ(first.range.first, 0);
  EXPECT_EQ(first.folder, "/m");
}

TEST_F(BigFileOnBoardTest, WhatAnAbandonedAttemptHoldsIsReadBeforeTheNextTryAndTakenFromThere) {
  const std::string abandoned = Begin().attempt.staged();
  const Job lost = board_->Take(1 << 20, false);  // of which nobody saw how far it came
  ASSERT_EQ(lost.kind, Job::Kind::kRange);
  board_->Abandon(lost, MakeError(Failure::kUnreachable, "lost"), "");
  EXPECT_EQ(board_->item(0).leftovers, std::vector<std::string>{abandoned});
  board_->LookedAgain(0, absl::OkStatus(),
                      board_->Take(1 << 20, false).kind == Job::Kind::kLookAgain ? &entry_ : nullptr);
  const Job again = board_->Take(1 << 20, false);
  ASSERT_EQ(again.kind, Job::Kind::kCreate);
  board_->Created(again, {{abandoned, chunks_}});
  EXPECT_TRUE(board_->item(0).leftovers.empty()) << "what was read once is known";
  const Job copy = board_->Take(1 << 20, false);
  ASSERT_EQ(copy.kind, Job::Kind::kRange);
  ASSERT_GE(copy.range.source, 0) << "and not brought from the parent";
  EXPECT_EQ(copy.big->source(copy.range.source), abandoned);
}

TEST_F(BigFileOnBoardTest, RangesShrinkTowardsTheEndButNotToNothing) {
  Begin();
  EXPECT_EQ(board_->Take(kBlockBytes, false).range.count, 1) << "no more than asked for";
  EXPECT_EQ(board_->Take(64 * kBlockBytes, false).range.count, 3)
      << "a share of what is left would cost a round trip for each chunk";
}

TEST_F(BigFileOnBoardTest, WhatOtherStreamsBringIntoAnAbandonedAttemptDoesNotCount) {
  Begin();
  const Job lost = board_->Take(1 << 20, false), late = board_->Take(1 << 20, false);
  board_->Abandon(lost, MakeError(Failure::kUnreachable, "lost"), "");
  EXPECT_FALSE(board_->Arrived(late, Of(late)));
  Begin();
  int64_t sent = 0;
  for (bool whole = false; !whole;) {
    const Job job = board_->Take(1 << 20, false);
    ASSERT_EQ(job.kind, Job::Kind::kRange);
    sent += job.range.count;
    whole = board_->Arrived(job, Of(job));
  }
  EXPECT_EQ(sent, 4) << "all of it is brought into the new attempt";
}

TEST_F(BigFileOnBoardTest, BeginsAnewWhenItsSourceChangedUnderWay) {
  Begin();
  const Job old = board_->Take(1 << 20, false), late = board_->Take(1 << 20, false);
  std::vector<Digest> damaged(static_cast<size_t>(old.range.count), *Digest::FromHex(std::string(64, 'f')));
  board_->Arrived(old, damaged);
  chunks_.digests[0] = *Digest::FromHex(std::string(64, '9'));
  entry_.digest = *Digest::FromHex(std::string(64, 'b'));
  entry_.chunks = std::make_shared<const ChunkList>(chunks_);
  Begin();
  EXPECT_FALSE(board_->Arrived(late, Of(late)));
  for (bool whole = false; !whole;) {
    const Job job = board_->Take(1 << 20, false);
    ASSERT_EQ(job.kind, Job::Kind::kRange);
    whole = board_->Arrived(job, Of(job));
  }
}

TEST_F(WorkBoardTest, WhatTheParentDoesNotHaveYetWaitsAndIsTakenFromItsStage) {
  Flow flow("m", "/m");
  Work work(plan_, 1);
  WorkBoard board(work, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p"}, Around(flow));
  for (const FileEntry& file : parent_.files) flow.Expect(file);
  flow.SetHeld(true);
  flow.Verified("b", "/m/.sshsync/in/1");
  const Job job = board.Take(1 << 20, false);
  EXPECT_EQ(job.indices, std::vector<size_t>{1});
  EXPECT_EQ(job.folder, "/m/.sshsync/in/1");
  flow.Failed("a", Failure::kNoSpace, "full");
  board.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  std::thread publisher([&] { EXPECT_TRUE(board.TakeVerified(1).empty()) << "the parent has it in its stage only"; });
  board.Fail(1, MakeError(Failure::kNoSpace, "full"));
  EXPECT_EQ(board.Take(1 << 20, false).kind, Job::Kind::kNone);
  board.End();
  publisher.join();
  EXPECT_EQ(board.item(0).outcome().failure, Failure::kWaiting);
  EXPECT_EQ(board.item(0).outcome().message, "waiting for \"m\": full");
}

TEST_F(WorkBoardTest, WhoWaitsIsWokenByTheParentTheTurnAndTheStop) {
  Flow flow("m", "/m");
  for (const FileEntry& file : parent_.files) flow.Expect(file);
  StopSource stop;
  const StopBell stops(stop.token());
  Bell turns;
  std::atomic<WorkBoard::Turn> turn = WorkBoard::Turn::kNotYet;
  WorkBoard::Surroundings around = Around(flow);
  around.turn = [&] { return turn.load(); };
  around.turns = &turns;
  around.closing = stop.token();
  around.stops = stops.bell();
  WorkBoard board(work_, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p"}, around);
  std::jthread parent([&] { flow.Published("b", {.size = 3}); });
  EXPECT_EQ(board.Take(1 << 20, false).indices, std::vector<size_t>{1});
  board.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  std::jthread steps([&] {
    turn = WorkBoard::Turn::kYes;
    turns.Ring();
  });
  EXPECT_EQ(board.TakeVerified(10).size(), 1u);
  std::jthread caller([&] { stop.Request(kStopByCaller); });
  EXPECT_EQ(board.Take(1 << 20, false).kind, Job::Kind::kNone) << "the other file never came";
}

TEST_F(WorkBoardTest, WhatItsParentPublishedMeanwhileIsTakenFromItsPlaceAndCostsNoTry) {
  Flow flow("m", "/m");
  Work work(plan_, 1);
  WorkBoard board(work, recorder_, names_, {.stage_folder = "/stage", .child_root = "/p"}, Around(flow));
  for (const FileEntry& file : parent_.files) flow.Expect(file);
  flow.SetHeld(true);
  flow.Verified("b", "/m/.sshsync/in/1");
  const Job job = board.Take(1 << 20, false);
  ASSERT_EQ(job.folder, "/m/.sshsync/in/1");
  EXPECT_FALSE(board.MovedAtParent(job));
  flow.Published("b", parent_.files[1].stat);
  EXPECT_TRUE(board.MovedAtParent(job)) << "so it failed for that";
  board.Return(job);
  const Job again = board.Take(1 << 20, false);
  EXPECT_EQ(again.indices, job.indices);
  EXPECT_EQ(again.folder, "/m");
  EXPECT_FALSE(board.MovedAtParent(again));
  EXPECT_EQ(board.item(1).tries, 0);
}

TEST_F(WorkBoardTest, AFileFailsForGoodAfterItsLastTry) {
  board_.Fail(0, MakeError(Failure::kCommandFailed, "first"));
  EXPECT_EQ(board_.item(0).state, WorkItem::State::kOpen);
  board_.Fail(0, MakeError(Failure::kCommandFailed, "second"));
  EXPECT_EQ(board_.item(0).state, WorkItem::State::kFailed);
  EXPECT_EQ(recorder_.events.back().kind, EventKind::kFileFailed);
}

TEST_F(WorkBoardTest, SecretsAreNotTold) {
  board_.Fail(0, MakeError(Failure::kNoSpace, "x"), "scp", "login with hunter2 failed", 1);
  EXPECT_EQ(recorder_.events.back().output, "login with *** failed");
}

TEST_F(WorkBoardTest, TheFirstFatalErrorCounts) {
  board_.SetFatal(MakeError(Failure::kUnreachable, "first"));
  board_.SetFatal(MakeError(Failure::kLocked, "second"));
  EXPECT_EQ(FailureOf(board_.fatal()), Failure::kUnreachable);
}

TEST_F(WorkBoardTest, WaitingEndsWithTheBoard) {
  board_.End();
  EXPECT_TRUE(board_.WaitForEnd(absl::Hours(1)));
  EXPECT_TRUE(board_.TakeVerified(1).empty());
}

}  // namespace
}  // namespace sshsync
