#ifndef SSHSYNC_TESTING_RUNNER_CONTRACT_H_
#define SSHSYNC_TESTING_RUNNER_CONTRACT_H_

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/ssh/runner.h"
#include "sshsync/testing/process_group.h"

namespace sshsync {

/// All that comes out of a descriptor.
inline std::string ReadToEnd(int fd) {
  std::string all, buffer(65536, '\0');
  for (pollfd waited{fd, POLLIN, 0}; poll(&waited, 1, 60'000) == 1;) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count <= 0) break;
    all.append(buffer, 0, static_cast<size_t>(count));
  }
  return all;
}

/// Puts all of it into a descriptor.
inline void WriteAll(int fd, const std::string& bytes) {
  size_t done = 0;
  for (pollfd waited{fd, POLLOUT, 0}; done < bytes.size() && poll(&waited, 1, 60'000) == 1;) {
    const ssize_t count = write(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EAGAIN) break;
    done += static_cast<size_t>(std::max<ssize_t>(count, 0));
  }
}

/// What every Runner with a real shell behind it promises, as one suite. A `Place` says where: it has `runner()`, a
/// model of Runner, and `host()`, an Endpoint whose processes run on this machine. Places are made once per test.
///
///     INSTANTIATE_TYPED_TEST_SUITE_P(LocalShell, RunnerContract, LocalPlace);
template <class Place>
class RunnerContract : public testing::Test {
 protected:
  absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, const StopToken& stop = {}) {
    return place_.runner().Run(place_.host(), command, stop);
  }

  /// Runs a short command that must come to its end.
  RemoteResult Result(absl::string_view script, absl::string_view input = "") {
    RemoteCommand command;
    command.script = std::string(script);
    command.input = std::string(input);
    absl::StatusOr<RemoteResult> result = Run(command);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{};
  }

  /// Runs a long command; `on_output` sees all of stdout so far.
  template <class OnOutput>
  absl::StatusOr<RemoteResult> RunLong(const RemoteCommand& command, OnOutput on_output, const StopToken& stop = {}) {
    std::string out;
    const auto sink = [&](absl::string_view bytes) -> absl::Status {
      out.append(bytes.data(), bytes.size());
      return on_output(out);
    };
    const auto moved = [] { return false; };
    absl::StatusOr<RemoteResult> result = place_.runner().RunLong(place_.host(), command, sink, moved, stop);
    if (result.ok()) result->out = std::move(out);
    return result;
  }

  /// A script that tells its process group in a line and then does `rest`.
  static RemoteCommand Telling(absl::string_view rest) {
    RemoteCommand command;
    command.script = absl::StrCat("cut -d' ' -f5 /proc/self/stat; ", rest);
    return command;
  }

  /// The group that a `Telling` script told; zero until its line is complete.
  static pid_t GroupIn(const std::string& out) {
    pid_t group = 0;
    const size_t end = out.find('\n');
    return end != std::string::npos && absl::SimpleAtoi(out.substr(0, end), &group) ? group : 0;
  }

  Place place_;
};
TYPED_TEST_SUITE_P(RunnerContract);

TYPED_TEST_P(RunnerContract, StatusAndBothStreamsAreExact) {
  const RemoteResult result = this->Result("echo out; echo err >&2; exit 7");
  EXPECT_EQ(result.status, 7);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TYPED_TEST_P(RunnerContract, OutputMayLackItsLastNewlineOrHaveMany) {
  EXPECT_EQ(this->Result("printf abc").out, "abc");
  EXPECT_EQ(this->Result("printf abc >&2").err, "abc");
  EXPECT_EQ(this->Result("echo; echo; echo").out, "\n\n\n");
  EXPECT_EQ(this->Result(":").out, "");
  EXPECT_EQ(this->Result("").status, 0);
}

TYPED_TEST_P(RunnerContract, AnyByteMayBePrinted) {
  std::mt19937 random(1);
  std::string bytes, octal;
  for (int i = 0; i < 3000; ++i) {
    const unsigned byte = random() % 256;
    bytes += static_cast<char>(byte);
    absl::StrAppend(&octal, "\\", byte >> 6, (byte >> 3) & 7, byte & 7);
  }
  EXPECT_EQ(this->Result(absl::StrCat("printf '", octal, "'")).out, bytes);
}

TYPED_TEST_P(RunnerContract, NoCommandHarmsTheNext) {
  for (const absl::string_view script : {"exit 7",
                                         "set -e; false; echo no",
                                         "if",
                                         "echo \"abc",
                                         "echo 'abc",
                                         "cat <<X\nabc",
                                         "echo \\",
                                         "exec true",
                                         "exec >/dev/null",
                                         "exec 1>&- 2>&-",
                                         "exec </dev/null; cat",
                                         "cat",
                                         "read line",
                                         "readonly _s",
                                         "trap 'echo bye' 0",
                                         "trap '' TERM",
                                         "cd /; HOME=x; f() { :; }",
                                         "ulimit -c 0",
                                         "(exit 3)",
                                         "`",
                                         "$(",
                                         "unset PATH",
                                         "set -u; echo $nothing",
                                         "alias echo=false",
                                         "exec 0<&-"}) {
    this->Result(script);
    const RemoteResult next = this->Result("echo alive ${x-fresh}");
    EXPECT_EQ(next.out, "alive fresh\n") << script;
    EXPECT_EQ(next.status, 0) << script;
  }
}

TYPED_TEST_P(RunnerContract, FoldersAndVariablesDoNotLeak) {
  const std::string home = this->Result("pwd").out;
  this->Result("cd /; x=1; export x; IFS=:");
  EXPECT_EQ(this->Result("pwd; echo ${x-none}").out, home + "none\n");
}

TYPED_TEST_P(RunnerContract, TheEnvironmentIsTheSameEverywhere) {
  EXPECT_EQ(this->Result("echo $LC_ALL $TZ `umask`").out.substr(0, 6), "C UTC0");
}

TYPED_TEST_P(RunnerContract, ABackgroundChildWithItsOwnOutputDisturbsNothing) {
  EXPECT_EQ(this->Result("sleep 5 </dev/null >/dev/null 2>&1 & echo started").out, "started\n");
  EXPECT_EQ(this->Result("echo next").out, "next\n");
}

TYPED_TEST_P(RunnerContract, ALongCommandLineArrivesWhole) {
  const std::string word(300'000, 'x');
  EXPECT_EQ(this->Result(absl::StrCat("x='", word, "'; echo ${#x}")).out, "300000\n");
}

TYPED_TEST_P(RunnerContract, InputIsReadAsItWasSent) {
  std::string lines;
  for (int i = 0; i < 10'000; ++i) absl::StrAppend(&lines, "./file number ", i, " with ' \" $HOME `id` \\ \x01\xff\n");
  EXPECT_EQ(this->Result("cat", lines).out, lines);
  EXPECT_EQ(this->Result("read -r first; echo \"$first\"", lines).out, lines.substr(0, lines.find('\n') + 1));
  EXPECT_EQ(this->Result("cat", "no newline").out, "no newline\n");
  EXPECT_EQ(this->Result("cat").out, "");
}

TYPED_TEST_P(RunnerContract, MoreOutputThanTheLimitIsAnError) {
  RemoteCommand command;
  command.script = "yes";
  command.max_output = 100'000;
  EXPECT_EQ(FailureOf(this->Run(command).status()), Failure::kOutputTooLarge);
  EXPECT_EQ(this->Result("echo alive").out, "alive\n");
}

TYPED_TEST_P(RunnerContract, ErrorOutputIsCapped) {
  RemoteCommand command;
  command.script =
      "i=0; echo first >&2; while [ $i -lt 3000 ]; do echo 'some line or other' >&2; i=$((i+1)); done; echo last >&2";
  command.max_stderr = 1000;
  const absl::StatusOr<RemoteResult> result = this->Run(command);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_LT(result->err.size(), 1100u);
  EXPECT_EQ(result->err.substr(0, 6), "first\n");
  EXPECT_EQ(result->err.substr(result->err.size() - 5), "last\n");
  EXPECT_NE(result->err.find(" bytes left out]"), std::string::npos);
}

TYPED_TEST_P(RunnerContract, ASilentShortCommandIsEnded) {
  RemoteCommand command;
  command.script = "sleep 1000";
  command.timeout = absl::Milliseconds(200);
  EXPECT_EQ(FailureOf(this->Run(command).status()), Failure::kTimeout);
  EXPECT_EQ(this->Result("echo alive").out, "alive\n");
}

TYPED_TEST_P(RunnerContract, AStopIsSeenDuringAShortCommand) {
  RemoteCommand command;
  command.script = "sleep 1000";
  this->Result(":");
  StopSource stop;
  std::thread stopper([&] { stop.Request(kStopByCaller); });
  EXPECT_EQ(FailureOf(this->Run(command, stop.token()).status()), Failure::kStopped);
  stopper.join();
  EXPECT_EQ(this->Result("echo alive").out, "alive\n");
}

TYPED_TEST_P(RunnerContract, ALongCommandStreamsItsOutputExactlyAndLeavesNothing) {
  pid_t group = 0;
  const auto watch = [&](const std::string& out) {
    group = this->GroupIn(out);
    return absl::OkStatus();
  };
  RemoteCommand command =
      this->Telling("dd if=/dev/zero bs=65536 count=80 2>/dev/null; printf end; echo oops >&2; exit 3");
  command.writes = true;
  const absl::StatusOr<RemoteResult> result = this->RunLong(command, watch);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->status, 3);
  EXPECT_EQ(result->err, "oops\n");
  EXPECT_TRUE(result->out == absl::StrCat(group, "\n", std::string(65536 * 80, '\0'), "end")) << result->out.size();
  EXPECT_TRUE(GroupEnds(group));
}

TYPED_TEST_P(RunnerContract, ASessionKeepsWhatItsCommandsLeaveInTheBackgroundAndEndsIt) {
  const auto ignore = [](absl::string_view) { return absl::OkStatus(); };
  const auto never = [] { return false; };
  pid_t group = 0;
  {
    auto session = this->place_.runner().Open(this->place_.host(), StopToken());
    ASSERT_TRUE(session.ok()) << session.status();
    EXPECT_EQ((*session)
                  ->Run({.script = "sleep 1000 </dev/null >/dev/null 2>&1 & exit 4"}, ignore, never, StopToken())
                  ->status,
              4);
    std::string out;
    const auto keep = [&](absl::string_view bytes) {
      out.append(bytes.data(), bytes.size());
      return absl::OkStatus();
    };
    ASSERT_TRUE((*session)->Run(this->Telling(":"), keep, never, StopToken()).ok());
    group = this->GroupIn(out);
    EXPECT_FALSE(ProcessesOfGroup(group).empty());
  }
  EXPECT_TRUE(GroupEnds(group));
}

TYPED_TEST_P(RunnerContract, ALongCommandReadsItsInputOrNothing) {
  RemoteCommand command;
  command.script = "cat; echo end";
  const auto any = [](const std::string&) { return absl::OkStatus(); };
  EXPECT_EQ(this->RunLong(command, any)->out, "end\n");
  command.input = "a\nb\n";
  EXPECT_EQ(this->RunLong(command, any)->out, "a\nb\nend\n");
}

TYPED_TEST_P(RunnerContract, ALineOfALongCommandIsPassedOnAtOnce) {
  RemoteCommand command;
  command.script = "echo first; sleep 1000";
  const auto refuse = [&](const std::string& out) {
    return out == "first\n" ? MakeError(Failure::kNoSpace, "full") : absl::OkStatus();
  };
  EXPECT_EQ(this->RunLong(command, refuse).status(), MakeError(Failure::kNoSpace, "full"));
}

TYPED_TEST_P(RunnerContract, AStopEndsALongCommandAndAllItStarted) {
  StopSource stop;
  pid_t group = 0;
  const auto request = [&](const std::string& out) {
    group = this->GroupIn(out);
    if (group > 0) stop.Request(kStopByCaller);
    return absl::OkStatus();
  };
  EXPECT_EQ(FailureOf(this->RunLong(this->Telling("sleep 1000 & sleep 1000"), request, stop.token()).status()),
            Failure::kStopped);
  ASSERT_GT(group, 0);
  EXPECT_TRUE(GroupEnds(group));
}

TYPED_TEST_P(RunnerContract, ASilentLongCommandIsEndedEvenIfItIgnoresSignals) {
  pid_t group = 0;
  const auto watch = [&](const std::string& out) {
    group = this->GroupIn(out);
    return absl::OkStatus();
  };
  RemoteCommand command = this->Telling("trap '' HUP INT TERM PIPE; sleep 1000; sleep 1000");
  command.timeout = absl::Seconds(1);
  const absl::Status ended = this->RunLong(command, watch).status();
  EXPECT_EQ(FailureOf(ended), Failure::kTimeout) << ended;
  ASSERT_GT(group, 0);
  EXPECT_TRUE(GroupEnds(group));
}

TYPED_TEST_P(RunnerContract, AKilledLocalProcessEndsTheRemoteCommand) {
  this->Result(":");  // a channel, which lies idle and is killed, too
  pid_t group = 0;
  const auto kill_all = [&](const std::string& out) {
    group = this->GroupIn(out);
    if (group > 0) KillChildrenOfThisProcess();
    return absl::OkStatus();
  };
  const absl::Status status = this->RunLong(this->Telling("sleep 1000"), kill_all).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  ASSERT_GT(group, 0);
  EXPECT_TRUE(GroupEnds(group));
  EXPECT_EQ(this->Result("echo alive").out, "alive\n");
}

/// Places whose runner has no streams of bytes say `kHasBytes = false`: it is to refuse them in words.
template <class Place>
constexpr bool HasBytes() {
  if constexpr (requires { Place::kHasBytes; }) return Place::kHasBytes;
  return true;
}

TYPED_TEST_P(RunnerContract, ARunnerWithoutStreamsOfBytesSaysSo) {
  if (HasBytes<TypeParam>()) return;
  const auto stream =
      this->place_.runner().OpenBytes(this->place_.host(), ByteWay::kFromHost, {.script = "echo x"}, StopToken());
  EXPECT_EQ(FailureOf(stream.status()), Failure::kConfig);
  EXPECT_NE(stream.status().message().find("relay"), absl::string_view::npos);
}

TYPED_TEST_P(RunnerContract, BytesFromAHostAreExactAndTheCommandHasAFinalWord) {
  if (!HasBytes<TypeParam>()) return;
  auto stream = this->place_.runner().OpenBytes(this->place_.host(), ByteWay::kFromHost,
                                                {.script = "printf 'a\\0\\377\\n'; dd if=/dev/zero bs=65536 count=40 "
                                                           "2>/dev/null; cat; echo oops >&2; printf end; exit 3"},
                                                StopToken());
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_TRUE(ReadToEnd((*stream)->fd()) == std::string("a\0\377\n", 4) + std::string(65536 * 40, '\0') + "end");
  const auto ended = (*stream)->Finish([] { return false; }, StopToken());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->status, 3);
  EXPECT_EQ(ended->err, "oops\n");
}

TYPED_TEST_P(RunnerContract, BytesToAHostAreExactAndTheCommandHasAFinalWord) {
  if (!HasBytes<TypeParam>()) return;
  std::string bytes = "echo no; exit 9\n~.\n";
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * i / 7);
  auto stream = this->place_.runner().OpenBytes(
      this->place_.host(), ByteWay::kToHost,
      {.script = "head -c 20 | od -An -c | head -n 1; wc -c; echo 'it''s' >&2; exit 4", .writes = true}, StopToken());
  ASSERT_TRUE(stream.ok()) << stream.status();
  WriteAll((*stream)->fd(), bytes);
  const auto ended = (*stream)->Finish([] { return false; }, StopToken());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->status, 4);
  EXPECT_EQ(ended->err, "its\n");
  EXPECT_EQ(ended->out.substr(0, 26), "   e   c   h   o       n  ");
}

