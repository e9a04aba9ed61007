#include "sshsync/process/local_command.h"

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr absl::Duration kLong = absl::Minutes(5);

TEST(Hook, SeesItsVariablesAndNothingOnStdin) {
  const LocalCommandResult result = RunHook("echo \"$STATUS of $RUN\" >&2; cat", {"STATUS=6", "RUN=a b"}, kLong);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.output, "6 of a b\n");
}

TEST(Hook, SaysHowItFailed) {
  EXPECT_EQ(RunHook("exit 3", {}, kLong).status, MakeError(Failure::kCommandFailed, "ended with status 3"));
  EXPECT_EQ(FailureOf(RunHook("kill -9 $$", {}, kLong).status), Failure::kCommandFailed);
}

TEST(Hook, IsEndedAfterItsLimit) {
  const LocalCommandResult result =
      RunHook("echo begun; trap : TERM; while :; do sleep 1000; done", {}, absl::Milliseconds(300));
  EXPECT_EQ(FailureOf(result.status), Failure::kTimeout);
}

TEST(Hook, OneThatPrintsWithoutEndIsEndedToo) {
  const LocalCommandResult result = RunHook("while :; do echo y; done", {}, absl::Milliseconds(300));
  EXPECT_EQ(FailureOf(result.status), Failure::kTimeout);
  EXPECT_LE(result.output.size(), size_t{64} << 10);
}

TEST(Hook, AValueIsNoCode) {
  EXPECT_EQ(RunHook("printf %s \"$SUMMARY\"", {"SUMMARY=$(echo oops) `echo oops`"}, kLong).output,
            "$(echo oops) `echo oops`");
}

}  // namespace
}  // namespace sshsync
