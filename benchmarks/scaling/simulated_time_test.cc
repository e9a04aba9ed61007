#include "benchmarks/scaling/simulated_time.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(SimulatedTime, ASleepTakesItsOwnTimeAndNoneOfOurs) {
  SimulatedTime time;
  time.Sleep(absl::Hours(1000));
  EXPECT_EQ(time.Now(), absl::Hours(1000));
}

TEST(SimulatedTime, SleepersSleepBesideEachOther) {
  SimulatedTime time;
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i <= 20; ++i) threads.emplace_back([&time, i] { time.Sleep(absl::Seconds(i)); });
  }
  EXPECT_EQ(time.Now(), absl::Seconds(20));
}

TEST(SimulatedTime, ItStandsStillWhileAThreadComputes) {
  SimulatedTime time;
  std::atomic<bool> computed = false;
  std::jthread computing([&computed] {
    uint64_t x = 1;
    for (int i = 0; i < 50'000'000; ++i) x = x * 6364136223846793005u + 1;
    computed = x != 0;
  });
  time.Sleep(absl::Seconds(1));
  EXPECT_TRUE(computed);
}

TEST(SimulatedTime, OneSleepAfterTheOtherAddsUp) {
  SimulatedTime time;
  for (int i = 0; i < 100; ++i) time.Sleep(absl::Milliseconds(30));
  EXPECT_EQ(time.Now(), absl::Seconds(3));
}

TEST(SimulatedTime, APartOfATickIsAWholeOne) {
  SimulatedTime time;
  time.Sleep(absl::Microseconds(1));
  EXPECT_EQ(time.Now(), absl::Milliseconds(10));
}

}  // namespace
}  // namespace sshsync