TYPED_TEST_P(RunnerContract, ACommandThatTakesBytesIsCountedExactly) {
  if (!HasBytes<TypeParam>()) return;
  auto stream = this->place_.runner().OpenBytes(this->place_.host(), ByteWay::kToHost,
                                                {.script = "wc -c", .writes = true}, StopToken());
  ASSERT_TRUE(stream.ok()) << stream.status();
  WriteAll((*stream)->fd(), std::string(1'234'567, '\n'));
  const auto ended = (*stream)->Finish([] { return false; }, StopToken());
  ASSERT_TRUE(ended.ok()) << ended.status();
  int64_t count = 0;
  EXPECT_TRUE(absl::SimpleAtoi(ended->out, &count));
  EXPECT_EQ(count, 1'234'567);
}

TYPED_TEST_P(RunnerContract, ACommandThatTakesBytesEndsWithThem) {
  if (!HasBytes<TypeParam>()) return;
  const std::string file = this->Result("mktemp /tmp/sshsync-contract-XXXXXX").out;
  const std::string name = file.substr(0, file.size() - 1);
  {
    auto stream = this->place_.runner().OpenBytes(
        this->place_.host(), ByteWay::kToHost,
        {.script = absl::StrCat("cut -d' ' -f5 /proc/self/stat >", name, "; cat >/dev/null; sleep 0"), .writes = true},
        StopToken());
    ASSERT_TRUE(stream.ok()) << stream.status();
    while (this->Result("cat " + name).out.empty()) {
    }
  }
  EXPECT_TRUE(GroupEnds(this->GroupIn(this->Result("cat " + name).out)));
  this->Result("rm -f " + name);
}

