#include "sshsync/ssh/ssh_runner.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/fake_clock.h"
#include "sshsync/testing/fake_ssh.h"
#include "sshsync/testing/process_group.h"

namespace sshsync {

template class BasicSshRunner<FakeClock>;

namespace {

constexpr char kRefused[] = "ssh: connect to host node1 port 22: Connection refused";

RemoteCommand Command(std::string script) {
  RemoteCommand command;
  command.script = std::move(script);
  return command;
}

SshRunnerOptions Quick() {
  SshRunnerOptions options;
  options.first_pause = options.max_pause = absl::Milliseconds(1);
  options.seed = 1;
  return options;
}

/// Runs a command from so many threads at a time; their failures.
template <class R>
std::vector<Failure> FromThreads(int count, R& runner, const Endpoint& host, const RemoteCommand& command) {
  std::vector<Failure> failures(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] { failures[i] = FailureOf(runner.Run(host, command, StopToken()).status()); });
  for (std::thread& thread : threads) thread.join();
  return failures;
}

TEST(SshRunner, ShortCommandsShareAConnection) {
  FakeSsh ssh;
  SshRunner runner;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(runner.Run(ssh.Host("node1"), Command("echo hello"), StopToken())->out, "hello\n");
  EXPECT_EQ(ssh.connections("node1"), 1);
}

TEST(SshRunner, ManyCallersShareAFewConnections) {
  FakeSsh ssh;
  SshRunner runner({.max_channels = 2});
  EXPECT_EQ(FromThreads(8, runner, ssh.Host("node1"), Command("echo")), std::vector<Failure>(8, Failure::kNone));
  EXPECT_LE(ssh.connections("node1"), 2);
}

TEST(SshRunner, AnIdleConnectionThatEndedIsReplacedWithoutAnError) {
  FakeSsh ssh;
  SshRunner runner;
  const Endpoint host = ssh.Host("node1");
  const absl::StatusOr<RemoteResult> told = runner.Run(
      host,
      Command(
          "g=`cut -d' ' -f5 /proc/self/stat`; echo $g; p=`cut -d' ' -f4 /proc/$g/stat`; cut -d' ' -f5 /proc/$p/stat"),
      StopToken());
  ASSERT_TRUE(told.ok());
  const std::pair<std::string, std::string> groups = absl::StrSplit(told->out, absl::MaxSplits('\n', 1));
  pid_t group = 0, ssh_group = 0;
  ASSERT_TRUE(absl::SimpleAtoi(groups.first, &group) && absl::SimpleAtoi(groups.second, &ssh_group)) << told->out;
  ASSERT_NE(group, ssh_group);
  ASSERT_EQ(kill(-group, SIGKILL), 0);
  // A connection has ended when its ssh has: that takes a moment longer than the end of what ran over there.
  ASSERT_TRUE(GroupEnds(group));
  ASSERT_TRUE(GroupEnds(ssh_group));
  EXPECT_EQ(runner.Run(host, Command("echo hello"), StopToken())->out, "hello\n");
  EXPECT_EQ(ssh.connections("node1"), 2);
}

TEST(SshRunner, WhatIsReleasedIsClosedAndOpenedAgainWhenItIsWanted) {
  FakeSsh ssh;
  SshRunner runner;
  const Endpoint host = ssh.Host("node1"), other = ssh.Host("node2");
  const absl::StatusOr<RemoteResult> told = runner.Run(host, Command("cut -d' ' -f5 /proc/self/stat"), StopToken());
  pid_t group = 0;
  ASSERT_TRUE(told.ok() && absl::SimpleAtoi(told->out, &group));
  EXPECT_TRUE(runner.Run(other, Command("echo"), StopToken()).ok());
  runner.Release(host);
  EXPECT_TRUE(GroupEnds(group));
  runner.Release(host);
  runner.Release(ssh.Host("never asked"));
  EXPECT_EQ(runner.Run(host, Command("echo hello"), StopToken())->out, "hello\n");
  EXPECT_TRUE(runner.Run(other, Command("echo"), StopToken()).ok());
  EXPECT_EQ(ssh.connections("node1"), 2);
  EXPECT_EQ(ssh.connections("node2"), 1);
}

TEST(SshRunner, WhatIsReleasedTakesNoSessionsFromOthers) {
  FakeSsh ssh;
  SshRunner runner({.max_sessions = 2, .max_channels = 1});
  const Endpoint host = ssh.Host("node1");
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(FromThreads(4, runner, host, Command("echo")), std::vector<Failure>(4, Failure::kNone));
    runner.Release(host);
  }
  EXPECT_EQ(ssh.connections("node1"), 5);
}

