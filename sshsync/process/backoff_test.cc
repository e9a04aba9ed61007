#include "sshsync/process/backoff.h"

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

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

class RetryPolicyTest : public ::testing::Test {
 protected:
  Backoff backoff_{1, absl::ZeroDuration()};
  StopSource source_;
  const absl::Status lost_ = MakeError(Failure::kUnreachable, "lost"), late_ = MakeError(Failure::kTimeout, "late"),
                     denied_ = MakeError(Failure::kAuth, "denied");
};

TEST_F(RetryPolicyTest, GivesAFailureThatMayPassAsManyTriesAsThereAre) {
  RetryPolicy again(backoff_, source_.token(), 2);
  EXPECT_TRUE(again.Wait(lost_).ok());
  EXPECT_TRUE(again.Wait(late_).ok());
  EXPECT_EQ(again.Wait(lost_), lost_);
  again.Restart();
  EXPECT_TRUE(again.Wait(lost_).ok());
}

TEST_F(RetryPolicyTest, GivesNoneToOneThatStays) {
  EXPECT_EQ(RetryPolicy(backoff_, source_.token()).Wait(denied_), denied_);
  EXPECT_EQ(RetryPolicy(backoff_, source_.token(), 5, false).Wait(late_), late_);
}

TEST_F(RetryPolicyTest, MakesNoneThatWouldBeginTooLate) {
  EXPECT_EQ(RetryPolicy(backoff_, source_.token()).Wait(lost_, absl::ZeroDuration()), lost_);
  EXPECT_TRUE(RetryPolicy(backoff_, source_.token()).Wait(lost_, absl::Seconds(1)).ok());
}

TEST_F(RetryPolicyTest, EndsWithTheStop) {
  source_.Request(kStopByCaller);
  EXPECT_EQ(RetryPolicy(backoff_, source_.token()).Wait(lost_), source_.token().status());
}

}  // namespace
}  // namespace sshsync