TYPED_TEST_P(RunnerContract, ACommandThatGivesBytesEndsWithItsHandle) {
  if (!HasBytes<TypeParam>()) return;
  pid_t group = 0;
  {
    auto stream = this->place_.runner().OpenBytes(this->place_.host(), ByteWay::kFromHost,
                                                  this->Telling("exec sleep 1000"), StopToken());
    ASSERT_TRUE(stream.ok()) << stream.status();
    std::string line;
    for (pollfd waited{(*stream)->fd(), POLLIN, 0};
         line.find('\n') == std::string::npos && poll(&waited, 1, 60'000) == 1;) {
      char one = 0;
      if (read(waited.fd, &one, 1) == 1) line += one;
    }
    group = this->GroupIn(line);
  }
  ASSERT_GT(group, 0);
  EXPECT_TRUE(GroupEnds(group));
}

TYPED_TEST_P(RunnerContract, AStreamOfBytesThatIsKilledHasNoFinalWord) {
  if (!HasBytes<TypeParam>()) return;
  auto stream = this->place_.runner().OpenBytes(this->place_.host(), ByteWay::kToHost,
                                                {.script = "cat >/dev/null", .writes = true}, StopToken());
  ASSERT_TRUE(stream.ok()) << stream.status();
  const int held = dup((*stream)->fd());  // so that the command, should it outlive its ssh, does not come to its end
  KillChildrenOfThisProcess();
  const auto ended = (*stream)->Finish([] { return false; }, StopToken());
  EXPECT_EQ(ended.status().code(), absl::StatusCode::kUnavailable) << ended.status();
  close(held);
}

TYPED_TEST_P(RunnerContract, ManyCallersAreServedAtATime) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 10; ++i)
        EXPECT_EQ(this->Result(absl::StrCat("echo ", t, " ", i)).out, absl::StrCat(t, " ", i, "\n"));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

