#include "sshsync/process/backoff.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Backoff, DoublesUpToItsCapAndShortensByLessThanHalf) {
  Backoff backoff(42, absl::Milliseconds(100), absl::Seconds(1));
  const int longest[] = {100, 200, 400, 800, 1000, 1000, 1000};
  for (int tries = 0; tries < 7; ++tries) {
    for (int i = 0; i < 100; ++i) {
      const absl::Duration delay = backoff.Delay(tries);
      EXPECT_LE(delay, absl::Milliseconds(longest[tries]));
      EXPECT_GE(delay, absl::Milliseconds(longest[tries]) / 2);
    }
  }
  EXPECT_LE(backoff.Delay(1'000'000'000), absl::Seconds(1)) << "and takes no time to find that out";
}

TEST(Backoff, IsTheSameForTheSameSeedAndAnotherForAnother) {
  Backoff a(1), b(1), c(2);
  const absl::Duration first = a.Delay(3);
  EXPECT_EQ(first, b.Delay(3));
  EXPECT_NE(first, c.Delay(3));
  EXPECT_NE(first, a.Delay(3));
}

}  // namespace
}  // namespace sshsync