TEST(SshRunner, ARefusedAccountIsAskedOnceHoweverManyCall) {
  FakeSsh ssh;
  ssh.Break("node1", "fail", "deploy@node1: Permission denied (publickey).");
  SshRunner runner(Quick());
  EXPECT_EQ(FromThreads(8, runner, ssh.Host("node1"), Command("echo")), std::vector<Failure>(8, Failure::kAuth));
  EXPECT_EQ(FailureOf(runner.Run(ssh.Host("node1"), Command("echo"), StopToken()).status()), Failure::kAuth);
  EXPECT_EQ(ssh.connections("node1"), 1);
}

TEST(SshRunner, AWrongHostKeyIsFinalAndNoHarmToOtherHosts) {
  FakeSsh ssh;
  ssh.Break("node1", "fail", "Host key verification failed.");
  SshRunner runner(Quick());
  EXPECT_EQ(FailureOf(runner.Run(ssh.Host("node1"), Command("echo"), StopToken()).status()), Failure::kHostKey);
  EXPECT_EQ(FailureOf(runner.Run(ssh.Host("node1"), Command("echo"), StopToken()).status()), Failure::kHostKey);
  EXPECT_EQ(ssh.connections("node1"), 1);
  EXPECT_TRUE(runner.Run(ssh.Host("node2"), Command("echo"), StopToken()).ok());
}

TEST(SshRunner, ALoginWithoutShellIsToldWithItsText) {
  FakeSsh ssh;
  ssh.Break("node1", "text", "This account is currently not available.");
  SshRunner runner(Quick());
  const absl::Status status = runner.Run(ssh.Host("node1"), Command("echo"), StopToken()).status();
  EXPECT_EQ(status, MakeError(Failure::kNoShell,
                              "the account gives no shell: This account is currently not available.; ssh node1"));
}

TEST(SshRunner, AHostThatComesUpInTimeIsUsed) {
  FakeSsh ssh;
  ssh.Break("node1", "fail", kRefused);
  ssh.Break("node1", "times", "3");
  SshRunner runner(Quick());
  EXPECT_EQ(runner.Run(ssh.Host("node1"), Command("echo up"), StopToken())->out, "up\n");
  EXPECT_EQ(ssh.connections("node1"), 4);
}

TEST(SshRunner, ASilentHostIsTriedByOneLoopWhoseFailureIsShared) {
  FakeSsh ssh;
  ssh.Break("node1", "fail", kRefused);
  ssh.Break("node1", "delay", "0.1");
  SshRunnerOptions options = Quick();
  options.wait = absl::Seconds(5);
  // Each reading of the clock is a second: the deadline, then one reading a try.
  BasicSshRunner<FakeClock> runner(options, FakeClock(absl::Seconds(1)));
  EXPECT_EQ(FromThreads(4, runner, ssh.Host("node1"), Command("echo")), std::vector<Failure>(4, Failure::kUnreachable));
  // A thread that came late may have begun a loop of its own; four loops would be twenty tries.
  EXPECT_LE(ssh.connections("node1"), 10);
}

TEST(SshRunner, ZeroWaitIsOneTry) {
  FakeSsh ssh;
  ssh.Break("node1", "fail", kRefused);
  SshRunnerOptions options = Quick();
  options.wait = absl::ZeroDuration();
  SshRunner runner(options);
  const absl::Status status = runner.Run(ssh.Host("node1"), Command("echo"), StopToken()).status();
  EXPECT_EQ(status, MakeError(Failure::kUnreachable, "connect to host node1 port 22: Connection refused; ssh node1"));
  EXPECT_EQ(ssh.connections("node1"), 1);
}

