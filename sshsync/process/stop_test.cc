#include "sshsync/process/stop.h"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;

TEST(Stop, IsSeenByEveryTokenAndEveryPoll) {
  StopSource source;
  const StopToken before = source.token();
  EXPECT_FALSE(before.stopped());
  EXPECT_TRUE(before.status().ok());
  source.Request(SIGTERM);
  for (const StopToken& token : {before, source.token()}) {
    EXPECT_EQ(token.reason(), SIGTERM);
    for (int i = 0; i < 2; ++i) {
      pollfd waited{token.fd(), POLLIN, 0};
      EXPECT_EQ(poll(&waited, 1, 0), 1) << "it stays readable";
    }
    EXPECT_TRUE(token.WaitFor(absl::Hours(1)));
  }
}

TEST(Stop, KeepsItsFirstReason) {
  StopSource source;
  source.Request(kStopByWindow);
  source.Request(SIGINT);
  EXPECT_EQ(source.token().reason(), kStopByWindow);
}

TEST(Stop, WakesWhoWaits) {
  StopSource source;
  std::jthread waiter([token = source.token()] { EXPECT_TRUE(token.WaitFor(absl::Hours(1))); });
  source.Request(kStopByCaller);
}

TEST(Stop, LeavesErrnoAloneForASignalHandler) {
  StopSource source;
  errno = EAGAIN;
  source.Request(SIGHUP);
  EXPECT_EQ(errno, EAGAIN);
}

TEST(Stop, SaysWhy) {
  struct Row {
    int reason;
    Failure failure;
    const char* word;
  };
  const Row rows[] = {{SIGTERM, Failure::kStopped, "signal 15"},
                      {kStopByWindow, Failure::kWindowEnded, "window"},
                      {kStopByOutput, Failure::kStopped, "the output"},
                      {kStopByCaller, Failure::kStopped, "caller"}};
  for (const Row& row : rows) {
    StopSource source;
    source.Request(row.reason);
    EXPECT_EQ(FailureOf(source.token().status()), row.failure);
    EXPECT_TRUE(absl::IsCancelled(source.token().status()));
    EXPECT_THAT(std::string(source.token().status().message()), HasSubstr(row.word));
  }
}

TEST(Stop, NeverComesToADefaultToken) {
  const StopToken token;
  EXPECT_EQ(token.fd(), -1);
  EXPECT_FALSE(token.WaitFor(absl::ZeroDuration()));
  EXPECT_FALSE(token.WaitFor(-absl::Seconds(1))) << "a time that has passed is no time to wait";
}

}  // namespace
}  // namespace sshsync
