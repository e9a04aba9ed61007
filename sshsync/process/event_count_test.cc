#include "sshsync/process/event_count.h"

#include <thread>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Bell, ARingBetweenTheLookAndTheWaitIsNotMissed) {
  Bell bell;
  const int64_t heard = bell.rings();
  bell.Ring();
  bell.WaitPast(heard);
  EXPECT_EQ(bell.rings(), heard + 1);
}

TEST(Bell, WakesWhoWaits) {
  Bell bell;
  std::atomic<bool> come = false;
  std::jthread waiter([&] {
    for (int64_t heard = bell.rings(); !come; heard = bell.rings()) bell.WaitPast(heard);
  });
  come = true;
  bell.Ring();
}

TEST(Bell, RingsThoseThatFollowAndTheirs) {
  Bell first, second, third;
  {
    const Bell::Following one(&first, &second), other(&second, &third), none(nullptr, &third);
    first.Ring();
  }
  first.Ring();
  EXPECT_EQ(first.rings(), 2);
  EXPECT_EQ(second.rings(), 1) << "it follows no more";
  EXPECT_EQ(third.rings(), 1);
}

TEST(Bell, IsMuffledUntilTheLastHasEnded) {
  Bell bell;
  {
    const Bell::Muffled outer(&bell), none(nullptr);
    {
      const Bell::Muffled inner(&bell);
      bell.Ring();
      bell.Ring();
    }
    EXPECT_EQ(bell.rings(), 0);
  }
  EXPECT_EQ(bell.rings(), 1);
  const Bell::Muffled quiet(&bell);
  EXPECT_EQ(bell.rings(), 1) << "nothing is owed any more";
}

TEST(Bell, DoesNotWaitForEver) {
  Bell bell;
  bell.WaitPast(bell.rings(), absl::ZeroDuration());
  EXPECT_EQ(bell.rings(), 0);
}

}  // namespace
}  // namespace sshsync
