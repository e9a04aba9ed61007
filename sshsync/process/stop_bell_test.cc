#include "sshsync/process/stop_bell.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

TEST(StopBell, RingsWhenTheRunIsToStop) {
  StopSource source;
  const StopBell stops(source.token());
  Bell own;
  const Bell::Following heed(stops.bell(), &own);
  source.Request(kStopByCaller);
  own.WaitPast(0);
  EXPECT_EQ(own.rings(), 1);
}

TEST(StopBell, WaitsForWhatIsToCome) {
  StopSource source;
  const StopBell stops(source.token());
  Bell bell;
  std::atomic<bool> come = false;
  std::jthread other([&] {
    come = true;
    bell.Ring();
  });
  EXPECT_TRUE(stops.Await(&bell, [&] { return come.load(); }).ok());
}

TEST(StopBell, WaitsNoLongerThanTheRun) {
  StopSource source;
  const StopBell stops(source.token());
  std::jthread other([&] { source.Request(kStopByWindow); });
  EXPECT_EQ(FailureOf(stops.Await(nullptr, [] { return false; })), Failure::kWindowEnded);
}

TEST(StopBell, EndsWithoutAStop) {
  const StopSource source;
  const StopBell stops(source.token()), never{StopToken()};
  EXPECT_EQ(stops.bell()->rings() + never.bell()->rings(), 0);
}

}  // namespace
}  // namespace sshsync
