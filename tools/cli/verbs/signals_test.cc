#include "tools/cli/verbs/signals.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace sshsync::cli {
namespace {

TEST(StopOnSignals, ASignalStopsTheRunWithItsNumber) {
  StopSource source;
  StopOnSignals stop(source);
  raise(SIGTERM);
  EXPECT_EQ(source.token().reason(), SIGTERM);
}

TEST(StopOnSignals, ASignalThatWasIgnoredStaysIgnored) {
  signal(SIGHUP, SIG_IGN);
  StopSource source;
  {
    StopOnSignals stop(source);
    raise(SIGHUP);
    EXPECT_FALSE(source.token().stopped());
  }
  raise(SIGHUP);
  signal(SIGHUP, SIG_DFL);
}

TEST(StopOnSignals, TheSecondSignalEndsTheProcess) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    StopSource source;
    StopOnSignals stop(source);
    raise(SIGINT);
    raise(SIGTERM);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 128 + SIGTERM);
}

TEST(BrokenPipes, AWriteFailsAndTheProcessLivesOn) {
  CatchBrokenPipes();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "a", 1), -1);
  close(ends[1]);
  struct sigaction action = {};
  sigaction(SIGPIPE, nullptr, &action);
  EXPECT_NE(action.sa_handler, SIG_IGN) << "programs we start would inherit it";
}

}  // namespace
}  // namespace sshsync::cli
