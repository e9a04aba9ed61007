#include "sshsync/ssh/channel.h"

#include <signal.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/process_group.h"

namespace sshsync {
namespace {

Endpoint Local(std::string shell = "sh") {
  Endpoint host;
  host.transport = Transport::kLocal;
  host.shell = std::move(shell);
  return host;
}

std::unique_ptr<Channel> OpenLocal(ChannelOptions options = {}) {
  absl::StatusOr<std::unique_ptr<Channel>> channel = Channel::Open(Local(), options, StopToken());
  EXPECT_TRUE(channel.ok()) << channel.status();
  return channel.ok() ? *std::move(channel) : nullptr;
}

RemoteCommand Command(absl::string_view script, absl::string_view input = "") {
  RemoteCommand command;
  command.script = std::string(script);
  command.input = std::string(input);
  return command;
}

TEST(Channel, RunsOneCommandAfterTheOtherInTheSameProcess) {
  const std::unique_ptr<Channel> channel = OpenLocal();
  const pid_t pid = channel->pid();
  for (int i = 0; i < 3; ++i) {
    const absl::StatusOr<RemoteResult> result = channel->Run(Command("echo hello; echo oops >&2; exit 7"), StopToken());
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->out, "hello\n");
    EXPECT_EQ(result->err, "oops\n");
    EXPECT_EQ(result->status, 7);
  }
  EXPECT_EQ(channel->pid(), pid);
  EXPECT_TRUE(channel->alive());
}

TEST(Channel, IsDeadAfterACommandThatEndedItsShell) {
  const std::unique_ptr<Channel> channel = OpenLocal();
  const absl::StatusOr<RemoteResult> result = channel->Run(Command("kill -9 $$"), StopToken());
  EXPECT_EQ(FailureOf(result.status()), Failure::kUnreachable) << result.status();
  EXPECT_FALSE(channel->alive());
  EXPECT_EQ(FailureOf(channel->Run(Command("echo"), StopToken()).status()), Failure::kInternal);
}

TEST(Channel, ASilenceBeyondTheLimitEndsTheCommandAndEverythingItStarted) {
  std::unique_ptr<Channel> channel = OpenLocal();
  const pid_t group = channel->pid();
  RemoteCommand command = Command("sleep 1000 & echo $!; wait");
  command.timeout = absl::Milliseconds(200);
  EXPECT_EQ(FailureOf(channel->Run(command, StopToken()).status()), Failure::kTimeout);
  channel.reset();
  EXPECT_TRUE(GroupEnds(group));
}

TEST(Channel, ProgressElsewhereExtendsTheSilence) {
  const std::unique_ptr<Channel> channel = OpenLocal();
  RemoteCommand command = Command("read line < /dev/null; sleep 0.3; echo done");
  command.timeout = absl::Milliseconds(20);
  int asked = 0;
  std::string out;
  const auto sink = [&](absl::string_view bytes) {
    out.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  };
  const auto moved = [&] { return ++asked > 0; };
  EXPECT_TRUE(channel->Run(command, sink, moved, StopToken()).ok());
  EXPECT_EQ(out, "done\n");
  EXPECT_GT(asked, 0);
}

TEST(Channel, OutputIsPassedOnBeforeTheCommandEnds) {
  const std::unique_ptr<Channel> channel = OpenLocal();
  StopSource stop;
  std::string out;
  const auto sink = [&](absl::string_view bytes) {
    out.append(bytes.data(), bytes.size());
    if (out == "first\n") stop.Request(kStopByCaller);
    return absl::OkStatus();
  };
  const auto never = [] { return false; };
  const absl::StatusOr<RemoteResult> result =
      channel->Run(Command("echo first; sleep 1000; echo second"), sink, never, stop.token());
  EXPECT_EQ(FailureOf(result.status()), Failure::kStopped);
  EXPECT_EQ(out, "first\n");
}

TEST(Channel, AnErrorOfTheSinkIsWhatTheCallReturns) {
  const std::unique_ptr<Channel> channel = OpenLocal();
  const auto sink = [](absl::string_view) { return MakeError(Failure::kNoSpace, "No space left on device"); };
  const auto never = [] { return false; };
  const absl::StatusOr<RemoteResult> result = channel->Run(Command("echo x; sleep 1000"), sink, never, StopToken());
  EXPECT_EQ(result.status(), MakeError(Failure::kNoSpace, "No space left on device"));
  EXPECT_FALSE(channel->alive());
}

TEST(Channel, EndsInOrderWhenClosed) {
  const std::unique_ptr<Channel> channel = OpenLocal();
  const pid_t group = channel->pid();
  channel->Close();
  channel->AwaitEnd(absl::Seconds(20));
  // Only the zombie is left, which the destructor reaps.
  EXPECT_FALSE(channel->alive());
  EXPECT_EQ(kill(-group, SIGKILL), 0);
}

TEST(Channel, ALocalEndpointUsesItsOwnShell) {
  const absl::StatusOr<std::unique_ptr<Channel>> channel = Channel::Open(Local("bash"), {}, StopToken());
  ASSERT_TRUE(channel.ok()) << channel.status();
  EXPECT_EQ((*channel)->Run(Command("echo ${BASH_VERSION:+bash}"), StopToken())->out, "bash\n");
}

TEST(Channel, ALoginWithoutAShellIsNamedWithItsWords) {
  Endpoint host;
  host.host = "node1";
  host.user = "deploy";
  host.ssh = {"sh", "-c", "echo 'This account is currently not available.'; exit 1"};
  const absl::StatusOr<std::unique_ptr<Channel>> channel = Channel::Open(host, {}, StopToken());
  EXPECT_EQ(channel.status(),
            MakeError(Failure::kNoShell,
                      "the account gives no shell: This account is currently not available.; ssh deploy@node1"));
}

TEST(Channel, ALoginThatNeverGivesAShellIsGivenUp) {
  Endpoint host = Local("sleep 1000 #");
  host.connect_timeout = absl::Milliseconds(100);
  const absl::StatusOr<std::unique_ptr<Channel>> channel = Channel::Open(host, {}, StopToken());
  EXPECT_EQ(FailureOf(channel.status()), Failure::kTimeout) << channel.status();
}

TEST(Channel, ALoginThatPrintsWithoutEndIsGivenUp) {
  ChannelOptions options;
  options.max_noise = 100000;
  const absl::StatusOr<std::unique_ptr<Channel>> channel = Channel::Open(Local("yes #"), options, StopToken());
  EXPECT_EQ(FailureOf(channel.status()), Failure::kNoShell) << channel.status();
}

}  // namespace
}  // namespace sshsync
