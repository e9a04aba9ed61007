#include "sshsync/ssh/dry_runner.h"

#include "gtest/gtest.h"
#include "sshsync/testing/scripted_runner.h"

namespace sshsync {
namespace {

const auto kIgnore = [](absl::string_view) { return absl::OkStatus(); };
const auto kNever = [] { return false; };

TEST(DryRunner, PassesReadingCommandsOn) {
  ScriptedRunner runner;
  runner.On("find").Says("a\n", 3);
  DryRunner dry(runner);
  RemoteCommand find;
  find.script = "find .";
  EXPECT_EQ(dry.Run(Endpoint(), find, StopToken())->out, "a\n");
  EXPECT_EQ(dry.RunLong(Endpoint(), find, kIgnore, kNever, StopToken())->status, 3);
}

TEST(DryRunner, RefusesWritingCommandsWithoutRunningThem) {
  ScriptedRunner runner;
  DryRunner dry(runner);
  RemoteCommand move;
  move.script = "mv a b";
  move.writes = true;
  EXPECT_EQ(dry.Run(Endpoint(), move, StopToken()).status(),
            MakeError(Failure::kInternal, "a dry run was about to write: mv a b"));
  EXPECT_EQ(FailureOf(dry.RunLong(Endpoint(), move, kIgnore, kNever, StopToken()).status()), Failure::kInternal);
  EXPECT_TRUE(runner.calls().empty());
}

}  // namespace
}  // namespace sshsync