REGISTER_TYPED_TEST_SUITE_P(RunnerContract, StatusAndBothStreamsAreExact, OutputMayLackItsLastNewlineOrHaveMany,
                            AnyByteMayBePrinted, NoCommandHarmsTheNext, FoldersAndVariablesDoNotLeak,
                            TheEnvironmentIsTheSameEverywhere, ABackgroundChildWithItsOwnOutputDisturbsNothing,
                            ALongCommandLineArrivesWhole, InputIsReadAsItWasSent, MoreOutputThanTheLimitIsAnError,
                            ErrorOutputIsCapped, ASilentShortCommandIsEnded, AStopIsSeenDuringAShortCommand,
                            ALongCommandStreamsItsOutputExactlyAndLeavesNothing,
                            ASessionKeepsWhatItsCommandsLeaveInTheBackgroundAndEndsIt,
                            ALongCommandReadsItsInputOrNothing, ALineOfALongCommandIsPassedOnAtOnce,
                            AStopEndsALongCommandAndAllItStarted, ASilentLongCommandIsEndedEvenIfItIgnoresSignals,
                            AKilledLocalProcessEndsTheRemoteCommand, ARunnerWithoutStreamsOfBytesSaysSo,
                            BytesFromAHostAreExactAndTheCommandHasAFinalWord,
                            BytesToAHostAreExactAndTheCommandHasAFinalWord, ACommandThatTakesBytesIsCountedExactly,
                            ACommandThatTakesBytesEndsWithThem, ACommandThatGivesBytesEndsWithItsHandle,
                            AStreamOfBytesThatIsKilledHasNoFinalWord, ManyCallersAreServedAtATime);

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_RUNNER_CONTRACT_H_
