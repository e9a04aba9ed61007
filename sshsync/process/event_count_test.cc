#include "sshsync/process/event_count.h"

#include <thread>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(EventCount, ARingBetweenTheLookAndTheWaitIsNotMissed) {
  EventCount changes;
  const int64_t seen = changes.count();
  changes.Notify();
  changes.Wait(seen);
  EXPECT_EQ(changes.count(), seen + 1);
}

TEST(EventCount, WakesWhoWaits) {
  EventCount changes;
  std::atomic<bool> come = false;
  std::jthread waiter([&] {
    for (int64_t seen = changes.count(); !come; seen = changes.count()) changes.Wait(seen);
  });
  come = true;
  changes.Notify();
}

TEST(EventCount, RingsThoseThatFollowAndTheirs) {
  EventCount first, second, third;
  {
    const EventCount::Subscription one(&first, &second), other(&second, &third), none(nullptr, &third);
    first.Notify();
  }
  first.Notify();
  EXPECT_EQ(first.count(), 2);
  EXPECT_EQ(second.count(), 1) << "it follows no more";
  EXPECT_EQ(third.count(), 1);
}

TEST(EventCount, IsMuffledUntilTheLastHasEnded) {
  EventCount changes;
  {
    const EventCount::NotificationBatch outer(&changes), none(nullptr);
    {
      const EventCount::NotificationBatch inner(&changes);
      changes.Notify();
      changes.Notify();
    }
    EXPECT_EQ(changes.count(), 0);
  }
  EXPECT_EQ(changes.count(), 1);
  const EventCount::NotificationBatch quiet(&changes);
  EXPECT_EQ(changes.count(), 1) << "nothing is owed any more";
}

TEST(EventCount, DoesNotWaitForEver) {
  EventCount changes;
  changes.Wait(changes.count(), absl::ZeroDuration());
  EXPECT_EQ(changes.count(), 0);
}

}  // namespace
}  // namespace sshsync
