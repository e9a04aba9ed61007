#include "sshsync/process/process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/process/process_set.h"
#include "sshsync/testing/process_group.h"

namespace sshsync {
namespace {

struct Seen {
  std::string out, err;
  ProcessEnd end;
};

/// Runs to the end, with `input` on stdin.
Seen RunToEnd(const ProcessOptions& options, absl::string_view input = "") {
  Seen seen;
  absl::StatusOr<Process> process = Process::Start(options);
  EXPECT_TRUE(process.ok()) << process.status();
  if (!process.ok()) return seen;
  ProcessSet set{StopToken()};
  set.Add(*process);
  if (options.input) {
    set.Write(*process, input);
    set.CloseInput(*process);
  }
  while (!set.empty()) {
    const ProcessOutcome outcome = set.Next(absl::InfiniteDuration());
    if (const auto* output = absl::get_if<ProcessOutput>(&outcome)) {
      (output->is_err ? seen.err : seen.out).append(output->bytes.data(), output->bytes.size());
    } else if (const auto* ended = absl::get_if<ProcessEnded>(&outcome)) {
      seen.end = ended->end;
    }
  }
  return seen;
}

ProcessOptions Shell(std::string script, bool input = false) {
  return {.argv = {"sh", "-c", std::move(script)}, .input = input};
}

TEST(Process, KeepsOutputAndErrorsApartAndTellsTheStatus) {
  const Seen seen = RunToEnd(Shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(seen.out, "out\n");
  EXPECT_EQ(seen.err, "err\n");
  EXPECT_FALSE(seen.end.signalled);
  EXPECT_EQ(seen.end.code, 3);
}

TEST(Process, TellsTheSignalThatKilledIt) {
  const Seen seen = RunToEnd(Shell("kill -9 $$"));
  EXPECT_TRUE(seen.end.signalled);
  EXPECT_EQ(seen.end.code, SIGKILL);
  EXPECT_EQ(seen.end.Describe(), "was killed by signal 9 (Killed)");
}

TEST(Process, ReadsNothingUnlessGivenInput) { EXPECT_EQ(RunToEnd({.argv = {"cat"}}).out, ""); }

TEST(Process, TakesMoreInputThanAPipeHoldsWhileItPrints) {
  const std::string input(3'000'000, 'x');
  EXPECT_EQ(RunToEnd({.argv = {"cat"}, .input = true}, input).out, input);
}

TEST(Process, AReaderThatLeavesDoesNotKillTheWriter) {
  const Seen seen = RunToEnd(Shell("exec <&-; exit 4", true), std::string(1'000'000, 'x'));
  EXPECT_EQ(seen.end.code, 4);
}

TEST(Process, AProgramThatIsNotThereIsNamed) {
  const absl::Status status = Process::Start({.argv = {"no-such-program"}}).status();
  EXPECT_EQ(FailureOf(status), Failure::kCommandNotFound);
  EXPECT_EQ(status.message(), "cannot start no-such-program: No such file or directory");
}

TEST(Process, VariablesReplaceInheritedOnes) {
  EXPECT_EQ(RunToEnd({.argv = {"sh", "-c", "echo $PATH_X $LC_ALL; env | grep -c ^LC_ALL="},
                      .environment = {"PATH_X=1", "LC_ALL=C"}})
                .out,
            "1 C\n1\n");
}

TEST(Process, ChildrenInheritNoPipesOfEachOther) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 10; ++i) {
        // 3 is the descriptor of the listing itself.
        EXPECT_EQ(RunToEnd({.argv = {"ls", "/proc/self/fd"}}).out, "0\n1\n2\n3\n");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Process, WorksWhenTheParentHasClosedItsOwnStreams) {
  const auto parent = [] {
    for (const int fd : {0, 1, 2}) close(fd);
    const Seen seen = RunToEnd(Shell("cat; echo err >&2", true), "in");
    _exit(seen.out == "in" && seen.err == "err\n" ? 0 : 1);
  };
  EXPECT_EXIT(parent(), testing::ExitedWithCode(0), "");
}

TEST(Process, ItsDestructorEndsTheGroupAlsoWhereTheTermSignalIsIgnored) {
  pid_t group = 0;
  {
    absl::StatusOr<Process> process = Process::Start(Shell("(trap '' TERM; echo up; sleep 1000) & wait"));
    ASSERT_TRUE(process.ok());
    group = process->pid();
    ProcessSet set{StopToken()};
    set.Add(*process);
    ASSERT_TRUE(absl::holds_alternative<ProcessOutput>(set.Next(absl::InfiniteDuration())));
  }
  EXPECT_TRUE(GroupEnds(group));
}

TEST(ProcessSet, AStopIsSeenWhileNothingHappens) {
  absl::StatusOr<Process> process = Process::Start(Shell("sleep 1000"));
  ASSERT_TRUE(process.ok());
  StopSource stop;
  ProcessSet set(stop.token());
  set.Add(*process);
  std::thread stopper([&] { stop.Request(SIGTERM); });
  EXPECT_TRUE(absl::holds_alternative<WaitStopped>(set.Next(absl::InfiniteDuration())));
  stopper.join();
}

TEST(ProcessSet, SaysWhenNothingHappenedWithinTheLimit) {
  absl::StatusOr<Process> process = Process::Start(Shell("sleep 1000"));
  ASSERT_TRUE(process.ok());
  ProcessSet set{StopToken()};
  set.Add(*process);
  EXPECT_TRUE(absl::holds_alternative<WaitExpired>(set.Next(absl::Milliseconds(1))));
}

TEST(ProcessSet, ReportsTheEndOfAProcessWhoseChildKeepsThePipes) {
  const Seen seen = RunToEnd(Shell("sleep 1000 & echo started; exit 5"));
  EXPECT_EQ(seen.out, "started\n");
  EXPECT_EQ(seen.end.code, 5);
}

TEST(ProcessSet, ServesSeveralProcessesAtOnce) {
  absl::StatusOr<Process> first = Process::Start({.argv = {"cat"}, .input = true});
  absl::StatusOr<Process> second = Process::Start({.argv = {"cat"}, .input = true});
  ASSERT_TRUE(first.ok() && second.ok());
  ProcessSet set{StopToken()};
  set.Add(*first);
  set.Add(*second);
  set.Write(*second, "2");
  const ProcessOutcome outcome = set.Next(absl::InfiniteDuration());
  const auto* output = absl::get_if<ProcessOutput>(&outcome);
  ASSERT_NE(output, nullptr);
  EXPECT_EQ(output->process, &*second);
  set.CloseInput(*first);
  const ProcessOutcome end = set.Next(absl::InfiniteDuration());
  ASSERT_TRUE(absl::holds_alternative<ProcessEnded>(end));
  EXPECT_EQ(absl::get<ProcessEnded>(end).process, &*first);
  set.Remove(*second);
  EXPECT_TRUE(set.empty());
}

}  // namespace
}  // namespace sshsync
