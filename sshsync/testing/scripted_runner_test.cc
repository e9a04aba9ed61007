#include "sshsync/testing/scripted_runner.h"

#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

Endpoint On(std::string name) {
  Endpoint host;
  host.host = std::move(name);
  return host;
}

RemoteCommand Command(std::string script) {
  RemoteCommand command;
  command.script = std::move(script);
  return command;
}

TEST(ScriptedRunner, GivesItsAnswersInTurnAndRepeatsTheLast) {
  ScriptedRunner runner;
  runner.On("date").Fails(MakeError(Failure::kUnreachable, "lost")).Says("later\n", 3, "warned");
  EXPECT_EQ(FailureOf(runner.Run(On("a"), Command("date"), StopToken()).status()), Failure::kUnreachable);
  for (int i = 0; i < 2; ++i) {
    const absl::StatusOr<RemoteResult> result = runner.Run(On("a"), Command("date"), StopToken());
    EXPECT_EQ(result->out, "later\n");
    EXPECT_EQ(result->err, "warned");
    EXPECT_EQ(result->status, 3);
  }
}

TEST(ScriptedRunner, TheLatestRuleThatFitsAnswersAndEverythingIsRecorded) {
  ScriptedRunner runner;
  runner.On("uname").Says("Linux\n");
  runner.On("b", "uname").Says("AIX\n");
  std::string out;
  const auto sink = [&](absl::string_view bytes) {
    out.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  };
  const auto never = [] { return false; };
  EXPECT_TRUE(runner.RunLong(On("b"), Command("uname -s"), sink, never, StopToken()).ok());
  EXPECT_EQ(out, "AIX\n");
  EXPECT_EQ(runner.Run(On("a"), Command("uname"), StopToken())->out, "Linux\n");
  EXPECT_EQ(runner.scripts("b"), std::vector<std::string>{"uname -s"});
  EXPECT_EQ(runner.calls().size(), 2u);
  EXPECT_TRUE(runner.calls()[0].is_long);
}

TEST(ScriptedRunner, ACommandThatNobodyExpectsFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        ScriptedRunner runner;
        EXPECT_EQ(FailureOf(runner.Run(On("a"), Command("rm -rf /"), StopToken()).status()), Failure::kInternal);
      },
      "no rule fits: rm -rf /");
}

TEST(ScriptedRunner, AnInfiniteTimeoutFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        ScriptedRunner runner;
        runner.On("date").Says("");
        RemoteCommand command = Command("date");
        command.timeout = absl::InfiniteDuration();
        EXPECT_FALSE(runner.Run(On("a"), command, StopToken()).ok());
      },
      "an infinite timeout");
}

TEST(ScriptedRunner, MoreCommandsAtATimeThanTheHostTakesFailTheTest) {
  ScriptedRunner runner;
  runner.set_capacity(1);
  runner.On("inner").Says("");
  runner.On("outer").Does(
      [&](const Endpoint& host, const RemoteCommand&) { return runner.Run(host, Command("inner"), StopToken()); });
  EXPECT_NONFATAL_FAILURE(EXPECT_FALSE(runner.Run(On("a"), Command("outer"), StopToken()).ok()),
                          "more commands at a time");
}

TEST(ScriptedRunner, NothingIsAnsweredAfterAStop) {
  ScriptedRunner runner;
  runner.On("date").Says("");
  StopSource stop;
  stop.Request(kStopByCaller);
  EXPECT_EQ(FailureOf(runner.Run(On("a"), Command("date"), stop.token()).status()), Failure::kStopped);
}

}  // namespace
}  // namespace sshsync
