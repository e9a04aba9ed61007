#include "sshsync/process/stop_notifier.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

TEST(StopNotifier, RingsWhenTheRunIsToStop) {
  StopSource source;
  const StopNotifier stops(source.token());
  EventCount own;
  const EventCount::Subscription subscription(stops.changes(), &own);
  source.Request(kStopByCaller);
  own.Wait(0);
  EXPECT_EQ(own.count(), 1);
}

TEST(StopNotifier, WaitsForWhatIsToCome) {
  StopSource source;
  const StopNotifier stops(source.token());
  EventCount changes;
  std::atomic<bool> come = false;
  std::jthread other([&] {
    come = true;
    changes.Notify();
  });
  EXPECT_TRUE(stops.Await(&changes, [&] { return come.load(); }).ok());
}

TEST(StopNotifier, WaitsNoLongerThanTheRun) {
  StopSource source;
  const StopNotifier stops(source.token());
  std::jthread other([&] { source.Request(kStopByWindow); });
  EXPECT_EQ(FailureOf(stops.Await(nullptr, [] { return false; })), Failure::kWindowEnded);
}

TEST(StopNotifier, EndsWithoutAStop) {
  const StopSource source;
  const StopNotifier stops(source.token()), never{StopToken()};
  EXPECT_EQ(stops.changes()->count() + never.changes()->count(), 0);
}

}  // namespace
}  // namespace sshsync