TEST(SshRunner, AStopEndsTheWaitForASilentHost) {
  FakeSsh ssh;
  ssh.Break("node1", "fail", kRefused);
  SshRunnerOptions options;
  options.wait = options.first_pause = options.max_pause = absl::Hours(1);
  SshRunner runner(options);
  StopSource stop;
  std::thread stopper([&] {
    while (ssh.connections("node1") == 0) std::this_thread::yield();
    stop.Request(kStopByCaller);
  });
  EXPECT_EQ(FailureOf(runner.Run(ssh.Host("node1"), Command("echo"), stop.token()).status()), Failure::kStopped);
  stopper.join();
}

TEST(SshRunner, ABrokenConnectionIsUnavailableAndTheNextCallConnectsAgain) {
  FakeSsh ssh;
  ssh.Break("node1", "cut", "2000");
  SshRunner runner(Quick());
  EXPECT_EQ(FailureOf(runner.Run(ssh.Host("node1"), Command("yes"), StopToken()).status()), Failure::kUnreachable);
  ssh.Mend("node1");
  EXPECT_EQ(runner.Run(ssh.Host("node1"), Command("echo back"), StopToken())->out, "back\n");
}

TEST(SshRunner, AByteThatArrivesChangedInAFrameIsAnError) {
  FakeSsh ssh;
  // Every byte of the first answers in turn: the login's ready line, the output, the frame. Only the output may come
  // through changed.
  for (int byte : {0, 10, 32, 34, 38, 45, 60, 75}) {
    ssh.Break("node1", "flip", absl::StrCat(byte));
    Endpoint host = ssh.Host("node1");
    host.connect_timeout = absl::Milliseconds(100);
    SshRunnerOptions options = Quick();
    options.wait = absl::ZeroDuration();
    SshRunner runner(options);
    RemoteCommand command = Command("echo ab; exit 1");
    command.timeout = absl::Milliseconds(200);
    const absl::StatusOr<RemoteResult> result = runner.Run(host, command, StopToken());
    if (result.ok()) {
      EXPECT_EQ(result->status, 1) << byte;
      EXPECT_EQ(result->out.size(), 3u) << byte;
    } else {
      EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable) << byte << result.status();
    }
  }
}

TEST(SshRunner, SessionsPerHostAreLimitedOverItsAccounts) {
  FakeSsh ssh;
  Endpoint other = ssh.Host("node1");
  other.user = "other";
  SshRunner runner({.max_sessions = 3});
  std::mutex mu;
  std::condition_variable changed;
  int running = 0, most = 0;
  bool open = false;
  const auto work = [&](const Endpoint& host) {
    // Counted while the session is held, for it is given back before RunLong returns.
    const auto sink = [&](absl::string_view) {
      std::unique_lock lock(mu);
      most = std::max(most, ++running);
      changed.notify_all();
      changed.wait_for(lock, std::chrono::seconds(10), [&] { return open; });
      --running;
      return absl::OkStatus();
    };
    const auto never = [] { return false; };
    EXPECT_TRUE(runner.RunLong(host, Command("echo"), sink, never, StopToken()).ok());
  };
  EXPECT_TRUE(runner.Run(ssh.Host("node1"), Command("echo"), StopToken()).ok());
  EXPECT_TRUE(runner.Run(other, Command("echo"), StopToken()).ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&, i] { work(i % 2 == 0 ? other : ssh.Host("node1")); });
  {
    std::unique_lock lock(mu);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return most >= 2; }));
  }
  // While these come and go a third would have come, too.
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(runner.Run(i % 2 == 0 ? other : ssh.Host("node1"), Command("echo"), StopToken()).ok());
  {
    const std::lock_guard lock(mu);
    open = true;
    changed.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 2) << "one of three is kept for short commands";
  EXPECT_TRUE(runner.Run(other, Command("echo"), StopToken()).ok());
}

TEST(SshRunner, AProgramThatIsMissingIsNamed) {
  Endpoint host;
  host.host = "node1";
  host.ssh = {"no-such-ssh"};
  SshRunner runner(Quick());
  EXPECT_EQ(runner.Run(host, Command("echo"), StopToken()).status(),
            MakeError(Failure::kCommandNotFound, "cannot start no-such-ssh: No such file or directory; ssh node1"));
}

}  // namespace
}  // namespace sshsync
