#include "sshsync/exec/work_board.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

struct Recorder : EventSink {
  void On(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

Manifest TwoFiles() {
  Manifest manifest;
  for (const char* path : {"a", "b"}) manifest.files.push_back({.path = path, .stat = {.size = 3}, .digest = *Digest::FromHex(std::string(40, path[0]))});
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
  WorkBoard board_{work_, recorder_, {.run = "r", .parent = "m", .child = "p", .secrets = {"hunter2"}}};
};

TEST_F(WorkBoardTest, ThePublisherTakesWhatWasVerified) {
  std::vector<Publication> taken;
  std::thread publisher([&] {
    taken = board_.TakeVerified(10);
    board_.Published(taken[0].index);
    board_.TakeVerified(10);  // returns when the board ends
  });
  board_.Verified({.index = 1, .file = "b", .folder = "/stage/x"}, {.size = 3});
  board_.AwaitPublished();
  EXPECT_EQ(board_.item(1).state, WorkItem::State::kDone);
  board_.End();
  publisher.join();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].staged, "/stage/x/b");
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

TEST_F(WorkBoardTest, AFileFailsForGoodAfterItsLastTry) {
  board_.Fail(0, MakeError(Failure::kCommandFailed, "first"));
  EXPECT_EQ(board_.item(0).state, WorkItem::State::kOpen);
  board_.Fail(0, MakeError(Failure::kCommandFailed, "second"));
  EXPECT_EQ(board_.item(0).state, WorkItem::State::kFailed);
  EXPECT_EQ(recorder_.events.back().kind, EventKind::kFileFailed);
  EXPECT_TRUE(board_.AnyOpen());
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
