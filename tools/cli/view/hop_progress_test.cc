#include "tools/cli/view/hop_progress.h"

#include "gtest/gtest.h"

namespace sshsync::cli {
namespace {

Event At(int seconds, EventKind kind) {
  Event event;
  event.kind = kind;
  event.time = absl::UnixEpoch() + absl::Seconds(seconds);
  event.repository = "p";
  return event;
}

Event Moved(int seconds, const std::string& path, int64_t bytes) {
  Event event = At(seconds, EventKind::kFileProgress);
  event.path = path;
  event.bytes = bytes;
  return event;
}

HopProgress Planned(int64_t files, int64_t bytes) {
  HopProgress hop("p");
  Event event = At(0, EventKind::kPlanned);
  event.files = files;
  event.bytes = bytes;
  hop.On(event);
  return hop;
}

TEST(HopProgress, FilesUnderWayCountUntilTheyArePublished) {
  HopProgress hop = Planned(2, 1000);
  EXPECT_EQ(hop.phase(), HopProgress::Phase::kMoving);
  hop.On(Moved(1, "a", 100));
  hop.On(Moved(1, "b", 50));
  hop.On(Moved(2, "a", 300));
  EXPECT_EQ(hop.bytes(), 350);
  Event published = At(3, EventKind::kFilePublished);
  published.path = "a";
  published.action = "copy";
  published.bytes = 900;
  hop.On(published);
  EXPECT_EQ(hop.bytes(), 950);
  EXPECT_EQ(hop.files(), 1);
}

TEST(HopProgress, WhatFailedIsTakenBack) {
  HopProgress hop = Planned(1, 1000);
  hop.On(Moved(1, "a", 100));
  Event failed = At(2, EventKind::kFileFailed);
  failed.path = "a";
  failed.failure = Failure::kNoSpace;
  hop.On(failed);
  EXPECT_EQ(hop.bytes(), 0);
  EXPECT_TRUE(hop.failed());
}

TEST(HopProgress, DeletionsAreNoFilesOfThePlan) {
  HopProgress hop = Planned(0, 0);
  Event deleted = At(1, EventKind::kFilePublished);
  deleted.action = "delete";
  hop.On(deleted);
  EXPECT_EQ(hop.files(), 0);
}

TEST(HopProgress, TheRateIsThatOfTheLastSeconds) {
  HopProgress hop = Planned(1, 100'000);
  for (int second = 1; second <= 60; ++second)
    hop.On(Moved(second, "a", second <= 30 ? second : 30 + (second - 30) * 1000));
  const absl::Time now = absl::UnixEpoch() + absl::Seconds(60);
  EXPECT_NEAR(hop.Rate(now), 1000, 1);
  EXPECT_EQ(absl::ToInt64Seconds(*hop.Remaining(now)), 69);
}

TEST(HopProgress, NothingIsForetoldFromNothing) {
  const HopProgress hop = Planned(1, 1000);
  EXPECT_EQ(hop.Rate(absl::UnixEpoch()), 0);
  EXPECT_EQ(hop.Remaining(absl::UnixEpoch() + absl::Seconds(100)), absl::nullopt);
}

}  // namespace
}  // namespace sshsync::cli
