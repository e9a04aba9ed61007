#include "sshsync/process/stop_deadline.h"

#include <csignal>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

absl::Time At(absl::TimeZone zone, int day, int hour, int minute, int second = 0) {
  return absl::FromCivil(absl::CivilSecond(2026, 3, day, hour, minute, second), zone);
}

TEST(NextTimeOfDay, IsTodayOrTomorrow) {
  const absl::TimeZone zone = absl::FixedTimeZone(3600);
  EXPECT_EQ(NextTimeOfDay("06:00", At(zone, 5, 5, 59, 59), zone), At(zone, 5, 6, 0));
  EXPECT_EQ(NextTimeOfDay("06:00", At(zone, 5, 6, 0), zone), At(zone, 6, 6, 0)) << "after the start";
  EXPECT_EQ(NextTimeOfDay("00:00", At(zone, 31, 23, 59), zone), absl::FromCivil(absl::CivilDay(2026, 4, 1), zone));
}

TEST(NextTimeOfDay, KnowsSummerTime) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  const absl::Time evening = At(berlin, 28, 22, 0);
  EXPECT_EQ(*NextTimeOfDay("06:00", evening, berlin) - evening, absl::Hours(7))
      << "the night of the 29th has an hour less";
  EXPECT_EQ(*NextTimeOfDay("02:30", evening, berlin), At(berlin, 29, 3, 0)) << "there is no 02:30";
}

TEST(NextTimeOfDay, TakesNothingElse) {
  for (const char* text : {"", "6:00", "24:00", "12:60", "12-30", "12:3x", "+1:00", "12:30:00"}) {
    EXPECT_FALSE(NextTimeOfDay(text, absl::Now(), absl::UTCTimeZone()).has_value()) << text;
  }
}

void WaitUntilStopped(const StopToken& token) {
  while (!token.stopped()) token.WaitFor(absl::Hours(1));
}

TEST(StopDeadline, ClosesFirstAndStopsAfterTheGrace) {
  StopSource caller;
  StopDeadline window(caller.token(), absl::Now(), absl::Hours(1));
  WaitUntilStopped(window.drain());
  EXPECT_EQ(window.drain().reason(), kStopByWindow);
  EXPECT_FALSE(window.token().stopped()) << "what is verified is still published";
}

TEST(StopDeadline, WithoutGraceBothStop) {
  StopSource caller;
  StopDeadline window(caller.token(), absl::Now(), absl::ZeroDuration());
  WaitUntilStopped(window.token());
  EXPECT_EQ(window.token().reason(), kStopByWindow);
}

TEST(StopDeadline, TheCallersStopComesThrough) {
  StopSource caller;
  StopDeadline window(caller.token(), absl::Now() + absl::Hours(10));
  EXPECT_FALSE(window.drain().stopped());
  caller.Request(SIGTERM);
  WaitUntilStopped(window.token());
  EXPECT_EQ(window.token().reason(), SIGTERM);
  EXPECT_EQ(window.drain().reason(), SIGTERM);
}

TEST(StopDeadline, ASignalEndsTheGrace) {
  StopSource caller;
  StopDeadline window(caller.token(), absl::Now(), absl::Hours(1));
  WaitUntilStopped(window.drain());
  caller.Request(SIGINT);
  WaitUntilStopped(window.token());
  EXPECT_EQ(window.token().reason(), SIGINT);
}

TEST(StopDeadline, WithoutATimeThereIsOnlyTheCaller) {
  StopSource caller;
  StopDeadline window(caller.token(), absl::nullopt);
  caller.Request(SIGHUP);
  EXPECT_EQ(window.drain().reason(), SIGHUP);
  EXPECT_EQ(window.token().reason(), SIGHUP);
}

}  // namespace
}  // namespace sshsync
